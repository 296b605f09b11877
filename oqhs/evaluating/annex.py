"""The annex of an evaluation: every figure as a table, comparable or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from oqhs.evaluating import moves
from oqhs.evaluating.document import above, dates_line, title_of
from oqhs.evaluating.findings import Findings
from oqhs.evaluating.wording import label_of
from oqhs.publish.flags import KIND_WORDS
from oqhs.publish.printed import number_formats
from oqhs.publish.writers import Sheet, write_whole, write_workbook
from oqhs.text import STATUS_WORDS
from oqhs.wording import REFERENCE_NAMES

#: Sheets, in their order.
MOVES, COUNTS, TOGETHER, FLAGS, ACTIONS, JOINT = (
    "Évolutions",
    "Décompte",
    "Quartiers ensemble",
    "Signalements",
    "Fiches action",
    "Chiffres et paroles",
)
_MOVES = {
    "territory_label": "Quartier",
    "territory": "Code",
    "territory_before": "Code à la première date",
    "relation": "Périmètre",
    "basis": "Comparaison",
    "label": "Indicateur",
    "unit": "Unité",
    "year_before": "Première année",
    "year": "Seconde année",
    "value_before": "Première valeur",
    "value": "Seconde valeur",
    "value_edition": "Valeur de l'édition",
    "gap_before": "Premier écart",
    "gap": "Second écart",
    "gap_change": "Évolution de l'écart",
    "gap_change_ci_lower": "Borne basse",
    "gap_change_ci_upper": "Borne haute",
    "coverage_before": "Première couverture",
    "coverage": "Seconde couverture",
    "perimeter_before": "Premier périmètre",
    "perimeter": "Second périmètre",
    "finding": "Constat",
    "why": "Parce que",
    "caution": "Précaution",
}
_VALUES = ("value_before", "value", "value_edition")
_CHANGES = ("gap_before", "gap", "gap_change", "gap_change_ci_lower", "gap_change_ci_upper")
_SHARES = ("coverage_before", "coverage")
_UNITS = {
    "percent": "% (écart en points)",
    "minutes": "minutes",
    "consultations": "consultations par an et par habitant",
    "persons": "habitants",
}
_TOGETHER = {
    "label": "Indicateur",
    "unit": "Unité",
    "quartiers": "Quartiers",
    "known": "Effectifs connus",
    "compared": "Comparés tels quels",
    "year_before": "Première année",
    "perimeter_before": "Premier périmètre",
    "coverage_before": "Première couverture",
    "numerator_before": "Premier numérateur",
    "denominator_before": "Premier dénominateur",
    "value_before": "Première valeur",
    "year": "Seconde année",
    "perimeter": "Second périmètre",
    "coverage": "Seconde couverture",
    "numerator": "Second numérateur",
    "denominator": "Second dénominateur",
    "value": "Seconde valeur",
    "change": "Évolution",
    "why": "Remarque",
}
_FLAGS = {
    "label": "Quartier",
    "territory": "Code",
    "territory_before": "Code à la première date",
    "indicator_label": "Indicateur",
    "kind": "Signalement",
    "rule": "Règle",
    "reference": "Référence",
    "value_before": "Première valeur",
    "value": "Seconde valeur",
    "gap_before": "Premier écart",
    "gap": "Second écart",
    "outcome": "Suite",
    "why": "Parce que",
    "caution": "Précaution",
}
_ACTIONS = {
    "fiche": "Fiche",
    "suivi": "Suivi",
    "label": "Territoire",
    "territory": "Code",
    "period": "Année",
    "unite": "Unité",
    "target": "Cible",
    "achieved": "Réalisé",
    "rate_pct": "Taux (%)",
    "n_known": "Territoires connus",
    "n_total": "Territoires suivis",
    "status": "Statut",
    "source": "Source",
    "note": "Note",
}
_JOINT = {
    "label": "Quartier",
    "territory": "Code",
    "indicator_label": "Indicateur",
    "year": "Année",
    "value": "Valeur",
    "gap": "Écart",
    "low": "Borne basse",
    "high": "Borne haute",
    "persons": "Personnes qui en parlent",
    "persons_exact": "Nombre exact",
    "verdict": "Verdict",
    "verdict_note": "Note",
    "verdict_origin": "Qui le dit",
}
_CONTRACT = "Contrat de ville"


def annex_of(findings: Findings) -> dict[str, pd.DataFrame]:
    """Give the tables of the annex, by sheet, with French headers and figures as numbers.

    What is not comparable has its row too, with why. `Fiches action` and `Chiffres et paroles` are there
    where they were given; no sheet holds an excerpt.
    """
    found = {name: sheet.frame for name, sheet in _sheets(findings).items()}
    return {name: frame for name, frame in found.items() if len(frame)}


def write_annex(findings: Findings, path: Path) -> None:
    """Write the annex as a workbook, whole or not at all."""
    sheets = {name: sheet for name, sheet in _sheets(findings).items() if len(sheet.frame)}
    title = title_of(findings)
    properties = {"title": title, "subject": " ".join(above(findings))}
    write_whole(path, lambda aside: write_workbook(aside, sheets, properties))


def _sheets(findings: Findings) -> dict[str, Sheet]:
    return {
        MOVES: _moves(findings),
        COUNTS: _counts(findings),
        TOGETHER: _together(findings),
        FLAGS: _flags(findings),
        ACTIONS: _actions(findings),
        JOINT: _joint(findings),
    }


def _gathered(findings: Findings, name: str) -> pd.DataFrame:
    """Stack one table of all the contracts, the name of each in its first column."""
    frames = [
        frame.assign(contract=one.label)
        for one in findings.contracts
        if (frame := getattr(one, name)) is not None
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _sheet(
    findings: Findings,
    rows: pd.DataFrame,
    columns: Mapping[str, str],
    formats: Mapping[str, Sequence[str] | str] | None = None,
) -> Sheet:
    """Lay out columns under French headers; what is neither a text nor a figure is a text."""
    lines = [title_of(findings), *above(findings), dates_line(findings)]
    if rows.empty:
        return Sheet(pd.DataFrame(), lines)
    names = {"contract": _CONTRACT, **columns}
    frame = rows[list(names)].copy()
    shown = pd.DataFrame("", index=frame.index, columns=list(names), dtype="str")
    for name in names:
        if pd.api.types.is_float_dtype(frame[name].dtype):
            shown[name] = (formats or {}).get(name, "#,##0.0")
        elif not pd.api.types.is_integer_dtype(frame[name].dtype) or name in {
            "year",
            "year_before",
            "period",
        }:
            frame[name] = frame[name].astype("str").where(frame[name].notna(), "")
    return Sheet(frame.rename(columns=names), lines, shown.rename(columns=names), fixed=2, filtered=True)


def _moves(findings: Findings) -> Sheet:
    rows = _gathered(findings, "moves")
    values, changes = number_formats(rows)
    formats: dict[str, Sequence[str] | str] = {}
    for names, shown in ((_VALUES, values), (_CHANGES, changes)):
        formats.update(dict.fromkeys(names, shown))
    formats.update(dict.fromkeys(_SHARES, "0.0%"))
    worded = rows.assign(
        finding=rows["finding"].map(moves.FINDINGS), unit=rows["unit"].map(_UNITS).fillna(rows["unit"])
    )
    return _sheet(findings, worded, _MOVES, formats)


def _counts(findings: Findings) -> Sheet:
    frames = [moves.counted(one.moves).assign(contract=one.label) for one in findings.contracts]
    heads = {name: words[:1].upper() + words[1:] for name, words in moves.FINDINGS.items()}
    columns = {"label": "Indicateur", "quartiers": "Quartiers", **heads}
    return _sheet(findings, pd.concat(frames, ignore_index=True), columns)


def _together(findings: Findings) -> Sheet:
    known = findings.after.observatory.catalogue.indicators
    rows = _gathered(findings, "together")
    entries = rows["indicator"].map(known)
    rows = rows.assign(
        label=[one.label for one in entries], unit=[_UNITS.get(one.unit, one.unit) for one in entries]
    )
    return _sheet(findings, rows, _TOGETHER, dict.fromkeys(_SHARES, "0.0%"))


def _flags(findings: Findings) -> Sheet:
    rows = _gathered(findings, "flags")
    known = findings.after.observatory.catalogue.indicators
    worded = rows.assign(
        label=[label_of(row, findings) for row in rows.to_dict("records")],
        indicator_label=rows["indicator"].map({name: one.label for name, one in known.items()}),
        kind=rows["kind"].map(KIND_WORDS),
        reference=rows["reference"].map(REFERENCE_NAMES).fillna(""),
    )
    return _sheet(findings, worded, _FLAGS)


def _actions(findings: Findings) -> Sheet:
    rows = _gathered(findings, "actions")
    if rows.empty:
        return _sheet(findings, rows, _ACTIONS)
    fiches, name = findings.fiches.actions, findings.after.geography.name
    follow_ups = [
        fiches[action].follow_ups[follow_up]
        for action, follow_up in rows[["action", "indicator"]].itertuples(index=False)
    ]
    worded = rows.assign(
        fiche=[fiches[action].label for action in rows["action"]],
        suivi=[one.label for one in follow_ups],
        unite=[one.unit for one in follow_ups],
        label=[name(code) for code in rows["territory"]],
        status=rows["status"].map(STATUS_WORDS).fillna("observé"),
    )
    return _sheet(findings, worded, _ACTIONS)


def _joint(findings: Findings) -> Sheet:
    rows = _gathered(findings, "joint")
    if rows.empty:
        return _sheet(findings, rows, _JOINT)
    exact = rows["persons_exact"].map({True: "oui", False: "non, un minimum"})
    exact = exact.where(rows["persons"].notna(), "")
    return _sheet(findings, rows.assign(persons_exact=exact), _JOINT)
