"""The key table: exact French sentences, footnotes that follow the origin, remarks that tell the limits."""

import numpy as np
import pandas as pd
import pytest

from oqhs.analysis import compare
from oqhs.catalogue import load_catalogue
from oqhs.publish.key_table import KEY_TABLE_COLUMNS, Wording, key_table

CATALOGUE = load_catalogue()
PAIR = pd.DataFrame({"territory": ["QPV-94"], "reference": ["departement"], "reference_territory": ["94"]})


def wording(*, ensemble=True):
    return Wording(
        zone="QPV du Val-de-Marne",
        of_zone="des QPV du Val-de-Marne",
        reference="Val-de-Marne",
        in_reference="dans le Val-de-Marne",
        diffusion="interne",
        ensemble=ensemble,
    )


def side(indicator, territory, value, **told):
    usual = {"lower": value, "upper": value, "year": 2021, "perimeter": "", "status": "observed",
             "coverage": 1.0, "origin": "insee", "source": "carte", "note": ""}  # fmt: skip
    return {"indicator": indicator, "territory": territory, "value": value, **usual, **told}


def row(indicator, value, reference, *, mine=None, theirs=None, ensemble=True):
    rows = [
        side(indicator, "QPV-94", value, **(mine or {})),
        side(indicator, "94", reference, **(theirs or {})),
    ]
    frame = pd.DataFrame(rows).astype({"year": "Int64"})
    gaps = compare(frame, PAIR, {indicator: CATALOGUE.indicator(indicator)})
    return key_table(gaps, CATALOGUE, wording(ensemble=ensemble), {"carte": "filosofi"}).iloc[0]


def spaced(text):
    """« _ » stands for U+202F, « ~ » for U+2212, « ° » for U+00A0."""
    return text.replace("_", "\u202f").replace("~", "\u2212").replace("°", "\u00a0")


@pytest.mark.parametrize(
    ("indicator", "value", "reference", "sentence"),
    [
        (
            "taux_pauvrete", 36.2, 17.2,
            ("36,2°% des personnes des QPV du Val-de-Marne vivent sous le seuil de pauvreté, contre 17,2°% "
            "dans le Val-de-Marne, soit un écart de +19,0°points."),
        ),
        (
            "niveau_vie_median_mensuel", 1349.2, 2023.4,  # −674.2
            ("La moitié des personnes des QPV du Val-de-Marne ont un niveau de vie inférieur à 1_349°€ par mois, "
            "contre 2_023°€ dans le Val-de-Marne, soit un écart de ~674°€."),
        ),
        (
            "part_60_plus", 18.7, 20.2,
            ("18,7°% des habitants des QPV du Val-de-Marne ont 60 ans ou plus, contre 20,2°% "
            "dans le Val-de-Marne, soit un écart de ~1,5°point."),
        ),
        (
            "taux_chomage_15_64", 12.14, 12.1,
            ("12,1°% des actifs de 15 à 64 ans des QPV du Val-de-Marne sont au chômage au sens du recensement, "
            "contre 12,1°% dans le Val-de-Marne, soit un écart nul."),
        ),
        (
            "taux_chomage_15_64", 14.1, 12.1,
            ("14,1°% des actifs de 15 à 64 ans des QPV du Val-de-Marne sont au chômage au sens du recensement, "
            "contre 12,1°% dans le Val-de-Marne, soit un écart de +2,0°points."),
        ),
        (
            "familles_monoparentales", 42.5, 31.7,
            ("42,5°% des familles avec enfant(s) des QPV du Val-de-Marne sont monoparentales, contre 31,7°% "
            "dans le Val-de-Marne, soit un écart de +10,8°points."),
        ),
    ],
)  # fmt: skip
def test_a_reading_key_is_a_whole_french_sentence(indicator, value, reference, sentence):
    assert row(indicator, value, reference)["reading_key"] == spaced(sentence)


@pytest.mark.parametrize("name", [name for name, one in CATALOGUE.indicators.items() if one.key])
def test_every_reading_key_names_both_places_both_values_and_the_gap(name):
    unit = CATALOGUE.indicator(name).unit
    value, reference = (1349.0, 2023.0) if unit == "eur_month" else (36.2, 17.2)
    found = row(name, value, reference)
    for part in ("des QPV du Val-de-Marne", "dans le Val-de-Marne", found["qpv_affiche"],
                 found["reference_affiche"], "un écart de " + found["gap_affiche"]):  # fmt: skip
        assert part in found["reading_key"]
    assert "{" not in found["reading_key"]
    assert found["reading_key"].endswith(".")


