"""What the intervals of census shares are worth, on an invented département whose truth is known.

47 quartiers lie in a département of 1.4 million inhabitants. The dwellings stand at addresses, and the
people of one address are alike. In every run the census draws addresses as it does in communes of 10 000
inhabitants or more: the ordinary ones form five rotation groups, and each year 40 % of one group (8 % of
all) is interviewed; large addresses (60 dwellings or more) all are over the five years. Shares, intervals
and gaps are then those of `oqhs.analysis`, and are compared with the truth. How alike the people of one
address are is invented too: what is printed tells how the method behaves, not what Insee's sample is.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pandas as pd
from results import keep

from oqhs.analysis.ranks import gap_intervals
from oqhs.analysis.testing import benjamini_hochberg, p_values_beyond
from oqhs.analysis.uncertainty import sampling_of
from oqhs.catalogue import built_in

QUARTIERS, INHABITANTS, BATCH, FALSE_RATE = 47, 1_400_000, 25, 0.05
SMALLEST, LARGEST, PER_DWELLING, LARGE = 1_000, 8_500, 2.5, 60
DRAWN, GROUPS = 0.4, 5
#: Indicator: people of its universe in a dwelling (0: one household; under 1: some dwellings), share in
#: the quartiers and in the département, likeness of the people of an address and of a household.
INDICATORS = {
    "part_moins_18": (2.5, 0.285, 0.230, 0.02, 0.10),
    "part_60_plus": (2.5, 0.167, 0.202, 0.03, 0.40),
    "part_75_plus": (2.5, 0.050, 0.070, 0.03, 0.40),
    "familles_monoparentales": (0.38, 0.425, 0.317, 0.02, 0.0),
    "familles_nombreuses": (0.36, 0.305, 0.196, 0.04, 0.0),
    "part_cadres": (0.95, 0.083, 0.266, 0.04, 0.20),
    "locataires_hlm": (0.0, 0.720, 0.262, 0.80, 0.0),
    "menages_1_personne": (0.0, 0.300, 0.340, 0.03, 0.0),
    "taux_chomage_15_64": (1.15, 0.195, 0.121, 0.015, 0.05),
    "taux_chomage_15_24": (0.13, 0.315, 0.235, 0.015, 0.0),
    "contrats_precaires": (0.85, 0.179, 0.135, 0.01, 0.05),
    "bas_niveau_formation": (1.6, 0.340, 0.194, 0.03, 0.25),
    "taux_activite_femmes_15_64": (0.85, 0.680, 0.770, 0.01, 0.05),
}
#: Kind of ground: chance that an address has so many dwellings.
ADDRESSES = {
    "courant": (((1, 2), 0.35), ((3, 19), 0.36), ((20, 59), 0.28), ((60, 120), 0.01)),
    "grand_ensemble": (((10, 59), 0.80), ((60, 180), 0.20)),
    "rest": (((1, 2), 0.72), ((3, 19), 0.18), ((20, 59), 0.09), ((60, 120), 0.01)),
}
CLASSES = {"under 2 000": (0, 2000), "2 000 to 4 000": (2000, 4000), "4 000 or more": (4000, np.inf)}
KINDS = ("courant", "grand_ensemble")
NAIVE = "gap beyond the bar, published or not"
BETWEEN = 0.25  # standard deviation of the log odds of the quartiers


@dataclass(frozen=True)
class City:
    """Addresses sorted by place (47 quartiers, then the rest): `tops` and `bottoms` by indicator."""

    place: np.ndarray
    dwellings: np.ndarray
    tops: np.ndarray
    bottoms: np.ndarray
    group: np.ndarray
    kinds: list[str]

    @property
    def truth(self) -> np.ndarray:
        """Shares in percent: 47 quartiers and the département, by indicator."""
        return shares(*(by_place(part, self.place) for part in (self.tops, self.bottoms)))

    @property
    def people(self) -> np.ndarray:
        """Inhabitants of the quartiers."""
        return by_place(self.bottoms, self.place)[:QUARTIERS, 0]


def by_place(parts: np.ndarray, place: np.ndarray) -> np.ndarray:
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    return np.add.reduceat(parts, starts, axis=0)


def shares(tops: np.ndarray, bottoms: np.ndarray) -> np.ndarray:
    """Percentages of the quartiers and of the whole, which is their sum with the rest."""
    whole = [np.concatenate([part[:QUARTIERS], part.sum(axis=0)[None]]) for part in (tops, bottoms)]
    with np.errstate(invalid="ignore"):
        return 100 * whole[0] / whole[1]


def addresses(kind: str, dwellings: int, draw: np.random.Generator) -> np.ndarray:
    """Dwellings of each address of a place that has so many in all."""
    ranges, chances = zip(*ADDRESSES[kind], strict=True)
    which = draw.choice(len(ranges), size=dwellings, p=chances)
    sizes = draw.integers(*np.array(ranges).T[:, which], endpoint=True)
    return sizes[: 1 + np.searchsorted(np.cumsum(sizes), dwellings)]


def alike(mean: np.ndarray, likeness: float, draw: np.random.Generator) -> np.ndarray:
    """Shares of groups around their means, with so much likeness inside a group (beta)."""
    if likeness == 0:
        return mean
    strength, inner = 1 / likeness - 1, np.clip(mean, 1e-6, 1 - 1e-6)
    return draw.beta(inner * strength, (1 - inner) * strength)


def build(draw: np.random.Generator) -> City:
    people = np.exp(draw.uniform(np.log(SMALLEST), np.log(LARGEST), QUARTIERS))
    kinds = list(draw.permutation(KINDS * QUARTIERS)[:QUARTIERS])
    totals = np.round(np.append(people, INHABITANTS - people.sum()) / PER_DWELLING).astype(int)
    sizes = [addresses(kind, n, draw) for kind, n in zip([*kinds, "rest"], totals, strict=True)]
    place = np.repeat(np.arange(QUARTIERS + 1), [len(some) for some in sizes])
    dwellings = np.concatenate(sizes)
    address = np.repeat(np.arange(len(place)), dwellings)
    tops, bottoms = np.zeros((2, len(place), len(INDICATORS)))
    for column, (each, within, overall, of_address, of_home) in enumerate(INDICATORS.values()):
        part = people.sum() / INHABITANTS
        odds = np.log(within / (1 - within)) + BETWEEN * draw.standard_normal(QUARTIERS)
        means = np.append(1 / (1 + np.exp(-odds)), (overall - part * within) / (1 - part))
        at_home = alike(alike(means[place], of_address, draw)[address], of_home, draw)
        if each == 0:
            universe = np.ones(len(address), dtype=int)
        elif each > 2:
            universe = 1 + draw.poisson(each - 1, len(address))
        else:
            universe = draw.poisson(each, len(address)) if each > 0.5 else draw.random(len(address)) < each
        counted = draw.binomial(np.asarray(universe, dtype=int), at_home)
        tops[:, column] = np.bincount(address, counted, len(place))
        bottoms[:, column] = np.bincount(address, universe, len(place))
    group = draw.permutation(np.arange(len(place)) % GROUPS)
    return City(place, dwellings, tops, bottoms, group, kinds)


def census(city: City, runs: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Estimated shares in percent and denominators, by run, place (département last) and indicator."""
    weights = np.zeros((runs, len(city.place)))
    large = city.dwellings >= LARGE
    weights[:, large] = 1.0
    for group in range(GROUPS):
        ordinary = np.flatnonzero(~large & (city.group == group))
        chosen = round(DRAWN * len(ordinary))
        first = np.argpartition(draw.random((runs, len(ordinary))), chosen, axis=1)[:, :chosen]
        np.put_along_axis(weights, ordinary[first], 1 / DRAWN, axis=1)
    found = []
    for part in (city.tops, city.bottoms):
        sums = [weights[:, city.place == place] @ part[city.place == place] for place in range(QUARTIERS + 1)]
        held = np.stack(sums, axis=1)
        found.append(np.concatenate([held[:, :QUARTIERS], held.sum(axis=1, keepdims=True)], axis=1))
    with np.errstate(invalid="ignore"):
        return 100 * found[0] / found[1], found[1]


