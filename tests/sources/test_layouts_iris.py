"""What INSEE publishes by IRIS: sums of columns, names that changed, a name that changed its meaning."""

import math

import pytest

from oqhs import sources
from oqhs.errors import DataError, LayoutError

IRIS = "940280101"


@pytest.fixture
def read_row(write):
    """Read a table of one IRIS: value or status by variable, and the layout."""

    def _read_row(cells, year=2020, **options):
        text = ";".join(["IRIS", *cells]) + "\n" + ";".join([IRIS, *cells.values()]) + "\n"
        reading = sources.load(write(text), perimeter=f"iris{year}", **options)
        assert set(reading.frame["territory"]) == {IRIS}
        assert set(reading.frame["year"]) == {year}
        told = {
            row.variable: row.value if row.status == "observed" else row.status
            for row in reading.frame.itertuples()
        }
        return reading, told

    return _read_row


def diplomas(year, **cells):
    return {f"P{year}_NSCOL15P{'_' + stem if stem != 'ALL' else ''}": cell for stem, cell in cells.items()}


@pytest.mark.parametrize("year", [13, 14, 15, 16])
def test_without_a_column_for_the_brevet_diplmin_goes_up_to_it(read_row, year):
    reading, told = read_row(diplomas(year, ALL="1000", DIPLMIN="312.5"), 2000 + year)
    assert reading.layout == "base_ic_diplomes"
    assert told == {"non_scolarises_15_plus": 1000.0, "non_scolarises_15_plus_bepc_ou_moins": 312.5}


@pytest.mark.parametrize("year", [17, 20, 22])
def test_with_a_column_for_the_brevet_diplmin_stops_before_it(read_row, year):
    _, told = read_row(diplomas(year, ALL="1000", DIPLMIN="250.5", BEPC="62"), 2000 + year)
    assert told == {
        "non_scolarises_15_plus": 1000.0,
        "non_scolarises_15_plus_sans_diplome_cep": 250.5,
        "non_scolarises_15_plus_bepc_ou_moins": 312.5,
    }


def test_until_2012_no_diploma_and_the_cep_stand_apart(read_row):
    _, told = read_row(diplomas(10, ALL="1000", DIPL0="200", CEP="50.5", BEPC="62"), 2010)
    assert told == {
        "non_scolarises_15_plus": 1000.0,
        "non_scolarises_15_plus_sans_diplome_cep": 250.5,
        "non_scolarises_15_plus_bepc_ou_moins": 312.5,
    }


def test_the_meaning_follows_the_columns_and_not_the_year_they_are_read_in(write):
    # Nothing but the header tells the two meanings apart: the year of the card changes neither.
    header, row = "IRIS;P16_NSCOL15P;P16_NSCOL15P_DIPLMIN", f"{IRIS};1000;300"
    frame = sources.read(write(f"{header}\n{row}\n"), year=2016, perimeter="iris2016")
    assert "non_scolarises_15_plus_sans_diplome_cep" not in set(frame["variable"])
    frame = sources.read(write(f"{header};P16_NSCOL15P_BEPC\n{row};50\n"), year=2016, perimeter="iris2016")
    assert "non_scolarises_15_plus_sans_diplome_cep" in set(frame["variable"])


def test_the_brevet_of_another_year_does_not_change_the_meaning(read_row):
    cells = diplomas(14, ALL="1000", DIPLMIN="300") | diplomas(20, BEPC="50")
    reading, told = read_row(cells, 2014)
    assert "non_scolarises_15_plus_sans_diplome_cep" not in told
    assert reading.unmapped == ("P20_NSCOL15P_BEPC",)


def activity(year, *managers):
    cells = {"ACT1564": "500", "CHOM1564": "100", "SAL15P": "350"}
    named = {f"P{year}_{stem}": cell for stem, cell in cells.items()}
    return named | {f"C{year}_ACTOCC1564": "400"} | {f"C{year}_ACTOCC1564_{stem}": "40" for stem in managers}


@pytest.mark.parametrize(
    ("year", "name"), [(20, "CS3"), (21, "CS3"), (22, "STAT_GSEC13"), (22, "STAT_GSEC13_23")]
)
def test_managers_have_two_names_and_one_meaning(read_row, year, name):
    reading, told = read_row(activity(year, name), 2000 + year)
    assert told["actifs_occupes_15_64_cadres"] == 40.0
    assert reading.unmapped == ()


