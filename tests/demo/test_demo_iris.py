"""The files by IRIS: layouts of Insee, and sums that agree with everything else."""

import pandas as pd
import pytest
import shapely

from oqhs import sources

YEARS = (2015, 2020)
#: Headers of Insee for 2020, after the four columns that say which IRIS it is.
HEADERS = {
    "evol-struct-pop": (
        "P20_POP;P20_POP0002;P20_POP0305;P20_POP0610;P20_POP1117;P20_POP1824;P20_POP2539;P20_POP4054;"
        "P20_POP5564;P20_POP6579;P20_POP80P;P20_POP0014;P20_POP1529;P20_POP3044;P20_POP4559;P20_POP6074;"
        "P20_POP75P;P20_POP0019;P20_POP2064;P20_POP65P;P20_POPH;P20_POPF"
    ),
    "activite-residents": (
        "P20_POP1564;P20_ACT1564;P20_ACT1524;P20_ACTOCC1564;P20_CHOM1564;P20_CHOM1524;C20_ACT1564;"
        "C20_ACTOCC1564;C20_ACTOCC1564_CS1;C20_ACTOCC1564_CS2;C20_ACTOCC1564_CS3;C20_ACTOCC1564_CS4;"
        "C20_ACTOCC1564_CS5;C20_ACTOCC1564_CS6;P20_SAL15P;P20_SAL15P_CDI;P20_SAL15P_CDD;"
        "P20_SAL15P_INTERIM;P20_SAL15P_EMPAID;P20_SAL15P_APPR"
    ),
    "logement": (
        "P20_LOG;P20_RP;P20_RSECOCC;P20_LOGVAC;P20_MEN;P20_RP_PROP;P20_RP_LOC;P20_RP_LOCHLMV;P20_RP_GRAT"
    ),
    "couples-familles-menages": (
        "C20_MEN;C20_FAM;C20_COUPAENF;C20_FAMMONO;C20_COUPSENF;C20_NE24F0;C20_NE24F1;C20_NE24F2;"
        "C20_NE24F3;C20_NE24F4P"
    ),
    "diplomes-formation": (
        "P20_NSCOL15P;P20_NSCOL15P_DIPLMIN;P20_NSCOL15P_BEPC;P20_NSCOL15P_CAPBEP;P20_NSCOL15P_BAC;"
        "P20_NSCOL15P_SUP2;P20_NSCOL15P_SUP34;P20_NSCOL15P_SUP5"
    ),
}
#: Columns of 2020 that the file of 2015 does not have: DIPLMIN then goes up to the brevet.
NOT_YET = {2015: ("NSCOL15P_BEPC",), 2020: ()}
#: Wholes and their parts; the year is left out of the names.
SUMS = {
    "evol-struct-pop": [
        "POP = POP0002 POP0305 POP0610 POP1117 POP1824 POP2539 POP4054 POP5564 POP6579 POP80P",
        "POP = POP0014 POP1529 POP3044 POP4559 POP6074 POP75P",
        "POP = POP0019 POP2064 POP65P",
        "POP = POPH POPF",
    ],
    "activite-residents": [
        "ACT1564 = ACTOCC1564 CHOM1564",
        "C_ACTOCC1564 = " + " ".join(f"C_ACTOCC1564_CS{i}" for i in range(1, 7)),
        "SAL15P = SAL15P_CDI SAL15P_CDD SAL15P_INTERIM SAL15P_EMPAID SAL15P_APPR",
    ],
    "logement": ["LOG = RP RSECOCC LOGVAC", "RP = RP_PROP RP_LOC RP_GRAT"],
    "couples-familles-menages": [
        "C_FAM = C_COUPAENF C_FAMMONO C_COUPSENF",
        "C_FAM = C_NE24F0 C_NE24F1 C_NE24F2 C_NE24F3 C_NE24F4P",
    ],
    "diplomes-formation": [
        "NSCOL15P = "
        + " ".join(
            f"NSCOL15P_{name}" for name in ("DIPLMIN", "BEPC", "CAPBEP", "BAC", "SUP2", "SUP34", "SUP5")
        )
    ],
}
#: Columns of the order by commune, and the columns by IRIS that make them.
ORDER = {
    "POP": ("evol-struct-pop", "POP"),
    "POP0017": ("evol-struct-pop", "POP0002 POP0305 POP0610 POP1117"),
    "POP60P": ("evol-struct-pop", "POP6074 POP75P"),
    "RP": ("logement", "RP"),
    "RP_LOCHLMV": ("logement", "RP_LOCHLMV"),
    "C_FAMENF": ("couples-familles-menages", "C_COUPAENF C_FAMMONO"),
    "C_FAMMONO": ("couples-familles-menages", "C_FAMMONO"),
    "C_NE24F1P": ("couples-familles-menages", "C_NE24F1 C_NE24F2 C_NE24F3 C_NE24F4P"),
    "C_NE24F3P": ("couples-familles-menages", "C_NE24F3 C_NE24F4P"),
    "ACT1564": ("activite-residents", "ACT1564"),
    "CHOM1564": ("activite-residents", "CHOM1564"),
    "C_ACTOCC1564": ("activite-residents", "C_ACTOCC1564"),
    "C_ACTOCC1564_CS3": ("activite-residents", "C_ACTOCC1564_CS3"),
    "ACT1524": ("activite-residents", "ACT1524"),
    "CHOM1524": ("activite-residents", "CHOM1524"),
    "SAL15P": ("activite-residents", "SAL15P"),
    "SAL15P_PREC": ("activite-residents", "SAL15P_CDD SAL15P_INTERIM SAL15P_EMPAID SAL15P_APPR"),
    "NSCOL15P": ("diplomes-formation", "NSCOL15P"),
    "NSCOL15P_DIPLMIN": ("diplomes-formation", "NSCOL15P_DIPLMIN"),
}
#: In 2015 the files by IRIS do not tell persons without a diploma or with the CEP: nor does the order.
NOT_ORDERED = {("NSCOL15P_DIPLMIN", 2015)}
PAIRS = [(column, year) for column in ORDER for year in YEARS if (column, year) not in NOT_ORDERED]


