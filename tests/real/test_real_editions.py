"""Two editions of the Val-de-Marne from real files: 2019 on the quartiers of 2015, 2024 on those of 2024."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import real_plain as plain

from oqhs.edition import Edition
from oqhs.observatory import Observatory
from oqhs.text import NARROW_SPACE
from oqhs.text import NO_BREAK_SPACE as NBSP

pytestmark = pytest.mark.real

QPV_2019, PEOPLE = "insee_qpv/data_filo19_qp_revdis.csv", "insee_qpv/DEMO_2021.csv"
DEP_2019 = "insee/FILO2019_DISP_DEP.csv"
DECILES = [f"DISP_{'MED' if i == 5 else f'D{i}'}_A19" for i in range(1, 10)]


def key_rows(edition: Edition) -> pd.DataFrame:
    return edition.key_table().set_index("indicator")


def of_quartiers(real_data: Path, file: str, name: str) -> dict:
    return plain.of_departement(plain.column(real_data / file, name, key="CODGEO"), "QP094")


def of_departement(real_data: Path, name: str) -> float:
    return float(plain.column(real_data / DEP_2019, name, key="CODGEO")["94"])


def assert_said_to_be_missing(row: pd.Series) -> None:
    assert row["status"] == "not_available"
    assert pd.isna(row["qpv"])
    assert pd.isna(row["gap"])
    assert (row["qpv_affiche"], row["gap_affiche"]) == ("n. d.", "n. d.")
    why = "l'édition ne prévoit pas cet indicateur"
    assert why in row["remark"]
    assert row["reading_key"].startswith("Écart non disponible (")
    assert row["reading_key"].endswith(f"{why}).")


def test_the_two_editions_stand_in_one_folder(observatory: Observatory):
    assert {2019, 2024} <= set(observatory.editions)


def test_2019_the_median_of_the_quartiers_is_629_euros_under_the_departement(
    edition_2019: Edition, real_data: Path
):
    deciles = plain.deciles_of(real_data / QPV_2019, DECILES, prefix="QP094")
    people = of_quartiers(real_data, PEOPLE, "POP_MUN")
    median = plain.pooled_median(list(deciles.values()), [float(people[code]) for code in deciles]) / 12
    row = key_rows(edition_2019).loc["niveau_vie_median_mensuel"]
    assert len(deciles) == 42
    assert row["qpv"] == pytest.approx(median, abs=1e-4)
    assert row["gap"] == pytest.approx(median - of_departement(real_data, "Q219") / 12, abs=1e-4)
    assert (row["gap_affiche"], row["sign"], row["year"]) == (f"−629{NBSP}€", "−", 2019)
    assert (row["coverage"], row["reference_coverage"]) == (1.0, 1.0)
    assert (row["origin"], row["reference_origin"], row["note"]) == ("oqhs_estimate", "insee", "a")


def test_2019_the_share_of_benefits_of_the_quartiers_is_11_4_points_above_the_departement(
    edition_2019: Edition, real_data: Path
):
    shares, medians = (of_quartiers(real_data, QPV_2019, name) for name in ("DISP_PPSOC_A19", "DISP_MED_A19"))
    people = of_quartiers(real_data, PEOPLE, "POP_MUN")
    share = plain.mean_rate(shares, {code: people[code] * medians[code] for code in shares})
    row = key_rows(edition_2019).loc["part_prestations_sociales"]
    assert row["qpv"] == pytest.approx(float(share), abs=1e-9)
    assert row["gap"] == pytest.approx(float(share) - of_departement(real_data, "PPSOC19"), abs=1e-9)
    assert (row["gap_affiche"], row["sign"]) == (f"+11,4{NBSP}points", "+")
    assert (row["coverage"], row["reference_coverage"]) == (1.0, 1.0)
    assert (row["origin"], row["reference_origin"]) == ("oqhs_estimate", "insee")


def test_2019_poverty_has_a_value_and_no_reference_and_says_why(edition_2019: Edition, real_data: Path):
    rates, people = (
        of_quartiers(real_data, QPV_2019, "DISP_TP60_A19"),
        of_quartiers(real_data, PEOPLE, "POP_MUN"),
    )
    row = key_rows(edition_2019).loc["taux_pauvrete"]
    assert row["qpv"] == pytest.approx(float(plain.mean_rate(rates, people)), abs=1e-9)
    assert (row["status"], row["coverage"]) == ("observed", 1.0)
    assert (row["reference_status"], row["reference_affiche"]) == ("not_available", "n. d.")
    assert pd.isna(row["gap"])
    assert row["reading_key"] == (
        f"Taux de pauvreté des QPV du Val-de-Marne : 35,3{NBSP}%. "
        "Écart non disponible (référence : l'édition n'a pas de fichier)."
    )


def test_2024_poverty_of_the_quartiers_is_18_9_points_above_the_departement_within_bounds(
    edition_2024: Edition, real_data: Path
):
    table, communes = (
        real_data / "insee_qpv/qpv2024_assembled.csv",
        real_data / "insee/cc_filosofi_2021_COM.csv",
    )
    rates, people = (
        plain.of_departement(plain.column(table, name, key="codeQPV", delimiter=",", decimal="."), "QN094")
        for name in ("taux_pauvrete_60%", "popMuniQPV")
    )
    their_rates, persons = (
        plain.of_departement(plain.column(communes, name, key="CODGEO"), "94")
        for name in ("TP6021", "NBPERSMENFISC21")
    )
    row = key_rows(edition_2024).loc["taux_pauvrete"]
    ours, theirs = plain.mean_rate(rates, people), plain.mean_rate(their_rates, persons)
    assert row["gap"] == pytest.approx(float(ours - theirs), abs=1e-9)
    assert row["gap_affiche"] in {f"+18,9{NBSP}points", f"+19,0{NBSP}points"}
    # Unknown quartiers: between nobody and everybody poor. Secret communes: at most as elsewhere.
    known, their_known = plain.coverage(rates, people), plain.coverage(their_rates, persons)
    assert row["gap_lower"] == pytest.approx(float(ours * known - theirs), abs=1e-9)
    highest = ours * known + 100 * (1 - known)
    assert row["gap_upper"] == pytest.approx(float(highest - theirs * their_known), abs=1e-9)
    assert row["remark"].endswith(
        f"selon les valeurs inconnues, l'écart est compris entre +16,3{NBSP}points et +23,6{NBSP}points"
    )
    assert (row["note"], row["year"], row["source"]) == ("a", 2021, "FiLoSoFi")


@pytest.mark.parametrize(
    ("year", "computed"),
    [
        (2019, ["taux_pauvrete", "niveau_vie_median_mensuel", "part_prestations_sociales"]),
        (2024, ["taux_pauvrete"]),
    ],
)
def test_every_other_row_of_the_key_table_is_not_available_and_says_why(
    observatory: Observatory, year: int, computed: list[str]
):
    table = key_rows(observatory.edition(year))
    assert len(table) == 17
    assert table.index[table["status"] == "observed"].tolist() == computed
    for _, row in table.drop(index=computed).iterrows():
        assert_said_to_be_missing(row)


def test_a_reading_key_is_a_sentence_of_french(edition_2024: Edition, edition_2019: Edition):
    poverty = key_rows(edition_2024).loc["taux_pauvrete", "reading_key"]
    assert poverty == (
        f"36,2{NBSP}% des personnes des QPV du Val-de-Marne vivent sous le seuil de pauvreté, "
        f"contre 17,3{NBSP}% dans le Val-de-Marne, soit un écart de +18,9{NBSP}points."
    )
    median = key_rows(edition_2019).loc["niveau_vie_median_mensuel", "reading_key"]
    assert median == (
        "La moitié des personnes des QPV du Val-de-Marne ont un niveau de vie inférieur à "
        f"1{NARROW_SPACE}293{NBSP}€ par mois, contre 1{NARROW_SPACE}922{NBSP}€ dans le Val-de-Marne, "
        f"soit un écart de −629{NBSP}€."
    )


def test_a_reading_key_names_a_quartier_and_its_two_communes(edition_2024: Edition):
    table = edition_2024.key_table("commune", territory="QN09414M").set_index("indicator")
    # Arcueil 19 % and Gentilly 20 % of poor persons (cc_filosofi_2021_COM.csv), hence 19.45 together.
    assert table.loc["taux_pauvrete", "reading_key"] == (
        f"35,0{NBSP}% des personnes du quartier Chaperon Vert vivent sous le seuil de pauvreté, "
        f"contre 19,5{NBSP}% à Arcueil et à Gentilly, soit un écart de +15,5{NBSP}points."
    )


def test_a_reading_key_names_an_ept_once(edition_2024: Edition):
    table = edition_2024.key_table("ept", territory="QN09414M").set_index("indicator")
    assert table.loc["taux_pauvrete", "reading_key"] == (
        f"35,0{NBSP}% des personnes du quartier Chaperon Vert vivent sous le seuil de pauvreté, "
        f"contre 22,3{NBSP}% dans l'EPT Grand-Orly Seine Bièvre, soit un écart de +12,7{NBSP}points."
    )
