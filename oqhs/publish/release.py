"""The release: a folder that holds an edition, complete or not there at all."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.publish import writers
from oqhs.publish.key_table import FOOTNOTES
from oqhs.sources.cards import Card, sha256

Progress = Callable[[int, int, str], None]

MANIFEST = "manifest.json"
INVENTED = "DONNÉES INVENTÉES : ce département n'existe pas, ces chiffres ne décrivent aucun lieu."
_LIBRARIES = ("oqhs", "geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "shapely", "xlsxwriter")
_PRINTED = {
    "theme": "Thème",
    "label": "Indicateur",
    "note": "Note",
    "qpv_affiche": "Quartiers",
    "reference_affiche": "Référence",
    "gap_affiche": "Écart",
    "sign": "Signe",
    "year": "Année",
    "source": "Source",
}
_NUMBERS = {
    "theme": "Thème",
    "label": "Indicateur",
    "note": "Note",
    "qpv": "Quartiers",
    "reference": "Référence",
    "gap": "Écart",
    "gap_lower": "Écart, borne basse",
    "gap_upper": "Écart, borne haute",
    "sign": "Signe",
    "unit": "Unité",
    "year": "Année",
    "source": "Source",
    "origin": "Origine",
    "coverage": "Couverture",
    "status": "Statut",
    "reference_origin": "Origine de la référence",
    "reference_coverage": "Couverture de la référence",
    "reference_status": "Statut de la référence",
    "remark": "Remarque",
    "reading_key": "Clé de lecture",
    "diffusion": "Diffusion",
}
_DIFFUSION = {
    "interne": "Diffusion : interne",
    "partenaires": "Diffusion : partenaires des contrats de ville",
    "public": "Diffusion : publique",
}


@dataclass(frozen=True)
class Contents:
    """What a release is made of."""

    edition: int
    departement: str
    zone: str
    perimeter: str
    diffusion: str
    invented: bool
    measurements: pd.DataFrame
    observations: pd.DataFrame
    gaps: pd.DataFrame
    territories: gpd.GeoDataFrame
    memberships: pd.DataFrame
    key_table: pd.DataFrame
    inputs: Mapping[str, Card]
    parameters: Mapping[str, float]
    recipe: Mapping[str, object]
    catalogue: Catalogue


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
    temporary = Path(tempfile.mkdtemp(prefix=".release-", dir=home))
    try:
        _write(temporary, contents)
        return _settle(home, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def releases(home: Path) -> list[Path]:
    """Releases of an edition, oldest first."""
    found = [path for path in home.glob("r[0-9]*") if path.name[1:].isdigit() and path.is_dir()]
    return sorted(found, key=lambda path: int(path.name[1:]))


def _settle(home: Path, temporary: Path) -> Path:
    earlier = releases(home)
    manifest = (temporary / MANIFEST).read_bytes()
    if earlier and (earlier[-1] / MANIFEST).read_bytes() == manifest:
        return earlier[-1]
    number = int(earlier[-1].name[1:]) + 1 if earlier else 1
    return temporary.rename(home / f"r{number}")


def _write(folder: Path, contents: Contents) -> None:
    tables = {
        "mesures": contents.measurements,
        "observations": contents.observations,
        "ecarts": contents.gaps,
        "appartenances": contents.memberships,
    }
    for name, frame in tables.items():
        marked = frame.assign(diffusion=contents.diffusion, invented=contents.invented)
        writers.write_parquet(marked, folder / f"{name}.parquet")
        writers.write_csv(marked, folder / f"{name}.csv")
    writers.write_parquet(
        contents.territories.assign(diffusion=contents.diffusion, invented=contents.invented),
        folder / "territoires.parquet",
    )
    marked = contents.key_table.assign(invented=contents.invented)
    writers.write_csv(marked, folder / "tableau_cle.csv")
    printed, before, after = printed_key_table(
        contents.key_table, zone=contents.zone, reference=contents.departement,
        diffusion=contents.diffusion, invented=contents.invented,
    )  # fmt: skip
    title = f"Indicateurs clés, édition {contents.edition}"
    writers.write_markdown(printed, folder / "tableau_cle.md", title, before, after)
    workbook(folder / "tableau_cle.xlsx", contents.key_table, title, before, after)
    writers.write_json(_manifest(folder, contents), folder / MANIFEST)


def printed_key_table(
    table: pd.DataFrame, *, zone: str, reference: str, diffusion: str, invented: bool
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Give a key table as it is printed: the table, the lines before it and the lines after it."""
    names = {**_PRINTED, "qpv_affiche": zone, "reference_affiche": reference}
    printed = table[list(_PRINTED)].rename(columns=names)
    notes = sorted({letter for cell in table["note"] for letter in cell.split(", ") if letter})
    after = [f"{letter} : {FOOTNOTES[letter]}." for letter in notes]
    after.append("Clés de lecture")
    seen = table["gap"].notna()
    after.append("\n".join(f"- {key}" for key in table.loc[seen, "reading_key"]))
    remarks = [
        f"- {label} : {remark}."
        for label, remark in zip(table["label"], table["remark"], strict=True)
        if remark
    ]
    if remarks:
        after += ["Remarques", "\n".join(remarks)]
    before = [_DIFFUSION[diffusion] + "."]
    return printed, [INVENTED, *before] if invented else before, after


def workbook(path: Path, table: pd.DataFrame, title: str, before: list[str], after: list[str]) -> None:
    """Write a key table as a workbook: the table in numbers, and its notes."""
    numbers = table[list(_NUMBERS)].rename(columns=_NUMBERS)
    notes = pd.DataFrame({"Notes": [line for text in after for line in text.split("\n")]})
    writers.write_workbook(
        path,
        {"Tableau clé": (numbers, [title, *before]), "Notes": (notes, [title, *before])},
        {"title": title, "subject": " ".join(before), "author": "", "comments": ""},
    )


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
        "warning": INVENTED if contents.invented else "",
        "recipe": contents.recipe,
        "parameters": dict(contents.parameters),
        "inputs": inputs,
        "outputs": outputs,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
    }


_CARD_FIELDS = {"layout", "source", "year", "perimeter", "licence", "obtained", "sha256", "invented", "title"}