def test_both_names_of_the_managers_at_once_are_refused(read_row, refused):
    (problem,) = refused(DataError, read_row, activity(22, "CS3", "STAT_GSEC13_23"), 2022)
    assert problem.what == "two columns hold actifs_occupes_15_64_cadres"
    assert (problem.line, problem.allowed) == (1, "one column a variable")
    assert problem.found == "C22_ACTOCC1564_CS3 and C22_ACTOCC1564_STAT_GSEC13_23"


def test_the_managers_of_another_year_are_not_those_of_the_table(read_row):
    reading, told = read_row(activity(22) | {"C20_ACTOCC1564_CS3": "40"}, 2022)
    assert "actifs_occupes_15_64_cadres" not in told
    assert reading.unmapped == ("C20_ACTOCC1564_CS3",)


PRECARIOUS = ("CDD", "INTERIM", "EMPAID", "APPR")


def test_precarious_contracts_are_a_sum_of_four_columns(read_row):
    parts = dict(zip((f"P20_SAL15P_{stem}" for stem in PRECARIOUS), ("10", "2.5", "0", "1.25"), strict=True))
    _, told = read_row(activity(20) | parts)
    assert told["salaries_15_plus_precaires"] == 13.75


@pytest.mark.parametrize("lacking", PRECARIOUS)
def test_a_sum_needs_all_of_its_columns(read_row, lacking):
    parts = {f"P20_SAL15P_{stem}": "1" for stem in PRECARIOUS if stem != lacking}
    reading, told = read_row(activity(20) | parts)
    assert "salaries_15_plus_precaires" not in told
    assert reading.unmapped == tuple(parts)


AGES = ("POP0002", "POP0305", "POP0610", "POP1117", "POP6074", "POP75P")


def population(*cells):
    return {"P20_POP": "1000"} | dict(zip((f"P20_{age}" for age in AGES), cells, strict=True))


def test_ages_are_added_up_and_one_column_serves_two_variables(read_row):
    reading, told = read_row(population("10.5", "20", "30", "40.25", "100", "50"))
    assert told == {"population": 1000.0, "pop_0_17": 100.75, "pop_60_plus": 150.0, "pop_75_plus": 50.0}
    assert (reading.layout, reading.unmapped) == ("base_ic_population", ())


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        (("1", "ns", "1", "1"), "not_significant"),
        (("1", "", "1", "1"), "not_available"),
        (("1", "s", "1", "1"), "secret"),
        (("ns", "s", "1", "nd"), "secret"),
        (("nd", "1", "ns", "so"), "not_significant"),
        (("so", "nd", "1", "1"), "not_available"),
    ],
)
def test_a_sum_is_missing_as_soon_as_a_part_is_for_the_first_reason_of_the_list(read_row, cells, status):
    _, told = read_row(population(*cells, "100", "50"))
    assert told["pop_0_17"] == status
    assert told["pop_60_plus"] == 150.0


def test_a_part_that_is_not_a_number_is_told_with_its_own_column(read_row, refused):
    (problem,) = refused(DataError, read_row, population("1", "abc", "1", "1", "100", "50"))
    assert (problem.what, problem.line) == ("this is not a number", 2)
    assert (problem.column, problem.found) == ("P20_POP0305", "abc")


def test_a_negative_part_is_told_even_where_the_sum_is_not_negative(read_row, refused):
    (problem,) = refused(DataError, read_row, population("-1", "5", "1", "1", "100", "50"))
    assert (problem.what, problem.column, problem.found) == (
        "pop_0_17 cannot have this value",
        "P20_POP0002",
        "-1",
    )


def test_the_census_by_iris_has_a_decimal_point_and_a_comma_is_told(read_row, refused):
    (problem,) = refused(DataError, read_row, population("1,5", "1", "1", "1", "100", "50"))
    assert (problem.column, problem.found) == ("P20_POP0002", "1,5")
    assert problem.allowed.startswith("a number with decimal mark '.'")


def test_all_the_digits_of_a_count_of_the_census_are_kept(read_row):
    _, told = read_row(population("1", "1", "1", "1", "100", "50") | {"P20_POP": "2345.6789012345"})
    assert told["population"] == 2345.6789012345


def test_households_and_those_in_social_housing(read_row):
    reading, told = read_row({"P20_LOG": "600", "P20_RP": "550.5", "P20_RP_LOCHLMV": "300"})
    assert reading.layout == "base_ic_logement"
    assert told == {"menages": 550.5, "menages_locataires_hlm": 300.0}
    assert reading.unmapped == ("P20_LOG",)


