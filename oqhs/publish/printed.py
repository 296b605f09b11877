"""The key table as people read it: Markdown, workbook, and the text of the terminal."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from oqhs.publish import writers
from oqhs.publish.key_table import CAVEAT_MARK, FOOTNOTES
from oqhs.text import STATUS_SHORT, STATUS_WORDS, listing

INVENTED = "DONNÉES INVENTÉES : ce département n'existe pas, ces chiffres ne décrivent aucun lieu."
FORMATS = (".csv", ".md", ".xlsx")
DIFFUSION = {
    "interne": "Diffusion : interne.",
    "partenaires": "Diffusion : partenaires des contrats de ville.",
    "public": "Diffusion : publique.",
}
#: Columns of a key table as displayed, and their French headers.
PRINTED = {
    "theme": "Thème",
    "label": "Indicateur",
    "note": "Note",
    "qpv_affiche": "Valeur",
    "reference_affiche": "Référence",
    "gap_affiche": "Écart",
    "sign": "Signe",
    "year": "Année",
    "source": "Source",
}
_SHORT = {
    "theme": "Thème",
    "label": "Indicateur",
    "note": "Note",
    "qpv": "Valeur",
    "reference": "Référence",
    "gap": "Écart",
    "sign": "Signe",
    "year": "Année",
    "source": "Source",
    "reading_key": "Clé de lecture",
}
_DETAILED = {
    "label": "Indicateur",
    "qpv": "Valeur",
    "reference": "Référence",
    "gap": "Écart",
    "gap_lower": "Écart, borne basse",
    "gap_upper": "Écart, borne haute",
    "unit": "Unité",
    "year": "Année",
    "perimeter": "Périmètre",
    "reference_perimeter": "Périmètre de la référence",
    "origin": "Origine",
    "coverage": "Couverture",
    "status": "Statut",
    "reference_origin": "Origine de la référence",
    "reference_coverage": "Couverture de la référence",
    "reference_status": "Statut de la référence",
    "remark": "Remarque",
    "diffusion": "Diffusion",
}
_CODES = {
    "origin": {"insee": "Insee", "oqhs": "OQHS, calcul", "oqhs_estimate": "OQHS, estimation"},
    "status": {
        "observed": "observé",
        "secret": "secret statistique",
        "not_significant": "non significatif",
        "not_available": "non disponible",
        "not_applicable": "sans objet",
        "not_covered": "couverture insuffisante",
    },
    "unit": {
        "percent": "% (écart en points)",
        "eur_month": "€ par mois",
        "eur_year": "€ par an",
        "minutes": "minutes",
        "facilities": "équipements",
        "consultations": "consultations par an et par habitant",
    },
}


_TERRITORIES = {
    "territory_label": ("territory", "Territoire"),
    "reference_label": ("reference_territory", "Territoire de référence"),
}
_SYMBOLS = {
    "percent": ("%", "pt"),
    "eur_month": ("€", "€"),
    "eur_year": ("€", "€"),
    "persons": ("", ""),
    "minutes": ("min", "min"),
    "facilities": ("", ""),
    "consultations": ("", ""),
}


def warnings_of(table: pd.DataFrame, *, invented: bool) -> list[str]:
    """Lines that stand above a key table: whether it is invented, its perimeters, its diffusion."""
    seen = table[table["status"] == "observed"]
    perimeters = [
        listing(sorted(set(seen[name].dropna()) - {""})) for name in ("perimeter", "reference_perimeter")
    ]
    lines = [f"Périmètre : {perimeters[0]} ; référence : {perimeters[1]}."] if all(perimeters) else []
    lines += [DIFFUSION[name] for name in sorted(set(table["diffusion"]))]
    return [INVENTED, *lines] if invented else lines


def notes_of(table: pd.DataFrame) -> list[str]:
    """Footnotes the table calls, in their order."""
    letters = sorted({letter for cell in table["note"] for letter in cell.split(", ") if letter})
    lines = [f"{letter} : {FOOTNOTES[letter]}." for letter in letters]
    cells = set(table[["qpv_affiche", "reference_affiche", "gap_affiche"]].to_numpy().ravel())
    lines += [
        f"{short} : {STATUS_WORDS[status]}." for status, short in STATUS_SHORT.items() if short in cells
    ]
    return [*lines, "Les écarts sont calculés avant arrondi."]


def reading_of(table: pd.DataFrame) -> list[str]:
    """Give the reading keys of the rows that have a gap."""
    return list(table.loc[table["gap"].notna(), "reading_key"])


def remarks_of(table: pd.DataFrame) -> list[str]:
    """Tell what limits the rows, each under the name of its indicator."""
    zones = len(set(table["territory"]))
    lines = []
    for remark, rows in table[table["remark"] != ""].groupby("remark", sort=False):
        names = []
        for label, same in rows.groupby("label", sort=False):
            # What holds for every territory needs no name of one.
            where = "" if len(same) == zones else f" ({listing(list(same['territory_label']))})"
            names.append(label + where)
        lines.append(f"{listing(names)} : {remark}.")
    return lines


def caveats_of(table: pd.DataFrame) -> list[str]:
    """Tell what holds everywhere for the indicators that have a value, each sentence once."""
    seen = table[(table["status"] == "observed") & (table["caveats"] != "")]
    said = seen.assign(caveat=seen["caveats"].str.split(CAVEAT_MARK, regex=False)).explode("caveat")
    return [
        f"{caveat} ({listing(list(dict.fromkeys(rows['label'])))})"
        for caveat, rows in said.groupby("caveat", sort=False)
    ]


def printed(table: pd.DataFrame) -> pd.DataFrame:
    """Give a key table as displayed, with French headers."""
    shown = table.assign(year=table["year"].astype("str").fillna(""))
    return _headed(shown, PRINTED, {"qpv_affiche": "territory_label", "reference_affiche": "reference_label"})


def _headed(table: pd.DataFrame, names: dict[str, str], labels: dict[str, str]) -> pd.DataFrame:
    """Name the columns; territories are named in the header when there is one, in a column otherwise."""
    headed = table.copy()
    headers = dict(names)
    ahead = {}
    for column, label in labels.items():
        code, title = _TERRITORIES[label]
        named = table[[code, label]].drop_duplicates()
        if len(named) == 1:
            headers[column] = table[label].iloc[0]
            continue
        ahead[label] = title
        headed[label] = told_apart(table[label], table[code])
    chosen = {**ahead, **headers}
    return headed[list(chosen)].rename(columns=chosen)


def told_apart(labels: pd.Series, codes: pd.Series) -> pd.Series:
    """Give the names of territories, with the codes of those that share one."""
    shared = labels.groupby(labels).transform(lambda rows: codes[rows.index].nunique()) > 1
    return labels.where(~shared, labels + " (" + codes + ")")


def write(
    table: pd.DataFrame, path: Path, title: str, *, invented: bool, sources: Sequence[str] = ()
) -> None:
    """Write a key table to a `.csv`, `.md` or `.xlsx` file, whole or not at all.

    `sources` are lines that tell where its figures come from; a `.csv` has no place for them.
    """
    write_document(
        path,
        csv=lambda aside: writers.write_csv(table.assign(invented=invented), aside),
        md=lambda aside: writers.write_text(_markdown(table, title, sources, invented=invented), aside),
        xlsx=lambda aside: _workbook(table, aside, title, sources, invented=invented),
    )


def write_document(path: Path, **by_format: Callable[[Path], None]) -> None:
    """Write a document in the format its name ends with, whole or not at all."""
    writers.write_whole(path, by_format[path.suffix.lower().removeprefix(".")])


def _markdown(table: pd.DataFrame, title: str, sources: Sequence[str], *, invented: bool) -> str:
    parts = [f"# {title}", *warnings_of(table, invented=invented), writers.markdown(printed(table))]
    parts += notes_of(table)
    sections = {
        "Clés de lecture": reading_of(table),
        "Remarques": remarks_of(table),
        "Précautions": caveats_of(table),
        "Sources": sources,
    }
    for heading, lines in sections.items():
        if lines:
            parts += [f"## {heading}", writers.bullets(lines)]
    return "\n\n".join(parts) + "\n"


def _workbook(table: pd.DataFrame, path: Path, title: str, sources: Sequence[str], *, invented: bool) -> None:
    above = [title, *warnings_of(table, invented=invented)]
    sections = {
        "Note": notes_of(table),
        "Remarque": remarks_of(table),
        "Précaution": caveats_of(table),
        "Source": sources,
    }
    lines = [(kind, line) for kind, found in sections.items() for line in found]
    sheets = {
        "Tableau clé": _sheet(table, _SHORT, above),
        "Notes": writers.Sheet(pd.DataFrame(lines, columns=["Nature", "Texte"]), above),
        "Détail": _sheet(table, _DETAILED, above),
    }
    writers.write_workbook(path, sheets, {"title": title, "subject": " ".join(above[1:])})


def key_sheet(table: pd.DataFrame, title: str, *, invented: bool) -> writers.Sheet:
    """Lay out a key table for a workbook, its notes under it."""
    above = [title, *warnings_of(table, invented=invented)]
    return dataclasses.replace(
        _sheet(table, _SHORT, above), below=[*notes_of(table), *remarks_of(table), *caveats_of(table)]
    )


def number_formats(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Give the number formats of values and of gaps in a workbook, from `unit` and `decimals`."""
    values, gaps = [], []
    for unit, decimals in zip(table["unit"], table["decimals"], strict=True):
        digits = "#,##0" + ("." + "0" * int(decimals) if decimals else "")
        value, gap = (digits + (f'" {symbol}"' if symbol else "") for symbol in _SYMBOLS[unit])
        values.append(value)
        gaps.append(f"+{gap};-{gap};{gap}")
    return values, gaps


def _sheet(table: pd.DataFrame, names: dict[str, str], above: list[str]) -> writers.Sheet:
    """Lay out a key table in numbers, with French words for the codes."""
    worded = table.copy()
    for name, words in _CODES.items():
        for column in (name, f"reference_{name}"):
            if column in worded:
                worded[column] = worded[column].map(words).fillna("")
    formats = pd.DataFrame("", index=table.index, columns=table.columns, dtype="str")
    values, gaps = number_formats(table)
    for column in ("qpv", "reference"):
        formats[column] = values
    for column in ("gap", "gap_lower", "gap_upper"):
        formats[column] = gaps
    for column in ("coverage", "reference_coverage"):
        formats[column] = "0.0%"
    for column in ("qpv", "reference", "gap"):
        worded[column] = (
            worded[column].astype(object).where(table[column].notna(), table[f"{column}_affiche"])
        )
    labels = {"qpv": "territory_label", "reference": "reference_label"}
    frame = _headed(worded, names, labels)
    # Columns that name the territories may stand ahead: they are text.
    blank = pd.DataFrame("", index=table.index, columns=frame.columns[: len(frame.columns) - len(names)])
    return writers.Sheet(frame, above, pd.concat([blank, formats[list(names)]], axis=1))
