"""The catalogue: what is measured, by whom, how it is said and which thresholds hold.

It is data (`oqhs/referentiel/*.yaml`), read into frozen models that refuse unknown keys. Users add
their own indicators in `data/indicateurs/*.yaml` without touching the package.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

from pydantic import Field

from oqhs.documents import Model, Text, read_model
from oqhs.entries import Indicator, LayerLayout, Layout, Series, Source, Theme, Threshold, Variable
from oqhs.errors import CatalogueError, Problem, UnknownError

T = TypeVar("T")


class _IndicatorFile(Model):
    themes: dict[str, Theme] = Field(default_factory=dict)
    caveats: dict[str, Text] = Field(default_factory=dict)
    variables: dict[str, Variable] = Field(default_factory=dict)
    sources: dict[str, Source] = Field(default_factory=dict)
    indicators: dict[str, Indicator] = Field(default_factory=dict)


class _VariableFile(Model):
    variables: dict[str, Variable]


class _SourceFile(Model):
    sources: dict[str, Source]


class _ThresholdFile(Model):
    thresholds: dict[str, Threshold]
    series: dict[str, Series] = Field(default_factory=dict)


class Catalogue(Model):
    """Everything the observatory knows before it reads a figure."""

    themes: dict[str, Theme]
    caveats: dict[str, str]
    indicators: dict[str, Indicator]
    variables: dict[str, Variable]
    sources: dict[str, Source]
    thresholds: dict[str, Threshold]
    series: dict[str, Series] = Field(default_factory=dict)

    @cached_property
    def layouts(self) -> dict[str, tuple[str, Layout]]:
        """Layouts of tables by id, each with the id of its source."""
        return {
            name: (source_id, layout)
            for source_id, source in self.sources.items()
            for name, layout in source.layouts.items()
        }

    @cached_property
    def layers(self) -> dict[str, tuple[str, LayerLayout]]:
        """Layouts of layers by id, each with the id of its source."""
        return {
            name: (source_id, layer)
            for source_id, source in self.sources.items()
            for name, layer in source.layers.items()
        }

    def indicator(self, name: str) -> Indicator:
        """Give an indicator; `UnknownError` names those that exist."""
        return _lookup(self.indicators, name, "indicator")

    def shown(self, planned: Container[str]) -> dict[str, Indicator]:
        """Give the indicators an edition shows: those it plans, and those that are not optional."""
        every = self.indicators.items()
        return {name: one for name, one in every if name in planned or not one.optional}

    def protects(self, source: str) -> bool:
        """Whether a source holds counts of the département that must stay hidden when they are small."""
        return source in self.sources and self.sources[source].protected is not None

    def variable(self, name: str) -> Variable:
        """Give a variable; the rate published under the id of an indicator is one too."""
        if name in self.indicators:
            indicator = self.indicators[name]
            kept = {"percent", "persons", "minutes"}
            unit = indicator.unit if indicator.unit in kept else "eur_year"
            return Variable.model_validate({"label": indicator.label, "unit": unit})
        return _lookup(self.variables, name, "variable")

    def threshold(self, name: str, on: dt.date) -> float:
        """Give the value of a threshold in force on a day."""
        threshold = _lookup(self.thresholds, name, "threshold")
        held = [entry for entry in threshold.values if entry.since <= on]
        if not held:
            first = min(entry.since for entry in threshold.values)
            raise UnknownError(
                f"threshold {name!r} has no value in force on {on}", allowed=f"a day from {first}"
            )
        return max(held, key=lambda entry: entry.since).value

    def yearly(self, name: str, year: int) -> float:
        """Give the value of a series in a year; `UnknownError` names the years it has."""
        values = _lookup(self.series, name, "series").values
        if year not in values:
            raise UnknownError(
                f"series {name!r} has no value for {year}",
                found=year,
                allowed=f"{min(values)} to {max(values)}",
                todo="add it to `series` in oqhs/referentiel/seuils.yaml, with its reference",
            )
        return values[year]


def _lookup(table: Mapping[str, T], name: str, what: str) -> T:
    if name not in table:
        raise UnknownError(f"no such {what}", found=name, allowed=", ".join(sorted(table)))
    return table[name]


@cache
def built_in() -> Catalogue:
    """Give the catalogue of the package, read once."""
    return load_catalogue()


def load_catalogue(extra: Path | None = None) -> Catalogue:
    """Read the catalogue of the package, and the indicators a user added.

    Parameters
    ----------
    extra : Path, optional
        Folder of `*.yaml` files shaped like `indicateurs.yaml`, with `variables` and `sources` of their
        own if need be. A missing folder adds nothing.

    Raises
    ------
    CatalogueError
        A file is not as it must be, names something unknown, or redefines an indicator.

    Examples
    --------
    >>> load_catalogue().indicator("taux_pauvrete").label
    'Taux de pauvreté'
    """
    home = Path(str(resources.files("oqhs") / "referentiel"))
    sections: dict[str, dict[str, Any]] = {
        "variables": dict(read_model(home / "variables.yaml", _VariableFile).variables),
        "sources": dict(read_model(home / "sources.yaml", _SourceFile).sources),
        "themes": {},
        "caveats": {},
        "indicators": {},
    }
    origin: dict[str, Path] = {}
    for path in (*sorted(home.glob("indicateurs*.yaml")), *sorted(extra.glob("*.yaml") if extra else ())):
        added = read_model(path, _IndicatorFile)
        _add(path, added, sections)
        origin |= dict.fromkeys(added.indicators, path)
    # Indicators stand by theme; those a user adds come after the others of theirs.
    rank = {theme: position for position, theme in enumerate(sections["themes"])}
    by_theme = sorted(sections["indicators"].items(), key=lambda item: rank.get(item[1].theme, len(rank)))
    sections["indicators"] = dict(by_theme)
    method = read_model(home / "seuils.yaml", _ThresholdFile)
    catalogue = Catalogue(**sections, thresholds=method.thresholds, series=method.series)
    problems = list(_dangling(catalogue, origin))
    if problems:
        raise CatalogueError.gather(problems)
    return catalogue


def _add(path: Path, added: _IndicatorFile, sections: dict[str, dict[str, Any]]) -> None:
    """Add the entries of a file; one that exists already is refused."""
    twice = [
        Problem("this exists already", path, None, f"{section}.{name}", name, "an id of its own", "rename it")
        for section, known in sections.items()
        for name in getattr(added, section)
        if name in known
    ]
    if twice:
        raise CatalogueError.gather(twice)
    for section, known in sections.items():
        known.update(getattr(added, section))


_INSTITUTE = "Insee"
_READING_WORDS = ("value", "of_zone", "reference", "in_reference", "gap", "people")


def _placeholders(reading: str) -> list[str]:
    """Words in braces of a reading key; with their format where they have one, which is not allowed."""
    try:
        parsed = list(Formatter().parse(reading))
    except ValueError:
        return [reading]
    return [
        name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        for _, name, spec, conversion in parsed
        if name is not None
    ]


def _dangling(catalogue: Catalogue, origin: Mapping[str, Path]) -> Iterable[Problem]:
    """Find what an indicator, a variable or a layout names and the catalogue does not hold."""
    known = set(catalogue.variables) | set(catalogue.indicators)
    for name, indicator in catalogue.indicators.items():
        place = f"indicators.{name}"
        named = {
            "numerator": indicator.numerator.variables if indicator.numerator else (),
            "denominator": indicator.denominator.variables if indicator.denominator else (),
            "published": (indicator.published.variable,) if indicator.published else (),
            "quantiles": tuple((indicator.quantiles or {}).values()),
            "weights": tuple(v for product in indicator.weights for v in product),
            "richer_by": (indicator.richer_by,) if indicator.richer_by else (),
        }
        checks: list[tuple[str, Iterable[str], Iterable[str]]] = [
            (field, values, known) for field, values in named.items()
        ]
        checks.append(("reading", _placeholders(indicator.reading), _READING_WORDS))
        checks.append(("theme", (indicator.theme,), catalogue.themes))
        checks.append(("source", (indicator.source,), catalogue.sources))
        checks.append(("caveats", indicator.caveats, catalogue.caveats))
        for field, values, allowed in checks:
            for value in values:
                if value not in allowed:
                    yield Problem(
                        "the catalogue has no such entry",
                        file=origin[name],
                        column=f"{place}.{field}",
                        found=value,
                        allowed=", ".join(sorted(allowed)),
                    )
    yield from _unknown_names(catalogue, known)


def _unknown_names(catalogue: Catalogue, known: set[str]) -> Iterable[Problem]:
    """Find what a layout, a variable or a source names and the catalogue does not hold."""
    for name, source in catalogue.sources.items():
        rule = source.comparability
        if rule is not None and rule.span_min not in catalogue.thresholds:
            what, place = "no such threshold", f"sources.{name}.comparability.span_min"
            allowed = ", ".join(sorted(catalogue.thresholds))
            yield Problem(what, "sources.yaml", None, place, rule.span_min, allowed)
    yield from _wrongly_protected(catalogue)
    named = [
        ("variables.yaml", f"variables.{name}.at_most", variable.at_most)
        for name, variable in catalogue.variables.items()
        if variable.at_most is not None
    ]
    named += [
        ("variables.yaml", f"variables.{name}.parts", part)
        for name, variable in catalogue.variables.items()
        for part in variable.parts
    ]
    for name, (_, layout) in catalogue.layouts.items():
        for vintage in layout.vintages:
            blocks = [vintage.columns, *(block.columns for block in vintage.blocks.values())]
            pairs = [pair for columns in blocks for pair in columns.items()]
            named += [("sources.yaml", f"{name}.{column}", variable) for column, variable in pairs]
    for file, place, variable in named:
        if variable not in known:
            yield Problem("no such variable", file, None, place, variable, "a variable of variables.yaml")


def _wrongly_protected(catalogue: Catalogue) -> Iterable[Problem]:
    """Find the sources whose secrecy names no threshold, or is that of Insee already."""
    for name, source in catalogue.sources.items():
        place = f"sources.{name}.protected"
        if source.protected is None:
            continue
        if source.protected not in catalogue.thresholds:
            allowed = ", ".join(sorted(catalogue.thresholds))
            yield Problem("no such threshold", "sources.yaml", None, place, source.protected, allowed)
        if source.producer.startswith(_INSTITUTE):
            what = "figures of Insee keep the secrecy of Insee: nothing is added to it"
            yield Problem(what, "sources.yaml", None, place, source.producer, "no `protected`", "remove it")