def named(name, year):
    """Name of a column in a vintage: P20_POP, C17_FAM."""
    letter, _, rest = name.rpartition("C_") if name.startswith("C_") else ("", "", name)
    return f"{'C' if rest != name else 'P'}{year % 100}_{letter}{rest}"


def summed(table, names, year):
    there = [name for name in names.split() if name not in NOT_YET[year]]
    return table[[named(name, year) for name in there]].sum(axis=1)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("subject", HEADERS)
def test_headers_are_those_of_insee(raw, subject, year):
    first, second, *_ = (raw / f"insee/base-ic-{subject}-{year}.csv").read_text("utf-8").splitlines()
    columns = HEADERS[subject].replace("20_", f"{year % 100}_").split(";")
    there = [column for column in columns if column[4:] not in NOT_YET[year]]
    assert first == ";".join(["IRIS", "COM", "TYP_IRIS", "LAB_IRIS", *there])
    assert second.startswith("999010101;99901;H;1;")
    assert "," not in second


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("subject", SUMS)
def test_the_parts_of_an_iris_add_up(read_iris, subject, year):
    table = read_iris(subject, year)
    for line in SUMS[subject]:
        whole, parts = line.split(" = ")
        assert summed(table, parts, year).to_numpy() == pytest.approx(table[named(whole, year)].to_numpy())


@pytest.mark.parametrize(("column", "year"), PAIRS)
def test_the_iris_of_a_commune_add_up_to_what_was_ordered_for_it(read_iris, read_order, column, year):
    subject, parts = ORDER[column]
    table = read_iris(subject, year)
    sums = summed(table, parts, year).groupby(table["COM"]).sum()
    ordered = read_order("com", year)[named(column, year)]
    inside = ordered[ordered.index.str.startswith("999")]
    assert list(sums.index) == list(inside.index)
    # Hundredths are exact: only the binary form of decimals is not.
    assert sums.to_numpy() == pytest.approx(inside.to_numpy(), abs=1e-6)


def test_diplomas_of_2015_have_no_column_for_the_brevet_and_read_as_brevet_or_less(raw):
    path = raw / "insee/base-ic-diplomes-formation-2015.csv"
    header = path.read_text("utf-8").split("\n", 1)[0]
    assert "DIPLMIN" in header
    assert "BEPC" not in header
    read = sources.read(path)
    assert set(read["variable"]) == {"non_scolarises_15_plus", "non_scolarises_15_plus_bepc_ou_moins"}
    newest = sources.read(raw / "insee/base-ic-diplomes-formation-2020.csv")
    assert set(newest["variable"]) - set(read["variable"]) == {"non_scolarises_15_plus_sans_diplome_cep"}


