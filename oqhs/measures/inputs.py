"""What a recipe works on, and which variables it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from oqhs.entries import Indicator


@dataclass(frozen=True)
class Inputs:
    """What a recipe works on: one side (quartiers or reference) of one indicator.

    `values`, `statuses` and `notes` have one row per territory and one column per variable;
    `year` is that of the indicator, `years` that of each column; `sources` gives the cards each
    territory came from, `official` whether they are all of the statistical institute; `perimeter` is
    that of the values. `edges` (`group`, `territory`) says which territories make up which; `estimated`
    are those whose counts are estimates of ours.
    """

    values: pd.DataFrame
    statuses: pd.DataFrame
    notes: pd.Series
    sources: pd.Series
    official: pd.Series
    year: int
    years: Mapping[str, int]
    perimeter: str
    edges: pd.DataFrame
    estimated: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Method:
    """The parameters of the method, dated by the edition."""

    couverture_min: float
    quantile_largeur_max: float


def counts_of(indicator: Indicator) -> list[str]:
    """List the variables a ratio of counts adds up."""
    terms = [term for term in (indicator.numerator, indicator.denominator) if term is not None]
    return list(dict.fromkeys(variable for term in terms for variable in term.variables))


def variables_of(name: str, indicator: Indicator) -> list[str]:
    """Variables whose year must be the year of the indicator."""
    terms = [*(indicator.numerator.variables if indicator.numerator else ())]
    terms += indicator.denominator.variables if indicator.denominator else ()
    terms += (indicator.quantiles or {}).values()
    terms.append(published_variable(name, indicator))
    return list(dict.fromkeys(terms))


def weights_of(indicator: Indicator) -> list[str]:
    """Variables that weight, bound or cover: of the nearest year when the year itself is not there."""
    names = [variable for product in indicator.weights for variable in product]
    return list(
        dict.fromkeys([*names, *([indicator.richer_by] if indicator.richer_by else []), "population"])
    )


def published_variable(name: str, indicator: Indicator) -> str:
    """Variable that carries an indicator when a producer publishes it: its own id by default."""
    return indicator.published.variable if indicator.published else name
