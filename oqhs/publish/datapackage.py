"""`datapackage.json`: the files of a release, described as the Data Package standard does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from oqhs.columns import Columns
from oqhs.publish.contents import Contents
from oqhs.publish.manifest import MANIFEST
from oqhs.sources.cards import sha256
from oqhs.wording import LICENCES, licence_name

DATAPACKAGE = "datapackage.json"
#: The description itself, and the manifest, which vouches for it.
_NOT_DESCRIBED = {DATAPACKAGE, MANIFEST}
_FORMATS = {
    "csv": "text/csv",
    "gpkg": "application/geopackage+sqlite3",
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TYPES = {"booléen": "boolean", "entier": "integer", "nombre": "number", "texte": "string"}


def datapackage(folder: Path, contents: Contents, columns: pd.DataFrame, told: Columns) -> dict[str, object]:
    """Describe the files of a folder.

    Parameters
    ----------
    folder : Path
        Folder of the release; every file that stands in it is described, but not those of its folders.
    contents : Contents
        What it is made of.
    columns : DataFrame
        As `oqhs.publish.dictionary.columns_of` gives it: the fields of the tables.
    told : Columns
        Titles and keys of the tables.

    Returns
    -------
    dict
        A Data Package: CSV files with the schema of their columns, the others with their checksum.
    """
    fields = {str(table): rows for table, rows in columns.groupby("table", sort=False)}
    licences = sorted({card.licence for card in contents.inputs.values()})
    title = f"Indicateurs des quartiers prioritaires, {contents.departement}, édition {contents.edition}"
    described = sorted(path for path in folder.iterdir() if path.suffix and path.name not in _NOT_DESCRIBED)
    return {
        "profile": "data-package",
        "name": f"oqhs-{contents.edition}",
        "title": title,
        "description": "Données inventées." if contents.invented else "",
        "diffusion": contents.diffusion,
        "licenses": [_licence(name) for name in licences],
        "sources": [
            {"title": f"{source.label} ({source.producer})", "path": source.page}
            for source in (
                contents.catalogue.sources[name]
                for name in sorted({card.source for card in contents.inputs.values()})
            )
        ],
        "resources": [_resource(path, fields, told) for path in described],
    }


def _licence(name: str) -> dict[str, object]:
    page = {"path": LICENCES[name][1]} if name in LICENCES else {}
    return {"name": name, "title": licence_name(name), **page}


def _resource(path: Path, fields: Mapping[str, pd.DataFrame], told: Columns) -> dict[str, object]:
    kind = path.suffix.removeprefix(".")
    about: dict[str, object] = {
        "name": path.name.lower().replace(".", "-").replace("_", "-"),
        "path": path.name,
        "format": kind,
        "mediatype": _FORMATS[kind],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
    }
    if path.stem in told.tables:
        about["title"] = told.tables[path.stem].title
        about["description"] = f"Une ligne : {told.tables[path.stem].row}."
    if kind != "csv":
        return {**about, "type": "file"}
    return {
        **about,
        "type": "table",
        "profile": "tabular-data-resource",
        "encoding": "utf-8-sig",
        "dialect": {"csv": {"delimiter": ";", "lineTerminator": "\r\n"}, "delimiter": ";"},
        "schema": {
            "fields": [_field(row) for row in fields[path.stem].to_dict("records")],
            "primaryKey": list(told.tables[path.stem].key),
            "missingValues": [""],
        },
    }


def _field(row: Mapping[str, object]) -> dict[str, object]:
    kind = _TYPES[str(row["type"])]
    unit = f" Unité : {row['unit']}." if row["unit"] else ""
    codes = f" Codes : {row['codes']}." if row["codes"] else ""
    about: dict[str, object] = {
        "name": row["column"],
        "type": kind,
        "description": f"{row['meaning']}.{unit}{codes}",
    }
    if kind == "number":
        about["decimalChar"] = ","
    if kind == "boolean":
        about.update(trueValues=["True"], falseValues=["False"])
    return about
