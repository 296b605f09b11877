"""Yearly figures of the method: the index of prices agrees with what Insee published, and all is referenced."""

import datetime as dt

import pytest

from oqhs.catalogue import load_catalogue
from oqhs.errors import UnknownError

CATALOGUE = load_catalogue()
PRICES = "prix_consommation"


@pytest.mark.parametrize(
    ("year", "published"),
    # Yearly averages, in %, of the Informations rapides of Insee on consumer prices.
    [
        (2013, 0.9), (2014, 0.5), (2015, 0.0), (2016, 0.2), (2017, 1.0), (2018, 1.8), (2019, 1.1), (2020, 0.5),
        (2021, 1.6), (2022, 5.2), (2023, 4.9), (2024, 2.0),
    ],
)  # fmt: skip
def test_the_index_of_prices_agrees_with_the_yearly_inflation_insee_published(year, published):
    # 2018: 103,09 / 101,22 = 1,0185, that is 1,85 % where Insee says 1,8 %
    now, before = (CATALOGUE.yearly(PRICES, one) for one in (year, year - 1))
    assert 100 * (now / before - 1) == pytest.approx(published, abs=0.1)


def test_errors_of_rounding_do_not_add_up_over_the_years():
    # 1,009 × 1,005 × 1,000 × 1,002 × 1,010 × 1,018 × 1,011 × 1,005 × 1,016 = 1,0784 from 2012 to 2021
    ratio = CATALOGUE.yearly(PRICES, 2021) / CATALOGUE.yearly(PRICES, 2012)
    assert ratio == pytest.approx(1.0784, abs=0.002)


def test_the_index_of_prices_is_100_in_the_year_of_its_base_which_its_unit_names():
    assert CATALOGUE.yearly(PRICES, 2015) == 100
    assert CATALOGUE.series[PRICES].unit == "base 100 en 2015"


@pytest.mark.parametrize("name", CATALOGUE.series)
def test_every_series_is_in_french_referenced_and_was_checked_once_its_last_year_was_over(name):
    series = CATALOGUE.series[name]
    assert all(text.strip() for text in (series.label, series.unit, series.reference))
    assert series.checked > dt.date(max(series.values), 12, 31)


@pytest.mark.parametrize("name", CATALOGUE.series)
def test_no_year_is_lacking_between_the_first_and_the_last_of_a_series(name):
    years = list(CATALOGUE.series[name].values)
    assert years == list(range(years[0], years[-1] + 1))


@pytest.mark.parametrize("name", CATALOGUE.thresholds)
def test_every_threshold_is_referenced_and_was_checked_after_it_came_into_force(name):
    for value in CATALOGUE.thresholds[name].values:
        assert value.reference.strip()
        assert value.checked >= value.since


@pytest.mark.parametrize("year", [2011, 2031])
def test_a_year_a_series_does_not_have_is_an_error_that_names_those_it_has_and_where_to_add_it(year):
    with pytest.raises(UnknownError) as unknown:
        CATALOGUE.yearly(PRICES, year)
    (problem,) = unknown.value.problems
    assert problem.what == f"series 'prix_consommation' has no value for {year}"
    assert (problem.found, problem.allowed) == (year, "2012 to 2024")
    assert problem.todo == "add it to `series` in oqhs/referentiel/seuils.yaml, with its reference"
    assert isinstance(unknown.value, LookupError)


def test_a_series_nobody_knows_is_an_error_that_names_those_there_are():
    with pytest.raises(UnknownError) as unknown:
        CATALOGUE.yearly("loyers", 2020)
    (problem,) = unknown.value.problems
    assert (problem.what, problem.found) == ("no such series", "loyers")
    assert PRICES in problem.allowed.split(", ")
