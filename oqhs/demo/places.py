"""Invented places: no commune, no quartier and no intercommunal body here exists.

Names exercise what trips a program: articles, elisions, initial vowels, accents, œ, parentheses and
a very long label.
"""

from __future__ import annotations

from typing import NamedTuple

DEPARTEMENT = "999"
DEPARTEMENT_NAME = "Val-Fictif"
NEIGHBOUR = "998"
REGION = ("99", "Marches-Fictives")


class Ept(NamedTuple):
    """An intercommunal body; its SIREN has a wrong check digit, so that nobody bears it."""

    name: str
    siren: str


class Commune(NamedTuple):
    """A commune: its cell of the lattice, its people outside the quartiers and their median (€ a year)."""

    code: str
    name: str
    ept: str
    cell: tuple[int, int]
    outside: int
    median: int


class Quartier(NamedTuple):
    """A quartier: the communes it lies in, and about how many people live there."""

    code: str
    label: str
    communes: tuple[str, ...]
    population: int


EPTS = {
    "T90": Ept("Boucles d'Ablette", "999000903"),
    "T91": Ept("Grand-Val de Mirelle", "999000911"),
    "T92": Ept("Plaine et Coteaux d'Ablette", "999000928"),
}

COMMUNES = (
    Commune("99801", "Pré-l'Abbesse", "T92", (0, 0), 14_200, 26_000),
    Commune("99802", "Ruisselande", "T92", (5, 0), 9_300, 28_600),
    Commune("99901", "Arcelles-sur-Ablette", "T90", (1, 2), 46_000, 26_500),
    Commune("99902", "Beaumirail", "T90", (2, 2), 58_000, 24_500),
    Commune("99903", "Champrolles", "T91", (3, 2), 69_000, 23_300),
    Commune("99904", "Clairvaise", "T92", (0, 1), 27_000, 25_800),
    Commune("99905", "Cœurmont-les-Bois", "T91", (4, 4), 2_750, 36_300),
    Commune("99906", "Coudrevigne", "T92", (1, 1), 38_000, 23_800),
    Commune("99907", "L'Épinette-aux-Prés", "T90", (0, 3), 24_000, 27_400),
    Commune("99908", "Évremoulin", "T92", (2, 1), 52_000, 24_100),
    Commune("99909", "Fontmirelle", "T91", (4, 2), 41_000, 24_900),
    Commune("99910", "Grandchêne-sur-Ablette", "T92", (3, 1), 61_000, 23_500),
    Commune("99911", "Hautelisse", "T90", (1, 4), 33_000, 34_200),
    Commune("99912", "La Verchaude", "T92", (1, 0), 19_000, 26_300),
    Commune("99913", "Le Gué-Mirelle", "T91", (3, 3), 29_000, 26_900),
    Commune("99914", "Les Trois-Ormettes", "T92", (4, 1), 23_000, 25_000),
    Commune("99915", "Marsonvilliers", "T90", (2, 4), 4_800, 34_700),
    Commune("99916", "Montœuvre", "T90", (1, 3), 36_000, 26_200),
    Commune("99917", "Neuvillance", "T92", (5, 1), 26_000, 30_300),
    Commune("99918", "Orvillemont", "T91", (5, 2), 22_000, 26_800),
    Commune("99919", "Pontbriselle", "T92", (2, 0), 31_000, 25_300),
    Commune("99920", "Quincevaux", "T91", (5, 3), 8_600, 31_700),
    Commune("99921", "Rochelande", "T92", (3, 0), 17_000, 27_100),
    Commune("99922", "Saint-Mirel-des-Eaux", "T91", (4, 3), 21_000, 30_800),
    Commune("99923", "Sainte-Orvelle", "T90", (2, 3), 28_000, 29_000),
    Commune("99924", "Tournevigne", "T92", (4, 0), 15_000, 25_500),
    Commune("99925", "Val-d'Ablette", "T91", (3, 4), 18_000, 28_100),
    Commune("99926", "Villemirelle", "T90", (0, 2), 13_000, 24_700),
)

_LONG_LABEL = (
    "Cité des Quatre-Vents - Résidence du Moulin de Pierre - Les Terrasses d'Ablette - "
    "Chemin des Vignes Hautes (Tranches 1 à 3)"
)

