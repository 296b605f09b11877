"""Sentences of the flags: figures in French, and not a word about the people who live there."""

import re
import unicodedata

import numpy as np
import pandas as pd
import pytest
from flag_cases import INDICATORS, RULES, change, flagged, gap

from oqhs.analysis.flags import STATE_WORDS
from oqhs.analysis.heat import CELLS
from oqhs.analysis.words import templates

# Stems without accents, of words that blame those who live there, or rank places.
STIGMATISING = [
    r"ghetto",
    r"zones? de non[- ]droit",
    r"cites? a problemes?",
    r"quartiers? (difficile|sensible|chaud|a probleme|perdu|pauvre)s?",
    r"assist(e|ee|es|ees|anat)",
    r"pires?",
    r"mauvaise?s?",
    r"mediocres?",
    r"defavorise(e|s|es)?",
    r"(population|public|habitant)s? (a risque|difficile|fragile|pauvre|precaire)s?",
    r"problematiques?",
    r"cas social",
    r"immigr\w*",
    r"etrangers?",
    r"communautaris\w*",
    r"separatis\w*",
    r"delinqua\w*",
    r"insecurit\w*",
    r"violen\w*",
    r"dangereu\w*",
    r"degrade\w*",
    r"(en )?retard sur",
    r"echec\w*",
    r"handicap\w* de",
    r"derniers?",
    r"dernieres?",
    r"premiers?",
    r"premieres?",
    r"rang",
    r"classement",
    r"palmares",
    r"[0-9]+ ?(e|eme|er) (sur|des|du|place|rang)",
    r"lanterne",
    r"bonnets? d'ane",
]
_SEEN = re.compile(rf"\b({'|'.join(STIGMATISING)})\b")


def blamed(text):
    plain = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [found.group(0) for found in _SEEN.finditer(plain)]


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module")
def flags():
    sampled = {"sampling": "sondage", "gap_se": 1.0, "year": 2020}
    rows = [
        gap("taux_chomage_15_64", code, one, value, 12.0, **sampled)
        for code, value in (("A", 30.0), ("B", 17.5), ("C", 12.0), ("D", 11.0))
        for one in ("departement", "ept", "commune", "hors_qpv")
    ]
    rows += [
        gap("niveau_vie_median_mensuel", "A", one, 1349.0, 2023.0, sampling="fiscal")
        for one in ("ept", "commune")
    ]
    rows += [gap("pmi_minutes", "A", one, 18.2, 12.0) for one in ("ept", "commune")]
    rows += [gap("exposition_icu", "A", "commune", 80.0, 30.0, coverage=0.9)]
    rows += [gap("surface_arboree", "A", "commune", 10.0, 30.0, origin="oqhs_estimate")]
    rows += [gap("contrats_precaires", "A", "commune", 30.0, 13.0, sampling="inconnu")]
    rows += [gap("contrats_precaires", "B", "ept", 30.0, 13.0, reference_origin="oqhs_estimate")]
    rows += [gap("exposition_icu", "B", "commune", 80.0, 80.0, sampling="sondage", gap_se=1.0)]
    counted = {"A": (("ept", 0.0),), "B": (("ept", 1.0), ("commune", np.nan))}
    rows += [
        gap("bas_niveau_formation", code, one, 30.0, 20.0, sampling="exhaustif", gap_se=error)
        for code, errors in counted.items()
        for one, error in errors
    ]
    changes = [
        change("taux_chomage_15_64", "A", "ept", (27.0, 12.5), (30.0, 12.0), year=2020),
        change("niveau_vie_median_mensuel", "A", "ept", (1400.0, 1900.0), (1349.0, 2023.0)),
        change("bas_niveau_formation", "A", "ept", (28.0, 20.0), (30.0, 20.0)),
    ]
    return flagged(rows, changes)


