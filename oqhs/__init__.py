"""`oqhs`: the statistical observatory of French quartiers prioritaires.

>>> import oqhs
>>> edition = oqhs.open("data").edition(2024)
>>> edition.key_table().label[6]
'Taux de pauvreté'

Heavy libraries are loaded when something needs them: `import oqhs` is cheap.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oqhs import analysis, catalogue, errors, measures, publish, sources, tables, text
    from oqhs.observatory import Observatory

__version__ = "0.1.0"
__all__ = [
    "analysis",
    "catalogue",
    "errors",
    "measures",
    "open",
    "publish",
    "sources",
    "tables",
    "text",
]


def open(folder: str | Path = "data") -> Observatory:  # noqa: A001
    """Open a data folder.

    Parameters
    ----------
    folder : str or Path
        Data folder, with `raw/` (files and their cards) and `editions/`.

    Returns
    -------
    Observatory
        Its cards are read and the checksum of every file is checked.

    Examples
    --------
    >>> open("data").editions
    [2020, 2024]
    """
    from oqhs.observatory import Observatory

    return Observatory(folder)


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"oqhs.{name}")
    raise AttributeError(f"module 'oqhs' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
