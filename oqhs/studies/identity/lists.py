"""The words the search for identifying traces goes by, read from the package."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from oqhs.documents import Model, read_model
from oqhs.studies.identity.folding import fold


def _plain(text: str) -> str:
    return fold(text).text.casefold()


def _split(content: object) -> object:
    """Take a text for its words; anything else is left to the model."""
    return tuple(_plain(content).split()) if isinstance(content, str) else content


#: Words of a list, without accents, in lower case.
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
#: The same, of several words each.
Phrases = tuple[Annotated[str, AfterValidator(_plain)], ...]


class Lists(Model):
    """Words by what they tell of somebody; the file says what each list is for."""

    first_names: Words
    ambiguous: Words
    titles: Words
    particles: Words
    functions: Words
    relations: Words
    places: Words
    streets: Words
    streets_with_a_name: Words
    dwellings: Words
    numbers: Words
    months: Words
    birth_years: tuple[int, int]
    files: Phrases
    networks: Words
    persons: Words
    scopes: Words
    jobs: Words
    nationalities: Words
    traits: Phrases


@cache
def read_lists() -> Lists:
    """Read the lists of the package, once.

    Examples
    --------
    >>> "aicha" in read_lists().first_names
    True
    """
    return read_model(Path(str(resources.files("oqhs") / "referentiel" / "identite.yaml")), Lists)