QUARTIERS = (
    Quartier("QN99901M", "Les Alouettes", ("99903",), 7_400),
    Quartier("QN99902M", "La Pierre Levée Nord", ("99903",), 4_100),
    Quartier("QN99903I", "La Pierre Levée Sud", ("99903",), 2_900),
    Quartier("QN99904M", "Le Grand Pavois", ("99902", "99903"), 6_900),
    Quartier("QN99905M", "Cité du Levant", ("99902",), 5_600),
    Quartier("QN99906I", "Les Œillets", ("99902",), 2_300),
    Quartier("QN99907M", "La Tuilerie Haute", ("99902",), 3_500),
    # As in the producer's layer: a capital without its accent, which libelles.yaml corrects.
    Quartier("QN99908M", "L'Ecluse Neuve", ("99910",), 6_200),
    Quartier("QN99909M", "Grande Prairie", ("99910",), 4_800),
    Quartier("QN99910I", "Îlot des Bateliers", ("99910",), 1_900),
    Quartier("QN99911M", "Faubourg de l'Octroi - Porte Basse", ("99908", "99910"), 5_200),
    Quartier("QN99912M", "Le Bœuf Couronné", ("99908",), 4_400),
    Quartier("QN99913I", "Les Trois Ponts", ("99908",), 2_600),
    Quartier("QN99914M", _LONG_LABEL, ("99901",), 8_300),
    Quartier("QN99915I", "Les Tanneurs (Haut de l'Île)", ("99901",), 2_100),
    Quartier("QN99916M", "La Coulée Douce - Prés-Salés", ("99901", "99916"), 4_700),
    Quartier("QN99917M", "Les Neuf Fontaines", ("99916",), 3_600),
    Quartier("QN99918I", "Orée du Parc", ("99916",), 1_800),
    Quartier("QN99919M", "Les Hauts de Mirelle", ("99906",), 5_100),
    Quartier("QN99920M", "La Garenne aux Biches", ("99906",), 3_300),
    Quartier("QN99921I", "Rond-Point des Forges", ("99906",), 1_500),
    Quartier("QN99922M", "Port-aux-Planches", ("99909",), 4_000),
    Quartier("QN99923M", "L'Étoile du Berger", ("99909",), 3_900),
    Quartier("QN99924I", "Le Pressoir Blanc", ("99909",), 1_700),
    Quartier("QN99925M", "La Croix-du-Guet", ("99919",), 3_700),
    Quartier("QN99926I", "Les Roseaux", ("99919",), 2_000),
    Quartier("QN99927M", "Centre Ancien - Halles", ("99904",), 4_500),
    Quartier("QN99928I", "Les Marais Rouges", ("99904",), 1_600),
    Quartier("QN99929M", "L'Ancienne Gare", ("99913",), 3_100),
    Quartier("QN99930I", "Le Champ-Perdrix", ("99913",), 1_350),
    Quartier("QN99931M", "Bords d'Ablette", ("99914",), 3_400),
    Quartier("QN99932I", "La Malterie", ("99914",), 1_900),
    Quartier("QN99933M", "Vallon des Sources", ("99912",), 2_800),
    Quartier("QN99934M", "Le Clos des Pêcheurs - Les Lavandières", ("99921", "99924"), 4_300),
    Quartier("QN99935I", "La Ferme aux Noyers", ("99907",), 1_450),
    Quartier("QN99936M", "Belle-Échauguette", ("99918",), 2_700),
    Quartier("QN99937M", "Cité-Jardin des Rouliers", ("99926",), 3_000),
    Quartier("QN99938N", "La Sablière aux Loups", ("99903",), 2_400),
    Quartier("QN99939N", "Les Grands Arpents", ("99903",), 2_200),
    Quartier("QN99940N", "Le Chemin Creux", ("99902",), 3_200),
    Quartier("QN99941N", "Allée des Tisserands", ("99910",), 2_950),
    Quartier("QN99942N", "Le Verger aux Abeilles", ("99908",), 2_500),
    Quartier("QN99943N", "La Fosse aux Brochets", ("99901",), 1_950),
    Quartier("QN99944N", "Le Petit Arpent", ("99912",), 1_080),
    Quartier("QN99945N", "Le Belvédère d'Orvelle", ("99923",), 2_350),
    Quartier("QN99946N", "Les Closeaux d'en Bas", ("99921",), 1_400),
    Quartier("QN99947N", "L'Aunaie", ("99925",), 2_050),
)
