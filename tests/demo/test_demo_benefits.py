"""The file of the département on the RSA: its counts add up, and some of them are small."""

import csv
from pathlib import Path

import pytest

from oqhs.demo.places import QUARTIERS

RAW = Path(__file__).parents[2] / "data" / "raw" / "departement"


def rows(name):
    with (RAW / name).open(encoding="utf-8") as file:
        table = list(csv.reader(file, delimiter=";"))
    return {code: tuple(map(int, cells)) for code, *cells in table[1:]}


@pytest.fixture(scope="module")
def quartiers():
    return rows("rsa_2020_qpv.csv")


@pytest.mark.parametrize("name", sorted(path.name for path in RAW.glob("*.csv")))
def test_women_and_men_are_everybody(name):
    for code, (everybody, women, men) in rows(name).items():
        assert everybody == women + men, code


@pytest.mark.parametrize("year", [2015, 2020])
def test_the_departement_is_its_communes(year):
    communes = rows(f"rsa_{year}_com.csv")
    whole = communes.pop("999")
    assert len(communes) == 26
    assert whole == tuple(map(sum, zip(*communes.values(), strict=True)))


def test_a_commune_holds_the_quartiers_that_lie_in_it(quartiers):
    communes = rows("rsa_2020_com.csv")
    for commune, counts in communes.items():
        inside = [quartiers[one.code] for one in QUARTIERS if one.communes == (commune,)]
        assert all(whole >= sum(parts) for whole, *parts in zip(counts, *inside, strict=True)), commune


def test_everything_that_secrecy_is_about_is_met(quartiers):
    assert [code for code, (everybody, _, _) in quartiers.items() if everybody == 0] == ["QN99946N"]
    assert [code for code, (everybody, _, _) in quartiers.items() if 0 < everybody < 11] == ["QN99921I"]
    alike = [code for code, (everybody, women, men) in quartiers.items() if everybody and 0 in {women, men}]
    assert alike == ["QN99935I"]
    few = [code for code, (_, women, men) in quartiers.items() if 0 < min(women, men) < 11]
    assert few == ["QN99921I", "QN99930I", "QN99944N"]
