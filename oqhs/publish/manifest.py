"""The manifest of a release: what it was made from, and the checksum of everything in it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from oqhs.errors import DataError
from oqhs.publish import printed
from oqhs.publish.contents import Contents
from oqhs.sources.cards import sha256

MANIFEST = "manifest.json"
_LIBRARIES = ("oqhs", "geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "scipy", "shapely", "xlsxwriter")
_OF_SITE = ("altair", "jinja2", "matplotlib", "vl-convert-python")
#: What a card says that changes no figure, or that stands in the manifest already.
_TOLD_ELSEWHERE = {"archive", "diffusion", "obtained", "path", "replaces", "sha256", "title"}
_CARD_FIELDS = {"layout", "source", "year", "perimeter", "licence", "obtained", "sha256", "invented", "title"}


def manifest_of(
    folder: Path, contents: Contents, previous: Path | None, made_with: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Give the manifest of what a folder holds, and of the release it follows if there is one."""
    return {
        "edition": contents.edition,
        "departement": contents.departement,
        "perimeter": contents.perimeter,
        "diffusion": contents.diffusion,
        "invented": contents.invented,
        "warning": printed.INVENTED if contents.invented else "",
        "recipe": contents.recipe,
        "parameters": dict(contents.parameters),
        "definitions": _definitions(contents),
        "corrections": list(contents.corrections),
        "beside": list(contents.beside),
        "inputs": {name: _input(name, contents) for name in contents.inputs},
        "settings": dict(contents.settings),
        "catalogue": _catalogue(),
        "previous": _previous(previous),
        "outputs": checksums(folder),
        "versions": dict(made_with) if made_with is not None else versions(site=contents.has_site),
    }


def _input(name: str, contents: Contents) -> dict[str, object]:
    """Say what a file was: its checksum, or that of what is published of it when it holds hidden counts."""
    card = contents.inputs[name]
    told: dict[str, object] = card.model_dump(mode="json", exclude_none=True, include=_CARD_FIELDS)
    told["card"] = _fingerprint(card.model_dump(mode="json", exclude=_TOLD_ELSEWHERE))
    if name in contents.held:
        del told["sha256"]
        rows = contents.measurements[contents.measurements["source"] == name]
        if len(rows):
            told["published_rows"] = _fingerprint(rows.to_csv(index=False, float_format="%.12g"))
    return told


def versions(*, site: bool) -> dict[str, str]:
    """Give the versions a release is made with, its site included, and the fingerprint of the package."""
    libraries = {name: version(name) for name in (*_LIBRARIES, *(_OF_SITE if site else ()))}
    return {"python": platform.python_version(), **libraries, "code": _code()}


def checksums(folder: Path) -> dict[str, str]:
    """Give the checksum of every file of a folder, by its path in it; the manifest is left out."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    places = {path.relative_to(folder).as_posix(): path for path in files}
    return {place: sha256(path) for place, path in places.items() if place != MANIFEST}


def _previous(previous: Path | None) -> dict[str, str] | None:
    if previous is None or not (previous / MANIFEST).is_file():
        return None
    return {"release": previous.name, "manifest": sha256(previous / MANIFEST)}


def read_manifest(folder: Path) -> dict[str, object]:
    """Read the manifest of a release; `DataError` when the folder holds none that can be read."""
    path = folder / MANIFEST
    try:
        content: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            "this is not a release: its manifest cannot be read",
            file=path,
            todo="give a folder such as data/processed/2024/r1",
        ) from error
    return content


def _definitions(contents: Contents) -> dict[str, str]:
    """Fingerprint of what each indicator is: its entry, and the variables it is made of."""
    catalogue = contents.catalogue
    found = {}
    for name, one in catalogue.shown(contents.planned).items():
        terms = [term for term in (one.numerator, one.denominator) if term is not None]
        variables = sorted({variable for term in terms for variable in term.variables})
        entry = {
            "indicator": one.model_dump(mode="json"),
            "variables": {
                variable: catalogue.variable(variable).model_dump(mode="json") for variable in variables
            },
        }
        found[name] = _fingerprint(entry)
    return found


def _fingerprint(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _code() -> str:
    """Fingerprint of the package itself: its version says less, between two of them."""
    home = Path(str(resources.files("oqhs")))
    return _fingerprint(
        {path.relative_to(home).as_posix(): sha256(path) for path in sorted(home.rglob("*.py"))}
    )


def _catalogue() -> dict[str, str]:
    """Checksums of the catalogue of the package."""
    home = Path(str(resources.files("oqhs") / "referentiel"))
    return {path.name: sha256(path) for path in sorted(home.glob("*.yaml"))}
