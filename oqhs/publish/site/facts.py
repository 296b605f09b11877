"""What the pages of the site say, taken from the contents of an edition: values, gaps, names, places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from oqhs.entries import Indicator
from oqhs.geography import Geography
from oqhs.publish.charts.rows import quartier_rows
from oqhs.publish.contents import Contents
from oqhs.publish.key_table import MISSING
from oqhs.text import (
    NO_BREAK_SPACE,
    NOT_AVAILABLE,
    OBSERVED,
    STATUS_WORDS,
    format_gap,
    format_value,
    listing,
)

#: Units that no reference compares with: a count of a commune is no measure of its quartiers.
COUNTED = ("persons", "facilities")
#: References of the pages, as headers name them.
REFERENCE_WORDS = {
    "commune": "Commune",
    "ept": "EPT",
    "departement": "Département",
    "ensemble_qpv": "Ensemble des QPV",
    "hors_qpv": "Hors QPV",
}
TO_WORDS = {
    "commune": "à la commune",
    "ept": "à l'EPT",
    "departement": "au département",
    "ensemble_qpv": "à l'ensemble des QPV",
    "hors_qpv": "au département hors QPV",
}
#: What is printed where a value has no interval.
NO_INTERVAL = "aucun"
_PLAIN_NAME = re.compile(r"[^A-Za-z0-9_-]")
_FEW = 3  # territories that are named rather than counted
_MARK = " ; "  # between what is said of a value

Row = Mapping[str, Any]


class Facts:
    """The contents of an edition, looked up the way pages ask for them."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.indicators: dict[str, Indicator] = contents.catalogue.shown(contents.planned)
        recipe = contents.recipe
        self.geography = Geography(str(recipe["departement"]), contents.territories, contents.memberships)

    @cached_property
    def quartiers(self) -> list[str]:
        """Codes of the quartiers, by EPT, commune and name: the order says nothing of the values."""
        order = ["ept_label", "commune_label", "label", "territory"]
        return list(self.identities.sort_values(order, key=_without_accents)["territory"])

    @cached_property
    def identities(self) -> pd.DataFrame:
        """Code, name, communes and EPT of every quartier."""
        codes = self.geography.of_kind("qpv")
        found = {"territory": codes, "label": [self.name(code) for code in codes]}
        for kind in ("commune", "ept"):
            parents = self.geography.comparators(kind).reindex(codes)
            found[f"{kind}_label"] = [self.name(code) if isinstance(code, str) else "" for code in parents]
        return pd.DataFrame(found)

    @cached_property
    def _identity(self) -> dict[str, Row]:
        return {row["territory"]: row for row in self.identities.to_dict("records")}

    def identity(self, code: str) -> Row:
        """Code, name, communes and EPT of a quartier."""
        return self._identity[code]

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(
            zip(self.geography.territories["territory"], self.geography.territories["label"], strict=True)
        )

    def name(self, code: str) -> str:
        """Name of a territory."""
        return str(self._names[code]) if code in self._names else self.geography.name(code)

    @cached_property
    def _observations(self) -> dict[tuple[str, str], Row]:
        rows = self.contents.observations.to_dict("records")
        return {(row["indicator"], row["territory"]): row for row in rows}

    @cached_property
    def _gaps(self) -> dict[tuple[str, str, str], Row]:
        rows = self.contents.gaps.to_dict("records")
        return {(row["indicator"], row["territory"], row["reference"]): row for row in rows}

    def observation(self, indicator: str, territory: object) -> Row:
        """Observation of a territory; one that nobody made is not available."""
        nothing = {"value": float("nan"), "status": NOT_AVAILABLE, "note": "", "year": None, "source": ""}
        return self._observations.get((indicator, str(territory)), nothing)

    def gap(self, indicator: str, territory: str, reference: str) -> Row | None:
        """Gap of a quartier to a reference; None where they are not compared."""
        return self._gaps.get((indicator, territory, reference))

    def value(self, indicator: str, territory: object) -> float:
        """Value of a territory; missing unless it is observed."""
        row = self.observation(indicator, territory)
        return float(row["value"]) if row["status"] == OBSERVED else float("nan")

    def told(self, indicator: str, territory: object) -> str:
        """Value of a territory as printed, or why there is none."""
        one = self.indicators[indicator]
        shown = format_value(self.value(indicator, territory), one.unit, one.decimals)
        return shown or STATUS_WORDS.get(str(self.observation(indicator, territory)["status"]), MISSING)

    def told_gap(self, indicator: str, territory: str, reference: str) -> str:
        """Gap of a quartier to a reference as printed, with the side it is on, in words."""
        one, row = self.indicators[indicator], self.gap(indicator, territory, reference)
        shown = "" if row is None else format_gap(row["gap"], one.unit, one.decimals)
        if row is None or not shown:
            return MISSING
        side = row["unfavourable"]
        if pd.isna(side) or row["sign"] == "=":
            return shown
        return f"{shown}, {'défavorable' if side else 'favorable'}"

    def interval(self, indicator: str, territory: str) -> str:
        """Interval of the value of a quartier as printed; empty where it has none."""
        one, row = self.indicators[indicator], self.gap(indicator, territory, "departement")
        if row is None or pd.isna(self.value(indicator, territory)):
            return ""
        ends = [format_value(row[f"value_ci_{side}"], one.unit, one.decimals) for side in ("lower", "upper")]
        return f"de {ends[0]} à {ends[1]}" if all(ends) else ""

    def reference_code(self, territory: str, reference: str) -> str | None:
        """Code of the reference of a quartier; None without one."""
        code = self._comparators[reference].get(territory)
        return code if isinstance(code, str) else None

    @cached_property
    def _comparators(self) -> dict[str, pd.Series]:
        return {name: self.geography.comparators(name) for name in REFERENCE_WORDS}

    def is_compared(self, indicator: str) -> bool:
        """Whether references say something beside the value of a quartier."""
        return self.indicators[indicator].unit not in COUNTED

    def has_values(self, indicator: str) -> bool:
        """Whether a quartier at least has a value."""
        return any(not pd.isna(self.value(indicator, code)) for code in self.quartiers)

    def rows(self, indicator: str) -> pd.DataFrame | None:
        """Give the quartiers as charts and maps draw them; None when nothing was observed at all."""
        observations = self.contents.observations
        if not (observations["indicator"] == indicator).any():
            return None
        return quartier_rows(
            observations,
            self.geography,
            indicator,
            uncertainty=self._uncertainty,
            compared=self.is_compared(indicator),
        )

    @cached_property
    def _uncertainty(self) -> pd.DataFrame:
        gaps = self.contents.gaps
        names = {"value_ci_lower": "ci_lower", "value_ci_upper": "ci_upper"}
        kept = gaps.loc[gaps["reference"] == "departement", ["indicator", "territory", *names]]
        return kept.rename(columns=names)

    def years(self, indicator: str) -> str:
        """Years of the values of an indicator."""
        rows = [self.observation(indicator, code) for code in (*self.quartiers, self.geography.departement)]
        return listing(
            [str(year) for year in sorted({int(row["year"]) for row in rows if not pd.isna(row["year"])})]
        )

    def cards(self, indicator: str) -> list[str]:
        """Cards the values of an indicator came from."""
        rows = self.contents.observations
        joined = rows.loc[rows["indicator"] == indicator, "source"].dropna().astype("str").unique()
        named = {card for text in joined for card in text.split("+")}
        return sorted(named & set(self.contents.inputs))

    def sources(self, indicator: str) -> list[str]:
        """Name the sources of the values of an indicator; that of the catalogue when there is none."""
        every = self.contents.catalogue.sources
        ids = [self.contents.inputs[card].source for card in self.cards(indicator)]
        names = ids or [self.indicators[indicator].source]
        return list(dict.fromkeys(f"{every[name].label} ({every[name].producer})" for name in names))

    def attribution(self, card: str) -> str:
        """Say what must be printed for a card; empty when nothing must."""
        contents = self.contents
        own = contents.attributions.get(card, "")
        return own or contents.catalogue.sources[contents.inputs[card].source].attribution

    def attributions(self, cards: Iterable[str]) -> list[str]:
        """Say what must be printed for cards, each sentence once."""
        return list(dict.fromkeys(filter(None, map(self.attribution, cards))))

    def remarks(self, indicator: str) -> list[str]:
        """Say what limits the values of an indicator, each remark once, with the quartiers it is about."""
        told = [(self.name(code), self._note(indicator, code)) for code in self.quartiers]
        return _remarks([(name, note) for name, note in told if note is not None], "quartiers")

    def remarks_on(self, code: str) -> list[str]:
        """Say what limits the values of a quartier, each remark once, with the indicators it is about."""
        told = [(one.label, self._note(name, code)) for name, one in self.indicators.items()]
        return _remarks([(name, note) for name, note in told if note is not None], "indicateurs")

    def _note(self, indicator: str, code: str) -> str | None:
        """Give the note of a value; None when there is no value."""
        if pd.isna(self.value(indicator, code)):
            return None
        note = self.observation(indicator, code)["note"]
        return note if isinstance(note, str) else ""


