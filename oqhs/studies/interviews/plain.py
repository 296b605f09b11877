"""The plain table of coded excerpts, which every program can be brought to.

`entretien_id, qpv_code, date, type, locuteur_pseudo, extrait, debut, fin, code, codeur`, then `memo` and
`segment` where they are; columns separated by `;` or `,`. `debut` and `fin` count the code points of the
text of the interview, the end being the first one left out; both are empty where they are not known, and
`segment` then tells apart two spans of one source that hold the same words.
"""

from __future__ import annotations

from oqhs.errors import DataError, Problem
from oqhs.studies.interviews.cells import Cells
from oqhs.studies.interviews.material import Material, RawSegment, problem
from oqhs.studies.interviews.words import ATTRIBUTE_NAMES, ATTRIBUTES

#: Columns that tell this table from others.
EXCERPTS = ("entretien_id", "extrait", "code")


def read_excerpts(cells: Cells) -> Material:
    """Read the table of excerpts; its codes are those it names.

    Raises
    ------
    DataError
        A row has no interview, no excerpt or no code, or an offset is not a whole number.
    """
    interviews, codes = cells.names("entretien_id"), cells.names("code")
    material = cells.material([], interviews, codes)
    sources = {one.source: one for one in material.sources}
    speakers, coders = cells.names("locuteur_pseudo"), cells.names("codeur")
    texts, memos, keys = cells.texts("extrait"), cells.texts("memo"), cells.names("segment")
    starts, ends = cells.names("debut"), cells.names("fin")
    told = {name: cells.names(*ATTRIBUTE_NAMES[name]) for name in ATTRIBUTES}
    problems: list[Problem] = []
    for row, (interview, code) in enumerate(zip(interviews, codes, strict=True)):
        line = cells.line(row)
        lacking = [
            name
            for name, cell in (("entretien_id", interview), ("extrait", texts[row]), ("code", code))
            if cell is None
        ]
        if lacking or interview is None or code is None:
            what, todo = "this row lacks what makes an excerpt", "fill the cell, or remove the row"
            problems.append(problem(what, cells.file, line, column=", ".join(lacking), todo=todo))
            continue
        for attribute, values in told.items():
            sources[interview].tell(attribute, values[row], cells.file, line)
        start, end = (
            _offset(cells, line, one, problems) for one in (("debut", starts[row]), ("fin", ends[row]))
        )
        material.segments.append(
            RawSegment(
                interview,
                code,
                line,
                start,
                end,
                texts[row],
                coders[row],
                memos[row],
                speakers[row],
                keys[row],
            )
        )
    if problems:
        raise DataError.gather(problems)
    return material


def _offset(cells: Cells, line: int, told: tuple[str, str | None], problems: list[Problem]) -> int | None:
    column, cell = told
    if cell is None:
        return None
    if cell.isascii() and cell.isdigit():
        return int(cell)
    what, allowed = "this offset is not a whole number", "0, 1, 2… or nothing"
    problems.append(problem(what, cells.file, line, column=column, found=cell, allowed=allowed))
    return None