def said(flags, territory, indicator, kind, reference):
    kept = flags[(flags["territory"] == territory) & (flags["indicator"] == indicator)]
    kept = kept[(kept["kind"] == kind) & (kept["reference"] == reference)]
    return plain(kept["sentence"].iloc[0])


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (
            ("A", "taux_chomage_15_64", "ecart", "commune"),
            (
                "Taux de chômage des 15-64 ans dans le quartier A : 30,0 % en 2020, contre 12,0 % à Champrolles, "
                "soit 18,0 points de plus (seuil : 5,0 points). Pour repère, hors des QPV du Val-Fictif : 12,0 %, "
                "soit un écart de +18,0 points. Ferme : la marge du sondage ne suffit pas à ramener "
                "l'écart sous le seuil (intervalle de l'écart : de +16,0 points à +20,0 points)."
            ),
        ),
        (
            ("B", "taux_chomage_15_64", "ecart", "ept"),
            (
                "Taux de chômage des 15-64 ans dans le quartier B : 17,5 % en 2020, contre 12,0 % dans l'EPT Ablette, "
                "soit 5,5 points de plus (seuil : 5,0 points). À confirmer : la marge du sondage peut ramener "
                "l'écart sous le seuil (intervalle de l'écart : de +3,5 points à +7,5 points)."
            ),
        ),
        (
            ("A", "taux_chomage_15_64", "creusement", "ept"),
            (
                "Taux de chômage des 15-64 ans dans le quartier A : l'écart avec la valeur de l'EPT Ablette est passé "
                "de +14,5 points en 2015 à +18,0 points en 2020, soit un creusement de 3,5 points (seuil : 1,0 point). "
                "L'évolution est celle du quartier, non de ses habitants. À confirmer : la marge du sondage peut "
                "ramener le creusement sous le seuil."
            ),
        ),
        (
            # 1 400 of 1 900 € are 73,7 %, 1 349 of 2 023 € are 66,7 %: 7,0 points less.
            ("A", "niveau_vie_median_mensuel", "creusement", "ept"),
            (
                "Niveau de vie mensuel médian des ménages dans le quartier A : la valeur est passée de 73,7 % de celle "
                "de l'EPT Ablette en 2015 à 66,7 % en 2021, soit un creusement de 7,0 points (seuil : 1,0 point). "
                "L'évolution est celle du quartier, non de ses habitants. Constaté : source fiscale, sans marge de "
                "sondage."
            ),
        ),
        (
            ("A", "niveau_vie_median_mensuel", "decrochage", "ept"),
            (
                "Décrochage. Niveau de vie mensuel médian des ménages dans le quartier A : 1 349 € en 2021, contre "
                "2 023 € dans l'EPT Ablette, soit 674 € de moins (seuil : 202 €), confirmé par l'écart à la commune et "
                "par le creusement de l'écart à l'EPT. Constaté : source fiscale, sans marge de sondage."
            ),
        ),
        (
            ("A", "pmi_minutes", "ecart", "ept"),
            (
                "Temps de marche jusqu'au centre de PMI le plus proche dans le quartier A : 18 min en 2021, contre "
                "12 min dans l'EPT Ablette, soit 6 minutes de plus (seuil : 5 minutes). Constaté : donnée mesurée, "
                "sans marge de sondage."
            ),
        ),
        (
            ("A", "exposition_icu", "seuil", ""),
            (
                "Part exposée moyennement ou fortement à un îlot de chaleur urbain dans le quartier A : 80,0 % en 2021 "
                "(seuil : au moins 75,0 %). À confirmer : une partie des données manque."
            ),
        ),
        (
            ("A", "surface_arboree", "seuil", ""),
            (
                "Part de surface aérienne arborée (arbres et arbustes) dans le quartier A : 10,0 % en 2021 (seuil : "
                "au plus 15,0 %). À confirmer : la valeur est une estimation de l'observatoire."
            ),
        ),
        (
            ("A", "contrats_precaires", "ecart", "commune"),
            (
                "Part de contrats précaires parmi les salariés de 15 ans et plus dans le quartier A : 30,0 % en 2021, "
                "contre 13,0 % à Champrolles, soit 17,0 points de plus (seuil : 5,0 points). À confirmer : la "
                "précision de la source n'est pas connue."
            ),
        ),
        (
            ("A", "bas_niveau_formation", "decrochage", "ept"),
            (
                "Décrochage. Part de la population avec un bas niveau de formation dans le quartier A : 30,0 % en "
                "2021, contre 20,0 % dans l'EPT Ablette, soit 10,0 points de plus (seuil : 5,0 points), confirmé par "
                "le creusement de l'écart à l'EPT. Constaté : recensement exhaustif, sans marge de sondage."
            ),
        ),
        (
            # 30, 17,5, 12 and 11 %: median 14,75, median deviation 3,25; 14,75 + 2 × 1,4826 × 3,25 = 24,39.
            ("A", "taux_chomage_15_64", "position", ""),
            (
                "Taux de chômage des 15-64 ans dans le quartier A : 30,0 % en 2020, nettement à l'écart de la médiane "
                "des quartiers, du côté défavorable (au moins 24,4 %). Repère interne, non un décrochage. À confirmer "
                ": la marge du sondage peut ramener la valeur en deçà de ce repère."
            ),
        ),
        (
            ("B", "exposition_icu", "seuil", ""),
            (
                "Part exposée moyennement ou fortement à un îlot de chaleur urbain dans le quartier B : 80,0 % en 2021 "
                "(seuil : au moins 75,0 %). À confirmer : la marge du sondage peut ramener la valeur en deçà du seuil."
            ),
        ),
        (
            ("B", "contrats_precaires", "ecart", "ept"),
            (
                "Part de contrats précaires parmi les salariés de 15 ans et plus dans le quartier B : 30,0 % en 2021, "
                "contre 13,0 % dans l'EPT Ablette, soit 17,0 points de plus (seuil : 5,0 points). À confirmer : la "
                "valeur de la référence est une estimation de l'observatoire."
            ),
        ),
        (
            # Everybody was counted in the quartier, not in the EPT: 10 points, bar 5, error 1.
            ("B", "bas_niveau_formation", "ecart", "ept"),
            (
                "Part de la population avec un bas niveau de formation dans le quartier B : 30,0 % en 2021, contre "
                "20,0 % dans l'EPT Ablette, soit 10,0 points de plus (seuil : 5,0 points). Ferme : la marge du sondage "
                "ne suffit pas à ramener l'écart sous le seuil (intervalle de l'écart : de +8,0 points à +12,0 "
                "points)."
            ),
        ),
        (
            # Nobody knows the margin of the commune: nothing is said of it.
            ("B", "bas_niveau_formation", "ecart", "commune"),
            (
                "Part de la population avec un bas niveau de formation dans le quartier B : 30,0 % en 2021, contre "
                "20,0 % à Champrolles, soit 10,0 points de plus (seuil : 5,0 points). Constaté : recensement exhaustif "
                "dans le quartier."
            ),
        ),
    ],
)
def test_a_sentence_tells_the_figure_what_it_is_held_against_and_how_sure_it_is(flags, key, sentence):
    assert said(flags, *key) == sentence


