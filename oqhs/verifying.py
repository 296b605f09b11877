"""Rebuilding a release elsewhere, to see that the same files come out."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oqhs.errors import UnknownError
from oqhs.observatory import Observatory
from oqhs.publish.differences import Difference, compare_folders
from oqhs.publish.manifest import read_manifest, versions
from oqhs.publish.release import Progress, write_files
from oqhs.publish.shelf import current


def verify(
    data: Path, edition: int, folder: Path, *, progress: Progress | None = None
) -> tuple[Path, list[Difference]]:
    """Rebuild the current release of an edition in a temporary folder, and compare it byte for byte.

    Parameters
    ----------
    data : Path
        Data folder.
    edition : int
        Year of the edition.
    folder : Path
        Where its releases stand, for example `data/processed`.
    progress : callable, optional
        As in `Edition.release`.

    Returns
    -------
    release : Path
        The release that was rebuilt.
    differences : list of Difference
        The first difference of each file that is not the same, with its place; none when all are.

    Raises
    ------
    UnknownError
        The edition has no release.
    DataError
        The current release is not whole.
    """
    home = folder / str(edition)
    release = current(home)
    if release is None:
        raise UnknownError(
            "this edition has no release to verify", file=home, todo=f"run `oqhs release {edition}`"
        )
    told: Mapping[str, Any] = read_manifest(release)
    previous = home / told["previous"]["release"] if told.get("previous") else None
    beside = [folder / place for place in told.get("beside", [])]
    with tempfile.TemporaryDirectory(prefix="oqhs-verify-") as elsewhere:
        rebuilt = Path(elsewhere) / release.name
        rebuilt.mkdir()
        chosen = Observatory(data).edition(edition)
        contents, public = chosen.contents(beside, progress=progress)
        write_files(rebuilt, contents, public, previous, made_with=told.get("versions"))
        return release, compare_folders(release, rebuilt)


def other_versions(release: Path) -> dict[str, tuple[str, str]]:
    """Tell what a release was made with and is not here: by library, the version then and now."""
    told: Mapping[str, Any] = read_manifest(release)
    made, here = told["versions"], versions(site=told["recipe"].get("site", False))
    names = [name for name in {**made, **here} if made.get(name) != here.get(name)]
    return {name: (str(made.get(name)), str(here.get(name))) for name in names}
