"""The folder of the site: written whole or not at all, over nothing but a site written before."""

from __future__ import annotations

import json
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from oqhs.errors import DataError
from oqhs.extras import extra
from oqhs.publish.contents import Contents
from oqhs.publish.site.explorer import BUNDLE, bundle, explorer_page
from oqhs.publish.site.facts import Facts
from oqhs.publish.site.home import (
    accessibility_page,
    downloads_page,
    home_page,
    notices_page,
    plan_page,
    write_key_table,
)
from oqhs.publish.site.indicators import indicator_page, indicators_page, write_figures
from oqhs.publish.site.method import method_pages
from oqhs.publish.site.pictures import draw
from oqhs.publish.site.quartiers import quartier_page, quartiers_page
from oqhs.publish.site.rendering import Renderer
from oqhs.publish.writers import write_json, write_text

#: File that tells a site from any other folder, and lists what is in it.
MARKER = "site.json"
_MAKER = "oqhs"
_LIBRARIES = ("altair", "jinja2", "vl_convert")
_ASSETS = ("explorer.js", "site.css", "site.js")


def write_site(folder: Path, contents: Contents) -> None:
    """Write the site of an edition to a folder: static pages, drawings, files, one script that draws.

    Nothing of it is fetched from elsewhere, and without a script every table and drawing is there. The same
    contents give the same bytes.

    Parameters
    ----------
    folder : Path
        Folder of the site; its parent must be there. One that holds a site written before is replaced, once
        the new one is whole.
    contents : Contents
        What an edition may tell, as far as its diffusion: nothing else is read.

    Raises
    ------
    MissingExtraError
        jinja2, altair or vl-convert-python is not installed.
    DataError
        The folder holds something that is not a site, or a file that was put in one.
    """
    refuse_other_folders(folder)
    renderer = Renderer(contents)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=folder.parent) as parent:
        aside = Path(parent) / "site"
        aside.mkdir()
        _write(aside, contents, renderer)
        _mark(aside, contents)
        if folder.exists():
            folder.rename(Path(parent) / "before")
        try:
            aside.rename(folder)
        except OSError:
            if (Path(parent) / "before").exists():
                (Path(parent) / "before").rename(folder)
            raise


def require() -> None:
    """Refuse to begin what ends with a site when a library it needs is not installed."""
    for library in _LIBRARIES:
        extra(library, "the site is written")


def refuse_other_folders(folder: Path) -> None:
    """Refuse to write over anything but an empty folder or a site written before."""
    if not folder.parent.is_dir():
        raise DataError(
            "there is no folder to write the site in",
            file=folder.parent,
            todo="make it first, or give another one",
        )
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    known = _files_of(folder) if folder.is_dir() else None
    if known is None:
        raise DataError(
            "this is not a site that was written before: it is left as it is",
            file=folder,
            found="a folder with other files" if folder.is_dir() else "a file",
            allowed="a folder that is not there yet, an empty one, or a site to replace",
            todo="give another folder",
        )
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    added = sorted(here - known - {MARKER})
    if added:
        raise DataError(
            "files were put in this site: it is left as it is",
            file=folder / added[0],
            found=", ".join(added[:5]) + (" …" if len(added) > 5 else ""),  # noqa: PLR2004
            allowed=f"the files that {MARKER} lists",
            todo="move them elsewhere, or give another folder",
        )


def _files_of(folder: Path) -> set[str] | None:
    """Give the files of a site; None when the folder is not one."""
    try:
        told = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(told, dict) or told.get("maker") != _MAKER:
        return None
    return {str(name) for name in told.get("files", [])}


def _mark(folder: Path, contents: Contents) -> None:
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    told = {
        "maker": _MAKER,
        "edition": contents.edition,
        "diffusion": contents.diffusion,
        "invented": contents.invented,
        "files": files,
    }
    write_json(told, folder / MARKER)


def _write(folder: Path, contents: Contents, renderer: Renderer) -> None:
    facts = Facts(contents)
    pictures = {name: draw(facts, name, folder) for name in facts.indicators}
    files = {name: write_figures(facts, name, folder) for name in facts.indicators}
    key = write_key_table(facts, folder)
    pages = [
        home_page(facts, key),
        indicators_page(facts),
        *(indicator_page(facts, name, pictures[name], files[name]) for name in facts.indicators),
        quartiers_page(facts),
        *(quartier_page(facts, code) for code in facts.quartiers),
        explorer_page(facts, {name: one.dots for name, one in pictures.items()}, files),
        *method_pages(facts),
        downloads_page(facts, key, list(files.values())),
        accessibility_page(facts),
        notices_page(facts),
    ]
    pages.append(plan_page(facts, pages))
    for page in pages:
        target = folder / page.place
        target.parent.mkdir(exist_ok=True)
        write_text(renderer.page(page), target)
    for name in _ASSETS:
        shutil.copyfile(str(resources.files("oqhs.publish.site") / "templates" / name), folder / name)
    write_text(bundle(), folder / BUNDLE)
