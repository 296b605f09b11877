"""The workbook of a release: everything a partner reads, in numbers, ready to print."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from oqhs.publish import dictionary, evolutions, flags, printed
from oqhs.publish.contents import Contents
from oqhs.publish.writers import Sheet, write_workbook
from oqhs.text import NOT_AVAILABLE, STATUS_SHORT, STATUS_WORDS
from oqhs.wording import REFERENCE_NAMES

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
    rows += [("Sans valeur", short, STATUS_WORDS[status]) for status, short in STATUS_SHORT.items()]
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
    """Lay out the values, each indicator under its year: a number, or the reason why there is none."""
    quartiers = contents.quartiers
    shown = contents.catalogue.shown(contents.planned)
    rows = contents.observations[contents.observations["territory"].isin(quartiers.index)]
    values = rows.pivot(index="territory", columns="indicator", values="value")
    statuses = rows.pivot(index="territory", columns="indicator", values="status")
    frame = pd.DataFrame({"Quartier": quartiers["label"], "Code": quartiers.index}, index=quartiers.index)
    formats = pd.DataFrame("", index=frame.index, columns=frame.columns, dtype="str")
    for name, one in shown.items():
        if name not in values:
            continue
        known = values[name].reindex(frame.index)
        why = statuses[name].reindex(frame.index).fillna(NOT_AVAILABLE).astype("str").map(STATUS_SHORT)
        header = f"{one.label}, {contents.planned[name]['year']}" if name in contents.planned else one.label
        frame[header] = known.astype(object).where(known.notna(), why)
        about = pd.DataFrame({"unit": [one.unit], "decimals": [one.decimals]})
        formats[header] = printed.number_formats(about)[0][0]
    told = " ; ".join(f"{short}, {STATUS_WORDS[status]}" for status, short in STATUS_SHORT.items())
    below = [f"Sans valeur : {told}.", *_partial(contents, rows)]
    return Sheet(frame, above, formats, below, fixed=2, filtered=True)


def _partial(contents: Contents, rows: pd.DataFrame) -> list[str]:
    """Tell the values that stand for a part of their quartier only, indicator by indicator."""
    partial = rows[rows["value"].notna() & (rows["coverage"] < 1)]
    counted = partial.groupby("indicator", sort=False)["territory"].nunique()
    return [
        f"{contents.catalogue.indicator(name).label} : valeur partielle pour {count} "
        f"{'quartiers' if count > 1 else 'quartier'} (part connue : feuille Écarts, colonne Couverture)."
        for name, count in counted.items()
    ]


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
            "Référence": gaps["reference"].map(REFERENCE_NAMES),
            "Valeur": gaps["value"],
            "Valeur de la référence": gaps["reference_value"],
            "Écart": gaps["gap"],
            "Signe": gaps["sign"],
            "Borne basse (95 %)": gaps["gap_ci_lower"],
            "Borne haute (95 %)": gaps["gap_ci_upper"],
            "Année": gaps["year"].astype("str").replace("<NA>", ""),
            "Couverture": gaps["coverage"],
            "Sans valeur, parce que": gaps["status"].map(STATUS_WORDS).fillna("").astype("str"),
            "Sans écart, parce que": gaps["reason"].fillna("").astype("str"),
        }
    )
    formats = pd.DataFrame("", index=frame.index, columns=frame.columns, dtype="str")
    for column in ("Valeur", "Valeur de la référence"):
        formats[column] = values
    for column in ("Écart", "Borne basse (95 %)", "Borne haute (95 %)"):
        formats[column] = moves
    formats["Couverture"] = "0.0%"
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