def test_families_with_children_and_large_ones_are_sums(read_row):
    cells = {"COUPAENF": "60", "FAMMONO": "40", "NE24F0": "70", "NE24F1": "50", "NE24F2": "30"}
    cells |= {"NE24F3": "12.5", "NE24F4P": "7.5"}
    reading, told = read_row({f"C20_{stem}": cell for stem, cell in cells.items()})
    assert told == {
        "familles_avec_enfants": 100.0,
        "familles_mono": 40.0,
        "familles_enfants_moins_25": 100.0,
        "familles_3_enfants_plus": 20.0,
    }
    assert reading.unmapped == ("C20_NE24F0",)


def test_columns_of_where_the_iris_lies_are_known_and_are_not_figures(write):
    header = "IRIS;REG;DEP;UU2020;COM;LIBCOM;TRIRIS;GRD_QUART;LIBIRIS;TYP_IRIS;MODIF_IRIS;LAB_IRIS"
    row = f"{IRIS};11;94;00851;94028;Créteil;;9402801;Échat;H;000000;1"
    path = write(f"{header};P20_LOG;P20_RP;P20_RP_LOCHLMV\n{row};3;2;1\n")
    assert sources.load(path, perimeter="iris2020").unmapped == ("P20_LOG",)


def test_a_table_by_iris_holds_nothing_else(write, refused):
    path = write(f"IRIS;P20_LOG;P20_RP;P20_RP_LOCHLMV\n{IRIS};3;2;1\n94028;3;2;1\n")
    (problem,) = refused(DataError, sources.read, path, perimeter="iris2020")
    assert problem.what == "this table does not hold territories of this kind"
    assert (problem.line, problem.found, problem.allowed) == (3, "94028", "iris")


def test_two_years_in_the_names_of_one_table_are_of_no_layout(write, refused):
    path = write(f"IRIS;P20_LOG;P21_RP;P20_RP_LOCHLMV\n{IRIS};3;2;1\n")
    (problem,) = refused(LayoutError, sources.read, path)
    assert "base_ic_logement" in problem.allowed


# --- incomes


def test_disposable_incomes_give_the_poverty_rate_and_declared_ones_never_do(read_row):
    reading, told = read_row({"DISP_MED21": "14500", "DISP_TP6021": "40,5"}, 2021)
    assert reading.layout == "filosofi_iris"
    assert told == {"niveau_vie_median": 14500.0, "taux_pauvrete_60": 40.5}
    reading, told = read_row({"DEC_MED21": "12000", "DEC_TP6021": "55,0", "DEC_PIMP21": "30"}, 2021)
    assert reading.layout == "filosofi_iris_declare"
    assert told == {
        "revenu_declare_median": 12000.0,
        "part_bas_revenus_declares": 55.0,
        "part_menages_imposes": 30.0,
    }


def test_declared_incomes_beside_disposable_ones_are_not_read_with_them(read_row):
    declared = {"DEC_MED21": "12000", "DEC_TP6021": "55"}
    reading, told = read_row(
        {"DISP_MED21": "14500", "DISP_TP6021": "40,5", "DISP_D121": "9000"} | declared, 2021
    )
    assert told == {"niveau_vie_median": 14500.0, "taux_pauvrete_60": 40.5, "niveau_vie_d1": 9000.0}
    assert reading.unmapped == tuple(declared)


@pytest.mark.parametrize(
    ("cell", "status"),
    [("ns", "not_significant"), ("nd", "not_available"), ("so", "not_applicable"), ("s", "secret")],
)
def test_each_code_of_the_incomes_by_iris_is_its_own_reason(write, cell, status):
    path = write(f"IRIS;DISP_MED21;DISP_TP6021\n{IRIS};{cell};40,5\n")
    frame = sources.read(path, perimeter="iris2021").set_index("variable")
    assert frame.loc["niveau_vie_median", "status"] == status
    assert math.isnan(frame.loc["niveau_vie_median", "value"])
    assert frame.loc["taux_pauvrete_60", "value"] == 40.5


@pytest.mark.parametrize(
    ("uncertain", "mark", "note"),
    [
        ("1", "0", "DISP_INCERT21 = 1"),
        ("1", "2", "DISP_INCERT21 = 1 ; DISP_NOTE21 = 2"),
        ("0", "so", ""),
        ("", "SO", ""),
        ("so", "5", "DISP_NOTE21 = 5"),
    ],
)
def test_the_marks_of_a_row_are_its_note_but_zero_and_not_applicable(write, uncertain, mark, note):
    header = "IRIS;DISP_MED21;DISP_TP6021;DISP_INCERT21;DISP_NOTE21"
    frame = sources.read(write(f"{header}\n{IRIS};1;2;{uncertain};{mark}\n"), perimeter="iris2021")
    assert set(frame["note"]) == {note}
