"""The joint display as a document: a section for each quartier, its figures, what is said, the verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from oqhs.entries import Diffusion
from oqhs.errors import MeasureError
from oqhs.publish.key_table import MISSING
from oqhs.publish.pages import Document, Part, Rows
from oqhs.publish.portrait.figures import interval_words
from oqhs.publish.printed import DIFFUSION, INVENTED
from oqhs.studies.joint import ANALYST
from oqhs.studies.telling import refuse_narrower
from oqhs.text import (
    STATUS_SHORT,
    coverage_words,
    format_gap,
    format_number,
    format_value,
    listing,
)
from oqhs.wording import PERIMETER_NAMES, THE_REFERENCE

_READING = (
    "Un verdict (convergence, complémentarité, discordance, silence) est celui de l'analyste.",
    "Le programme ne donne aucun verdict : il constate qu'un côté manque (« silence, constat »).",
    "« À établir » : les deux côtés sont là, l'analyste ne s'est pas prononcé.",
    "L'intervalle est celui de l'écart, quand la source est un sondage.",
    "Un intervalle qui contient zéro : l'écart n'est pas établi.",
    "« Au moins » : des extraits ne disent pas qui parle.",
)
#: What stands for counts of few people.
UNCOUNTED = "non dit"
_NUMBERS = ("Valeur", "Écart", "Extraits", "Personnes")
_COLUMNS = ["Indicateur", "Année", "Valeur", "Écart", "Intervalle", "Extraits", "Personnes", "Verdict"]


def document_of(
    frame: pd.DataFrame,
    title: str,
    *,
    diffusion: Diffusion,
    invented: bool,
    sources: Sequence[str] = (),
) -> Document:
    """Lay out a joint display.

    Parameters
    ----------
    frame : DataFrame
        As `oqhs.studies.joint.joint_display` gives it, with its `attrs`.
    title : str
        What stands above.
    diffusion : {"interne", "partenaires"}
        To whom the document may be given.
    invented : bool
        Whether the figures or the interviews are: it is said first.
    sources : sequence of str
        A line for each source of the figures, as `oqhs.publish.origins.source_lines` gives them.

    Raises
    ------
    MeasureError
        The diffusion is `public`: what people said is never; or the frame may not be told so far.

    Examples
    --------
    >>> from oqhs.studies.joint import JOINT_COLUMNS
    >>> document = document_of(pd.DataFrame(columns=JOINT_COLUMNS), "Entretiens et indicateurs",
    ...     diffusion="interne", invented=False)
    >>> document.above[0]
    'Diffusion : interne.'
    """
    if diffusion == "public":
        raise MeasureError(
            "a joint display is never public",
            found=diffusion,
            allowed="interne, partenaires",
            todo="give it to partners at most: it holds what people said",
        )
    refuse_narrower(frame, diffusion)
    parts = [part for _, rows in frame.groupby("territory") for part in _quartier(rows, invented=invented)]
    parts.append(Part("Lire ce document", (*_READING, *_unplaced(frame.attrs.get("unplaced", 0)))))
    if sources:
        parts.append(Part("Sources", tuple(sources)))
    above = (*([INVENTED] if invented else []), DIFFUSION[diffusion], *_warnings(frame))
    return Document(title, above, parts=tuple(parts), lists=True)


def _warnings(frame: pd.DataFrame) -> Iterator[str]:
    """Say what holds for every quartier: the reference, and what a count of excerpts is not."""
    for reference in sorted(set(frame["reference"]) & set(THE_REFERENCE)):
        yield f"Référence des écarts : {THE_REFERENCE[reference]}."
    if "notice" in frame.attrs:
        yield str(frame.attrs["notice"])


def _unplaced(number: int) -> Iterator[str]:
    if number == 1:
        yield "1 extrait lié à un indicateur n'a pas de quartier : il n'est pas compté ici."
    elif number:
        words = "extraits liés à un indicateur n'ont pas de quartier : ils ne sont pas comptés ici."
        yield f"{format_number(number)} {words}"


def _quartier(rows: pd.DataFrame, *, invented: bool) -> Iterator[Part]:
    """Give the section of a quartier: its table, then what is said by indicator."""
    zone = f"{rows['label'].iloc[0]} ({rows['territory'].iloc[0]})"
    perimeters = [PERIMETER_NAMES.get(name, name) for name in sorted(set(rows["perimeter"]) - {""})]
    caption = f"{zone} : indicateurs et entretiens."
    caption += f" Périmètre : {listing(perimeters)}." if perimeters else ""
    caption += " Données inventées." if invented else ""
    lines = rows.to_dict("records")
    cells = pd.DataFrame([_cells(row) for row in lines], columns=_COLUMNS)
    yield Part(zone, (), (Rows(caption, cells, _NUMBERS, groups=tuple(rows["theme"]), below=_limits(lines)),))
    for row in lines:
        if said := tuple(_said(row)):
            yield Part(f"Ce qui est dit – {row['indicator_label']}", said, level=3)


def _cells(row: dict[str, Any]) -> list[str]:
    unit, decimals = row["unit"], row["decimals"]
    missing = STATUS_SHORT.get(row["status"], MISSING)
    return [
        row["indicator_label"],
        "" if pd.isna(row["year"]) else str(row["year"]),
        format_value(row["value"], unit, decimals) or missing,
        format_gap(row["gap"], unit, decimals) or missing,
        interval_words(row["low"], row["high"], decimals) or "sans",
        format_number(row["excerpts"]) or UNCOUNTED,
        persons_words(row),
        verdict_words(row),
    ]


def persons_words(row: Mapping[str, Any]) -> str:
    """Say how many people spoke of an indicator, in a row of a joint display."""
    if pd.isna(row["persons"]):
        return UNCOUNTED
    persons = format_number(row["persons"])
    return persons if row["persons_exact"] else f"au moins {persons}"


def verdict_words(row: Mapping[str, Any]) -> str:
    """Give the verdict of a row of a joint display, and whose it is."""
    return f"{row['verdict']} ({row['verdict_origin']})" if row["verdict_origin"] else str(row["verdict"])


def _limits(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """Tell what limits the figures, each sentence once, under the names of its indicators."""
    concerned: dict[str, list[str]] = {}
    for row in rows:
        coverage = "" if pd.isna(row["coverage"]) else coverage_words(row["coverage"], "connus")
        for text in (row["reason"] or row["interval_reason"], coverage):
            if text:
                concerned.setdefault(text, []).append(row["indicator_label"])
    return tuple(f"{' ; '.join(labels)} – {text}." for text, labels in concerned.items())


def _said(row: dict[str, Any]) -> Iterator[str]:
    """Give the excerpts of a row, how many are not shown, and what the analyst says."""
    if pd.isna(row["excerpts"]):
        yield f"{row['held'].capitalize()}."
    elif row["excerpts"]:
        number, shown = format_number(row["excerpts"]), len(row["quotes"])
        noun = "extraits" if row["excerpts"] > 1 else "extrait"
        codes = ("Codes : " if len(row["codes"]) > 1 else "Code : ") + listing(row["codes"])
        part = f", dont {shown} ci-dessous" if 0 < shown < row["excerpts"] else ""
        yield f"{codes}. {number} {noun}{part}."
        yield from row["quotes"]
        if row["held"]:
            yield f"{row['held'].capitalize()}."
    if row["verdict_origin"] == ANALYST and row["verdict_note"]:
        yield f"L'analyste, {row['verdict']} : {row['verdict_note'].rstrip('.')}."
