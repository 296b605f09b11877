"""Tables that complete a corpus: its sources, the indicators its codes speak of, the analyst's verdicts.

`source;qpv_code;date;type;personnes`, `code;indicateur`, `qpv_code;indicateur;verdict;note`; each column
goes by the names of `words.ATTRIBUTE_NAMES` too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from oqhs.errors import DataError, Problem
from oqhs.sources.delimited import read_delimited
from oqhs.studies.interviews.cells import Cells
from oqhs.studies.interviews.corpus import LINK_DTYPES, VERDICT_DTYPES, VERDICTS, Corpus, typed_frame
from oqhs.studies.interviews.material import Material, problem
from oqhs.studies.interviews.words import ALLOWED, ATTRIBUTE_NAMES, quartier_of, verdict_of

_SOURCE = ("source", "entretien_id", "entretien")
_INDICATOR = ("indicateur", "indicator")
_ID = re.compile(r"[a-z0-9][a-z0-9_]*")


def tell_sources(material: Material, path: Path) -> None:
    """Complete the sources of a file with what a table tells of them.

    Parameters
    ----------
    material : Material
        Its sources are completed in place, before they are checked.
    path : Path
        Table with `source` (the id or the label of a source), and any of `qpv_code`, `date`, `type`,
        `personnes`; an empty cell tells nothing.

    Raises
    ------
    LayoutError
        There is no column for the sources, or none that tells something of them.
    DataError
        A source is not in the file, or stands twice in the table.
    """
    cells = Cells(read_delimited(path))
    every = tuple(name for names in ATTRIBUTE_NAMES.values() for name in names)
    cells.need(_SOURCE, every)
    named = {one.label: one for one in material.sources} | {one.source: one for one in material.sources}
    told = {attribute: cells.names(*names) for attribute, names in ATTRIBUTE_NAMES.items()}
    problems, seen = [], set()
    for row, name in enumerate(cells.names(*_SOURCE)):
        line, source = cells.line(row), named.get(name or "")
        if source is None:
            allowed = ", ".join(sorted(one.source for one in material.sources))
            problems.append(
                problem("no such source", path, line, column="source", found=name, allowed=allowed)
            )
            continue
        if source.source in seen:
            problems.append(problem("this source stands twice", path, line, column="source", found=name))
        seen.add(source.source)
        for attribute, values in told.items():
            source.tell(attribute, values[row], path, line)
    if problems:
        raise DataError.gather(problems)


def with_links(corpus: Corpus, path: Path) -> Corpus:
    """Give the corpus the indicators its codes speak of, from a table `code;indicateur`.

    Raises
    ------
    LayoutError
        A column is missing.
    DataError
        A code is not in the codebook, an indicator is not written as an id, or a link stands twice.
    """
    cells = Cells(read_delimited(path))
    cells.need(("code",), _INDICATOR)
    known = set(corpus.codebook["code"])
    problems: list[Problem] = []
    rows: dict[tuple[str, ...], Mapping[str, str | None]] = {}
    for row, (code, indicator) in enumerate(zip(cells.names("code"), cells.names(*_INDICATOR), strict=True)):
        line = cells.line(row)
        if code not in known:
            what, allowed = "no such code in the codebook", ", ".join(sorted(known))
            problems.append(problem(what, path, line, column="code", found=code, allowed=allowed))
        problems += _wrong_indicator(path, line, indicator)
        key = (str(code), str(indicator))
        if key in rows:
            problems.append(problem("this link stands twice", path, line, found=" ; ".join(key)))
        rows[key] = {"code": code, "indicator": indicator}
    if problems:
        raise DataError.gather(problems)
    return replace(corpus, links=_sorted(list(rows.values()), LINK_DTYPES, ["code", "indicator"]))


def with_verdicts(corpus: Corpus, path: Path) -> Corpus:
    """Give the corpus the verdicts of the analyst, from a table `qpv_code;indicateur;verdict;note`.

    Raises
    ------
    LayoutError
        A column is missing.
    DataError
        A code is not that of a quartier, a verdict is not one of `VERDICTS` (whatever its accents), an
        indicator is not written as an id, or a quartier has two verdicts on one indicator.
    """
    cells = Cells(read_delimited(path))
    cells.need(ATTRIBUTE_NAMES["territory"], _INDICATOR, ("verdict",))
    codes, verdicts = cells.names(*ATTRIBUTE_NAMES["territory"]), cells.names("verdict")
    indicators, notes = cells.names(*_INDICATOR), cells.texts("note")
    problems: list[Problem] = []
    rows: dict[tuple[str, ...], Mapping[str, str | None]] = {}
    for row, (code, indicator, verdict) in enumerate(zip(codes, indicators, verdicts, strict=True)):
        line, territory, told = cells.line(row), quartier_of(code or ""), verdict_of(verdict or "")
        if territory is None:
            what, allowed = "this is not the code of a quartier", ALLOWED["territory"]
            problems.append(problem(what, path, line, column="qpv_code", found=code, allowed=allowed))
        if told is None:
            what, allowed = "this is not a verdict", ", ".join(VERDICTS)
            problems.append(problem(what, path, line, column="verdict", found=verdict, allowed=allowed))
        problems += _wrong_indicator(path, line, indicator)
        key = (str(territory), str(indicator))
        if territory is not None and key in rows:
            problems.append(problem("two verdicts on one indicator", path, line, found=" ; ".join(key)))
        rows[key] = {"territory": territory, "indicator": indicator, "verdict": told, "note": notes[row]}
    if problems:
        raise DataError.gather(problems)
    return replace(corpus, verdicts=_sorted(list(rows.values()), VERDICT_DTYPES, ["territory", "indicator"]))


def _wrong_indicator(path: Path, line: int, indicator: str | None) -> list[Problem]:
    if indicator is not None and _ID.fullmatch(indicator):
        return []
    what, allowed = "this is not the id of an indicator", "an id of the catalogue, such as taux_pauvrete"
    return [problem(what, path, line, column="indicateur", found=indicator, allowed=allowed)]


def _sorted(
    rows: list[Mapping[str, str | None]], dtypes: Mapping[str, str], order: list[str]
) -> pd.DataFrame:
    return typed_frame(rows, dtypes).sort_values(order, ignore_index=True)
