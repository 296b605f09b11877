"""The quartiers of generation 2015, and what became of each in 2024. All of them are invented."""

from __future__ import annotations

from typing import Literal, NamedTuple

#: What 2024 made of a quartier of 2015: kept as it was, made larger or smaller, put together with
#: another one, taken into a new one of which it is about the half, or left out.
Change = Literal["identique", "agrandi", "réduit", "fusion", "moitié", "sortant"]


class Former(NamedTuple):
    """A quartier of 2015: what became of it, in which quartier of 2024.

    One that was left out has no successor: its commune and about how many people lived there are given.
    """

    code: str
    label: str
    change: Change
    successor: str | None
    commune: str = ""
    population: int = 0


FORMER = (
    Former("QP999001", "Les Alouettes", "agrandi", "QN99901M"),
    # A name that is not that of the successor, and a code that follows neither.
    Former("QP999002", "La Pierre Levée", "agrandi", "QN99902M"),
    Former("QP999003", "La Pierre Levée Sud", "identique", "QN99903I"),
    Former("QP999004", "Le Grand Pavois", "agrandi", "QN99904M"),
    Former("QP999005", "Le Levant", "agrandi", "QN99905M"),
    Former("QP999006", "Les Oeillets", "identique", "QN99906I"),
    Former("QP999007", "La Tuilerie", "agrandi", "QN99907M"),
    Former("QP999008", "L'Écluse Neuve", "agrandi", "QN99908M"),
    Former("QP999009", "Grande Prairie", "agrandi", "QN99909M"),
    Former("QP999010", "Ilot Des Bateliers", "identique", "QN99910I"),
    Former("QP999011", "Faubourg De L'Octroi - Porte Basse", "agrandi", "QN99911M"),
    Former("QP999012", "Le Bœuf Couronné", "agrandi", "QN99912M"),
    Former("QP999013", "Les Trois Ponts", "identique", "QN99913I"),
    Former("QP999014", "Cité Des Quatre-Vents", "fusion", "QN99914M"),
    Former("QP999015", "Moulin De Pierre - Terrasses d'Ablette", "fusion", "QN99914M"),
    Former("QP999016", "Les Tanneurs", "identique", "QN99915I"),
    Former("QP999017", "La Coulée Douce - Prés-Salés", "agrandi", "QN99916M"),
    Former("QP999018", "Les Neuf Fontaines", "agrandi", "QN99917M"),
    Former("QP999019", "Orée Du Parc", "identique", "QN99918I"),
    Former("QP999020", "Les Hauts de Mirelle", "agrandi", "QN99919M"),
    Former("QP999021", "La Garenne aux Biches", "agrandi", "QN99920M"),
    Former("QP999022", "Rond-Point Des Forges", "identique", "QN99921I"),
    Former("QP999023", "Port-aux-Planches", "agrandi", "QN99922M"),
    Former("QP999024", "L'Étoile du Berger", "agrandi", "QN99923M"),
    Former("QP999025", "Le Pressoir Blanc", "identique", "QN99924I"),
    Former("QP999026", "La Croix-du-Guet", "agrandi", "QN99925M"),
    Former("QP999027", "Les Roseaux", "identique", "QN99926I"),
    Former("QP999028", "Centre Ancien", "agrandi", "QN99927M"),
    Former("QP999029", "Les Marais Rouges", "identique", "QN99928I"),
    Former("QP999030", "L'Ancienne Gare", "agrandi", "QN99929M"),
    Former("QP999031", "Le Champ-Perdrix", "identique", "QN99930I"),
    Former("QP999032", "Bords d'Ablette", "agrandi", "QN99931M"),
    Former("QP999033", "La Malterie", "identique", "QN99932I"),
    Former("QP999034", "Vallon Des Sources", "agrandi", "QN99933M"),
    Former("QP999035", "Le Clos Des Pêcheurs", "agrandi", "QN99934M"),
    Former("QP999036", "La Ferme aux Noyers", "identique", "QN99935I"),
    Former("QP999037", "Belle-Échauguette", "réduit", "QN99936M"),
    Former("QP999038", "Cité-Jardin Des Rouliers", "agrandi", "QN99937M"),
    Former("QP999039", "Le Verger", "moitié", "QN99942N"),
    Former("QP999040", "Les Charmilles", "sortant", None, "99904", 1_500),
    # Nearly the name of a quartier that entered in 2024 elsewhere: names decide nothing.
    Former("QP999041", "La Sablière", "sortant", None, "99906", 1_750),
    Former("QP999042", "Résidence Des Ajoncs", "sortant", None, "99907", 1_300),
)
