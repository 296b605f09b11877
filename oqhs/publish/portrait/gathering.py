"""Several quartiers together: the contribution of an EPT or a commune, or a list of quartiers."""

from __future__ import annotations

from collections.abc import Sequence

from oqhs.entries import Indicator
from oqhs.publish.contents import Contents
from oqhs.publish.limits import MARK, parts_of, remarks
from oqhs.publish.portrait.document import Cell, Column, Document, Group, Item, Notes, Section, Table
from oqhs.publish.portrait.evolution import evolutions_section, flags_section
from oqhs.publish.portrait.fiche import NO_MAP, foot_of, notes_section, sources_section
from oqhs.publish.portrait.figures import by_theme, legend_words
from oqhs.publish.portrait.identity import population_of, surface_of
from oqhs.publish.portrait.locator import located
from oqhs.publish.portrait.zones import Zone, value_cell, year_words
from oqhs.publish.printed import INVENTED
from oqhs.text import OBSERVED, listing
from oqhs.wording import PERIMETER_NAMES, REFERENCE_NAMES

_WIDE = 6  # indicators of a table of quartiers
_FEW = 3  # quartiers a title names
_NEUTRAL = Cell("neutre", tone="missing", meaning="indicateur neutre : aucun décrochage")
_COUNTED = "Quartiers en décrochage : parmi ceux dont l'écart peut être diffusé. "
_BORROWED = (
    "La valeur du territoire porte sur toutes ses communes, hors du département comprises ; "
    "les quartiers sont ceux du département."
)
#: What a portrait of several quartiers may be about, and how it is named.
KINDS = {"ept": ("EPT", "Contribution territoriale"), "commune": ("Commune", "Portrait d'une commune")}


def gathering_of(contents: Contents, codes: Sequence[str], territory: str | None = None) -> Document:
    """Put together the portrait of several quartiers.

    Parameters
    ----------
    contents : Contents
        The content of a release, restricted to its diffusion.
    codes : sequence of str
        Codes of quartiers, known to `contents`.
    territory : str, optional
        Code of the EPT or of the commune they lie in, when the portrait is about it.

    Returns
    -------
    Document
        Of as many pages as it takes.
    """
    zone, notes = Zone(contents, territory or ""), Notes()
    kind = _kind(contents, territory)
    drawn = located(zone, codes)
    identity = Section(
        "Identité",
        lines=() if drawn else (NO_MAP,),
        facts=tuple(_identity(zone, codes, kind)),
        map=drawn,
    )
    sections = (
        identity,
        Section("Le territoire et ses références", tables=(_territory_table(zone, codes, kind, notes),)),
        Section("Les quartiers, thème par thème", tables=tuple(_quartier_tables(contents, codes))),
        flags_section(zone, codes),
        evolutions_section(zone, codes, notes),
        notes_section(notes),
        sources_section(contents, [*([territory] if territory else []), *codes]),
    )
    what = KINDS[kind][1] if kind else "Dossier de quartiers"
    names = [zone.named(code=code) for code in codes]
    return Document(
        name=territory or f"{len(codes)} quartiers",
        title=zone.named() if territory else _title(names),
        subtitle=" – ".join(filter(None, [what, territory or "", f"édition {contents.edition}"])),
        foot=foot_of(contents),
        warning=INVENTED if contents.invented else "",
        pages=(sections,),
    )


def _title(names: Sequence[str]) -> str:
    return listing(list(names)) if len(names) <= _FEW else f"{len(names)} quartiers prioritaires"


def _kind(contents: Contents, territory: str | None) -> str:
    rows = contents.territories
    return str(rows.loc[rows["territory"] == territory, "kind"].iloc[0]) if territory else ""


def _identity(zone: Zone, codes: Sequence[str], kind: str) -> list[Item]:
    contents = zone.contents
    rows = contents.memberships
    facts = [Item("Code", zone.code)] if kind else []
    if kind == "ept":
        held = sorted(set(rows.loc[rows["parent"] == zone.code, "territory"]) - set(_quartiers(contents)))
        facts.append(Item("Communes", listing([zone.named(code=code) for code in held]) or "non disponible"))
    if kind == "commune":
        own = rows[(rows["territory"] == zone.code) & (rows["parent_kind"] == "ept")]
        epts = [zone.named(code=code) for code in sorted(set(own["parent"]))]
        facts.append(Item("EPT", listing(epts) or "non disponible"))
    if kind:
        facts += population_of(zone)
        area = surface_of(zone)
        facts += [Item("Surface", area)] if area else []
    facts.append(Item("Département", contents.departement))
    named = listing([f"{zone.named(code=code)} ({code})" for code in codes])
    facts.append(Item("Quartier" if len(codes) == 1 else f"{len(codes)} quartiers", named))
    facts.append(Item("Périmètre", PERIMETER_NAMES[contents.perimeter]))
    return [*facts, Item("Champ", _BORROWED)] if _borrows(contents, zone.code) else facts


def _quartiers(contents: Contents) -> list[str]:
    rows = contents.territories
    return list(rows.loc[rows["kind"].isin(["qpv", "regroupement"]), "territory"])


