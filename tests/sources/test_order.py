"""A part above its whole, or a decile above the next one, is an error of the file: it is not published."""

import pytest

from oqhs import sources
from oqhs.catalogue import built_in
from oqhs.errors import DataError

DECILES = ["D1", "D2", "D3", "D4", "MED", "D6", "D7", "D8", "D9"]
ORDERED = [8000, 9500, 11000, 12500, 14000, 15500, 17500, 20000, 24000]


@pytest.fixture
def quantiles(write):
    """Write a table of one quartier: its quantiles by name, and its poverty rate."""

    def _quantiles(told):
        header = ";".join(["CODGEO", *(f"DISP_{name}_A21" for name in told), "DISP_TP60_A21"])
        return write(f"{header}\n{';'.join(['QP094001', *map(str, told.values()), '40'])}\n")

    return _quantiles


def test_quantiles_in_order_are_read(quantiles):
    reading = sources.load(quantiles(dict(zip(DECILES, ORDERED, strict=True)) | {"Q1": 10000, "Q3": 18500}))
    assert len(reading.frame) == 12


def test_equal_quantiles_are_in_order(quantiles):
    assert len(sources.read(quantiles(dict.fromkeys(DECILES, 14000)))) == 10


@pytest.mark.parametrize("place", range(8))
def test_each_decile_above_the_next_one_is_told_with_both(quantiles, refused, place):
    told = dict(zip(DECILES, ORDERED, strict=True))
    low, high = DECILES[place], DECILES[place + 1]
    told[low], told[high] = told[high], told[low]
    problems = refused(DataError, sources.read, quantiles(told))
    found = {(problem.line, problem.column, problem.found, problem.allowed) for problem in problems}
    pair = f"{told[low]} and {told[high]}"
    assert (2, f"DISP_{low}_A21", pair, f"at most the value of DISP_{high}_A21") in found


def test_the_decile_after_one_that_is_not_published_bounds_the_one_before(quantiles, refused):
    # D2 to D4 are not in the table: D1 cannot be above the median.
    (problem,) = refused(DataError, sources.read, quantiles({"D1": 14001, "MED": 14000, "D9": 24000}))
    assert problem.what == "niveau_vie_d1 is above niveau_vie_median"
    assert (problem.found, problem.allowed) == ("14001 and 14000", "at most the value of DISP_MED_A21")


def test_the_decile_after_one_that_is_not_given_in_its_row_bounds_the_one_before(quantiles, refused):
    told = {"D1": 14001, "D2": "ns", "D3": "", "D4": "s", "MED": 14000, "D9": 24000}
    (problem,) = refused(DataError, sources.read, quantiles(told))
    assert problem.what == "niveau_vie_d1 is above niveau_vie_median"
    assert (problem.found, problem.allowed) == ("14001 and 14000", "at most the value of DISP_MED_A21")


def test_the_first_quartile_is_not_above_the_median(quantiles, refused):
    (problem,) = refused(DataError, sources.read, quantiles({"Q1": 14001, "MED": 14000}))
    assert problem.what == "niveau_vie_q1 is above niveau_vie_median"


@pytest.mark.parametrize("code", ["ns", "s", "nd", ""])
def test_a_decile_that_is_not_given_is_above_nothing_and_under_nothing(quantiles, code):
    told = dict(zip(DECILES, ORDERED, strict=True)) | {"D4": code}
    assert len(sources.read(quantiles(told))) == 10


def test_the_declared_quantiles_have_an_order_too(write, refused):
    path = write("IRIS;DEC_MED21;DEC_TP6021;DEC_D121;DEC_Q121\n940280101;20000;20;9000;8000\n")
    (problem,) = refused(DataError, sources.read, path, perimeter="iris2021")
    assert problem.what == "revenu_declare_d1 is above revenu_declare_q1"


@pytest.mark.parametrize(
    ("header", "row", "problem"),
    [
        (
            "IRIS;P20_ACT1564;P20_CHOM1564;P20_SAL15P",
            "500;500.5;400",
            ("chomeurs_15_64 is above actifs_15_64", "P20_CHOM1564", "500.5 and 500"),
        ),
        (
            "IRIS;P20_LOG;P20_RP;P20_RP_LOCHLMV",
            "600;550;551",
            ("menages_locataires_hlm is above menages", "P20_RP_LOCHLMV", "551 and 550"),
        ),
        (
            "IRIS;P20_POP;P20_POP0002;P20_POP0305;P20_POP0610;P20_POP1117;P20_POP75P",
            "100;25;25;25;25.5;0",
            (
                "pop_0_17 is above population",
                "P20_POP0002 + P20_POP0305 + P20_POP0610 + P20_POP1117",
                "100.5 and 100",
            ),
        ),
        (
            "IRIS;P20_POP;P20_POP0002;P20_POP75P",
            "100;1;101",
            ("pop_75_plus is above population", "P20_POP75P", "101 and 100"),
        ),
    ],
    ids=["unemployed", "tenants", "a sum", "the whole of the whole"],
)
def test_a_numerator_above_its_denominator_is_told_with_both(write, refused, header, row, problem):
    path = write(f"{header}\n940280101;{row}\n")
    (found,) = refused(DataError, sources.read, path, perimeter="iris2020")
    assert (found.what, found.column, found.found) == problem
    assert (found.file, found.line) == (path, 2)
    assert found.todo == "ask the producer, or check that the columns are those mapped"


def test_a_part_equal_to_its_whole_but_for_the_rounding_of_the_machine_is_accepted(write, values):
    # 0.0 + 0.1 + 0.2 + 0.3 is 0.6000000000000001 for the machine, over a population of 0.6.
    header = "IRIS;P20_POP;P20_POP0002;P20_POP0305;P20_POP0610;P20_POP1117;P20_POP75P"
    path = write(f"{header}\n940280101;0.6;0.0;0.1;0.2;0.3;0\n")
    assert values(path, "pop_0_17", perimeter="iris2020")["940280101"] > 0.6


def test_parts_of_two_years_are_not_compared(write, carded):
    mapping = {
        "key": "CODE",
        "columns": {
            "CHOM": {"variable": "chomeurs_15_64", "year": 2014},
            "ACT": {"variable": "actifs_15_64", "year": 2020},
        },
    }
    path = carded(write("CODE;CHOM;ACT\nQP094001;120;100\n"), mapping=mapping)
    assert len(sources.read(path)) == 2


def test_a_mapped_table_is_held_to_the_same_order(write, carded, refused):
    columns = {"CHOM": "chomeurs_15_64", "ACT": "actifs_15_64"}
    path = carded(
        write("CODE;CHOM;ACT\nQP094001;120;100\n"), year=2020, mapping={"key": "CODE", "columns": columns}
    )
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.line, problem.column, problem.found) == (2, "CHOM", "120 and 100")


def test_every_bound_of_the_catalogue_names_a_variable_and_leads_to_an_end():
    variables = built_in().variables
    for name, variable in variables.items():
        seen = {name}
        above = variable.at_most
        while above is not None:
            assert above in variables
            assert above not in seen
            assert variables[above].unit == variable.unit
            seen.add(above)
            above = variables[above].at_most
