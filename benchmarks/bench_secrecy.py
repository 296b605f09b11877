"""What protecting a table costs, in seconds and in cells, and what naive suppression gives away.

The tables are invented. The exact optimum of the small ones is that of one integer program over all the
cells at once, which only small tables allow.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import pandas as pd
from results import keep, section
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array, eye_array, kron

from oqhs.secrecy import Statements, audit, cross_table, protect, sensitive_cells, statements

LIBRARIES = ("oqhs", "scipy", "numpy", "pandas")
LEVELS = ("quartier", "age", "sexe")
THRESHOLD = LEVEL = 11
#: A margin costs three times what is under it.
MARGIN = 3.0
LIMIT_S = 30.0
LARGE = ((47, 6, 2), {"many small counts": 3, "some": 18, "few": 40})
SMALL = {(6, 4): 12, (8, 3): 12, (3, 2, 2): 14}
MOST_SENSITIVE = 8


def invented(shape: tuple[int, ...], mean: float, seed: int) -> Statements:
    """Counts with all their margins: quartiers of unequal sizes, categories of unequal weights."""
    draw = np.random.default_rng(seed)
    sizes = draw.gamma(3, 1 / 3, (shape[0], *[1] * (len(shape) - 1)))
    shares = shape[1] * draw.dirichlet(np.full(shape[1], 2.0)).reshape(1, -1, *[1] * (len(shape) - 2))
    counts = draw.poisson(mean * sizes * shares * np.ones(shape))
    for axis in range(len(shape)):
        counts = np.concatenate([counts, counts.sum(axis=axis, keepdims=True)], axis=axis)
    labels = [[*(f"{n:02d}" for n in range(size)), "total"] for size in shape]
    index = pd.MultiIndex.from_product(labels, names=LEVELS[: len(shape)])
    values = pd.Series(counts.ravel(), index)
    margins = sum(np.asarray(index.get_level_values(name) == "total", dtype=int) for name in index.names)
    sums = {name: {"total": row[:-1]} for name, row in zip(index.names, labels, strict=True)}
    return statements(values, cross_table(values, sums), weights=pd.Series(MARGIN**margins, index))


def large(runs: int) -> list[str]:
    """Protect and audit the large tables, each one several times."""
    shape, means = LARGE
    heads = ("table", "cells", "sensitive", "recovered before", "too narrow before", "suppressed with them")
    heads += ("recovered after", "too narrow after", "protect, s", "audit, s")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, mean in means.items():
        told = invented(shape, mean, seed=94)
        secret = sensitive_cells(told, THRESHOLD)
        before = audit(told, secret, secret, LEVEL)
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            out = protect(told, secret, LEVEL)
            between = time.perf_counter()
            after = audit(told, out, secret, LEVEL)
            times.append((between - start, time.perf_counter() - between))
        assert after["protected"].all()
        found = [statistics.median(column) for column in zip(*times, strict=True)]
        assert sum(found) < LIMIT_S
        lines.append(
            f"| {' × '.join(map(str, shape))} with margins, {name} | {len(told.values)} | {len(secret)} "
            f"| {(before['width'] == 0).sum()} | {(~before['protected']).sum()} | {len(out) - len(secret)} "
            f"| {(after['width'] == 0).sum()} | {(~after['protected']).sum()} "
            f"| {found[0]:.1f} | {found[1]:.1f} |"
        )
    return lines


def optimum(told: Statements, secret: pd.Index) -> float:
    """Cost of the cheapest suppression there is: the cells that may move, two tables per sensitive one."""
    values, sums = told.values.to_numpy(), told.relations
    n, tables = len(values), 2 * len(secret)
    places = told.values.index.get_indexer(secret)
    most = 2.0 * values.max() + LEVEL
    each = eye_array(tables, format="csr")
    gates = {1: np.full(n, most), -1: values.astype(float)}
    apart = np.zeros((len(secret), tables, n))
    for number, place in enumerate(places):
        apart[number, 2 * number : 2 * number + 2, place] = 1, -1
    rows = block_array(
        [
            [None, kron(each, sums)],
            *[
                [csr_array(np.tile(-np.diag(gate), (tables, 1))), sign * eye_array(tables * n)]
                for sign, gate in gates.items()
            ],
            [csr_array((len(secret), n)), csr_array(apart.reshape(len(secret), -1))],
        ],
        format="csr",
    )
    free = np.full(2 * tables * n, -np.inf)
    lower = np.concatenate([np.zeros(tables * sums.shape[0]), free, np.full(len(secret), float(LEVEL))])
    upper = np.concatenate([np.zeros(tables * sums.shape[0] + 2 * tables * n), np.full(len(secret), np.inf)])
    least = np.concatenate([np.isin(np.arange(n), places).astype(float), np.tile(-values, tables)])
    found = milp(
        np.concatenate([told.weights, np.zeros(tables * n)]),
        integrality=np.ones(len(least)),
        bounds=Bounds(least, np.concatenate([np.ones(n), np.full(tables * n, most)])),
        constraints=LinearConstraint(rows, lower, upper),
        options={"mip_rel_gap": 0, "presolve": False},
    )
    assert found.success, found.message
    return float(found.fun)


def small() -> list[str]:
    """Cells lost beside the exact optimum, over small tables, each cell costing 1 and then margins more."""
    lines = [
        "| tables | sensitive cells | cost | at best | of tables at their best |",
        "|---|---|---|---|---|",
    ]
    for shape, seeds in SMALL.items():
        for dear in (False, True):
            costs = []
            for seed in range(seeds):
                told = invented(shape, 25, seed)
                if not dear:
                    told = Statements(**vars(told) | {"weights": told.weights.mask(told.weights > 0, 1.0)})
                secret = sensitive_cells(told, THRESHOLD)
                if 0 < len(secret) <= MOST_SENSITIVE:
                    ours = told.weights[protect(told, secret, LEVEL)].sum()
                    costs.append((len(secret), round(ours), round(optimum(told, secret))))
            table = np.array(costs)
            assert (table[:, 1] >= table[:, 2]).all()
            lines.append(
                f"| {len(table)} of {' × '.join(map(str, shape))} with margins, "
                f"{'a margin costs 3' if dear else 'a cell costs 1'} | {table[:, 0].sum()} "
                f"| {table[:, 1].sum()} | {table[:, 2].sum()} "
                f"| {(table[:, 1] == table[:, 2]).sum()} of {len(table)} |"
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog="example: --runs 3 --write")
    parser.add_argument("--runs", type=int, default=3, help="runs of each large table (default 3)")
    parser.add_argument("--write", action="store_true", help="write the section into RESULTS.md")
    asked = parser.parse_args()
    said = (
        f"Counts under {THRESHOLD} are sensitive and need an interval {LEVEL} wide. Recovered: known "
        "exactly; too narrow: recovered, or an interval under that width."
    )
    lost = "Cost of what is lost on small tables, sensitive cells included, beside the exact optimum."
    lines = [said, "", *large(asked.runs), "", lost, "", *small()]
    text = section("Secrecy, measured", asked.runs, LIBRARIES, lines)
    print(text)
    if asked.write:
        keep(text)


if __name__ == "__main__":
    main()
