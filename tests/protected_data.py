"""Counts that a département holds, put in the small data folder of `two_editions`, and what a reader can do.

People paid the RSA, women and men; the shape of the territories is that of `two_editions`: QN99903M lies in
99901 and 99902, QN99905N is the only quartier of 99903.
"""

import numpy as np
import pandas as pd
from two_editions import opened

SEXES = {"T": "beneficiaires_rsa", "F": "beneficiaires_rsa_femmes", "H": "beneficiaires_rsa_hommes"}
#: Women and men: 134 women and 91 men in all the quartiers. Men of QN99904M are too few.
QUARTIERS = {
    "QN99901I": (22, 18),
    "QN99902M": (35, 25),
    "QN99903M": (28, 22),
    "QN99904M": (25, 5),
    "QN99905N": (24, 21),
}
COMMUNES = {"99901": (110, 90), "99902": (100, 80), "99903": (60, 55)}
#: In 2015 the same people, on other quartiers.
FORMER = {
    "QP999001": (22, 18),
    "QP999002": (20, 15),
    "QP999003": (45, 35),
    "QP999004": (13, 14),
    "QP999005": (12, 16),
    "QP999006": (20, 20),
}
IN_COMMUNE = {"99901": ("QN99901I", "QN99902M"), "99902": ("QN99904M",), "99903": ("QN99905N",)}


def table(counts, hidden=()):
    """Write counts of women and men; those that are `hidden` (code, column) are masked in the file itself."""
    rows = ["code;" + ";".join(SEXES.values())]
    for code, (women, men) in counts.items():
        cells = {"T": women + men, "F": women, "H": men}
        rows.append(";".join([code, *("s" if (code, k) in hidden else str(n) for k, n in cells.items())]))
    return "\n".join([*rows, ""])


def with_counts(
    quartiers=QUARTIERS, communes=COMMUNES, *, former=None, hidden=(), share=True, diffusion="partenaires"
):
    """Give the change that adds the counts to what `two_editions` writes."""

    def change(found):
        whole = tuple(map(sum, zip(*communes.values(), strict=True)))
        of_dep = {**communes, "999": whole}
        found.table("rsa-qpv", table(quartiers, hidden), source="rsa", year=2020, perimeter="qpv2024")
        found.table("rsa-com", table(of_dep), source="rsa", year=2020, perimeter="cog2020")
        inputs = {"qpv": ["rsa-qpv"], "reference": ["rsa-com"]}
        women = {"femmes_beneficiaires_rsa": {"year": 2020, "inputs": inputs}}
        everybody = {
            "part_beneficiaires_rsa": {
                "year": 2020,
                "inputs": {"qpv": ["rsa-qpv", "rp-2020-qpv"], "reference": ["rsa-com", "rp-2020-com"]},
            }
        }
        for file in found.editions.values():
            file["diffusion"] = diffusion
            file["indicators"] = {"taux_chomage_15_64": file["indicators"]["taux_chomage_15_64"]}
            for recipe in file["indicators"].values():
                recipe["inputs"]["qpv"] = recipe["inputs"]["qpv"][:1]
        del found.editions[2024]["since"]
        found.editions[2024]["indicators"] |= women | (everybody if share else {})
        if former is not None:
            found.table("rsa-old", table(former), source="rsa", year=2020, perimeter="qpv2015")
            old = {"qpv": ["rsa-old"], "reference": ["rsa-com"]}
            found.editions[2020]["indicators"] |= {"femmes_beneficiaires_rsa": {"year": 2020, "inputs": old}}

    return change


def edition(folder, *changes, year=2024, **options):
    return opened(folder, with_counts(**options), *changes).edition(year)


def told(edition):
    """Give what a reader finds in what the edition publishes: counts by sex and territory."""
    found = {}
    measured = edition._publishable_measurements
    for sex, variable in SEXES.items():
        rows = measured[(measured["variable"] == variable) & (measured["status"] == "observed")]
        found |= {(sex, code): value for code, value in zip(rows["territory"], rows["value"], strict=True)}
    rows = edition._publishable.set_index(["indicator", "territory"])
    for indicator, side, sex in (
        ("femmes_beneficiaires_rsa", "numerator", "F"),
        ("femmes_beneficiaires_rsa", "denominator", "T"),
        ("part_beneficiaires_rsa", "numerator", "T"),
    ):
        if indicator in rows.index.get_level_values(0):
            known = rows.loc[indicator, side].dropna()
            found |= {(sex, code): value for code, value in known.items()}
    return found


def sums(extra=()):
    """Write by hand what a reader knows to add up: total on the left, parts on the right."""
    codes = [*QUARTIERS, *COMMUNES, "QPV-999", "999", "99901+99902", "HORS-QPV-999", "T98", "T99"]
    known = [(("T", code), [("F", code), ("H", code)]) for code in codes]
    for sex in SEXES:
        by_code = [
            ("QPV-999", list(QUARTIERS)),
            ("999", list(COMMUNES)),
            ("999", ["QPV-999", "HORS-QPV-999"]),
            ("99901+99902", ["99901", "99902"]),
            ("T98", ["99901", "99902"]),
            ("T99", ["99903"]),
            *((commune, [*inside, f"rest {commune}"]) for commune, inside in IN_COMMUNE.items()),
            *extra,
        ]
        known += [((sex, whole), [(sex, part) for part in parts]) for whole, parts in by_code]
    return known


def worked_out(known, relations):
    """Solve what adds up for what is not told: values that are the only possible ones, by linear algebra.

    An oracle of its own: an unknown is found when its unit vector lies in the span of the equations.
    """
    names = sorted({name for whole, parts in relations for name in (whole, *parts)} - set(known))
    place = {name: i for i, name in enumerate(names)}
    rows, right = [], []
    for whole, parts in relations:
        row, value = np.zeros(len(names)), 0.0
        for name, sign in ((whole, -1.0), *((part, 1.0) for part in parts)):
            if name in place:
                row[place[name]] += sign
            else:
                value -= sign * known[name]
        rows.append(row)
        right.append(value)
    matrix, right = np.array(rows), np.array(right)
    solution = np.linalg.lstsq(matrix, right, rcond=None)[0]
    _, sizes, basis = np.linalg.svd(matrix)
    free = basis[int((sizes > 1e-9).sum()) :]
    fixed = np.abs(free).sum(axis=0) < 1e-9 if len(free) else np.ones(len(names), dtype=bool)
    return {name: round(solution[i], 6) for name, i in place.items() if fixed[i]}


def released(rows, perimeter="qpv2024", year=2020):
    """Give counts as releases told them: (sex, territory) and value, None where it was hidden."""
    return pd.DataFrame(
        {
            "edition": 2024,
            "release": "r1",
            "perimeter": perimeter,
            "variable": [SEXES[sex] for sex, _ in rows],
            "territory": [code for _, code in rows],
            "year": year,
            "value": pd.Series(list(rows.values()), dtype="float64"),
        }
    )


def hidden_pairs(edition):
    """Give the indicators and territories whose figures are hidden."""
    return set(edition.protection.hidden.itertuples(index=False, name=None))