def test_from_2015_to_2020_brevet_or_less_is_continuous_where_the_name_diplmin_alone_breaks(read_iris):
    before, after = read_iris("diplomes-formation", 2015), read_iris("diplomes-formation", 2020)

    def share(table, names, year):
        people = table.groupby("COM")[[named(name, year) for name in ("NSCOL15P", *names)]].sum()
        return 100 * people.iloc[:, 1:].sum(axis=1) / people.iloc[:, 0]

    old = share(before, ["NSCOL15P_DIPLMIN"], 2015)
    assert (old - share(after, ["NSCOL15P_DIPLMIN", "NSCOL15P_BEPC"], 2020)).between(-1, 3).all()
    # The brevet is that of about 6 % of the people who have a diploma: 5 points of all of them.
    assert (old - share(after, ["NSCOL15P_DIPLMIN"], 2020)).between(3, 9).all()


def test_the_order_of_2015_does_not_tell_people_without_a_diploma_or_with_the_cep(read_order):
    assert "P20_NSCOL15P_DIPLMIN" in read_order("com", 2020)
    columns = list(read_order("com", 2015).columns)
    assert "P15_NSCOL15P" in columns
    assert not [column for column in columns if "DIPLMIN" in column]


@pytest.mark.parametrize("year", YEARS)
def test_no_count_is_negative_and_no_part_is_above_its_whole(read_iris, year):
    for subject in HEADERS:
        assert (read_iris(subject, year).iloc[:, 3:] >= 0).all(axis=None)
    jobs, homes = read_iris("activite-residents", year), read_iris("logement", year)
    for table, part, whole in (
        (jobs, "ACT1564", "POP1564"),
        (jobs, "ACT1524", "ACT1564"),
        (jobs, "CHOM1524", "ACT1524"),
        (jobs, "SAL15P", "ACTOCC1564"),
        (homes, "RP_LOCHLMV", "RP_LOC"),
    ):
        assert (table[named(part, year)] <= table[named(whole, year)]).all(), part


def test_the_same_iris_stand_in_every_file_and_in_the_layer(read_iris, read_layer):
    codes = sorted(read_layer("iris")["CODE_IRIS"])
    for subject in HEADERS:
        for year in YEARS:
            assert list(read_iris(subject, year).index) == codes


def test_fields_of_the_layer_are_those_of_the_ign(read_layer):
    iris = read_layer("iris")
    expected = ["INSEE_COM", "NOM_COM", "IRIS", "CODE_IRIS", "NOM_IRIS", "TYP_IRIS", "geometry"]
    assert list(iris.columns) == expected
    assert (iris["CODE_IRIS"] == iris["INSEE_COM"] + iris["IRIS"]).all()
    assert not iris.duplicated(["INSEE_COM", "NOM_IRIS"]).any()


def test_only_the_two_communes_of_less_than_5_000_people_are_one_iris(read_iris, read_layer):
    iris = read_layer("iris").set_index("CODE_IRIS")
    assert list(iris.index[iris["TYP_IRIS"] == "Z"]) == ["999050000", "999150000"]
    assert iris.loc["999150000", "NOM_IRIS"] == "Marsonvilliers (commune non irisée)"
    people = read_iris("evol-struct-pop", 2020)
    communes = people.groupby("COM")["P20_POP"].sum()
    assert list(communes.index[communes < 5_000]) == ["99905", "99915"]
    assert 2_000 < people["P20_POP"].median() < 3_500
    assert people["P20_POP"].quantile([0.1, 0.9]).between(1_000, 5_000).all()


def test_iris_tile_their_communes_and_share_their_corners(read_layer):
    iris, communes = read_layer("iris"), read_layer("communes").set_index("DEPCOM").geometry
    first, second = iris.sindex.query(iris.geometry, predicate="intersects")
    shapes = iris.geometry.to_numpy()
    apart = first < second
    shared = shapely.area(shapely.intersection(shapes[first[apart]], shapes[second[apart]]))
    assert shared.max() < 1e-3
    together = iris.dissolve("INSEE_COM").geometry
    beyond = together.symmetric_difference(communes.reindex(together.index))
    assert beyond.area.max() < 1e-3
    corners = pd.Series([point for ring in shapes for point in ring.exterior.coords[:-1]])
    for code, shape in communes[together.index].items():
        assert set(shape.exterior.coords) <= set(corners), code
