"""What the pages of the site say, taken from the contents of an edition: values, gaps, names, places."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from oqhs.entries import Indicator
from oqhs.publish.charts.rows import quartier_rows
from oqhs.publish.contents import Contents
from oqhs.publish.limits import MARK, parts_of, remarks, why_no_gap
from oqhs.text import (
    NOT_AVAILABLE,
    OBSERVED,
    STATUS_WORDS,
    format_gap,
    format_value,
    listing,
)
from oqhs.wording import REFERENCE_NAMES, in_french_order

#: Units that no reference compares with: a count of a commune is no measure of its quartiers.
COUNTED = ("persons", "facilities")
#: What is printed where a value has no interval.
NO_INTERVAL = "aucun"
#: What stands for the reference of a count.
UNCOMPARED = "sans objet"
#: References that stand beside the values of a quartier.
BESIDE = ("commune", "ept", "departement", "ensemble_qpv")
_PLAIN_NAME = re.compile(r"[^A-Za-z0-9_-]")

Row = Mapping[str, Any]


class Facts:
    """The contents of an edition, looked up the way pages ask for them."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.geography = contents.geography
        self.indicators: dict[str, Indicator] = contents.catalogue.shown(contents.planned)

    @cached_property
    def quartiers(self) -> list[str]:
        """Codes of the quartiers, by EPT, commune and name: the order says nothing of the values."""
        order = ["ept_label", "commune_label", "label", "territory"]
        return list(self.identities.sort_values(order, key=in_french_order)["territory"])

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
        return shown or STATUS_WORDS[str(self.observation(indicator, territory)["status"])]

    def told_gap(self, indicator: str, territory: str, reference: str) -> str:
        """Gap of a quartier to a reference as printed, with its side in words, or why there is none."""
        one, row = self.indicators[indicator], self.gap(indicator, territory, reference)
        if row is None:
            return STATUS_WORDS[NOT_AVAILABLE] if self.is_compared(indicator) else UNCOMPARED
        shown = format_gap(row["gap"], one.unit, one.decimals)
        if not shown:
            return why_no_gap(row)[1]
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
        return {name: self.geography.comparators(name) for name in REFERENCE_NAMES}

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
        return self.contents.attributions.get(card, "")

    def attributions(self, cards: Iterable[str]) -> list[str]:
        """Say what must be printed for cards, each sentence once."""
        return list(dict.fromkeys(filter(None, map(self.attribution, cards))))

    def remarks(self, indicator: str) -> list[str]:
        """Say what limits the values of an indicator or why there is none, with the territories it is about.

        Of a reference, only what is not said of every quartier.
        """
        own = [(self.name(code), self._said(indicator, code)) for code in self.quartiers]
        lines = remarks([(name, MARK.join(parts)) for name, parts in own], "quartiers")
        if not self.is_compared(indicator):
            return lines
        codes = sorted({code for found in self._comparators.values() for code in found.dropna()})
        shared = set.intersection(*(set(parts) for _, parts in own)) if own else set()
        beside = [(self.name(code), self._of_reference(indicator, code, shared)) for code in codes]
        return lines + remarks(beside, "territoires")

    def remarks_on(self, code: str) -> list[str]:
        """Say what limits the values of a quartier or why there is none, with the indicators it is about.

        Of a reference, only what is not said of the quartier.
        """
        own, beside = [], []
        for name, one in self.indicators.items():
            said = self._said(name, code)
            own.append((one.label, MARK.join(said)))
            for kind in BESIDE if self.is_compared(name) else ():
                other = self.reference_code(code, kind)
                told = f"{one.label}, {REFERENCE_NAMES[kind]}"
                beside.append((told, self._of_reference(name, other, said)))
        return remarks(own, "indicateurs") + remarks(beside, "valeurs")

    def _said(self, indicator: str, code: object) -> list[str]:
        """Give the parts of the note of a value, or of what stands in its place."""
        return parts_of(self.observation(indicator, code)["note"])

    def _of_reference(self, indicator: str, code: object, but: Collection[str]) -> str:
        """Give the note of the value of a reference, but for what is said already."""
        own = [part for part in self._said(indicator, code) if part not in but]
        return MARK.join(f"référence : {part}" for part in own)


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