def judge(
    values: np.ndarray, sizes: np.ndarray, kinds: list[str], effects: dict[str, float]
) -> dict[str, np.ndarray]:
    """What `oqhs.analysis` says of a batch of runs, by run, quartier and indicator."""
    catalogue, today = built_in(), dt.date.max
    runs, places, many = values.shape
    names = [f"{run}-{place}" for run in range(runs) for place in range(places)]
    rows = pd.DataFrame(
        {
            "indicator": np.tile(list(INDICATORS), runs * places),
            "territory": np.repeat(names, many),
            "value": values.ravel(),
            "denominator": sizes.ravel(),
            "origin": "insee",
        }
    )
    of = [*kinds, "courant"] * runs
    fractions = {kind: catalogue.threshold(f"rp_fraction_{kind}", today) for kind in effects}
    plans = pd.DataFrame(
        {"fraction": [fractions[kind] for kind in of], "effect": [effects[kind] for kind in of]}, index=names
    )
    sampling = sampling_of(rows, dict.fromkeys(INDICATORS, "sondage"), plans)
    gaps = rows[["indicator", "territory"]].assign(
        reference_territory=np.repeat([f"{run}-{places - 1}" for run in range(runs)], places * many),
        gap=(values - values[:, -1:]).ravel(),
        reason="",
    )
    level = catalogue.threshold("confiance", today)
    found = gap_intervals(gaps, sampling, pd.Series(True, index=gaps.index), level=level)
    kept = sampling[["ci_lower", "ci_upper", "publishable"]].join(found).assign(gap=gaps["gap"])
    kept["publishable"] = kept["publishable"].fillna(False).astype(bool)
    wanted = ["ci_lower", "ci_upper", "publishable", "gap", "gap_se", "gap_ci_lower", "gap_ci_upper"]
    return {name: kept[name].to_numpy().reshape(values.shape)[:, :-1] for name in wanted}


