"""Read a cohort of RSA recipients: every row is checked, and nothing is read without its legal ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from oqhs.errors import CatalogueError, DataError, LayoutError, Problem
from oqhs.sources.cards import Card, card_path, find_card
from oqhs.sources.cells import TextTable
from oqhs.sources.delimited import read_delimited
from oqhs.studies.cohort.model import (
    GEOCODING,
    OUTSIDE,
    PLACED,
    QPV,
    REASONS,
    SPELL_COLUMNS,
    UNKNOWN_REASON,
    UNPLACED,
    Cohort,
)
from oqhs.studies.identity.lists import read_lists
from oqhs.studies.identity.numbers import number_rules
from oqhs.studies.identity.rules import SOCIAL
from oqhs.territories import kinds_of, normalise_codes

#: Columns of the file, by name of the column of `Cohort.spells` each one fills.
COLUMNS = {
    "person": "dossier",
    "opened": "entree_dispositif",
    "entered": "entree_suivi",
    "left": "sortie",
    "reason": "motif",
    "territory": "territoire",
    "moved": "demenagement",
    "geocoding": "geocodage",
}
_DAYS = ("opened", "entered", "left", "moved")
_FORMS = ("%Y-%m-%d", "%d/%m/%Y")
_MARKS = "[\u0300-\u036f]"


def read(path: str | Path, *, end: dt.date | None = None) -> Cohort:
    """Read the file of a cohort.

    Parameters
    ----------
    path : str or Path
        Delimited text, a row per spell of a person: `dossier` (opaque id), `entree_dispositif` (opening
        of the RSA), `entree_suivi` (first day of the follow-up: nobody is known before it, which is left
        truncation), `sortie` (empty: still there), `motif` (of `REASONS`; with an exit, empty is
        `inconnu`), `territoire` (QPV code or `hors_qpv`; empty when the address is not placed),
        `demenagement` (day of the move out of the quartier, or empty), `geocodage` (of `GEOCODING`). Days
        are written 2022-01-31 or 31/01/2022. The card beside it says `dpo`, and a diffusion that is not
        public.
    end : date, optional
        Last day of the follow-up; 31 December of the `year` of the card without one.

    Returns
    -------
    Cohort

    Raises
    ------
    CatalogueError
        There is no card, or it does not say `dpo`, is public, or gives no end.
    LayoutError
        A column is missing, or the file is not delimited text.
    DataError
        All of what is wrong in the rows: a day that is none or comes in the wrong order, an unknown
        reason, quartier or quality of geocoding, two spells of a person that overlap, an id that is a
        social security number, somebody in a quartier whose address was placed at the commune only. No
        error tells what a cell holds: its line and its column are enough to find it.

    Examples
    --------
    >>> read("cohorte_sans_fiche.csv")
    Traceback (most recent call last):
    ...
    oqhs.errors.CatalogueError: cohorte_sans_fiche.csv: a cohort is not read without its card
      allowed: a card beside the file, with `dpo` and a diffusion that is not public
      to do: write cohorte_sans_fiche.csv.card.yaml
    """
    path = Path(path)
    card, dpo = _allowed(path)
    last = _last_day(path, card, end)
    text = _table(path)
    _refuse_missing(text)
    rows = _rows(text)
    problems = [*_wrong_cells(text, rows), *_wrong_places(text, rows), *_wrong_days(text, rows, last)]
    if not problems:
        problems = [*_overlaps(text, rows)]
    if problems:
        raise DataError.gather(sorted(problems, key=lambda one: (one.line or 0, one.column or "")))
    perimeters = kinds_of(rows["territory"])["perimeter"].dropna()
    spells = rows[SPELL_COLUMNS].copy()
    spells["territory"] = spells["territory"].replace({OUTSIDE.upper(): OUTSIDE, "": np.nan})
    return Cohort(
        spells=spells.sort_values(["person", "entered"], ignore_index=True),
        end=last,
        perimeter=str(perimeters.iloc[0]) if len(perimeters) else "",
        dpo=dpo,
        invented=card.invented,
        diffusion=card.diffusion,
    )


def _allowed(path: Path) -> tuple[Card, str]:
    """Give the card of the file and the entry of the register it names; without them nothing is read."""
    card, beside = find_card(path), card_path(path)
    if card is None:
        raise CatalogueError(
            "a cohort is not read without its card",
            file=path,
            allowed="a card beside the file, with `dpo` and a diffusion that is not public",
            todo=f"write {beside.name}",
        )
    dpo = card.dpo
    problems = []
    if not dpo:
        problems.append(
            Problem(
                "a cohort is not read without its entry in the register of processing",
                file=beside,
                column="dpo",
                allowed="the entry of the data protection officer's register, in words",
                todo="ask the data protection officer, then write `dpo: …` in the card",
            )
        )
    if card.diffusion == "public":
        problems.append(
            Problem(
                "the file of a cohort is never public",
                file=beside,
                column="diffusion",
                found=card.diffusion,
                allowed="interne, partenaires",
                todo="write `diffusion: interne` in the card",
            )
        )
    if problems:
        raise CatalogueError.gather(problems)
    return card, str(dpo)


def _last_day(path: Path, card: Card, end: dt.date | None) -> dt.date:
    if end is not None:
        return end
    if card.year is None:
        raise CatalogueError(
            "nothing says when the follow-up ends",
            file=card_path(path),
            column="year",
            allowed="the year whose 31 December is its last day, or `end`",
            todo="write `year: …` in the card, or give `end`",
        )
    return dt.date(card.year, 12, 31)


def _table(path: Path) -> TextTable:
    """Read the text; what is wrong with it is told without what it holds."""
    try:
        return read_delimited(path)
    except DataError as error:
        raise type(error).gather(replace(one, found=None) for one in error.problems) from None


def _refuse_missing(text: TextTable) -> None:
    missing = [name for name in COLUMNS.values() if name.upper() not in text.names]
    if missing:
        raise LayoutError.gather(
            Problem(
                "the file of a cohort has no such column",
                text.path,
                1,
                name,
                allowed=", ".join(COLUMNS.values()),
                todo="add the column; it may be empty where nothing is known",
            )
            for name in missing
        )


def _rows(text: TextTable) -> pd.DataFrame:
    """Read the cells; where something else may be written, it stays beside what was understood."""
    told = {
        name: pd.Series(text.column(column).to_pandas(), dtype="str").str.strip()
        for name, column in COLUMNS.items()
    }
    rows = pd.DataFrame({"person": told["person"]})
    for name in _DAYS:
        rows[name], rows[f"{name}_told"] = _days(told[name]), told[name]
    rows["reason_told"] = told["reason"]
    key = _key(told["reason"])
    rows["reason"] = key.mask(key == "", UNKNOWN_REASON).where(rows["left"].notna() | (key != ""))
    rows["territory"] = normalise_codes(told["territory"])
    rows["geocoding"] = _key(told["geocoding"])
    placed = rows["geocoding"].isin(PLACED)
    outside = rows["territory"] == OUTSIDE.upper()
    rows["group"] = pd.Series(
        np.select([~placed, outside], [UNPLACED, OUTSIDE], default=QPV), index=rows.index, dtype="str"
    )
    return rows


def _key(words: pd.Series) -> pd.Series:
    """Write words as ids: « Départ département » is `depart_departement`."""
    plain = words.str.normalize("NFKD").str.replace(_MARKS, "", regex=True).str.lower()
    return plain.str.replace(r"[^a-z0-9]+", "_", regex=True).str.strip("_").astype("str")


def _days(cells: pd.Series) -> pd.Series:
    days = pd.Series(pd.NaT, index=cells.index, dtype="datetime64[s]")
    for form in _FORMS:
        days = days.fillna(pd.to_datetime(cells, format=form, errors="coerce").astype("datetime64[s]"))
    return days


def _told(
    text: TextTable,
    wrong: pd.Series,
    what: str,
    name: str,
    allowed: str | None = None,
    todo: str | None = None,
) -> Iterator[Problem]:
    """Tell each row where something is wrong, by its line: a cell may hold anything about somebody."""
    for row in np.flatnonzero(wrong):
        yield Problem(what, text.path, text.line_of(row), COLUMNS[name], allowed=allowed, todo=todo)


def _national(ids: pd.Series) -> pd.Series:
    """Say which ids are social security numbers, whatever stands between their groups."""
    rules = [rule.pattern.pattern for rule in number_rules(read_lists()) if rule.kind == SOCIAL]
    spaced = ids.str.normalize("NFKD").str.replace(r"[\W_]+", " ", regex=True).str.strip()
    found = [text.str.fullmatch(rule) for text in (spaced, spaced.str.replace(" ", "")) for rule in rules]
    return pd.concat(found, axis=1).any(axis=1)


def _wrong_cells(text: TextTable, rows: pd.DataFrame) -> Iterator[Problem]:
    """Tell the cells that say nothing known, whatever the others say."""
    yield from _told(text, rows["person"] == "", "this spell is nobody's", "person", todo="give the id")
    yield from _told(
        text,
        _national(rows["person"]),
        "this id is a social security number",
        "person",
        allowed="an opaque id, whose key stays with the one who made it",
        todo="replace the ids before the file is given, and destroy this one",
    )
    for name in _DAYS:
        needed = name in {"opened", "entered"}
        wrong = rows[name].isna() & (needed | (rows[f"{name}_told"] != ""))
        allowed = "2022-01-31 or 31/01/2022" + ("" if needed else ", or nothing")
        yield from _told(text, wrong, "this is not a day", name, allowed, "correct it")
    unknown = rows["reason"].notna() & ~rows["reason"].isin(list(REASONS))
    allowed = ", ".join(REASONS)
    yield from _told(text, unknown, "this reason is not known", "reason", allowed, "use one of these")
    idle = (rows["left_told"] == "") & (rows["reason_told"] != "") & ~unknown
    yield from _told(text, idle, "there is a reason without an exit", "reason", "a day in `sortie`")
    worse = ~rows["geocoding"].isin(list(GEOCODING))
    yield from _told(text, worse, "this quality is not known", "geocoding", ", ".join(GEOCODING))


def _wrong_places(text: TextTable, rows: pd.DataFrame) -> Iterator[Problem]:
    """Tell the territories that cannot be, or not with what else the row says."""
    written = rows["territory"]
    kinds = kinds_of(written)
    quartier, outside, empty = kinds["kind"] == "qpv", written == OUTSIDE.upper(), written == ""
    yield from _told(
        text,
        ~(quartier | outside | empty),
        "this is neither a quartier nor outside of all",
        "territory",
        f"the code of a QPV, or {OUTSIDE}",
    )
    blurred = rows["geocoding"].isin([name for name in GEOCODING if name not in PLACED])
    yield from _told(
        text,
        quartier & blurred,
        "an address that is not placed cannot be in a quartier",
        "territory",
        f"geocodage {' or '.join(PLACED)}; otherwise nothing",
        "geocode it again, or leave the territory empty",
    )
    yield from _told(
        text,
        empty & rows["geocoding"].isin(PLACED),
        "the address is placed and the territory is not said",
        "territory",
        f"the code of a QPV, or {OUTSIDE}",
    )
    yield from _told(
        text,
        ~quartier & rows["moved"].notna(),
        "somebody who does not live in a quartier cannot move out of one",
        "moved",
        "nothing",
    )
    first = kinds["perimeter"].dropna()
    other = quartier & (kinds["perimeter"] != (first.iloc[0] if len(first) else ""))
    yield from _told(text, other, "quartiers of two generations are mixed", "territory", "one generation")


def _wrong_days(text: TextTable, rows: pd.DataFrame, end: dt.date) -> Iterator[Problem]:
    """Tell the days that come in an order that cannot be."""
    last = pd.Timestamp(end)
    early = rows["left"] < rows["opened"]
    unseen = (rows["left"] <= rows["entered"]) & ~early  # told once
    orders = (
        ("entered", rows["entered"] < rows["opened"], "the follow-up starts before the opening", "opened"),
        ("left", early, "the exit is before the opening", "opened"),
        ("left", unseen, "the exit is not after the follow-up started", "entered"),
        ("moved", rows["moved"] <= rows["entered"], "the move is not after the follow-up started", "entered"),
        ("moved", rows["moved"] > rows["left"], "the move is after the exit", "left"),
    )
    for name, wrong, what, other in orders:
        side = "up to" if other == "left" else "from" if name == "entered" else "after"
        allowed = f"{side} the day of `{COLUMNS[other]}`"
        yield from _told(text, wrong, what, name, allowed, "correct one of the two days at its source")
    yield from _told(
        text,
        rows["entered"] >= last,
        "the follow-up starts when it is over",
        "entered",
        f"before {last:%Y-%m-%d}, last day of the follow-up",
        "correct the day, or the end of the follow-up",
    )


def _overlaps(text: TextTable, rows: pd.DataFrame) -> Iterator[Problem]:
    """Tell the spells of a person that start before an earlier one of theirs is over."""
    ordered = rows.reset_index(names="row").sort_values(["person", "entered", "row"], ignore_index=True)
    over = ordered["left"].fillna(pd.Timestamp.max.floor("s"))
    before = over.groupby(ordered["person"]).cummax().groupby(ordered["person"]).shift()
    wrong = (ordered["entered"] < before).to_numpy()
    earlier = ordered.groupby("person")["row"].shift()
    for place in np.flatnonzero(wrong):
        lines = [text.line_of(int(earlier.iloc[place])), text.line_of(int(ordered["row"].iloc[place]))]
        yield Problem(
            "two spells of one person overlap",
            text.path,
            max(lines),
            COLUMNS["person"],
            f"the person of line {min(lines)}",
            "spells that follow one another",
            "keep one row where it is the same spell, else correct the days",
        )
