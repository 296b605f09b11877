"""From communes to the whole country: codes that are written alike are told apart, or asked about."""

import pytest

from oqhs import sources
from oqhs.errors import DataError

HEADER = "CODGEO;LIBGEO;NBPERSMENFISC21;MED21;TP6021\n"


def rows(*codes):
    return HEADER + "".join(f"{code};Nom;{1000 + i};20000;1{i},5\n" for i, code in enumerate(codes))


@pytest.fixture
def territories(write, carded):
    """Codes read in a table of incomes, with the keys of its card."""

    def _territories(codes, **keys):
        path = write(rows(*codes))
        if keys:
            carded(path, layout="filosofi_com", source="filosofi", perimeter="cog2021", **keys)
        options = {} if keys else {"perimeter": "cog2021"}
        return sorted(set(sources.read(path, **options)["territory"]))

    return _territories


def test_a_table_with_ten_or_with_overseas_is_one_of_departements(territories):
    assert territories(["10", "11", "94"]) == ["10", "11", "94"]
    assert territories(["94", "974"]) == ["94", "974"]
    assert territories(["2A", "94"]) == ["2A", "94"]


def test_codes_that_are_all_of_regions_and_of_departements_are_asked_about(territories, refused):
    problem, *_ = refused(DataError, territories, ["11", "24", "94"])
    assert problem.what == "these codes are those of regions and of départements (3 of them)"
    assert (problem.line, problem.column, problem.found) == (2, "CODGEO", "11")
    assert problem.allowed == "`kind: region` or `kind: departement`"
    assert problem.todo == "give it in the card of the file (`oqhs add --kind region`)"


def test_the_question_is_asked_once_a_file(territories, refused):
    assert len(refused(DataError, territories, ["11", "24", "94"])) == 1


@pytest.mark.parametrize(
    ("kind", "read"), [("region", ["REG-11", "REG-24", "REG-94"]), ("departement", ["11", "24", "94"])]
)
def test_the_card_answers(territories, kind, read):
    assert territories(["11", "24", "94"], kind=kind) == read


def test_a_departement_in_a_table_said_to_be_of_regions_is_refused(territories, refused):
    (problem,) = refused(DataError, territories, ["11", "10"], kind="region")
    assert problem.what == "this table does not hold territories of this kind"
    assert (problem.line, problem.found) == (3, "10")
    assert "region" in problem.allowed
    assert "departement" not in problem.allowed


def test_a_region_keeps_its_figures(write, carded):
    keys = {"layout": "filosofi_com", "source": "filosofi", "perimeter": "cog2021", "kind": "region"}
    frame = sources.read(carded(write(rows("11", "24")), **keys))
    rates = frame[frame["variable"] == "taux_pauvrete_60"]
    assert dict(zip(rates["territory"], rates["value"], strict=True)) == {"REG-11": 10.5, "REG-24": 11.5}


@pytest.mark.parametrize(("kind", "code"), [("france", "FR"), ("france_metropolitaine", "FR-METRO")])
@pytest.mark.parametrize("written", ["FR", "F", "00", "1", "FRANCE"])
def test_the_row_of_a_country_is_named_by_the_card(territories, kind, code, written):
    assert territories([written], kind=kind) == [code]


def test_the_country_of_the_card_is_a_table_of_one_row(territories, refused):
    problems = refused(DataError, territories, ["F", "M"], kind="france")
    assert [(problem.what, problem.found) for problem in problems] == [
        ("this is not the code of a territory", "F"),
        ("this is not the code of a territory", "M"),
    ]


def test_nine_digits_are_an_epci_where_there_are_no_iris(territories):
    assert territories(["243500139", "200054781"]) == ["EPCI-200054781", "EPCI-243500139"]


def test_an_iris_of_corsica_is_no_epci(territories, refused):
    (problem,) = refused(DataError, territories, ["200054781", "2A0040101"])
    assert problem.what == "this table does not hold territories of this kind"
    assert (problem.line, problem.found) == (3, "2A0040101")


def test_nine_digits_are_an_iris_where_there_are_iris(write):
    path = write("IRIS;DISP_MED21;DISP_TP6021\n243500139;1;2\n")
    assert sources.read(path, perimeter="iris2021")["territory"].unique().tolist() == ["243500139"]


@pytest.mark.parametrize(("kind", "code"), [(None, "243500139"), ("epci", "EPCI-243500139")])
def test_in_a_mapped_table_nine_digits_are_an_iris_unless_the_card_says_epci(write, carded, kind, code):
    mapping = {"key": "CODE", "columns": {"TX": "taux_pauvrete_60"}}
    keys = {"mapping": mapping, "year": 2021, "perimeter": "cog2021"} | ({"kind": kind} if kind else {})
    path = carded(write("CODE;TX\n243500139;12,5\n"), **keys)
    assert sources.read(path)["territory"].tolist() == [code]


def test_communes_ept_epci_and_departements_may_stand_in_one_table(territories):
    assert territories(["94028", "T11", "200054781", "94", "10"]) == [
        "10", "94", "94028", "EPCI-200054781", "T11",
    ]  # fmt: skip


def test_a_code_that_is_already_ours_is_kept(territories):
    assert territories(["REG-11", "EPCI-200054781", "FR-METRO"]) == ["EPCI-200054781", "FR-METRO", "REG-11"]


