"""Declared corrections: what a producer published wrongly, put right in the open and never by hand.

`data/corrections.yaml` names the figure, what the file says, what it should say, why, and the office that
decided. A correction acts on the measurement, so that everything computed from it follows; it fails as soon
as the producer has mended the file, and where it matches nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, RootModel, field_validator, model_validator

from oqhs.catalogue import Catalogue
from oqhs.documents import Model, Text, read_model
from oqhs.errors import CatalogueError, Problem
from oqhs.sources.cards import Card
from oqhs.text import format_number

CORRECTIONS_FILE = "corrections.yaml"
_EXACT = 1e-9  # relative: a cell is the number the file says
#: What stands between two things said of a figure.
NOTE_MARK = " ; "
_Figure = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def _told(words: str) -> str:
    if not words:
        raise ValueError("this says nothing: write it in words")
    return words


_Words = Annotated[Text, AfterValidator(_told)]


class _Entry(Model):
    """A correction as the file says it; `from` is null where the producer gives no value."""

    indicator: str | None = None
    variable: str | None = None
    territory: str
    year: int = Field(ge=1962, le=2100)
    before: _Figure | None = Field(alias="from")
    after: _Figure = Field(alias="to")
    reason: _Words
    office: _Words
    date: dt.date

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.indicator is None) == (self.variable is None):
            raise ValueError("give indicator or variable, one of the two")
        if self.before == self.after:
            raise ValueError("`from` and `to` are the same: this corrects nothing")
        return self


class _CorrectionFile(RootModel[tuple[_Entry, ...]]):
    """`data/corrections.yaml`: corrections, in any order."""

    @field_validator("root", mode="before")
    @classmethod
    def _nothing_is_none(cls, entries: object) -> object:
        """Take a file whose last correction was removed for one without any."""
        return () if entries is None else entries


@dataclass(frozen=True)
class Correction:
    """A figure a producer published wrongly, and what it should have been.

    `before` and `after` are in the unit of `indicator`, where the file names one, else in that of
    `variable`; a measurement is `divide_by` times as large. `before` is None where the producer gives no
    value. `label` is that of the variable, `place` where the file (`file`) says it.
    """

    indicator: str | None
    variable: str
    territory: str
    year: int
    before: float | None
    after: float
    reason: str
    office: str
    date: dt.date
    divide_by: float
    label: str
    file: Path
    place: str

    @property
    def value(self) -> float:
        """Corrected value, in the unit of the variable."""
        return self.after * self.divide_by

    @property
    def note(self) -> str:
        """What is said of the corrected figure wherever it is shown, in French."""
        what = "valeur corrigée" if self.indicator is not None else f"valeur corrigée ({self.label})"
        told = "n. d." if self.before is None else format_number(self.before, _decimals(self.before))
        words = f"{told} → {format_number(self.after, _decimals(self.after))}"
        # What separates two notes would cut this one in two.
        why = self.reason.replace(NOTE_MARK, ", ")
        return f"{what} : {words} ({why}, {self.office}, {self.date:%d/%m/%Y})"

    def problem(self, what: str, key: str, found: object, allowed: str, todo: str) -> Problem:
        """Tell what is wrong with it, and in which figure."""
        named = f"{self.indicator or self.variable}, {self.territory}, {self.year}"
        return Problem(f"{what} ({named})", self.file, None, f"{self.place}.{key}", found, allowed, todo)

    def says(self, figure: float | None, value: float) -> bool:
        """Whether a measurement is a figure of the file, as precisely as it is written there."""
        if figure is None:
            return False
        if self.divide_by == 1:
            return abs(value - figure) <= _EXACT * max(abs(figure), abs(value))
        # A division may not end: « 1349.17 » stands for what rounds to it.
        return abs(value / self.divide_by - figure) <= 0.5 * 10.0 ** -_decimals(figure) + _EXACT


def read_corrections(folder: Path, catalogue: Catalogue) -> tuple[Correction, ...]:
    """Read the corrections of a data folder; none without the file.

    Parameters
    ----------
    folder : Path
        Data folder.
    catalogue : Catalogue
        Indicators and variables a correction may name.

    Raises
    ------
    CatalogueError
        An entry is not as it must be, names something the catalogue does not hold or an indicator nobody
        publishes as such, corrects to a value that cannot be true, or two correct one figure: all of it is
        told at once, with the path of the entry (`2.from` is in the third one).
    """
    path = folder / CORRECTIONS_FILE
    if not path.exists():
        return ()
    entries = read_model(path, _CorrectionFile).root
    problems = [
        problem for row, entry in enumerate(entries) for problem in _unknown(entry, str(row), path, catalogue)
    ]
    if problems:
        raise CatalogueError.gather(problems)
    found = tuple(_resolved(entry, str(row), path, catalogue) for row, entry in enumerate(entries))
    problems = [*_impossible(found, catalogue), *_twice(found)]
    if problems:
        raise CatalogueError.gather(problems)
    return found


def _unknown(entry: _Entry, place: str, path: Path, catalogue: Catalogue) -> Iterator[Problem]:
    """Tell a name the catalogue does not hold, or an indicator no producer publishes."""
    if entry.variable is not None:
        known = {*catalogue.variables, *catalogue.indicators}
        if entry.variable not in known:
            what, allowed = "the catalogue has no such variable", ", ".join(sorted(known))
            yield Problem(what, path, None, f"{place}.variable", entry.variable, allowed, "correct its name")
        return
    name = str(entry.indicator)
    indicator = catalogue.indicators.get(name)
    if indicator is None:
        what, allowed = "the catalogue has no such indicator", ", ".join(catalogue.indicators)
        yield Problem(what, path, None, f"{place}.indicator", name, allowed, "correct its name")
    elif indicator.published is None:
        terms = [term for term in (indicator.numerator, indicator.denominator) if term is not None]
        counts = [variable for term in terms for variable in term.variables]
        what = "no producer publishes this indicator as such: a correction names what it is made of"
        todo = "write `variable:` and the figure of that variable"
        allowed = ", ".join(counts) or "the variable the card maps"
        yield Problem(what, path, None, f"{place}.indicator", name, allowed, todo)


def _resolved(entry: _Entry, place: str, path: Path, catalogue: Catalogue) -> Correction:
    published = catalogue.indicators[entry.indicator].published if entry.indicator is not None else None
    variable = published.variable if published is not None else str(entry.variable)
    return Correction(
        entry.indicator,
        variable,
        entry.territory,
        entry.year,
        entry.before,
        entry.after,
        entry.reason,
        entry.office,
        entry.date,
        published.divide_by if published is not None else 1.0,
        catalogue.variable(variable).label,
        path,
        place,
    )


def _impossible(corrections: Sequence[Correction], catalogue: Catalogue) -> Iterator[Problem]:
    """Tell the corrections to a value their variable cannot have, or to the one they correct."""
    for one in corrections:
        if one.says(one.before, one.value):
            allowed = "another figure than `from`, or both written with more digits"
            yield one.problem("it corrects a figure to itself", "to", one.after, allowed, "correct it")
        least, most = catalogue.variable(one.variable).bounds
        if (least is not None and one.value < least) or (most is not None and one.value > most):
            ends = ["" if end is None else f"{end / one.divide_by:g}" for end in (least, most)]
            allowed = f"from {ends[0]} to {ends[1]}" if all(ends) else f"{''.join(ends)} at least"
            yield one.problem("this value cannot be true", "to", one.after, allowed, "correct it")


def _twice(corrections: Sequence[Correction]) -> Iterator[Problem]:
    first: dict[tuple[str, str, int], Correction] = {}
    for one in corrections:
        other = first.setdefault((one.variable, one.territory, one.year), one)
        if other is not one:
            what, todo = "two entries correct one figure", "keep one of them"
            yield one.problem(
                what, "territory", one.territory, f"one entry a figure; the other is {other.place}", todo
            )


def may_hold(card: Card, catalogue: Catalogue, correction: Correction) -> bool:
    """Whether the file of a card may hold the variable of a correction, for its year; nothing is read."""
    variable, year = correction.variable, correction.year
    if card.mapping is not None:
        years = {
            column.year or card.year
            for column in card.mapping.columns.values()
            if column.variable == variable
        }
        return bool(years & {year, None})
    if card.layout not in catalogue.layouts or year not in {card.year or year, *card.years.values()}:
        return False
    _, layout = catalogue.layouts[card.layout]
    return any(
        variable in mapped.values()
        for vintage in layout.vintages
        for mapped in (vintage.columns, *(block.columns for block in vintage.blocks.values()))
    )


def _decimals(figure: float) -> int:
    """Digits a figure is written with after its mark."""
    exponent = Decimal(repr(figure)).normalize().as_tuple().exponent
    return max(0, -int(exponent))
