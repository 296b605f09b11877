"""Who a territory is: code, communes, EPT, people, perimeter and its history."""

from __future__ import annotations

import pandas as pd

from oqhs.publish.portrait.document import Item
from oqhs.publish.portrait.zones import Zone, value_cell, year_words
from oqhs.text import NO_BREAK_SPACE, OBSERVED, format_number, listing
from oqhs.wording import PERIMETER_NAMES

_POPULATION = "population"
_M2_PER_HA = 10_000
_WHOLE = 0.995


def identity_of(zone: Zone) -> list[Item]:
    """Tell who a quartier or a group is."""
    contents = zone.contents
    facts = [Item("Code", zone.code)]
    if zone.is_group:
        facts.append(Item("Quartiers", listing([_coded(zone, code) for code in zone.quartiers])))
    communes = zone.parents("commune")
    facts += [Item("Commune" if len(communes) < 2 else "Communes", _communes_told(zone, communes))]  # noqa: PLR2004
    facts.append(Item("EPT", _listed(zone, "ept")))
    facts.append(Item("Département", contents.departement))
    groups = zone.parents("regroupement")
    if len(groups) and not zone.is_group:
        facts.append(Item("Regroupement", listing([_coded(zone, code) for code in groups["parent"]])))
    facts += population_of(zone)
    area = surface_of(zone)
    facts += [Item("Surface", area)] if area else []
    facts.append(Item("Périmètre", PERIMETER_NAMES[contents.perimeter]))
    return [*facts, Item("Histoire", history_of(zone))]


def population_of(zone: Zone) -> list[Item]:
    """Tell how many people live there, or why it is not told; nothing when it is not shown."""
    shown = zone.contents.catalogue.shown(zone.contents.planned)
    if _POPULATION not in shown:
        return []
    row = zone.observed(_POPULATION)
    cell = value_cell(row, shown[_POPULATION])
    if row["status"] != OBSERVED:
        return [Item("Population", cell.meaning)]
    return [Item("Population", f"{cell.text} habitants ({year_words(row['year'])})")]


def surface_of(zone: Zone) -> str:
    """Give the surface of its outline, in hectares; nothing without an outline."""
    rows = zone.contents.territories
    shapes = rows.geometry[(rows["territory"] == zone.code).to_numpy()]
    area = float(shapes.area.sum()) / _M2_PER_HA
    return f"{format_number(area, 0 if area >= 10 else 1)}{NO_BREAK_SPACE}ha" if area > 0 else ""  # noqa: PLR2004


def history_of(zone: Zone) -> str:
    """Tell what the quartier, or each quartier of a group, came from."""
    if not zone.is_group:
        return _told(zone) or "Non disponible dans les fichiers de l'édition."
    each = [(_coded(zone, code), _told(Zone(zone.contents, code))) for code in zone.quartiers]
    return " ".join(f"{name} : {told}" for name, told in each if told) or (
        "Non disponible dans les fichiers de l'édition."
    )


def _told(zone: Zone) -> str:
    return " ".join(dict.fromkeys(zone.history["sentence"].dropna()))


def _coded(zone: Zone, code: str) -> str:
    name = zone.named(code=code)
    return code if name == code else f"{name} ({code})"


def _listed(zone: Zone, kind: str) -> str:
    found = zone.parents(kind)
    return listing([_coded(zone, code) for code in found["parent"]]) or "non disponible"


def _communes_told(zone: Zone, communes: pd.DataFrame) -> str:
    parts = []
    for row in communes.to_dict("records"):
        share = row["share_population"]
        whole = pd.isna(share) or share >= _WHOLE
        of = "" if whole else f", {format_number(100 * share)}{NO_BREAK_SPACE}% des habitants"
        parts.append(f"{zone.named(code=row['parent'])} ({row['parent']}{of})")
    return listing(parts) or "non disponible"
