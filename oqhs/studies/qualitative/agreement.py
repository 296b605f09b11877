"""How far coders agree, code by code, on units that were cut before anybody coded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError
from oqhs.studies.interviews.corpus import Corpus
from oqhs.studies.qualitative.codes import labels_of
from oqhs.studies.qualitative.coefficients import (
    cohen_kappa,
    drawn_alphas,
    krippendorff_alpha,
    percent_agreement,
)
from oqhs.studies.qualitative.units import Choices, choices
from oqhs.text import format_number

#: Thresholds of `seuils.yaml` that an α is read against.
THRESHOLDS = ("accord_ferme_min", "accord_provisoire_min")
DEFINED, UNDEFINED = "defined", "undefined"
AGREEMENT_COLUMNS = [
    "code",
    "label",
    "percent",
    "kappa",
    "alpha",
    "alpha_low",
    "alpha_high",
    "n_units",
    "n_coders",
    "status",
    "reason",
    "reading",
]
#: What goes with every table of agreement.
AGREEMENT_NOTICE = (
    "Les seuils de lecture de l'alpha sont des conventions. L'intervalle rééchantillonne les unités comme si "
    "elles étaient indépendantes : il est trop court quand elles viennent de peu d'entretiens."
)
_FIGURES = ["percent", "kappa", "alpha", "alpha_low", "alpha_high"]
_NO_UNIT = "aucune unité codée par deux codeurs au moins"
_ONE = "une seule catégorie employée : l'accord au-delà du hasard n'est pas défini"
_PERFECT = "accord parfait : le rééchantillonnage ne dit rien de son incertitude"
_RARE = "code trop rare, ou presque partout : pas d'intervalle"


def agreement(
    corpus: Corpus,
    *,
    thresholds: Mapping[str, float],
    units: pd.DataFrame | None = None,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 2024,
) -> pd.DataFrame:
    """Tell how far coders agree on each code: whether it is there or not, unit by unit.

    A coder had the units of a source as soon as they coded something of it. A code that was cut otherwise by
    a coder has no figure: give the units that everybody had, and code on them.

    Parameters
    ----------
    corpus : Corpus
        Coded interviews.
    thresholds : mapping
        The two of `THRESHOLDS`, by name.
    units : DataFrame, optional
        `source`, `start`, `end` (code points, end excluded) of the units coders had before them. By
        default, the segments that every coder of their source coded, in sources of two coders or more: a
        unit that a coder leaves without any code is then not one.
    level : float
        Level of confidence of the interval, 0 to 1.
    draws : int
        Samples of the units, drawn with replacement.
    seed : int
        Of the random numbers.

    Returns
    -------
    DataFrame
        `AGREEMENT_COLUMNS`, a row per code in the order of the codebook. `percent` is the share of pairs of
        coders that agree; `kappa` is Cohen's, of exactly two coders; `alpha` is Krippendorff's for nominal
        data, `alpha_low` and `alpha_high` bound it. `status` is `undefined`, without a figure, where coders
        cut the code differently, no unit is common, or one category is used. `reason` says in French what
        is not given and why, `reading` what α is worth by the conventions. `attrs["notice"]` goes with it.

    Raises
    ------
    MeasureError
        A threshold is missing, the level is not between 0 and 1, there is no draw, or the units are not as
        they must be; or a segment has a code that the codebook lacks.
    MissingExtraError
        The library that computes α is not installed.

    Examples
    --------
    Of four units both coders see « bruit » in two, and only one of them in a third.

    >>> from oqhs.studies.interviews import corpus as of
    >>> book = of.typed_frame([{"code": "bruit"}, {"code": "rien"}], of.CODE_DTYPES)
    >>> heard = of.typed_frame([{"source": "E1"}], of.SOURCE_DTYPES)
    >>> chosen = {"AB": ["bruit", "bruit", "bruit", "rien"], "CD": ["bruit", "bruit", "rien", "rien"]}
    >>> said = of.typed_frame([{"segment": f"s{place}", "source": "E1", "code": code, "coder": coder}
    ...     for coder, codes in chosen.items() for place, code in enumerate(codes)], of.SEGMENT_DTYPES)
    >>> corpus = Corpus(heard, said, book, of.empty_frame(of.LINK_DTYPES), of.empty_frame(of.VERDICT_DTYPES))
    >>> bars = {"accord_ferme_min": 0.8, "accord_provisoire_min": 0.667}
    >>> agreement(corpus, thresholds=bars)[["percent", "kappa", "alpha"]].round(3).to_numpy().tolist()
    [[75.0, 0.5, 0.533], [75.0, 0.5, 0.533]]
    """
    _check(thresholds, level, draws)
    codes = corpus.codebook["code"].astype("str").tolist()
    found = choices(corpus, codes, units)
    present = found.chosen.sum(axis=1)
    read = found.read.sum(axis=1)[:, None]
    counts = np.stack([read - present, present], axis=2)
    table = pd.DataFrame({"code": codes}, dtype="str")
    table["label"] = table["code"].map(labels_of(corpus.codebook))
    table["n_units"] = pd.array([len(read)] * len(codes), "Int64")
    table["n_coders"] = pd.array([found.read.shape[1]] * len(codes), "Int64")
    table["reason"] = _reasons(table["code"], counts, found.cut)
    defined = (table["reason"] == "").to_numpy()
    table["status"] = pd.Series(np.where(defined, DEFINED, UNDEFINED), dtype="str")
    table.loc[table["code"].isin(found.cut), "n_units"] = pd.NA
    table[_FIGURES] = np.nan
    table.loc[defined, "percent"] = percent_agreement(counts[:, defined])
    table.loc[defined, "kappa"] = _kappas(found, defined)
    table.loc[defined, "alpha"] = [krippendorff_alpha(counts[:, place]) for place in np.flatnonzero(defined)]
    _add_intervals(table, counts, defined, drawn_alphas(counts[:, defined], draws, seed), level)
    table["reading"] = _readings(table, *(thresholds[name] for name in THRESHOLDS))
    table = table[AGREEMENT_COLUMNS]
    table.attrs["notice"] = AGREEMENT_NOTICE
    return table


def _check(thresholds: Mapping[str, float], level: float, draws: int) -> None:
    if set(thresholds) != set(THRESHOLDS):
        raise MeasureError(
            "an agreement is read against two thresholds",
            found=", ".join(sorted(thresholds)) or "none",
            allowed=", ".join(THRESHOLDS),
            todo="give both, as Catalogue.threshold gives them",
        )
    if not 0 < level < 1:
        raise MeasureError("a level of confidence is a share", found=level, allowed="above 0 and under 1")
    if draws < 1:
        raise MeasureError("an interval needs draws", found=draws, allowed="1 or more")


def _reasons(codes: pd.Series, counts: np.ndarray, cut: Mapping[str, str]) -> pd.Series:
    """Why a code has no figure, in French; empty where it has."""
    used = (counts.sum(axis=0) > 0).sum(axis=1)
    told = np.select([used == 0, used == 1], [_NO_UNIT, _ONE], default="")
    own = codes.map(dict(cut)).astype("str")
    return own.where(own.notna(), pd.Series(told, index=codes.index, dtype="str"))


def _kappas(found: Choices, defined: np.ndarray) -> np.ndarray | float:
    """Cohen's κ of the codes that are defined; missing unless exactly two coders read the units."""
    if found.read.shape[1] != 2 or not defined.any():  # noqa: PLR2004
        return np.nan
    first, second = (found.chosen[:, coder][:, defined] for coder in (0, 1))
    return cohen_kappa((first == second).mean(axis=0), first.mean(axis=0), second.mean(axis=0))


