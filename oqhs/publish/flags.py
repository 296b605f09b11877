"""Flags as people read them: Markdown, workbook, CSV."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from oqhs.analysis.flags import STATE_WORDS, TO_CONFIRM
from oqhs.analysis.lenses import GAP, WIDENING
from oqhs.analysis.words import DROPPING
from oqhs.catalogue import Catalogue
from oqhs.publish import printed, writers
from oqhs.text import listing
from oqhs.wording import REFERENCE_NAMES

#: How each kind of flag is named, the most serious first.
KIND_WORDS = {
    "decrochage": "décrochage",
    "ecart": "écart",
    "creusement": "creusement de l'écart",
    "seuil": "seuil franchi",
    "position": "position parmi les quartiers",
}
#: What stands over every list of flags.
NOTICE = (
    "Un signalement dit qu'une règle datée est atteinte ; il ne classe ni les quartiers ni leurs habitants. "
    "« Ferme » : l'écart dépasse le seuil au-delà de l'aléa du sondage ; « constaté » : la source n'est pas "
    "un sondage ; « à confirmer » : ni l'un ni l'autre."
)
_COLUMNS = {
    "label": "Quartier",
    "territory": "Code",
    "theme_label": "Thème",
    "indicator_label": "Indicateur",
    "kind": "Signalement",
    "state": "État",
    "reference": "Référence",
    "value": "Valeur",
    "reference_value": "Valeur de la référence",
    "gap": "Écart",
    "bar": "Seuil",
    "ci_lower": "Borne basse",
    "ci_upper": "Borne haute",
    "hors_qpv_value": "Valeur hors QPV",
    "hors_qpv_gap": "Écart à hors QPV",
    "year": "Année",
    "sentence": "Lecture",
    "diffusion": "Diffusion",
}


def worded(flags: pd.DataFrame, labels: pd.Series, catalogue: Catalogue) -> pd.DataFrame:
    """Add the names of quartiers, indicators and themes, and how the figures are printed.

    Parameters
    ----------
    flags : DataFrame
        As `oqhs.analysis.flags.flags_of` gives them.
    labels : Series
        Names of the quartiers, by code.
    catalogue : Catalogue
        Indicators and themes.
    """
    indicators = flags["indicator"].map(catalogue.indicators)
    return flags.assign(
        label=flags["territory"].map(labels).astype("str"),
        indicator_label=[one.label for one in indicators],
        theme_label=flags["theme"].map({name: one.label for name, one in catalogue.themes.items()}),
        unit=[one.unit for one in indicators],
        decimals=[one.decimals for one in indicators],
    )


def write(
    flags: pd.DataFrame,
    shares: pd.DataFrame,
    grid: pd.DataFrame,
    path: Path,
    title: str,
    *,
    invented: bool,
) -> None:
    """Write flags to a `.csv`, `.md` or `.xlsx` file, whole or not at all.

    Parameters
    ----------
    flags : DataFrame
        As `worded` gives them.
    shares : DataFrame
        Share of the quartiers that have each flag of each indicator, with `indicator_label`.
    grid : DataFrame
        Quartiers and indicators, as `grid_of` gives them: a sheet of a workbook.
    path : Path
        File.
    title : str
        Title of the document.
    invented : bool
        Whether the data are.
    """
    printed.write_document(
        path,
        csv=lambda aside: writers.write_csv(flags.assign(invented=invented), aside),
        md=lambda aside: writers.write_text(_markdown(flags, shares, title, invented=invented), aside),
        xlsx=lambda aside: _workbook(flags, shares, grid, aside, title, invented=invented),
    )


def above(flags: pd.DataFrame, title: str, *, invented: bool) -> list[str]:
    """Lines that stand over a list of flags."""
    lines = [title, *([printed.INVENTED] if invented else []), NOTICE]
    told = [printed.DIFFUSION[name] for name in sorted(set(flags["diffusion"]))]
    return [*lines, *told]


def grid_of(heat: pd.DataFrame, labels: pd.Series, indicators: dict[str, str]) -> pd.DataFrame:
    """Lay out a heat table: a row per quartier, a column per indicator, what is printed in each cell.

    Parameters
    ----------
    heat : DataFrame
        As `oqhs.analysis.heat.heat_table` gives it.
    labels, indicators
        As in `worded`.
    """
    order = list(dict.fromkeys(heat["indicator"]))
    grid = heat.pivot(index="territory", columns="indicator", values="text")[order]
    headed = grid.rename(columns=indicators).reset_index(names="Code")
    headed.insert(0, "Quartier", headed["Code"].map(labels).astype("str"))
    return headed.rename_axis(columns=None)


def counts_of(shares: pd.DataFrame) -> pd.DataFrame:
    """Say how many quartiers have each flag of each indicator, with French headers."""
    of = shares["flagged"].astype("str") + " sur " + shares["quartiers"].astype("str")
    kinds = shares["kind"].map(KIND_WORDS)
    return pd.DataFrame({"Signalement": kinds, "Indicateur": shares["indicator_label"], "Quartiers": of})


def gathered(flags: pd.DataFrame) -> pd.DataFrame:
    """Leave out the gaps and the widenings a décrochage is made of: its sentence tells them.

    One that is to be confirmed leaves those that are sure: it would hide them.
    """
    keys = [flags["territory"], flags["indicator"]]
    dropping, unsure = flags["kind"] == DROPPING, flags["state"] == TO_CONFIRM
    settled = (dropping & ~unsure).groupby(keys).transform("any")
    told = settled | (dropping.groupby(keys).transform("any") & unsure)
    return flags[~(told & flags["kind"].isin([GAP, WIDENING]))]


def figures_sheet(flags: pd.DataFrame, lines: list[str]) -> writers.Sheet:
    """Lay out flags that have their words for a workbook, in numbers, each in its unit."""
    frame = _french(flags).drop(columns="Diffusion")
    formats = pd.DataFrame("", index=frame.index, columns=frame.columns, dtype="str")
    values, moves = printed.number_formats(flags)
    for name in ("value", "reference_value", "hors_qpv_value"):
        formats[_COLUMNS[name]] = values
    for name in ("gap", "hors_qpv_gap", "ci_lower", "ci_upper"):
        formats[_COLUMNS[name]] = moves
    return writers.Sheet(frame, lines, formats, fixed=1, filtered=True)


def _french(flags: pd.DataFrame) -> pd.DataFrame:
    frame = flags[list(_COLUMNS)].assign(
        kind=flags["kind"].map(KIND_WORDS),
        reference=flags["reference"].map(REFERENCE_NAMES).fillna(""),
        state=flags["state"].map(STATE_WORDS),
        year=flags["year"].astype("str"),
    )
    return frame.rename(columns=_COLUMNS)


def _markdown(flags: pd.DataFrame, shares: pd.DataFrame, title: str, *, invented: bool) -> str:
    first, *rest = above(flags, title, invented=invented)
    parts = [f"# {first}", *rest]
    for (label, code), rows in gathered(flags).groupby(["label", "territory"], sort=False):
        lines = [
            f"- **{KIND_WORDS[row.kind]}**, {STATE_WORDS[row.state]} : {writers.plain(row.sentence)}"
            for row in rows.itertuples()
        ]
        parts += [f"## {writers.plain(label)} ({code})", "\n".join(lines)]
    if flags.empty:
        parts.append("Aucun signalement.")
    parts += ["## Quartiers signalés", writers.markdown(counts_of(shares))]
    return "\n\n".join(parts) + "\n"


def _workbook(
    flags: pd.DataFrame,
    shares: pd.DataFrame,
    grid: pd.DataFrame,
    path: Path,
    title: str,
    *,
    invented: bool,
) -> None:
    lines = above(flags, title, invented=invented)
    sheets = {
        "Signalements": figures_sheet(flags, lines),
        "Repérage": writers.Sheet(grid, lines),
        "Quartiers signalés": writers.Sheet(counts_of(shares), lines),
    }
    kinds = listing([KIND_WORDS[kind] for kind in KIND_WORDS if kind in set(flags["kind"])])
    writers.write_workbook(path, sheets, {"title": title, "subject": kinds})
