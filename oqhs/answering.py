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
from oqhs.inside import quartiers_inside
from oqhs.publish.notes import Note, cards_of
from oqhs.publish.origins import source_lines


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
    used = cards_of(table, edition.observations)
    told = source_lines(used, cards, catalogue, edition.materials.attribution)
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
        try:
            zones += quartiers_inside(geography, territory)
        except UnknownError as error:
            problems += error.problems
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