def judge_all(
    values: np.ndarray, sizes: np.ndarray, kinds: list[str], effects: dict[str, float]
) -> dict[str, np.ndarray]:
    cuts = [slice(start, start + BATCH) for start in range(0, len(values), BATCH)]
    parts = [judge(values[cut], sizes[cut], kinds, effects) for cut in cuts]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def covered(said: dict[str, np.ndarray], truth: np.ndarray, prefix: str) -> np.ndarray:
    """1 where the interval holds the truth, 0 where it does not, missing where it is not published."""
    lower, upper = said[f"{prefix}ci_lower"], said[f"{prefix}ci_upper"]
    holds = ((lower <= truth) & (truth <= upper)).astype(float)
    return np.where(said["publishable"] & ~np.isnan(lower), holds, np.nan)


def needed(values: np.ndarray, sizes: np.ndarray, city: City) -> np.ndarray:
    """Design effect that would give the variance seen over the runs, by quartier and indicator."""
    catalogue = built_in()
    fraction = np.array([catalogue.threshold(f"rp_fraction_{kind}", dt.date.max) for kind in city.kinds])[
        :, None
    ]
    share = city.truth[:-1] / 100
    simple = (1 - fraction) / fraction * share * (1 - share) / sizes[:, :-1].mean(axis=0)
    return np.nanvar(values[:, :-1] / 100, axis=0, ddof=1) / simple


def flagged(
    said: dict[str, np.ndarray], truth: np.ndarray, bar: float, sense: np.ndarray
) -> dict[str, np.ndarray]:
    """Flags by rule, by run, indicator and quartier; `true` says whose gap is really beyond the bar."""
    naive = (said["gap"] * sense).swapaxes(1, 2)
    shown = said["publishable"].swapaxes(1, 2)
    gap, error = np.where(shown, naive, np.nan), np.where(shown, said["gap_se"].swapaxes(1, 2), np.nan)
    beyond = pd.Series(gap.ravel())
    p = p_values_beyond(beyond, pd.Series(bar, index=beyond.index), pd.Series(error.ravel()))
    families = p.to_numpy().reshape(-1, gap.shape[2])
    firm = np.array([benjamini_hochberg(family, FALSE_RATE) for family in families])
    return {
        "true": np.broadcast_to(np.greater(truth * sense, bar).T, gap.shape),
        NAIVE: naive > bar,
        "each test at 5 %, one by one": families.reshape(gap.shape) <= FALSE_RATE,
        "Benjamini–Hochberg at 5 % per family": firm.reshape(gap.shape),
    }


def percent(value: float) -> str:
    return "" if np.isnan(value) else f"{100 * value:.1f} %"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]]
    return [*lines, ""]


def coverage_lines(city: City, settings: dict[str, dict[str, np.ndarray]]) -> list[str]:
    """Coverage by size class, for each setting of the design effects; HLM tenants apart."""
    hlm = np.array([name == "locataires_hlm" for name in INDICATORS])
    truth = city.truth
    aims = {"share": ("", truth[:-1]), "gap": ("gap_", truth[:-1] - truth[-1])}
    rows = []
    for name, (low, high) in [*CLASSES.items(), ("all", (0, np.inf))]:
        among = (city.people >= low) & (city.people < high)
        cells = [name, str(among.sum())]
        for said in settings.values():
            for prefix, aim in aims.values():
                held = covered(said, aim, prefix)[:, among]
                cells += [percent(np.nanmean(held[:, :, ~hlm])), percent(np.nanmean(held[:, :, hlm]))]
        rows.append(cells)
    head = ["inhabitants", "quartiers"]
    head += [f"{what}, {effects}" for effects in settings for aim in aims for what in (aim, f"{aim} HLM")]
    return table(head, rows)


