"""The workbook of a release: everything a partner reads, in numbers, ready to print."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from oqhs.publish import dictionary, evolutions, flags, printed
from oqhs.publish.contents import Contents
from oqhs.publish.writers import Sheet, write_workbook
from oqhs.text import NOT_APPLICABLE, NOT_AVAILABLE, NOT_COVERED, NOT_SIGNIFICANT, SECRET

#: What stands in a cell without a value, and what it says.
_CODES = {
    SECRET: ("s", "couvert par le secret statistique"),
    NOT_SIGNIFICANT: ("ns", "non significatif"),
    NOT_AVAILABLE: ("nd", "non disponible"),
    NOT_APPLICABLE: ("so", "sans objet"),
    NOT_COVERED: ("nc", "hors de la couche, ou trop peu couvert"),
}
_SHEETS = {
    "Lisez-moi": "ce que tient ce classeur",
    "Tableau clé": "l'ensemble des quartiers et le département, indicateur par indicateur",
    "Par quartier": "une ligne par quartier, une colonne par indicateur",
    "Écarts": "chaque quartier, chaque indicateur, chaque référence",
    "Décrochages": "les signalements des règles de l'observatoire, chacun avec sa phrase",
    "Évolutions": "depuis l'édition antérieure, avec celles du département",
    "Dictionnaire": "ce que mesure chaque indicateur",
    "Sources": "les fichiers dont l'édition est faite",
}


def workbook_sheets(contents: Contents, columns: pd.DataFrame) -> dict[str, Sheet]:
    """Lay out the sheets of a release.

    Parameters
    ----------
    contents : Contents
        What the release is made of.
    columns : DataFrame
        As `oqhs.publish.dictionary.columns_of` gives it.

    Returns
    -------
    dict
        Sheets by name; that of the changes is there when the edition is compared with an earlier one.
    """
    edition = f"édition {contents.edition}"
    marks = [printed.INVENTED] if contents.invented else []
    marks.append(printed.DIFFUSION[contents.diffusion])
    sheets = {
        "Tableau clé": printed.key_sheet(
            contents.key_table, f"Indicateurs clés, {edition}", invented=contents.invented
        ),
        "Par quartier": _by_quartier(contents, [f"Indicateurs par quartier, {edition}", *marks]),
        "Écarts": _gaps(contents, [f"Écarts des quartiers à leurs références, {edition}", *marks]),
        "Décrochages": _flags(contents, [f"Décrochages et autres signalements, {edition}", *marks]),
    }
    if contents.changes is not None:
        table = contents.changes[contents.changes["reference"] == "departement"]
        above = [f"Évolutions, {edition}", *evolutions.warnings_of(table, invented=contents.invented)]
        sheets["Évolutions"] = _browsed(evolutions.figures_sheet(table, above), fixed=1)
    sheets["Dictionnaire"] = _dictionary(contents, columns, ["Dictionnaire", *marks])
    sheets["Sources"] = Sheet(dictionary.sources_of(contents), ["Sources", *marks], filtered=True)
    return {"Lisez-moi": _read_me(contents, list(sheets), marks), **sheets}


def write_release_workbook(contents: Contents, columns: pd.DataFrame, path: Path) -> None:
    """Write the workbook of a release."""
    title = f"Indicateurs des quartiers prioritaires, {contents.departement}, édition {contents.edition}"
    subject = printed.INVENTED if contents.invented else printed.DIFFUSION[contents.diffusion]
    write_workbook(path, workbook_sheets(contents, columns), {"title": title, "subject": subject})


def _browsed(sheet: Sheet, fixed: int = 2) -> Sheet:
    return Sheet(sheet.frame, sheet.above, sheet.formats, sheet.below, fixed=fixed, filtered=True)


def _read_me(contents: Contents, sheets: list[str], marks: list[str]) -> Sheet:
    rows = [("Feuille", name, _SHEETS[name]) for name in sheets]
    rows += [("Code", code, f"pas de valeur : {words}") for code, words in _CODES.values()]
    rows += [
        ("Lecture", "Écart", "valeur du quartier moins valeur de la référence, calculé avant arrondi"),
        ("Lecture", "Point", "un écart entre deux pourcentages est en points"),
        ("Lecture", "Vide", "une cellule vide n'est jamais un zéro"),
        ("Périmètre", contents.perimeter, "contours des quartiers de cette édition"),
        ("Fichiers", "datapackage.json", "ce que tient chaque fichier de la livraison"),
    ]
    title = f"Indicateurs des quartiers prioritaires, {contents.departement}, édition {contents.edition}"
    return Sheet(pd.DataFrame(rows, columns=["Rubrique", "Nom", "Ce que c'est"]), [title, *marks])


def _by_quartier(contents: Contents, above: list[str]) -> Sheet:
    """Lay out the values: a number where there is one, the code of the reason elsewhere."""
    quartiers = contents.quartiers
    shown = contents.catalogue.shown(contents.planned)
    rows = contents.observations[contents.observations["territory"].isin(quartiers.index)]
    values = rows.pivot(index="territory", columns="indicator", values="value")
    statuses = rows.pivot(index="territory", columns="indicator", values="status")
    codes = {status: code for status, (code, _) in _CODES.items()}
    frame = pd.DataFrame({"Quartier": quartiers["label"], "Code": quartiers.index}, index=quartiers.index)
    formats = pd.DataFrame("", index=frame.index, columns=frame.columns, dtype="str")
    for name, one in shown.items():
        if name not in values:
            continue
        known = values[name].reindex(frame.index)
        why = statuses[name].astype("str").map(codes).reindex(frame.index).fillna(codes[NOT_AVAILABLE])
        frame[one.label] = known.astype(object).where(known.notna(), why)
        about = pd.DataFrame({"unit": [one.unit], "decimals": [one.decimals]})
        formats[one.label] = printed.number_formats(about)[0][0]
    return Sheet(frame, above, formats, [_codes_told()], fixed=2, filtered=True)


def _codes_told() -> str:
    return "Pas de valeur : " + " ; ".join(f"{code}, {words}" for code, words in _CODES.values()) + "."


def _gaps(contents: Contents, above: list[str]) -> Sheet:
    gaps, names = contents.gaps, contents.territories.drop_duplicates("territory").set_index("territory")
    shown = contents.catalogue.indicators
    about = pd.DataFrame(
        {"unit": gaps["unit"], "decimals": gaps["indicator"].map(lambda name: shown[name].decimals)}
    )
    values, moves = printed.number_formats(about)
    frame = pd.DataFrame(
        {
            "Quartier": gaps["territory"].map(names["label"]).fillna(gaps["territory"]).astype("str"),
            "Code": gaps["territory"],
            "Indicateur": gaps["indicator"].map({name: one.label for name, one in shown.items()}),
            "Référence": gaps["reference"].map(flags.REFERENCE_WORDS),
            "Valeur": gaps["value"],
            "Valeur de la référence": gaps["reference_value"],
            "Écart": gaps["gap"],
            "Signe": gaps["sign"],
            "Borne basse (95 %)": gaps["gap_ci_lower"],
            "Borne haute (95 %)": gaps["gap_ci_upper"],
            "Année": gaps["year"].astype("str").replace("<NA>", ""),
            "Sans écart, parce que": gaps["reason"].fillna("").astype("str"),
        }
    )
    formats = pd.DataFrame("", index=frame.index, columns=frame.columns, dtype="str")
    for column in ("Valeur", "Valeur de la référence"):
        formats[column] = values
    for column in ("Écart", "Borne basse (95 %)", "Borne haute (95 %)"):
        formats[column] = moves
    return Sheet(frame, above, formats, fixed=1, filtered=True)


def _flags(contents: Contents, above: list[str]) -> Sheet:
    names = contents.territories.drop_duplicates("territory").set_index("territory")["label"]
    worded = flags.worded(contents.flags, names, contents.catalogue)
    told = flags.gathered(worded.assign(diffusion=contents.diffusion))
    return flags.figures_sheet(told, [*above, flags.NOTICE])


def _dictionary(contents: Contents, columns: pd.DataFrame, above: list[str]) -> Sheet:
    """Describe the indicators, then the columns of the files."""
    told = dictionary.indicators_of(contents)
    indicators = pd.DataFrame(
        {
            "Fichier": "indicateur",
            "Nom": told["indicator"],
            "Libellé": told["label"],
            "Définition": told["definition"],
            "Unité": told["unit"],
            "Source": told["source"],
            "Précautions ou codes": told["caveats"],
        }
    )
    fields = pd.DataFrame(
        {
            "Fichier": columns["table"],
            "Nom": columns["column"],
            "Libellé": columns["table_title"],
            "Définition": columns["meaning"],
            "Unité": columns["unit"],
            "Source": "",
            "Précautions ou codes": columns["codes"],
        }
    )
    return Sheet(pd.concat([indicators, fields], ignore_index=True), above, fixed=2, filtered=True)
