"""Answers to a question about some quartiers: their key tables, and where the figures come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from functools import partial

import pandas as pd

from oqhs.choices import named
from oqhs.edition import Edition
from oqhs.errors import Problem, UnknownError
from oqhs.geography import REFERENCES
from oqhs.publish.notes import Note, source_lines

_SHOWN = 20  # codes named in an error


def answered(
    edition: Edition,
    reference: str = "departement",
    *,
    quartiers: Sequence[str] = (),
    territory: str | None = None,
    indicators: Sequence[str] | None = None,
) -> Note:
    """Answer a question with the key tables of some quartiers, of what may go as far as the edition does.

    Parameters
    ----------
    edition : Edition
        The edition.
    reference : str
        As in `Edition.key_table`.
    quartiers : sequence of str
        Codes of quartiers or of groups, in the order of the answer; all the quartiers together when there
        is none, and no territory.
    territory : str, optional
        Code of a commune, an EPT, a group or a département: each of its quartiers, after those of
        `quartiers`; a quartier is itself.
    indicators : sequence of str, optional
        Ids of indicators; by default the key ones.

    Returns
    -------
    Note
        `oqhs.publish.notes.write_note` writes it.

    Raises
    ------
    UnknownError
        There is no such quartier, territory, reference or indicator: all of them are told at once, before
        anything is computed.

    Examples
    --------
    >>> import oqhs
    >>> edition = oqhs.open("data").edition(2024)
    >>> note = answered(edition, "commune", quartiers=["QN99901M"], indicators=["part_moins_18"])
    >>> note.title, note.table["qpv_affiche"].size
    ('Indicateurs clés, édition 2024', 1)
    """
    zones = _zones_of(edition, reference, quartiers, territory, indicators)
    found = [edition.key_table(reference, territory=code, indicators=indicators) for code in zones]
    table = pd.concat(found, ignore_index=True)
    catalogue, cards = edition.observatory.catalogue, edition.observatory.cards
    told = source_lines(table, edition.observations, cards, catalogue, edition.materials.attribution)
    return Note(f"Indicateurs clés, édition {edition.file.edition}", table, told, edition.invented)


def _zones_of(
    edition: Edition,
    reference: str,
    quartiers: Sequence[str],
    territory: str | None,
    indicators: Sequence[str] | None,
) -> list[str]:
    """Give the territories of an answer, each once; tell everything that is unknown at once."""
    geography, zones = edition.geography, [*quartiers]
    problems: list[Problem] = []
    known = edition.observatory.catalogue.shown(edition.file.indicators)
    problems += _refused(partial(named, indicators or (), known))
    if territory is not None:
        inside = _quartiers_of(edition, territory)
        problems += [] if inside else [_no_territory(edition, territory)]
        zones += inside
    if not zones and territory is None:
        zones = [geography.ensemble]
    if reference not in REFERENCES:
        near = get_close_matches(reference, REFERENCES, n=1)
        what = "no such reference"
        todo = f"did you mean {near[0]}?" if near else None
        problems.append(Problem(what, found=reference, allowed=", ".join(REFERENCES), todo=todo))
    # A wrong reference is told once, and codes are still checked.
    against = reference if reference in REFERENCES else "departement"
    for code in dict.fromkeys(zones):
        problems += _refused(partial(geography.pair, code, against))
    if problems:
        raise UnknownError.gather(problems)
    return list(dict.fromkeys(zones))


def _refused(check: Callable[[], object]) -> Iterator[Problem]:
    """Give what a check refuses."""
    try:
        check()
    except UnknownError as error:
        yield from error.problems


def _quartiers_of(edition: Edition, territory: str) -> list[str]:
    """Quartiers of a territory, or itself when it is one."""
    geography = edition.geography
    quartiers, rows = geography.of_kind("qpv"), geography.memberships
    inside = rows.loc[(rows["parent"] == territory) & rows["territory"].isin(quartiers), "territory"]
    return [territory] if territory in quartiers else sorted(set(inside))


def _no_territory(edition: Edition, territory: str) -> Problem:
    geography = edition.geography
    rows = geography.memberships
    holding = set(rows.loc[rows["territory"].isin(geography.of_kind("qpv")), "parent"])
    known = sorted(holding) + geography.of_kind("qpv")
    near = get_close_matches(territory.upper(), known, n=3)
    return Problem(
        "no such quartier, commune or EPT, or no quartier in it",
        found=territory,
        allowed=", ".join(known[:_SHOWN]) + (" …" if len(known) > _SHOWN else ""),
        todo=f"did you mean {', '.join(near)}?" if near else "see the codes in edition.territories",
    )
