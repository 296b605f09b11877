"""An invented cohort of RSA recipients: the list of January 2022, followed to December 2024."""

from __future__ import annotations

import datetime as dt
import hashlib
from random import Random
from typing import NamedTuple

from oqhs.demo.draws import between, deal, seeded
from oqhs.demo.rows import lines
from oqhs.demo.vintages import newest

_HEADER = (
    "dossier",
    "entree_dispositif",
    "entree_suivi",
    "sortie",
    "motif",
    "territoire",
    "demenagement",
    "geocodage",
)
_FIRST, _LISTED, _LAST = dt.date(2022, 1, 1), dt.date(2022, 1, 31), dt.date(2024, 12, 31)
_OUTSIDE = "hors_qpv"
#: People of the list in quartiers, outside of all, and whose address is not placed.
_INSIDE_COUNT, _OUTSIDE_COUNT, _UNPLACED_COUNT = 1_180, 1_170, 50
#: Quartiers of which people come, and those that hold very few of them.
_QUARTIERS, _FEW = 14, (9, 6)
_MOST_MONTHS = 42
#: People of a thousand who leave in a month for each reason, in quartiers and outside.
_LEAVE = {
    "emploi": (10.0, 14.5),
    "formation": (4.0, 3.2),
    "autre_droit": (2.6, 3.4),
    "depart_departement": (1.8, 2.6),
    "deces": (0.25, 0.25),
    "radiation": (6.0, 5.0),
    "": (0.9, 0.9),
}
_MOVE = 4.0
#: After two years since the opening, people leave less for a job.
_LONG_MONTHS, _LONG = 24, 0.7
_STREET, _BACK = 0.12, 0.012
_MONTH = 30
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


class _Person(NamedTuple):
    """What stands in the rows of somebody, before the days."""

    name: str
    territory: str
    geocoding: str

    @property
    def in_quartier(self) -> bool:
        return self.territory not in {_OUTSIDE, ""}


def cohort_files() -> dict[str, bytes]:
    """Make the file of the invented cohort, by its path under `raw/etudes`.

    Examples
    --------
    >>> list(cohort_files())
    ['cohorte_rsa_999.csv']
    """
    rows = [row for person in _people() for row in _rows(person)]
    text = lines([_HEADER, *sorted(rows)])
    return {"cohorte_rsa_999.csv": text.encode("utf-8")}


def _people() -> list[_Person]:
    """Place everybody: nothing of an id tells where somebody lives."""
    codes = sorted(newest().quartiers)[: _QUARTIERS + len(_FEW)]
    weights = [between(seeded(f"cohorte {code}"), 1, 2.5) for code in codes[:_QUARTIERS]]
    counts = [*deal(_INSIDE_COUNT - sum(_FEW), weights), *_FEW]
    places = [code for code, count in zip(codes, counts, strict=True) for _ in range(count)]
    places += [_OUTSIDE] * _OUTSIDE_COUNT
    people = []
    for number, place in enumerate(places):
        street = seeded(f"cohorte adresse {number}").random() < _STREET
        people.append(_Person(f"{number}", place, "voie" if street else "numero"))
    for number in range(_UNPLACED_COUNT):
        vague = number % 5
        place = _OUTSIDE if vague == 0 else ""
        people.append(_Person(f"sans {number}", place, "inconnu" if vague == 1 else "commune"))
    return people


def _rows(person: _Person) -> list[tuple[str, ...]]:
    """Write the spell of somebody, and another where they come back."""
    rng = seeded(f"cohorte suivi {person.name}")
    opened = _LISTED - dt.timedelta(days=int(_MOST_MONTHS * _MONTH * rng.random()))
    entered = max(opened, _FIRST)
    left, reason, moved = _followed(rng, person, opened, entered)
    rows = [_row(person, opened, entered, left, reason, moved)]
    if left is not None and moved is None and rng.random() < _BACK:
        again = left + dt.timedelta(days=_MONTH * 2)
        if again < _LAST:
            rows.append(_row(person, again, again, None, "", None))
    return rows


def _followed(
    rng: Random, person: _Person, opened: dt.date, entered: dt.date
) -> tuple[dt.date | None, str, dt.date | None]:
    """Draw month after month whether somebody leaves, and why, or moves; who moves is still followed."""
    moved = None
    day = entered
    while day < _LAST:
        draw, move, place = rng.random(), rng.random(), rng.random()
        event = day + dt.timedelta(days=1 + int(_MONTH * place))
        reason = _reason(draw, person, (day - opened).days // _MONTH)
        if event >= _LAST:
            break
        if reason is not None:
            return event, reason, moved
        if person.in_quartier and moved is None and move < _MOVE / 1000:
            moved = event
        day += dt.timedelta(days=_MONTH)
    return None, "", moved


def _reason(draw: float, person: _Person, months: int) -> str | None:
    """Reason for which somebody leaves this month, or None."""
    reached = 0.0
    for reason, rates in _LEAVE.items():
        rate = rates[0 if person.in_quartier else 1]
        reached += rate * (_LONG if reason == "emploi" and months >= _LONG_MONTHS else 1) / 1000
        if draw < reached:
            return reason
    return None


def _row(
    person: _Person,
    opened: dt.date,
    entered: dt.date,
    left: dt.date | None,
    reason: str,
    moved: dt.date | None,
) -> tuple[str, ...]:
    days = [opened.isoformat(), entered.isoformat(), "" if left is None else left.isoformat()]
    out = "" if moved is None else moved.isoformat()
    return (_id(person.name), *days, reason, person.territory, out, person.geocoding)


def _id(name: str) -> str:
    """Give an id that tells nothing of whom it names."""
    number = int.from_bytes(hashlib.sha256(f"cohorte {name}".encode()).digest()[:6])
    letters = ""
    for _ in range(7):
        number, rank = divmod(number, len(_LETTERS))
        letters += _LETTERS[rank]
    return letters
