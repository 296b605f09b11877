"""Libraries that come with an extra of the project, and what to run when one is not installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from oqhs.errors import MissingExtraError


def extra(name: str, what: str, bundle: str = "report") -> Any:
    """Give a library of an extra.

    Parameters
    ----------
    name : str
        Module to import.
    what : str
        What it is needed for: the error begins with it.
    bundle : str
        Extra of the project that brings it.

    Raises
    ------
    MissingExtraError
        It is not installed.

    Examples
    --------
    >>> extra("json", "a note is written").__name__
    'json'
    """
    try:
        return import_module(name)
    except ImportError as error:
        library = name.partition(".")[0]
        raise MissingExtraError(
            f"{what} with {library}, which is not installed", todo=f'pip install "oqhs[{bundle}]"'
        ) from error
