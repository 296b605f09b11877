"""What earlier releases have already told of the counts that the département holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from oqhs.catalogue import Catalogue
from oqhs.errors import DataError
from oqhs.publish.manifest import read_manifest
from oqhs.publish.shelf import releases
from oqhs.text import OBSERVED, SECRET

RELEASED_COLUMNS = ["edition", "release", "perimeter", "variable", "territory", "year", "value"]
_MEASURED = ["variable", "territory", "year", "value", "status", "source"]
_OBSERVED = ["indicator", "territory", "year", "numerator", "denominator", "status", "source"]
_INTERNAL = "interne"


def nothing_released() -> pd.DataFrame:
    """Give what was released of protected counts before the first release: no row."""
    numbers = {"edition": "int64", "year": "int64", "value": "float64"}
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in RELEASED_COLUMNS})
    return frame.astype(numbers)


def every_release(folder: Path) -> list[Path]:
    """Every release of every edition in a folder: what was told once stays known."""
    return [path for home in sorted(folder.glob("[0-9]*")) for path in releases(home)]


def released_counts(given: Iterable[Path], catalogue: Catalogue) -> pd.DataFrame:
    """Gather the protected counts that releases have told, or have hidden; internal ones tell nothing.

    Parameters
    ----------
    given : iterable of Path
        Folders of the releases, as `every_release` gives them.
    catalogue : Catalogue
        Sources that are protected, and what the indicators are made of.

    Returns
    -------
    DataFrame
        `RELEASED_COLUMNS`, sorted: one row per count and release. `perimeter` is that of the quartiers of
        the edition; `value` is missing where the release hid the count.

    Raises
    ------
    DataError
        A release cannot be read.

    Examples
    --------
    >>> from oqhs.catalogue import built_in
    >>> len(released_counts(every_release(Path("no such folder")), built_in()))
    0
    """
    frames = [nothing_released()]
    for release in given:
        try:
            frames += _told(release, catalogue)
        except (OSError, KeyError, pa.ArrowException) as error:
            raise DataError(
                "an earlier release cannot be read, and nobody knows what it told",
                file=release,
                found=str(error),
                todo="put it back as it was, or move it out of the folder if it was never given to anybody",
            ) from error
    together = pd.concat([frame for frame in frames if len(frame)] or frames, ignore_index=True)
    return together[RELEASED_COLUMNS].sort_values(RELEASED_COLUMNS, ignore_index=True)


def _told(release: Path, catalogue: Catalogue) -> Iterator[pd.DataFrame]:
    """Give the protected counts of a release: as measured, and those its observations are made of."""
    manifest: Mapping[str, Any] = read_manifest(release)
    cards = {name for name, card in manifest["inputs"].items() if catalogue.protects(card["source"])}
    if not cards or manifest["diffusion"] == _INTERNAL:
        return
    where = {"edition": manifest["edition"], "release": release.name, "perimeter": manifest["perimeter"]}
    measured = _of_cards(pd.read_parquet(release / "mesures.parquet", columns=_MEASURED), cards)
    yield measured.assign(**where)[RELEASED_COLUMNS]
    observed = _of_cards(pd.read_parquet(release / "observations.parquet", columns=_OBSERVED), cards)
    held = set(measured["variable"])
    for name, rows in observed.groupby("indicator"):
        indicator = catalogue.indicators.get(name)
        for side in ("numerator", "denominator"):
            term = getattr(indicator, side, None)
            if term is not None and term.variables and set(term.variables) <= held:
                told = rows[rows[side].notna() | (rows["status"] == SECRET)]
                named = told.assign(variable="+".join(term.variables), value=told[side], **where)
                yield named.astype({"year": "int64"})[RELEASED_COLUMNS]


def _of_cards(rows: pd.DataFrame, cards: set[str]) -> pd.DataFrame:
    """Rows that some of these cards hold, told or hidden."""
    of_cards = rows["source"].map(lambda names: bool(cards & set(names.split("+"))))
    return rows[of_cards.astype("bool") & rows["status"].isin([OBSERVED, SECRET])]