def test_the_worst_quarter_is_told_without_a_rank(flags):
    (told,) = flags.loc[
        (flags["rule"] == "position_quart") & (flags["indicator"] == "taux_chomage_15_64"), "sentence"
    ]
    assert "parmi le quart des quartiers où la valeur est la moins favorable (au moins 30,0 %)" in plain(told)


def test_a_value_without_a_year_is_told_without_one():
    row = gap("taux_pauvrete", "A", "commune", 40.0, 20.0, sampling="fiscal", year=pd.NA)
    (told,) = flagged([row])["sentence"]
    assert plain(told).startswith("Taux de pauvreté dans le quartier A : 40,0 %, contre 20,0 % à Champrolles")


def test_every_sentence_names_the_quartier_and_the_indicator(flags):
    for row in flags.to_dict("records"):
        assert (
            f"{INDICATORS[row['indicator']].label} dans le quartier {row['territory']} : " in row["sentence"]
        )
        assert row["sentence"].endswith(".")
        assert "nan" not in row["sentence"].lower()


def test_no_text_of_the_flags_blames_or_ranks(flags):
    texts = [*templates(), *flags["sentence"], *STATE_WORDS.values(), *CELLS.values()]
    texts += [rule.label for rule in RULES.rules.values()]
    texts += [entry.reference for rule in RULES.rules.values() for entry in rule.values]
    assert len(texts) > 50
    found = {text: blamed(text) for text in texts}
    assert {text: words for text, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Un GHETTO",
        "cette zone de non-droit",
        "une cité à problèmes",
        "des assistés",
        "le pire quartier",
        "les mauvais quartiers",
        "les populations défavorisées",
        "une population à risque",
        "3e sur 47",
        "au premier rang",
        "des quartiers sensibles",
    ],
)
def test_the_words_that_blame_are_seen_whatever_their_accents(text):
    assert blamed(text)