def _borrows(contents: Contents, territory: str) -> bool:
    """Whether a territory has communes that are not of the département."""
    rows = contents.memberships
    within = set(rows.loc[rows["parent_kind"] == "departement", "territory"])
    held = set(rows.loc[rows["parent"] == territory, "territory"])
    return bool(held - within)


def _wholes(contents: Contents) -> list[tuple[str, str]]:
    """Give the code and the header of what every quartier is compared with."""
    geography, known = contents.geography, set(contents.territories["territory"])
    wholes = {"departement": geography.departement, "ensemble_qpv": geography.ensemble}
    return [(code, REFERENCE_NAMES[kind]) for kind, code in wholes.items() if code in known]


def _territory_table(zone: Zone, codes: Sequence[str], kind: str, notes: Notes) -> Table:
    """Lay out the territory beside the département and all the quartiers, and how many quartiers drop out."""
    contents = zone.contents
    wholes = _wholes(contents)
    headed = [(zone.code, KINDS[kind][0]), *wholes] if kind else wholes
    places = [(Zone(contents, code), header) for code, header in headed]
    columns = (
        Column("Indicateur", 5.4),
        Column("Année", 1.1, "right"),
        *(
            Column(header, 1.9, "right", strong=bool(kind) and not place)
            for place, (_, header) in enumerate(headed)
        ),
        Column("Quartiers en décrochage", 2.6, "right"),
        Column("Notes", 1.8),
    )
    dropping, judged = _dropping(contents, codes)

    def row(name: str, one: Indicator) -> tuple[Cell, ...]:
        found = [place.observed(name) for place, _ in places]
        seen = [told for told in found if told["status"] == OBSERVED]
        caveats = one.caveats if seen else ()
        year = next((told["year"] for told in seen), None)
        count = _count(dropping.get(name, 0), judged.get(name, 0)) if one.polarity else _NEUTRAL
        return (
            Cell(one.label),
            Cell(year_words(year)),
            *(value_cell(told, one) for told in found),
            count,
            Cell(
                notes.call(
                    [str(told["note"] or "") for told in found],
                    [contents.catalogue.caveats[it] for it in caveats],
                )
            ),
        )

    where = zone.named("label_article") if kind else "et leurs références"
    caption = f"Indicateurs {where}" if kind else f"Indicateurs des quartiers {where}"
    return Table(caption, columns, tuple(by_theme(zone, row)), (_COUNTED + legend_words(),))


def _count(dropping: int, judged: int) -> Cell:
    if not judged:
        return Cell("n. d.", tone="missing", meaning="aucun écart ne peut être diffusé")
    return Cell(f"{dropping} sur {judged}")


def _dropping(contents: Contents, codes: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Count, for each indicator, the quartiers that drop out, and those whose gap is told."""
    flags, gaps = contents.flags, contents.gaps
    dropping = flags[flags["territory"].isin(set(codes)) & (flags["kind"] == "decrochage")]
    judged = gaps[gaps["territory"].isin(set(codes)) & gaps["gap"].notna()]
    first, second = (
        rows.groupby("indicator")["territory"].nunique().to_dict() for rows in (dropping, judged)
    )
    return first, second


def _quartier_tables(contents: Contents, codes: Sequence[str]) -> list[Table]:
    """Lay out the values of each quartier, some indicators at a time; in the order of the codes."""
    shown = list(contents.catalogue.shown(contents.planned).items())
    zones = [Zone(contents, code) for code in codes]
    rows = [(zone, zone.named()) for zone in zones]
    rows += [(Zone(contents, code), header) for code, header in _wholes(contents)]
    wholes = [code for code, _ in _wholes(contents)]
    tables = []
    for start in range(0, len(shown), _WIDE):
        part = shown[start : start + _WIDE]
        themes = dict.fromkeys(contents.catalogue.themes[one.theme].label for _, one in part)
        headed = (f"{one.label}{_years(zones, name)}" for name, one in part)
        columns = [Column("Quartier", 3.6), *(Column(header, 2.0, "right") for header in headed)]
        cells = [
            (Cell(header), *(value_cell(zone.observed(name), one) for name, one in part))
            for zone, header in rows
        ]
        told = tuple(line for name, one in part for line in _limits(zones, wholes, name, one))
        tables.append(Table(" ; ".join(themes), tuple(columns), (Group("", tuple(cells)),), told))
    return tables


def _years(zones: Sequence[Zone], indicator: str) -> str:
    """Give the years of the values of some quartiers, for a header."""
    rows = [zone.observed(indicator) for zone in zones]
    years = sorted({year_words(row["year"]) for row in rows if row["status"] == OBSERVED})
    return f" ({listing(years)})" if years else ""


def _limits(zones: Sequence[Zone], wholes: Sequence[str], indicator: str, one: Indicator) -> list[str]:
    """Tell what limits the values of some quartiers, but for what a note says of the whole already."""
    said = {part for code in wholes for part in parts_of(zones[0].observed(indicator, code)["note"])}
    own = []
    for zone in zones:
        row = zone.observed(indicator)
        if row["status"] == OBSERVED:
            parts = [part for part in parts_of(row["note"]) if part not in said]
            own.append((zone.named(), MARK.join(parts)))
    return [f"{one.label} : {line[:1].lower()}{line[1:]}" for line in remarks(own, "quartiers")]
