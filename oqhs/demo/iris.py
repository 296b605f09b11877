"""The IRIS of the invented communes: codes, names, outlines."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from oqhs.demo.draws import seeded
from oqhs.demo.lattice import Ring, iris_outlines
from oqhs.demo.places import COMMUNES, DEPARTEMENT, Commune

_PLACES = (
    "Mairie", "Gare", "Vieux Bourg", "Écoles", "Grand Parc", "Les Coteaux", "Prés Bas", "Le Lavoir",
    "Les Halles", "Stade", "Cimetière", "Porte Haute", "Plateau", "Les Vergers", "L'Église", "Le Canal",
    "Les Tilleuls", "Clos Neuf", "Fontaine", "Beau Site", "La Butte", "Les Pépinières", "Rond d'Orme",
    "Belle Vue", "Le Marché", "Pont Rouge", "Les Carrières", "Sente aux Ânes", "Grange Dîme", "Les Sablons",
    "L'Orangerie", "Haut Chemin", "Le Colombier", "Petit Bois", "Les Jardins", "La Plaine", "Le Hameau",
    "Voie Verte", "Quatre Chemins", "L'Abreuvoir", "Les Pressoirs", "Mare aux Joncs", "Le Potager",
)  # fmt: skip


class Iris(NamedTuple):
    """An IRIS: of a type H (where people live) or Z (the whole of a small commune)."""

    code: str
    name: str
    commune: Commune
    kind: str
    ring: Ring


@cache
def all_iris() -> tuple[Iris, ...]:
    """Give every IRIS of the département, sorted by code."""
    communes = [commune for commune in COMMUNES if commune.code.startswith(DEPARTEMENT)]
    return tuple(sorted(iris for commune in communes for iris in _of_commune(commune)))


def _of_commune(commune: Commune) -> list[Iris]:
    outlines = iris_outlines(commune)
    if len(outlines) == 1:
        (ring,) = outlines.values()
        return [Iris(f"{commune.code}0000", f"{commune.name} (commune non irisée)", commune, "Z", ring)]
    first = int(seeded(f"names of IRIS {commune.code}").random() * len(_PLACES))
    names = [*_PLACES[first:], *_PLACES[:first]]
    return [
        Iris(f"{commune.code}{row + 1:02d}{column + 1:02d}", name, commune, "H", ring)
        for name, ((column, row), ring) in zip(names, outlines.items(), strict=False)
    ]