def test_a_region_written_twice_is_told_as_written(territories, refused):
    (problem,) = refused(DataError, territories, ["11", "REG-11"], kind="region")
    assert (problem.what, problem.line, problem.found) == ("this territory stands twice", 3, "REG-11")


# --- other tables of communes and cells


def test_the_code_of_a_commune_may_stand_in_two_columns(write, values):
    path = write(
        "CODREG;CODDEP;CODARR;CODCAN;CODCOM;COM;PMUN;PCAP;PTOT\n"
        "11;94;3;13; 028 ;Créteil;92 989;780;93 769\n84;01;2;08;001;L'Abergement;771;17;788\n"
    )
    options = {"year": 2020, "perimeter": "cog2022"}
    assert sources.load(path, **options).layout == "populations_legales"
    assert values(path, "population", **options) == {"94028": 92989.0, "01001": 771.0}
    assert values(path, "population_totale", **options) == {"94028": 93769.0, "01001": 788.0}


def test_the_code_of_a_commune_may_stand_in_one_column_of_the_same_name(write, values):
    path = write("REG;DEP;COM;PMUN;PCAP;PTOT\n11;94;94028;92989;780;93769\n")
    assert values(path, "population", year=2020, perimeter="cog2022") == {"94028": 92989.0}


def test_a_code_in_two_columns_that_lost_a_zero_is_told_with_both(write, refused):
    path = write("CODDEP;CODCOM;COM;PMUN;PCAP;PTOT\n1;001;L'Abergement;771;17;788\n")
    (problem,) = refused(DataError, sources.read, path, year=2020, perimeter="cog2022")
    assert (problem.line, problem.column, problem.found) == (2, "CODDEP & CODCOM", "1001")
    assert problem.todo.startswith("a leading zero was lost")


def test_the_year_of_the_population_is_asked_for(write, refused):
    path = write("DEP;COM;PMUN;PCAP;PTOT\n94;94028;1;2;3\n")
    (problem,) = refused(DataError, sources.read, path, perimeter="cog2022")
    assert problem.what.startswith("nothing says of which year these data are")


@pytest.mark.parametrize("code", ["QP094001", "94028", "940280101", "94"])
def test_social_housing_is_published_at_every_level(write, code):
    path = write(
        f"CODGEO;LIBGEO;NBLSPLS;NBLSMES;TXVAC;TXVAC3M;TXROT;TXLSCOL;NOTE\n{code};a;1 200;0;2,5;1,0;6,1;98;0\n"
    )
    reading = sources.load(path, year=2021, **({} if code[0] == "Q" else {"perimeter": "cog2021"}))
    assert reading.layout == "rpls"
    found = dict(zip(reading.frame["variable"], reading.frame["value"], strict=True))
    assert found == {
        "logements_sociaux": 1200.0,
        "logements_sociaux_mis_en_service": 0.0,
        "taux_mobilite_hlm": 6.1,
        "taux_vacance_hlm": 2.5,
        "taux_vacance_hlm_3_mois": 1.0,
    }
    assert reading.unmapped == ("TXLSCOL",)


def test_the_edition_of_the_social_housing_is_not_its_year(write, refused):
    path = write("CODGEO;NBLSPLS;TXVAC;TXLSCOL\nQP094001;1;2;3\n", name="RPLS_2023.csv")
    (problem,) = refused(DataError, sources.read, path, year=2023)
    assert (problem.what, problem.allowed) == (
        "2023 is the edition of this file, its data are of 2021",
        "2021",
    )


AGES = "IND_0_3;IND_4_5;IND_6_10;IND_11_17"
CELL = "CRS3035RES200MN2029800E4254200"


@pytest.mark.parametrize(
    "header", [f"IDCAR_200M;I_EST_200;IND;MEN;MEN_PAUV;{AGES}", f"IDINSPIRE;I_EST_CR;IND;MEN;MEN_PAUV;{AGES}"]
)
def test_a_cell_of_the_grid_has_half_persons_and_says_when_it_is_estimated(write, header):
    mark = header.split(";")[1]
    other = CELL.replace("E4254200", "E4254400")
    rows = f"{CELL};0;120.5;50;12.5;1.5;2;3;4\n{other};1;8;3;1;0;0;0;0\n"
    path = write(f"{header}\n{rows}".replace(";", ","))
    frame = sources.read(path, year=2019)
    assert set(frame["perimeter"]) == {"carreaux200m"}
    read = frame[frame["territory"] == CELL].set_index("variable")["value"].to_dict()
    assert read == {
        "personnes_menages_fiscaux": 120.5,
        "menages_fiscaux": 50.0,
        "menages_fiscaux_pauvres": 12.5,
        "personnes_menages_fiscaux_0_17": 10.5,
    }
    notes = frame.drop_duplicates("territory").set_index("territory")["note"].to_dict()
    assert notes == {CELL: "", other: f"{mark} = 1"}


@pytest.mark.parametrize(
    "code", ["CRS3035RES1000MN2029000E4254000", "CRS3035RES200MN2029800", "RES200MN2029800E4254200"]
)
def test_what_is_not_a_cell_of_200_metres_is_refused(write, refused, code):
    path = write(f"IDCAR_200M,I_EST_200,IND,MEN\n{code},0,1,1\n")
    (problem,) = refused(DataError, sources.read, path, year=2019)
    assert (problem.what, problem.found) == ("this is not the code of a territory", code)
