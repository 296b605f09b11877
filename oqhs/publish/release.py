"""The release: a folder that holds an edition, complete or not there at all."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pandas as pd

from oqhs.errors import OqhsError
from oqhs.publish import printed, writers
from oqhs.sources.cards import Card, sha256

_TRIES = 50

Progress = Callable[[int, int, str], None]

MANIFEST = "manifest.json"
_LIBRARIES = ("oqhs", "geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "shapely", "xlsxwriter")


@dataclass(frozen=True)
class Contents:
    """What a release is made of; `passage` and `changes` when it is compared with an earlier edition."""

    edition: int
    departement: str
    perimeter: str
    diffusion: str
    invented: bool
    measurements: pd.DataFrame
    observations: pd.DataFrame
    gaps: pd.DataFrame
    flags: pd.DataFrame
    territories: gpd.GeoDataFrame
    memberships: pd.DataFrame
    key_table: pd.DataFrame
    inputs: Mapping[str, Card]
    settings: Mapping[str, str]
    parameters: Mapping[str, float]
    recipe: Mapping[str, object]
    passage: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None


def write_release(folder: Path, contents: Contents) -> Path:
    """Write a release and give its folder.

    The files are written to a temporary folder beside the releases and moved in at the end: a
    release that is there is complete. An earlier one is never overwritten: identical content gives
    the one that is there, anything else the next number.

    Parameters
    ----------
    folder : Path
        Where releases go; `folder/2024/r1` is the first one of 2024.
    contents : Contents
        What to write.

    Returns
    -------
    Path
        The folder of the release.
    """
    home = folder / str(contents.edition)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".release-", dir=home) as parent:
        temporary = Path(parent) / "release"
        temporary.mkdir()
        _write(temporary, contents)
        return _settle(home, temporary)


def releases(home: Path) -> list[Path]:
    """Releases of an edition, oldest first."""
    found = [path for path in home.glob("r[0-9]*") if path.name[1:].isdigit() and path.is_dir()]
    return sorted(found, key=lambda path: int(path.name[1:]))


def _settle(home: Path, temporary: Path) -> Path:
    """Move a release in under the next number, unless the last one holds the same bytes."""
    earlier = releases(home)
    if earlier and _same(earlier[-1], temporary):
        return earlier[-1]
    number = int(earlier[-1].name[1:]) + 1 if earlier else 1
    for candidate in range(number, number + _TRIES):
        try:
            return temporary.rename(home / f"r{candidate}")
        except OSError:
            # Another run took that number in the meantime.
            if not (home / f"r{candidate}").exists():
                raise
    raise OqhsError("no free number for this release", file=home, todo="run it again")


def _same(first: Path, second: Path) -> bool:
    names = sorted(path.name for path in second.iterdir())
    return names == sorted(path.name for path in first.iterdir()) and all(
        (first / name).read_bytes() == (second / name).read_bytes() for name in names
    )


def _write(folder: Path, contents: Contents) -> None:
    tables = {
        "mesures": contents.measurements,
        "observations": contents.observations,
        "ecarts": contents.gaps,
        "signalements": contents.flags.drop(columns="diffusion"),
        "appartenances": contents.memberships,
        "passage": contents.passage,
        "evolutions": contents.changes,
    }
    for name, frame in tables.items():
        if frame is None:
            continue
        marked = frame.assign(diffusion=contents.diffusion, invented=contents.invented)
        writers.write_parquet(marked, folder / f"{name}.parquet")
        writers.write_csv(marked, folder / f"{name}.csv")
    writers.write_parquet(
        contents.territories.assign(diffusion=contents.diffusion, invented=contents.invented),
        folder / "territoires.parquet",
    )
    title = f"Indicateurs clés, édition {contents.edition}"
    for suffix in printed.FORMATS:
        path = folder / f"tableau_cle{suffix}"
        printed.write(contents.key_table, path, title, invented=contents.invented)
    writers.write_json(_manifest(folder, contents), folder / MANIFEST)


def _manifest(folder: Path, contents: Contents) -> dict[str, object]:
    outputs = {path.name: sha256(path) for path in sorted(folder.iterdir())}
    inputs = {
        name: card.model_dump(mode="json", exclude_none=True, include=_CARD_FIELDS)
        for name, card in contents.inputs.items()
    }
    return {
        "edition": contents.edition,
        "departement": contents.departement,
        "perimeter": contents.perimeter,
        "diffusion": contents.diffusion,
        "invented": contents.invented,
        "warning": printed.INVENTED if contents.invented else "",
        "recipe": contents.recipe,
        "parameters": dict(contents.parameters),
        "inputs": inputs,
        "settings": dict(contents.settings),
        "catalogue": _catalogue(),
        "outputs": outputs,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
    }


_CARD_FIELDS = {"layout", "source", "year", "perimeter", "licence", "obtained", "sha256", "invented", "title"}


def _catalogue() -> dict[str, str]:
    """Checksums of the catalogue of the package."""
    home = Path(str(resources.files("oqhs") / "referentiel"))
    return {path.name: sha256(path) for path in sorted(home.glob("*.yaml"))}