def _without_accents(labels: pd.Series) -> pd.Series:
    """Put names in the order of a French list."""
    return labels.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.casefold()


def _remarks(notes: Sequence[tuple[str, str]], things: str) -> list[str]:
    """Tell each part of notes once, with what it is about where it is not everything."""
    about: dict[str, list[str]] = {}
    for name, note in notes:
        for part in filter(None, note.split(_MARK)):
            about.setdefault(part, []).append(name)
    lines = []
    for text, names in about.items():
        few = len(names) <= _FEW
        where = listing(names) if few else f"{len(names)}{NO_BREAK_SPACE}{things}"
        said = text[:1].upper() + text[1:]
        lines.append(f"{said}." if len(names) == len(notes) else f"{said} ({where}).")
    return lines


def file_name(identifier: str) -> str:
    """Turn an id or a code into the name of a file: no id leads out of its folder.

    Examples
    --------
    >>> file_name("taux_pauvrete"), file_name("../a b")
    ('taux_pauvrete', '-2e--2e--2f-a-20-b')
    """
    return _PLAIN_NAME.sub(lambda found: f"-{ord(found[0]):x}-", identifier)


def indicator_place(name: str) -> str:
    """Where the page of an indicator stands, from the root of the site."""
    return f"indicateurs/{file_name(name)}.html"


def quartier_place(code: str) -> str:
    """Where the page of a quartier stands, from the root of the site."""
    return f"quartiers/{file_name(code)}.html"
