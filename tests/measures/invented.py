"""How the tests of the measures write their invented quartiers."""

import numpy as np
import pandas as pd

from oqhs.catalogue import load_catalogue
from oqhs.measures.inputs import Inputs, Method
from oqhs.measures.recipes import observe

CATALOGUE = load_catalogue()
METHOD = Method(couverture_min=0.8, quantile_largeur_max=0.01)
#: Letters of the tables below that stand for a value that is not given.
REASONS = {"s": "secret", "ns": "not_significant", "nd": "not_available", "so": "not_applicable"}


def _cell(cell):
    return (np.nan, REASONS[cell]) if isinstance(cell, str) else (float(cell), "observed")


def measurements(year=2020, perimeter="qpv2024", source="carte", **columns):
    """Measurements: one keyword per variable, a mapping from territory to a number or a reason."""
    rows = [
        (variable, territory, perimeter, year, *_cell(cell), source, "")
        for variable, cells in columns.items()
        for territory, cell in cells.items()
    ]
    names = ["variable", "territory", "perimeter", "year", "value", "status", "source", "note"]
    return pd.DataFrame(rows, columns=names)


def observed(name, columns, edges=(), *, recipe=None, official=(), method=METHOD):
    """Observe an indicator: `columns` as in `measurements`, `edges` pairs of group and territory."""
    rows = measurements(**columns)
    territories = sorted(set(rows["territory"]))
    indicator = CATALOGUE.indicator(name)
    inputs = Inputs(
        values=rows.pivot(index="territory", columns="variable", values="value"),
        statuses=rows.pivot(index="territory", columns="variable", values="status"),
        notes=pd.Series("", index=territories),
        sources=pd.Series("carte", index=territories),
        official=pd.Series([t in official for t in territories], index=territories),
        year=2021,
        years=dict.fromkeys(columns, 2021),
        perimeter="qpv2024",
        edges=pd.DataFrame(list(edges), columns=["group", "territory"]).assign(share=1.0),
    )
    return observe(name, indicator, recipe or indicator.recipe, inputs, CATALOGUE, method)
