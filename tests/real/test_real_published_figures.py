"""Published figures of the Val-de-Marne (golden.md, G1 to G4 and G8), met from the files of Insee.

Each published figure stands beside an independent computation: csv, Decimal and plain Python.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import real_plain as plain

from oqhs.edition import Edition
from oqhs.measures import pooled_quantile
from oqhs.sources import read
from oqhs.text import NARROW_SPACE, NO_BREAK_SPACE, format_value

pytestmark = pytest.mark.real

DECILES_2019 = ["D119", "D219", "D319", "D419", "Q219", "D619", "D719", "D819", "D919"]


def observation(edition: Edition, indicator: str, territory: str) -> pd.Series:
    rows = edition.observations
    chosen = rows[(rows["indicator"] == indicator) & (rows["territory"] == territory)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def quartiers_2024(real_data: Path, name: str) -> dict:
    path = real_data / "insee_qpv/qpv2024_assembled.csv"
    values = plain.column(path, name, key="codeQPV", delimiter=",", decimal=".")
    return plain.of_departement(values, "QN094")


def communes_2021(real_data: Path, name: str) -> dict:
    values = plain.column(real_data / "insee/cc_filosofi_2021_COM.csv", name, key="CODGEO")
    return plain.of_departement(values, "94")


def test_g1_the_47_quartiers_of_2024_have_178_448_inhabitants(edition_2024: Edition, real_data: Path):
    row = observation(edition_2024, "population", "QPV-94")
    assert row["value"] == 178_448 == sum(quartiers_2024(real_data, "popMuniQPV").values())
    assert format_value(row["value"], "persons", 0) == f"178{NARROW_SPACE}448"
    assert (row["n_known"], row["n_total"], row["coverage"]) == (47, 47, 1.0)
    assert (row["origin"], row["year"], row["perimeter"]) == ("oqhs", 2020, "qpv2024")


def test_g1b_the_42_quartiers_of_2015_have_143_416_inhabitants(edition_2019: Edition, real_data: Path):
    people = plain.column(real_data / "insee_qpv/DEMO_2021.csv", "POP_MUN", key="CODGEO")
    row = observation(edition_2019, "population", "QPV-94")
    assert row["value"] == 143_416 == sum(plain.of_departement(people, "QP094").values())
    assert (row["n_known"], row["n_total"], row["coverage"]) == (42, 42, 1.0)
    assert (row["year"], row["perimeter"]) == (2018, "qpv2015")


def test_g2_poverty_in_the_quartiers_is_36_2_percent_on_42_of_47_and_says_its_weight_is_a_proxy(
    edition_2024: Edition, real_data: Path
):
    rates = quartiers_2024(real_data, "taux_pauvrete_60%")
    people = quartiers_2024(real_data, "popMuniQPV")
    row = observation(edition_2024, "taux_pauvrete", "QPV-94")
    assert row["value"] == pytest.approx(float(plain.mean_rate(rates, people)), abs=1e-9)
    assert row["value"] == pytest.approx(36.158, abs=5e-4)  # golden.md
    assert format_value(row["value"], "percent", 1) == f"36,2{NO_BREAK_SPACE}%"  # feuille de route
    assert (row["n_known"], row["n_total"]) == (42, 47)
    assert row["coverage"] == pytest.approx(0.928, abs=5e-4)
    assert row["coverage"] == pytest.approx(float(plain.coverage(rates, people)), abs=1e-12)
    assert row["origin"] == "oqhs_estimate"
    assert row["note"] == (
        "partiel : 42 des 47 territoires, 92,8 % du poids ; "
        "pondération approchée : population municipale (2020)"
    )


def test_g3_poverty_in_the_departement_is_bounded_where_two_rich_communes_are_secret(
    edition_2024: Edition, real_data: Path
):
    rates, persons = communes_2021(real_data, "TP6021"), communes_2021(real_data, "NBPERSMENFISC21")
    row = observation(edition_2024, "taux_pauvrete", "94")
    assert row["value"] == pytest.approx(float(plain.mean_rate(rates, persons)), abs=1e-9)
    assert row["value"] == pytest.approx(17.2, abs=0.1)  # published
    assert (row["n_known"], row["n_total"]) == (45, 47)
    assert row["coverage"] == pytest.approx(0.995, abs=5e-4)
    assert row["coverage"] == pytest.approx(float(plain.coverage(rates, persons)), abs=1e-12)
    # The two secret communes are richer than the rest: from nobody poor to as many as elsewhere.
    medians = communes_2021(real_data, "MED21")
    secret = [code for code, rate in rates.items() if rate is None]
    assert secret == ["94048", "94056"]
    assert min(medians[code] for code in secret) > plain.mean_rate(medians, persons)
    poor = sum(rate * persons[code] for code, rate in rates.items() if rate is not None)
    assert row["lower"] == pytest.approx(float(poor / sum(persons.values())), abs=1e-9)
    assert row["upper"] == pytest.approx(row["value"], abs=1e-9)
    assert (round(row["lower"], 2), round(row["upper"], 2)) == (17.16, 17.25)  # golden.md
    assert row["note"] == (
        "partiel : 45 des 47 territoires, 99,5 % du poids ; "
        "borne haute : on suppose que les territoires sans donnée, plus aisés, "
        "n'ont pas un taux supérieur à celui des autres"
    )


def test_g4_the_share_of_benefits_is_weighted_by_income_and_the_proxy_is_named(
    edition_communes: Edition, real_data: Path
):
    shares, persons = communes_2021(real_data, "PPSOC21"), communes_2021(real_data, "NBPERSMENFISC21")
    medians = communes_2021(real_data, "MED21")
    row = observation(edition_communes, "part_prestations_sociales", "94")
    masses = {code: persons[code] * medians[code] for code in persons}
    assert row["value"] == pytest.approx(float(plain.mean_rate(shares, masses)), abs=1e-9)
    assert row["value"] == pytest.approx(5.2, abs=0.1)  # published by Insee for the département
    assert row["value"] == pytest.approx(5.252, abs=5e-4)  # golden.md
    assert row["note"] == (
        "pondération approchée : personnes des ménages fiscaux (2021) × niveau de vie médian annuel (2021)"
    )
    assert (row["origin"], row["n_known"], row["n_total"]) == ("oqhs_estimate", 47, 47)
    assert row["coverage"] == 1.0
    # Weighted by persons it would be wrong by half a point.
    assert float(plain.mean_rate(shares, persons)) == pytest.approx(5.76, abs=5e-3)


def test_g8_the_median_of_the_departement_is_pooled_and_is_not_the_mean_of_the_medians(
    edition_communes: Edition, real_data: Path
):
    path = real_data / "insee/FILO2019_DISP_COM.csv"
    deciles = plain.deciles_of(path, DECILES_2019, prefix="94")
    persons = plain.of_departement(plain.column(path, "NBPERS19", key="CODGEO"), "94")
    row = observation(edition_communes, "niveau_vie_median_mensuel", "94")
    expected = plain.pooled_median(list(deciles.values()), [float(persons[code]) for code in deciles])
    assert 12 * row["value"] == pytest.approx(expected, abs=1e-3)
    assert 12 * row["value"] == pytest.approx(23_052, abs=0.5)  # golden.md
    assert 12 * row["value"] == pytest.approx(23_060, rel=0.002)  # FILO2019_DISP_DEP.csv
    assert (row["n_known"], row["n_total"], row["coverage"]) == (47, 47, 1.0)
    assert (row["origin"], row["note"]) == ("oqhs_estimate", "")
    medians = plain.of_departement(plain.column(path, "Q219", key="CODGEO"), "94")
    assert float(plain.mean_rate(medians, persons)) == pytest.approx(23_646, abs=0.5)


def test_g8_the_same_median_comes_from_the_measure_alone(real_data: Path):
    frame = read(real_data / "insee/FILO2019_DISP_COM.csv", perimeter="cog2020")
    values = frame.pivot(index="territory", columns="variable", values="value").filter(regex="^94", axis=0)
    names = {i / 10: "niveau_vie_median" if i == 5 else f"niveau_vie_d{i}" for i in range(1, 10)}
    quantiles = pd.DataFrame({p: values[name] for p, name in names.items()})
    found = pooled_quantile(quantiles, values["personnes_menages_fiscaux"])
    assert found == pytest.approx(23_060, rel=0.002)
    assert quantiles.notna().all(axis=None)


def test_g8_where_insee_publishes_the_departement_its_figure_is_shown_and_ours_is_the_check(
    edition_2019: Edition, edition_communes: Edition
):
    shown = observation(edition_2019, "niveau_vie_median_mensuel", "94")
    ours = observation(edition_communes, "niveau_vie_median_mensuel", "94")
    assert shown["value"] == 23_060 / 12  # FILO2019_DISP_DEP.csv, Q219
    assert (shown["origin"], shown["coverage"]) == ("insee", 1.0)
    assert shown["check"] == ours["value"]
