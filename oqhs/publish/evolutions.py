"""Changes as people read them: words, a sentence per row, and the notice that goes with all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from oqhs.analysis.change import NOTICE
from oqhs.catalogue import Catalogue
from oqhs.publish import writers
from oqhs.publish.key_table import CAVEAT_MARK, MISSING
from oqhs.publish.printed import (
    DIFFUSION,
    INVENTED,
    caveats_of,
    number_formats,
    told_apart,
    write_document,
)
from oqhs.text import NO_BREAK_SPACE, STATUS_SHORT, format_gap, format_number, format_value

_FEW = 3  # territories that are named rather than counted
_SHOWN: dict[str, Callable[[float, str, int], str]] = {
    "value_before": format_value,
    "value": format_value,
    "value_edition": format_value,
    "change": format_gap,
    "change_per_year": format_gap,
    "reference_change": format_gap,
    "gap_change": format_gap,
}
WORDED_COLUMNS = [
    "theme",
    "label",
    "territory_label",
    "reference_label",
    "decimals",
    *(f"{name}_affiche" for name in _SHOWN),
    "reading_key",
    "caveats",
    "diffusion",
]
_PRINTED = {
    "territory_label": "Territoire",
    "label": "Indicateur",
    "years": "Années",
    "value_before_affiche": "Première date",
    "value_affiche": "Seconde date",
    "value_edition_affiche": "Valeur de l'édition",
    "change_affiche": "Évolution",
    "change_per_year_affiche": "par an",
    "reference_change_affiche": "Évolution de la référence",
    "gap_change_affiche": "Évolution de l'écart",
    "basis": "Périmètre",
    "caution": "Précaution",
}


def worded(
    changes: pd.DataFrame, catalogue: Catalogue, name: Callable[[str, str], str], diffusion: str
) -> pd.DataFrame:
    """Add words to changes: labels, figures as printed, and a sentence to read each row.

    Parameters
    ----------
    changes : DataFrame
        Changes, as `oqhs.analysis.evolution` gives them.
    catalogue : Catalogue
        Labels, themes and decimals.
    name : callable
        Gives the name of a territory in a form: `label`, `label_article` or `label_de`.
    diffusion : str
        To whom the table may be given.

    Returns
    -------
    DataFrame
        The same rows, `WORDED_COLUMNS` after theirs. The sentence of a row ends with what its figure
        suffers from, and with the notice that goes with every change.
    """
    table = changes.copy()
    indicators = table["indicator"].map(catalogue.indicators)
    table["theme"] = [catalogue.themes[one.theme].label for one in indicators]
    prices = np.where(table["prices"] == "", "", ", en " + table["prices"])
    table["label"] = [one.label for one in indicators] + prices
    forms = {form: _names(table, form, name) for form in ("label", "label_article", "label_de")}
    table["territory_label"] = told_apart(table["territory"].map(forms["label"]), table["territory"])
    table["reference_label"] = table["reference_territory"].map(forms["label"]).fillna("")
    decimals = pd.Series([one.decimals for one in indicators], index=table.index)
    table["decimals"] = decimals.where((table["unit"] != "percent") | (decimals > 0), 1)
    missing = table["status"].map(STATUS_SHORT).fillna(MISSING)
    for column, formatted in _SHOWN.items():
        cells = zip(table[column], table["unit"], table["decimals"], strict=True)
        table[f"{column}_affiche"] = [
            formatted(*cell) or short for cell, short in zip(cells, missing, strict=True)
        ]
    persons = table["unit"] == "persons"
    for side in ("", "reference_"):
        relative = table[f"{side}change_pct"].map(_percent)
        shown = table[f"{side}change_affiche"]
        both = shown + " (" + relative + ")" if not side else relative
        table[f"{side}change_affiche"] = shown.mask(persons & (relative != ""), both)
    table["caveats"] = [
        CAVEAT_MARK.join(catalogue.caveats[name] for name in one.caveats) for one in indicators
    ]
    table["reading_key"] = [_reading_key(row, forms) for row in table.to_dict("records")]
    table["diffusion"] = diffusion
    return table[[*changes.columns, *WORDED_COLUMNS]]


def _percent(share: float) -> str:
    number = format_number(share, 1, signed=True)
    return f"{number}{NO_BREAK_SPACE}%" if number else ""


def _names(table: pd.DataFrame, form: str, name: Callable[[str, str], str]) -> dict[str, str]:
    codes = pd.concat([table["territory"], table["reference_territory"].dropna()]).drop_duplicates()
    return {code: name(code, form) for code in codes}


def _reading_key(row: Mapping[str, object], forms: Mapping[str, Mapping[str, str]]) -> str:
    prices = f", en {row['prices']}" if row["prices"] else ""
    label = str(row["label"]).removesuffix(prices)
    zone = f"{label} {forms['label_de'][str(row['territory'])]}{prices}"
    if row["status"] != "observed":
        return f"{zone} : évolution non disponible ({row['reason']})."
    years = "an" if row["span_years"] == 1 else "ans"
    sentence = (
        f"{zone} : {row['value_before_affiche']} en {row['year_before']}, {row['value_affiche']} en "
        f"{row['year']}, soit {row['change_affiche']} en {row['span_years']} {years} "
        f"({row['change_per_year_affiche']} par an)"
    )
    if pd.notna(row["reference_change"]):
        where = forms["label_article"][str(row["reference_territory"])]
        sentence += f" ; {where} : {row['reference_change_affiche']}"
    if pd.notna(row["gap_change"]):
        sentence += f" ; évolution de l'écart : {row['gap_change_affiche']}"
    if pd.notna(row["value_edition"]) and row["value_edition_affiche"] != row["value_affiche"]:
        sentence += f" ; valeur de l'édition : {row['value_edition_affiche']}"
    caution = f" Précaution : {row['caution']}." if row["caution"] else ""
    return f"{sentence}.{caution} {NOTICE}"


def warnings_of(table: pd.DataFrame, *, invented: bool) -> list[str]:
    """Lines that stand above a table of changes; the notice is always one of them."""
    lines = [NOTICE, *(DIFFUSION[name] for name in sorted(set(table["diffusion"])))]
    references = sorted(set(table["reference_label"]) - {""})
    if len(references) == 1:
        lines.insert(1, f"Référence : {references[0]}.")
    return [INVENTED, *lines] if invented else lines


def printed(table: pd.DataFrame) -> pd.DataFrame:
    """Give changes as displayed, with French headers: those that are known, in their order."""
    shown = table[table["status"] == "observed"]
    years = shown["year_before"].astype("str") + "-" + shown["year"].astype("str")
    shown = shown.assign(years=years)
    return shown[list(_PRINTED)].rename(columns=_PRINTED)


def limits_of(table: pd.DataFrame) -> list[str]:
    """Tell what changes suffer from, each sentence once."""
    shown = table[table["status"] == "observed"]
    said = shown.assign(limit=shown["caution"].str.split(" ; ", regex=False)).explode("limit")
    lines = []
    for text, rows in said[said["limit"] != ""].groupby("limit", sort=False):
        concerned = shown[shown["label"].isin(rows["label"])]
        labels = set(shown["label"])
        every = labels == set(rows["label"]) and len(labels) > 1
        names = "Tous les indicateurs" if every else _listed(rows["label"])
        # What holds for every territory needs no name of one.
        where = "" if len(concerned) == len(rows) else f" ({_counted(rows['territory_label'])})"
        lines.append(f"{names}{where} : {text}.")
    return lines


def notes_of(table: pd.DataFrame) -> list[str]:
    """Tell what holds for the whole table, then for its indicators."""
    return ["Les évolutions sont calculées avant arrondi.", *caveats_of(table)]


def unknown_of(table: pd.DataFrame) -> list[str]:
    """Say what cannot be compared and why, each reason once."""
    hidden = table[table["status"] != "observed"]
    return [
        f"{_listed(rows['label'])} ({_counted(rows['territory_label'])}) : {reason}."
        for reason, rows in hidden.groupby("reason", sort=False)
    ]


def _counted(territories: pd.Series) -> str:
    names = list(dict.fromkeys(territories))
    return " ; ".join(names) if len(names) <= _FEW else f"{len(names)} territoires"


def _listed(labels: pd.Series) -> str:
    return " ; ".join(dict.fromkeys(labels))


def write(table: pd.DataFrame, path: Path, title: str, *, invented: bool) -> None:
    """Write changes to a `.csv`, `.md` or `.xlsx` file, whole or not at all."""
    write_document(
        path,
        csv=lambda aside: writers.write_csv(table.assign(invented=invented), aside),
        md=lambda aside: writers.write_text(_markdown(table, title, invented=invented), aside),
        xlsx=lambda aside: _workbook(table, aside, title, invented=invented),
    )


def _markdown(table: pd.DataFrame, title: str, *, invented: bool) -> str:
    parts = [f"# {title}", *warnings_of(table, invented=invented), writers.markdown(printed(table))]
    reading = list(table.loc[table["status"] == "observed", "reading_key"])
    for heading, lines in {
        "Clés de lecture": reading,
        "Précautions": [*limits_of(table), *notes_of(table)],
        "Sans évolution": unknown_of(table),
    }.items():
        if lines:
            parts += [f"## {heading}", writers.bullets(lines)]
    return "\n\n".join(parts) + "\n"


_FIGURES = {
    "territory_label": "Territoire",
    "territory": "Code",
    "label": "Indicateur",
    "year_before": "Première année",
    "year": "Seconde année",
    "value_before": "Première valeur",
    "value": "Seconde valeur",
    "value_edition": "Valeur de l'édition",
    "change": "Évolution",
    "change_per_year": "Évolution par an",
    "reference_label": "Référence",
    "reference_change": "Évolution de la référence",
    "gap_change": "Évolution de l'écart",
    "basis": "Comparaison",
}
_DETAILED = {
    "territory": "Code",
    "label": "Indicateur",
    "territory_before": "Code à la première date",
    "perimeter_before": "Périmètre à la première date",
    "perimeter": "Périmètre à la seconde date",
    "basis": "Comparaison",
    "reference_label": "Référence",
    "caution": "Précaution",
    "reason": "Sans évolution, parce que",
    "diffusion": "Diffusion",
}
_SENTENCES = {"territory": "Code", "label": "Indicateur", "reading_key": "Clé de lecture"}


def _workbook(table: pd.DataFrame, path: Path, title: str, *, invented: bool) -> None:
    above = [title, *warnings_of(table, invented=invented)]
    shown = table[table["status"] == "observed"]
    notes = [("Précaution", line) for line in (*limits_of(table), *notes_of(table))]
    notes += [("Sans évolution", line) for line in unknown_of(table)]
    sheets = {
        "Évolutions": figures_sheet(table, above),
        "Clés de lecture": _texts(shown, _SENTENCES, above),
        "Notes": writers.Sheet(pd.DataFrame(notes, columns=["Nature", "Texte"], dtype="str"), above),
        "Détail": _texts(table, _DETAILED, above),
    }
    writers.write_workbook(path, sheets, {"title": title, "subject": " ".join(above[1:])})


def figures_sheet(table: pd.DataFrame, above: list[str]) -> writers.Sheet:
    """Lay out the changes that are known; the reference has a column where there are several."""
    shown = table[table["status"] == "observed"]
    columns = dict(_FIGURES)
    if len(set(shown["reference_label"])) <= 1:
        del columns["reference_label"]
    formats = pd.DataFrame("", index=shown.index, columns=list(columns), dtype="str")
    values, moves = number_formats(shown)
    for name in ("value_before", "value", "value_edition"):
        formats[name] = values
    for name in ("change", "change_per_year", "reference_change", "gap_change"):
        formats[name] = moves
    frame = _texts(shown, columns, above).frame
    for name in ("value_edition", "reference_change", "gap_change"):
        known = shown[name].notna()
        frame[columns[name]] = shown[name].astype(object).where(known, MISSING)
        formats[name] = formats[name].where(known, "")
    # The change of a count is beside that of a whole département: its share says more.
    counted = shown["unit"] == "persons"
    frame.loc[counted, columns["reference_change"]] = shown.loc[counted, "reference_change_affiche"]
    return writers.Sheet(frame, above, formats.rename(columns=columns))


def _texts(table: pd.DataFrame, columns: dict[str, str], above: list[str]) -> writers.Sheet:
    """Lay out columns under French headers; years are texts, and what is missing is empty."""
    frame = table[list(columns)].copy()
    for name in frame.columns[[not pd.api.types.is_float_dtype(kind) for kind in frame.dtypes]]:
        frame[name] = frame[name].astype("str").where(frame[name].notna(), "")
    return writers.Sheet(frame.rename(columns=columns), above)
