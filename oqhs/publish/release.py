"""The release: a folder that holds an edition, complete or not there at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from oqhs.columns import Columns, read_columns
from oqhs.entries import DIFFUSIONS
from oqhs.publish import dictionary, printed, writers
from oqhs.publish.changelog import changelog
from oqhs.publish.contents import Contents
from oqhs.publish.datapackage import DATAPACKAGE, datapackage
from oqhs.publish.geopackage import write_geopackage
from oqhs.publish.manifest import MANIFEST, manifest_of
from oqhs.publish.shelf import CHANGELOG, aside, releases, settle
from oqhs.publish.site import write_site
from oqhs.publish.workbook import write_release_workbook

#: Folder of a release that holds what everyone may see.
PUBLIC = "public"
#: Folder of the site, in that of the widest diffusion the release has.
SITE = "site"

Progress = Callable[[int, int, str], None]


def write_release(home: Path, contents: Contents, public: Contents | None, check: Callable[[], None]) -> Path:
    """Write a release and give its folder.

    The files are written to a temporary folder beside the releases and moved in at the end: a
    release that is there is complete. An earlier one is never overwritten: identical content gives
    the one that is there, anything else the next number. To be called within `shelf.only_run`.

    Parameters
    ----------
    home : Path
        Folder of the releases of the edition: `home/r1` is the first one.
    contents : Contents
        What to write.
    public : Contents or None
        What of it everyone may see: it goes to `public/`.
    check : callable
        Called when everything is written and before it is moved in; what it raises stops the release.

    Returns
    -------
    Path
        The folder of the release.
    """
    earlier = releases(home)
    with aside(home) as folder:
        write_files(folder, contents, public, earlier[-1] if earlier else None)
        check()
        return settle(home, folder)


def write_files(
    folder: Path,
    contents: Contents,
    public: Contents | None,
    previous: Path | None,
    *,
    made_with: Mapping[str, str] | None = None,
) -> None:
    """Write the files of a release to a folder.

    Parameters
    ----------
    folder : Path
        An empty folder.
    contents, public
        As in `write_release`.
    previous : Path or None
        The release it follows; None for the first one.
    made_with : mapping, optional
        Versions its manifest tells; those that are here by default. They say nothing of the figures.
    """
    columns = _write(folder, contents)
    if public is not None:
        (folder / PUBLIC).mkdir()
        told = _write(folder / PUBLIC, public)
        _describe(folder / PUBLIC, public, told)
    if contents.has_site:
        write_site(*((folder / SITE, contents) if public is None else (folder / PUBLIC / SITE, public)))
    writers.write_json(manifest_of(folder, contents, previous, made_with), folder / MANIFEST)
    text = changelog(previous, folder, contents)
    writers.write_text(text, folder / CHANGELOG)
    _describe(folder, contents, columns)
    writers.write_json(manifest_of(folder, contents, previous, made_with), folder / MANIFEST)


def _write(folder: Path, contents: Contents) -> pd.DataFrame:
    """Write everything that may go as far as the contents do; give the description of the columns."""
    told = read_columns()
    tables = dict(_tables(contents, told))
    columns = dictionary.columns_of(tables, told)
    named = {"dictionnaire_indicateurs": dictionary.indicators_of(contents), "dictionnaire_colonnes": columns}
    described = pd.concat([columns, dictionary.columns_of(named, told)], ignore_index=True)
    for name, frame in tables.items():
        if name != "tableau_cle":
            writers.write_parquet(frame, folder / f"{name}.parquet")
        if name != "territoires":
            writers.write_csv(frame, folder / f"{name}.csv")
    writers.write_csv(named["dictionnaire_indicateurs"], folder / "dictionnaire_indicateurs.csv")
    writers.write_csv(described, folder / "dictionnaire_colonnes.csv")
    title = f"Indicateurs clés, édition {contents.edition}"
    printed.write(contents.key_table, folder / "tableau_cle.md", title, invented=contents.invented)
    write_release_workbook(contents, described, folder / f"indicateurs-{contents.edition}.xlsx")
    write_geopackage(contents, folder / f"indicateurs-{contents.edition}.gpkg")
    return described


def _tables(contents: Contents, told: Columns) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the tables of a release by name, each row marked with how far it may go."""
    tables = {
        "observations": contents.observations,
        "ecarts": contents.gaps,
        "signalements": contents.flags,
        "evolutions": contents.changes,
        "passage": contents.passage,
        "mesures": contents.measurements,
        "appartenances": contents.memberships,
        "territoires": contents.territories,
        "tableau_cle": contents.key_table,
    }
    far = DIFFUSIONS.index(contents.diffusion)
    for name, frame in tables.items():
        if frame is None or DIFFUSIONS.index(told.tables[name].diffusion) < far:
            continue
        yield name, frame.assign(diffusion=contents.diffusion, invented=contents.invented)


def _describe(folder: Path, contents: Contents, columns: pd.DataFrame) -> None:
    package = datapackage(folder, contents, columns, read_columns())
    writers.write_json(package, folder / DATAPACKAGE)
