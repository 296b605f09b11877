"""Figures printed in the feuille de route 2024-2030: the rules flag whom its text names, and spare the others."""

import pytest
from flag_cases import flagged, gap

# Values of the text (2022), and those of the département in its table of key indicators.
HEAT, TREES = "exposition_icu", "surface_arboree"
DEPARTEMENT = {HEAT: 23.5, TREES: 32.5}
EXPOSED = {"Les Combattants": 100.0, "La Redoute - Le Fort-Michelet": 99.9}
LESS_EXPOSED = {
    "Haut-Pays - La Grusie": 1.6,
    "Lozaitz Nord - Grimau - Armand Gouret": 17.5,
    "HBM - Les Tours": 18.9,
}
BARE = {"Les Combattants": 10.3, "Ivry Port": 12.5, "Grand Ensemble": 12.7}
WOODED = {"Fosse Rouge - Cité Verte": 55.8, "Haut-Pays - La Grusie": 44.7}


@pytest.fixture(scope="module")
def flags():
    told = {HEAT: EXPOSED | LESS_EXPOSED, TREES: BARE | WOODED}
    rows = [
        gap(name, quartier, "departement", value, DEPARTEMENT[name], year=2022)
        for name, values in told.items()
        for quartier, value in values.items()
    ]
    return flagged(rows)


@pytest.mark.parametrize("kind", ["ecart", "seuil"])
@pytest.mark.parametrize(("indicator", "named"), [(HEAT, EXPOSED), (TREES, BARE)])
def test_those_the_text_names_are_flagged_and_those_it_spares_are_not(flags, indicator, named, kind):
    found = flags[(flags["indicator"] == indicator) & (flags["kind"] == kind)]
    assert set(found["territory"]) == set(named)
    assert set(found["state"]) == {"constate"}


def test_one_reference_alone_makes_no_decrochage(flags):
    assert "decrochage" not in set(flags["kind"])


def test_a_partner_reads_the_figures_of_the_text(flags):
    bars = flags[(flags["territory"] == "Les Combattants") & (flags["kind"] == "seuil")]
    assert [sentence.replace("\u00a0", " ") for sentence in bars["sentence"]] == [
        (
            "Part exposée moyennement ou fortement à un îlot de chaleur urbain dans le quartier Les Combattants : "
            "100,0 % en 2022 (seuil : au moins 75,0 %). Constaté : donnée mesurée, sans marge de sondage."
        ),
        (
            "Part de surface aérienne arborée (arbres et arbustes) dans le quartier Les Combattants : "
            "10,3 % en 2022 (seuil : au plus 15,0 %). Constaté : donnée mesurée, sans marge de sondage."
        ),
    ]
    (tree,) = flags[(flags["territory"] == "Ivry Port") & (flags["kind"] == "ecart")]["sentence"]
    assert "12,5 % en 2022, contre 32,5 % dans le Val-Fictif, soit 20,0 points de moins" in tree.replace(
        "\u00a0", " "
    )
