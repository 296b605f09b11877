"""How the field names what every product speaks of: references, perimeters, licences; its order of names."""

from __future__ import annotations

import pandas as pd

#: References, as headers name them.
REFERENCE_NAMES = {
    "departement": "Département",
    "ept": "EPT",
    "commune": "Commune",
    "ensemble_qpv": "Ensemble des QPV",
    "hors_qpv": "Hors QPV",
}
#: References in a sentence: « contre … », « celle … », « écart … ».
THE_REFERENCE = {
    "departement": "le département",
    "ept": "l'EPT",
    "commune": "la commune",
    "ensemble_qpv": "l'ensemble des QPV",
    "hors_qpv": "le département hors QPV",
}
OF_REFERENCE = {
    "departement": "du département",
    "ept": "de l'EPT",
    "commune": "de la commune",
    "ensemble_qpv": "de l'ensemble des QPV",
    "hors_qpv": "du département hors QPV",
}
TO_REFERENCE = {
    "departement": "au département",
    "ept": "à l'EPT",
    "commune": "à la commune",
    "ensemble_qpv": "à l'ensemble des QPV",
    "hors_qpv": "au département hors QPV",
}
#: Perimeters of the quartiers.
PERIMETER_NAMES = {
    "qpv2015": "quartiers prioritaires de 2015",
    "qpv2024": "quartiers prioritaires de 2024",
}
#: Licences of the cards: their name, and where they are read.
LICENCES = {
    "etalab-2.0": (
        "Licence Ouverte 2.0 (Etalab)",
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    ),
    "odbl-1.0": ("Open Database License 1.0 (ODbL)", "https://opendatacommons.org/licenses/odbl/1-0/"),
}


def licence_name(licence: str) -> str:
    """Name a licence of a card; one that nobody named here is told by its id."""
    return LICENCES[licence][0] if licence in LICENCES else licence


def in_french_order(names: pd.Series) -> pd.Series:
    """Give the sort key of names in a French list: « Évry » stands before « Fresnes ».

    Examples
    --------
    >>> pd.Series(["Fresnes", "Évry", "Créteil"]).sort_values(key=in_french_order).tolist()
    ['Créteil', 'Évry', 'Fresnes']
    """
    return names.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.casefold()