def indicator_lines(city: City, settings: dict[str, dict[str, np.ndarray]], effect: np.ndarray) -> list[str]:
    kinds = np.array(city.kinds)
    rows = []
    for column, name in enumerate(INDICATORS):
        cells = [name]
        cells += [f"{np.median(effect[kinds == kind, column]):.1f}" for kind in KINDS]
        for said in settings.values():
            cells.append(percent(np.mean(said["publishable"][:, :, column])))
            cells.append(percent(np.nanmean(covered(said, city.truth[:-1], "")[:, :, column])))
        rows.append(cells)
    head = ["indicator", "effect seen, courant", "grand ensemble"]
    head += [f"{what}, {effects}" for effects in settings for what in ("published", "coverage")]
    return table(head, rows)


def flag_lines(city: City, settings: dict[str, dict[str, np.ndarray]], bar: float) -> list[str]:
    truth = city.truth[:-1] - city.truth[-1]
    sense = np.sign(truth.mean(axis=0))
    rows = []
    for effects, said in settings.items():
        flags = flagged(said, truth, bar, sense)
        real = flags.pop("true")
        if rows:
            del flags[NAIVE]
        for rule, on in flags.items():
            false = on & ~real
            # What Benjamini–Hochberg holds at its level: the mean, over the runs, of the false part.
            held = (false.sum(axis=2) / np.maximum(on.sum(axis=2), 1)).mean(axis=0)
            cells = [f"{on.sum() / len(on):.0f}", percent(false.sum() / max(on.sum(), 1))]
            worst = f"{percent(held.max())} ({list(INDICATORS)[held.argmax()]})"
            needs = "" if rule == NAIVE else effects
            rows.append([rule, needs, *cells, worst, percent((on & real).sum() / real.sum())])
    head = ["rule", "effects", "flags a run", "false, of all flags", "false, worst family", "true ones found"]
    return table(head, rows)


def interviewed(city: City) -> str:
    """Part of the dwellings that are interviewed, by kind of quartier."""
    counted = by_place(np.where(city.dwellings >= LARGE, 1.0, DRAWN) * city.dwellings, city.place)
    part, kinds = (counted / by_place(city.dwellings, city.place))[:-1], np.array(city.kinds)
    return ", ".join(f"{kind} {percent(part[kinds == kind].mean())}" for kind in KINDS)


def measure(runs: int, bar: float, seed: int, other: tuple[float, ...]) -> str:
    draw = np.random.default_rng(seed)
    city = build(draw)
    cuts = [min(BATCH, runs - start) for start in range(0, runs, BATCH)]
    parts = [census(city, some, draw) for some in cuts]
    values, sizes = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    usual = tuple(built_in().threshold(f"rp_effet_{kind}", dt.date.max) for kind in KINDS)
    settings = {
        "/".join(f"{effect:g}" for effect in effects): judge_all(
            values, sizes, city.kinds, dict(zip(KINDS, effects, strict=True))
        )
        for effects in dict.fromkeys([usual, other])
    }
    lines = [
        "# Uncertainty of census shares, simulated",
        "",
        f"{runs} runs, seed {seed}: {QUARTIERS} quartiers, {len(city.place):,} addresses,",
        f"{city.dwellings.sum():,} dwellings. Interviewed: {interviewed(city)}.",
        f"Python {platform.python_version()}, oqhs {version('oqhs')}, numpy {version('numpy')}.",
        "",
        "Coverage of the 95 % intervals of what is published, by size of quartier, the 12 other indicators",
        "together and the tenants of HLM apart; x/y are the design effects, courant/grand ensemble.",
        "",
        *coverage_lines(city, settings),
        "By indicator: the design effect that would give the variance seen over the runs (median quartier),",
        "how often the share is published, and its coverage.",
        "",
        *indicator_lines(city, settings, needed(values, sizes, city)),
        f"Flags: gap to the département beyond {bar:g} points, in the sense of the mean gap of each one;",
        "tests are of what is published. A family is an indicator; its false part is the mean over the runs.",
        "",
        *flag_lines(city, settings, bar),
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog="example: --runs 1000 --write")
    parser.add_argument("--runs", type=int, default=1000, help="censuses drawn (default 1000)")
    parser.add_argument("--bar", type=float, default=5.0, help="points of an unfavourable gap (default 5)")
    parser.add_argument("--seed", type=int, default=94, help="seed of the city and of the draws (default 94)")
    parser.add_argument(
        "--effects",
        type=float,
        nargs=2,
        default=(3.0, 5.0),
        metavar=("COURANT", "GRAND"),
        help="design effects to compare with those of seuils.yaml (default 3 5)",
    )
    parser.add_argument("--write", action="store_true", help="write the section into RESULTS.md")
    asked = parser.parse_args()
    text = measure(asked.runs, asked.bar, asked.seed, tuple(asked.effects))
    print(text)
    if asked.write:
        keep(text)


if __name__ == "__main__":
    main()
