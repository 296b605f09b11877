"""A release as it is read back to be compared: its manifest, its figures, and what was changed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError

from oqhs.entries import Diffusion
from oqhs.errors import DataError, Problem
from oqhs.publish.manifest import MANIFEST, checksums, read_manifest
from oqhs.text import plain_labels

KEYS = ["indicator", "territory"]
NEEDED = [*KEYS, "perimeter", "year", "value", "status", "origin", "source"]
_KINDS = ["territory", "kind", "label"]
_PARENTS = ["territory", "parent", "parent_kind"]


class _Told(BaseModel):
    """What is used of a manifest; other versions of the program may say more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Inputs(_Told):
    """Cards of the quartiers and of the references."""

    qpv: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()


class Planned(_Told):
    """How an indicator was computed."""

    year: int
    inputs: Inputs
    recipe: str | None = None


class EditionRecipe(_Told):
    """The file of the edition, as the manifest keeps it."""

    departement: str
    territories: dict[str, str | None]
    walking: dict[str, str | None] | None = None
    indicators: dict[str, Planned]


class Manifest(_Told):
    """What a release was made from. `definitions` and `corrections` are None where nobody knows."""

    edition: int
    departement: str
    perimeter: str
    diffusion: Diffusion
    invented: bool
    recipe: EditionRecipe
    parameters: dict[str, float]
    inputs: dict[str, dict[str, Any]]
    settings: dict[str, str] = {}
    catalogue: dict[str, str] = {}
    definitions: dict[str, str] | None = None
    corrections: tuple[dict[str, Any], ...] | None = None
    outputs: dict[str, str]
    versions: dict[str, str] = {}
    previous: dict[str, str] | None = None


@dataclass(frozen=True)
class Released:
    """A release read back.

    `territories` holds `kind` and `label` by code; `memberships` the parents of territories; `altered` the
    files that are not what the manifest vouches for, each with what became of it, in French.
    """

    folder: Path
    manifest: Manifest
    observations: pd.DataFrame
    territories: pd.DataFrame
    memberships: pd.DataFrame
    altered: dict[str, str]

    @property
    def name(self) -> str:
        """Edition and number, for example `2024/r1`."""
        return f"{self.manifest.edition}/{self.folder.name}"


def read_release(folder: Path) -> Released:
    """Read a release back.

    Raises
    ------
    DataError
        The folder is not a release, its manifest is cut or not one, or a table it needs is not there, cannot
        be read, has not its columns or gives one figure twice.
    """
    manifest = _manifest(folder)
    observations = _table(folder / "observations.parquet", None, NEEDED)
    if (twice := observations.duplicated(KEYS)).any():
        row = observations.loc[twice, KEYS].iloc[0]
        raise DataError(
            "this release gives a figure twice",
            file=folder / "observations.parquet",
            found=f"{row['indicator']}, {row['territory']}",
            todo="get the release again from where it was published",
        )
    territories = _table(folder / "territoires.parquet", _KINDS, _KINDS)
    territories["label"] = plain_labels(territories["label"])
    return Released(
        folder,
        manifest,
        observations,
        territories.drop_duplicates("territory").set_index("territory"),
        _table(folder / "appartenances.parquet", _PARENTS, _PARENTS),
        _altered(folder, manifest.outputs),
    )


def _manifest(folder: Path) -> Manifest:
    content: object = read_manifest(folder)
    path, todo = folder / MANIFEST, "get the release again, or make it again with `oqhs release`"
    if not isinstance(content, dict):
        raise DataError("this manifest is not one of a release", file=path, found=content, todo=todo)
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        problems = [
            Problem(
                "this manifest is not whole" if one["type"] == "missing" else one["msg"],
                file=path,
                column=".".join(map(str, one["loc"])),
                found=None if one["type"] == "missing" else one["input"],
                todo=todo,
            )
            for one in error.errors()
        ]
        raise DataError.gather(problems) from error


def _table(path: Path, columns: list[str] | None, needed: list[str]) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(
            "this release has not all its tables", file=path, todo="give the whole folder of the release"
        )
    try:
        frame = pd.read_parquet(path, columns=columns)
    except (OSError, pa.ArrowException) as error:
        raise DataError(
            f"this table cannot be read: {error}", file=path, todo="get the release again"
        ) from error
    if absent := [name for name in needed if name not in frame]:
        raise DataError(
            "this table has not its columns",
            file=path,
            column=", ".join(absent),
            found=", ".join(frame.columns),
            todo="compare releases made by this program",
        )
    return frame


def _altered(folder: Path, vouched: dict[str, str]) -> dict[str, str]:
    """Files that are not those of the manifest, with what became of them."""
    there = checksums(folder)
    changed = {place: "modifié" for place in vouched.keys() & there.keys() if vouched[place] != there[place]}
    gone = dict.fromkeys(vouched.keys() - there.keys(), "absent")
    added = dict.fromkeys(there.keys() - vouched.keys(), "ajouté")
    return dict(sorted({**changed, **gone, **added}.items()))