def test_cells_are_unrounded_numbers_and_the_printed_ones_stand_beside():
    found = row("niveau_vie_median_mensuel", 1349.2, 2023.4)
    assert (found["qpv"], found["reference"]) == (1349.2, 2023.4)
    assert found["gap"] == pytest.approx(-674.2)
    assert found["qpv_affiche"] == spaced("1_349°€")
    assert found["reference_affiche"] == spaced("2_023°€")
    assert found["gap_affiche"] == spaced("~674°€")
    assert found["sign"] == "\u2212"
    assert (found["unit"], found["year"], found["source"]) == ("eur_month", 2021, "FiLoSoFi")


def test_the_printed_gap_is_that_of_the_unrounded_values():
    # 36.16 − 17.24 = 18.92 ; what is printed beside it is 36,2 and 17,2
    found = row("taux_pauvrete", 36.16, 17.24)
    assert found["gap_affiche"] == spaced("+18,9°points")
    assert (found["qpv_affiche"], found["reference_affiche"]) == (spaced("36,2°%"), spaced("17,2°%"))


@pytest.mark.parametrize(
    ("indicator", "origin", "letters"),
    [
        ("taux_pauvrete", "insee", "b"),
        ("taux_pauvrete", "oqhs_estimate", "a"),  # usually official, here an estimate
        ("part_moins_18", "oqhs", "a"),
        ("part_moins_18", "insee", "b"),  # usually an estimate, here official
        ("exposition_icu", "oqhs", ""),
        ("pmi_10_min", "oqhs", "c"),
    ],
)
def test_a_footnote_follows_where_the_value_came_from(indicator, origin, letters):
    assert row(indicator, 30.0, 20.0, mine={"origin": origin})["note"] == letters


def test_footnotes_are_about_all_the_quartiers_and_not_about_one():
    assert row("taux_pauvrete", 30.0, 20.0, ensemble=False)["note"] == ""


def test_an_official_value_that_is_whole_needs_no_remark():
    assert row("taux_pauvrete", 36.2, 17.2)["remark"] == ""


def test_an_estimate_where_insee_publishes_says_that_the_figure_was_not_delivered():
    told = "l'Insee publie cette valeur pour l'ensemble des quartiers : elle n'a pas été livrée"
    assert row("taux_pauvrete", 36.2, 17.2, mine={"origin": "oqhs"})["remark"] == told
    assert row("taux_pauvrete", 36.2, 17.2, mine={"origin": "oqhs"}, ensemble=False)["remark"] == ""


def test_the_notes_of_both_sides_stand_in_the_remark():
    found = row("part_moins_18", 30.0, 20.0, mine={"note": "partiel"}, theirs={"note": "approché"})
    assert found["remark"] == "partiel ; référence : approché"


def test_the_bounds_of_a_partial_value_stand_in_the_remark():
    # 29.17 − 17.2 = 11.97 and 45.83 − 17.2 = 28.63
    found = row("part_moins_18", 35.0, 17.2, mine={"lower": 29.17, "upper": 45.83})
    assert found["remark"] == spaced(
        "selon les valeurs inconnues, l'écart est compris entre +12,0°points et +28,6°points"
    )


def test_bounds_too_narrow_to_be_seen_are_not_told():
    assert row("part_moins_18", 35.0, 17.2, mine={"lower": 34.98, "upper": 35.02})["remark"] == ""


def test_a_secret_value_is_printed_as_missing_with_its_reason_and_no_footnote():
    hidden = {"status": "secret", "lower": np.nan, "upper": np.nan}
    found = row("taux_pauvrete", np.nan, 17.2, mine=hidden)
    assert (found["qpv_affiche"], found["gap_affiche"], found["sign"]) == ("secret", "secret", "")
    assert found["reference_affiche"] == spaced("17,2°%")
    assert found["note"] == ""
    reason = "valeur couverte par le secret statistique"
    assert found["remark"] == reason
    assert found["reading_key"] == f"Écart non disponible ({reason})."


def test_the_columns_that_partners_rely_on_are_there_in_their_order():
    fixed = ["theme", "indicator", "label", "qpv", "reference", "gap", "sign", "unit", "year", "source", "origin",
             "coverage", "note", "reading_key"]  # fmt: skip
    assert [name for name in KEY_TABLE_COLUMNS if name in fixed] == fixed
    assert row("taux_pauvrete", 36.2, 17.2).index.tolist() == KEY_TABLE_COLUMNS


def test_the_diffusion_is_in_every_row():
    assert row("taux_pauvrete", 36.2, 17.2)["diffusion"] == "interne"