def _add_intervals(
    table: pd.DataFrame, counts: np.ndarray, defined: np.ndarray, alphas: np.ndarray, level: float
) -> None:
    """Add the bounds of α, or say why there are none.

    Without a disagreement every sample agrees: the interval would be one point, and false. A sample of one
    category has no α: when there are more of them than an end of the interval holds, it is unknown.
    """
    if not defined.any():
        return
    perfect = (counts[:, defined].min(axis=2) == 0).all(axis=0)
    rare = np.isnan(alphas).mean(axis=0) > (1 - level) / 2
    known = ~perfect & ~rare
    places = table.index[defined]
    for name, end in (("alpha_low", (1 - level) / 2), ("alpha_high", (1 + level) / 2)):
        table.loc[places[known], name] = np.nanquantile(alphas[:, known], end, axis=0)
    table.loc[places[rare], "reason"] = _RARE
    table.loc[places[perfect], "reason"] = _PERFECT


def _readings(table: pd.DataFrame, firm: float, tentative: float) -> pd.Series:
    """Read α by the conventions, and say when its interval goes under the bar that it passes."""
    alpha, low = table["alpha"], table["alpha_low"]
    bar = pd.Series(np.select([alpha >= firm, alpha >= tentative], [firm, tentative], np.nan), table.index)
    words = np.select(
        [alpha >= firm, alpha >= tentative, alpha.notna()],
        ["accord ferme", "accord provisoire", "accord insuffisant"],
        default="",
    )
    shown = bar.map({one: format_number(one, 3).removesuffix("0") for one in (firm, tentative)}).fillna("")
    unsure = np.select(
        [bar.notna() & low.isna(), (low < bar).fillna(False)],
        [", sans intervalle", ", mais l'intervalle descend sous " + shown],
        default="",
    )
    return pd.Series(words, index=table.index, dtype="str") + unsure
