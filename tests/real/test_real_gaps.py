"""Gaps of every quartier in poverty 2021, recomputed from the files of Insee in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import real_plain as plain

from oqhs.edition import Edition

pytestmark = pytest.mark.real

LEAST_COVERAGE = Decimal("0.8")  # seuils.yaml, couverture_min


@dataclass(frozen=True)
class Poverty:
    """Rates of the quartiers, rates and persons of the communes, and who lies where."""

    quartiers: dict
    people: dict
    rates: dict
    persons: dict
    communes: dict[str, list[str]]
    ept: dict[str, str]

    def compared_with(self, quartier: str, reference: str) -> list[str]:
        """Communes the reference of a quartier is made of."""
        if reference == "departement":
            return sorted(self.ept)
        if reference == "commune":
            return self.communes[quartier]
        epts = {self.ept[commune] for commune in self.communes[quartier]}
        return sorted(commune for commune, ept in self.ept.items() if ept in epts)

    def pooled(self, communes: list[str]) -> tuple[Decimal | None, Decimal]:
        """Rate of communes together and what is known of it; None under the least coverage."""
        rates = {code: self.rates[code] for code in communes}
        known = plain.coverage(rates, self.persons)
        return (plain.mean_rate(rates, self.persons) if known >= LEAST_COVERAGE else None), known


@pytest.fixture(scope="session")
def poverty(real_data: Path) -> Poverty:
    table, communes = (
        real_data / "insee_qpv/qpv2024_assembled.csv",
        real_data / "insee/cc_filosofi_2021_COM.csv",
    )

    def quartiers(name: str) -> dict:
        values = plain.column(table, name, key="codeQPV", delimiter=",", decimal=".")
        return plain.of_departement(values, "QN094")

    return Poverty(
        quartiers=quartiers("taux_pauvrete_60%"),
        people=quartiers("popMuniQPV"),
        rates=plain.column(communes, "TP6021", key="CODGEO"),
        persons=plain.column(communes, "NBPERSMENFISC21", key="CODGEO"),
        communes=plain.communes_of_quartiers(real_data / "perimeters/qpv2024_simplified.geojson"),
        ept=plain.ept_of_communes(real_data / "perimeters/commune_ept_94.csv"),
    )


def gaps_in_poverty(edition: Edition, reference: str) -> pd.DataFrame:
    gaps = edition.gaps(reference)
    return gaps[gaps["indicator"] == "taux_pauvrete"].set_index("territory")


@pytest.mark.parametrize("reference", ["departement", "ept", "commune"])
def test_the_gap_of_each_quartier_is_the_one_plain_python_finds(
    edition_2024: Edition, poverty: Poverty, reference: str
):
    found = gaps_in_poverty(edition_2024, reference)
    assert sorted(found.index) == sorted(poverty.quartiers) == sorted(poverty.communes)
    for quartier, rate in poverty.quartiers.items():
        row = found.loc[quartier]
        pooled, known = poverty.pooled(poverty.compared_with(quartier, reference))
        assert row["reference_coverage"] == pytest.approx(float(known), abs=1e-12)
        if rate is None or pooled is None:
            assert pd.isna(row["gap"])
            assert row["reason"] != ""
        else:
            assert row["gap"] == pytest.approx(float(rate - pooled), abs=1e-9)
            assert row["sign"] == ("+" if rate > pooled else "−")
            assert row["unfavourable"] == (rate > pooled)
            assert row["reason"] == ""
    # 42 of the 47 quartiers have a rate, and every reference is known enough.
    assert found["gap"].notna().sum() == 42


def test_the_gap_of_each_quartier_to_all_the_quartiers_is_the_one_plain_python_finds(
    edition_2024: Edition, poverty: Poverty
):
    found = gaps_in_poverty(edition_2024, "ensemble_qpv")
    every = plain.mean_rate(poverty.quartiers, poverty.people)
    expected = {code: float(r - every) for code, r in poverty.quartiers.items() if r is not None}
    assert found["gap"].dropna().to_dict() == pytest.approx(expected, abs=1e-9)
    assert set(found["reference_territory"]) == {"QPV-94"}


def test_a_quartier_in_several_communes_is_compared_with_them_weighted_by_their_persons(
    edition_2024: Edition, poverty: Poverty
):
    several = {code: one for code, one in poverty.communes.items() if len(one) > 1}
    found = gaps_in_poverty(edition_2024, "commune")
    assert len(several) == 8
    for quartier, communes in several.items():
        row = found.loc[quartier]
        assert row["reference_territory"] == "+".join(sorted(communes))
        assert row["reference_value"] == pytest.approx(float(poverty.pooled(communes)[0]), abs=1e-9)
        plain_mean = float(sum(poverty.rates[code] for code in communes) / len(communes))
        assert row["reference_value"] != pytest.approx(plain_mean, abs=1e-3)


def test_no_rate_is_given_outside_the_quartiers_since_rates_cannot_be_subtracted(edition_2024: Edition):
    found = gaps_in_poverty(edition_2024, "hors_qpv")
    known = found[found["status"] == "observed"]
    assert len(known) == 42
    assert found["gap"].isna().all()
    assert set(known["reason"]) == {
        "référence : seuls des effectifs se soustraient : ni un taux, ni une médiane, ni une estimation"
    }
