"""The fiche of a quartier: what stands on each of its two pages."""

from __future__ import annotations

from collections.abc import Mapping

from oqhs.publish.contents import Contents
from oqhs.publish.origins import source_lines
from oqhs.publish.portrait.document import Document, Notes, Section
from oqhs.publish.portrait.evolution import evolution_section, flags_section
from oqhs.publish.portrait.figures import figures_table
from oqhs.publish.portrait.identity import identity_of
from oqhs.publish.portrait.locator import located
from oqhs.publish.portrait.zones import Zone
from oqhs.publish.printed import DIFFUSION, INVENTED

NO_MAP = "Carte non disponible : l'édition ne tient aucun contour."


def fiche_of(contents: Contents, code: str) -> Document:
    """Put together the fiche of a quartier, or of a group of quartiers.

    Parameters
    ----------
    contents : Contents
        The content of a release, restricted to its diffusion.
    code : str
        Code of a quartier or of a group, known to `contents`.

    Returns
    -------
    Document
        Of two pages: identity, flags and evolution, then figures, notes and sources.
    """
    zone, notes = Zone(contents, code), Notes()
    codes = zone.quartiers
    drawn = located(zone, codes)
    identity = Section(
        "Identité", lines=() if drawn else (NO_MAP,), facts=tuple(identity_of(zone)), map=drawn
    )
    # The table is read first: its notes have the first numbers, though it stands second.
    table = figures_table(zone, notes)
    evolution = evolution_section(zone, notes)
    figures = Section("Indicateurs et comparaisons", tables=(table,))
    first = (identity, flags_section(zone, codes), evolution)
    second = (figures, notes_section(notes), sources_section(contents, [code, *codes]))
    what = "Fiche quartier" if not zone.is_group else "Fiche d'un regroupement de quartiers"
    return Document(
        name=code,
        title=zone.named(),
        subtitle=f"{what} – {code} – édition {contents.edition}",
        foot=foot_of(contents),
        warning=INVENTED if contents.invented else "",
        pages=(first, second),
    )


def foot_of(contents: Contents) -> str:
    """Say who tells it, and to whom."""
    return f"OQHS, édition {contents.edition}. {DIFFUSION[contents.diffusion]}"


def notes_section(notes: Notes) -> Section:
    """Give the footnotes that were called."""
    lines = () if notes.texts else ("Aucune note.",)
    return Section("Notes", lines=lines, numbered=tuple(notes.texts), small=True)


def sources_section(contents: Contents, codes: list[str]) -> Section:
    """Tell where the figures of some territories come from, and their outlines."""
    lines = source_lines(
        _cards_of(contents, set(codes)),
        contents.inputs,
        contents.catalogue,
        lambda card: contents.attributions.get(card, ""),
    )
    return Section("Sources", lines=lines or ("Aucune donnée.",), small=True)


def _cards_of(contents: Contents, codes: set[str]) -> set[str]:
    """Give the cards of the observations, the gaps and the changes, and those of the territories."""
    chosen: Mapping[str, str] = contents.recipe["territories"]  # type: ignore[assignment]
    found = set(chosen.values())
    for table in (contents.observations, contents.gaps, contents.changes):
        if table is None:
            continue
        rows = table[table["territory"].isin(codes)]
        for column in {"source", "source_before", "reference_source"} & set(rows):
            found |= {card for text in rows[column].dropna().unique() for card in str(text).split("+")}
    return found
