"""What every document of a comparison holds: its lines and its tables, in French, not yet laid out."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.publish import printed
from oqhs.publish.diff.causes import UNEXPLAINED
from oqhs.publish.diff.comparison import Diff
from oqhs.publish.diff.folders import Released
from oqhs.publish.diff.wording import CHANGES, because, displayed
from oqhs.publish.pages import Document, Part, Rows
from oqhs.text import format_number

_PLURALS = {
    "valeur": ("valeur changée", "valeurs changées"),
    "statut": ("statut changé", "statuts changés"),
    "ajouté": ("chiffre ajouté", "chiffres ajoutés"),
    "retiré": ("chiffre retiré", "chiffres retirés"),
}
#: Files whose effect is told by what they say, when a figure does not name them.
_TOLD_ELSEWHERE = {"réglage", "référentiel", "version"}


def document_of(found: Diff, catalogue: Catalogue) -> Document:
    """Lay out a comparison."""
    before, after = found.before, found.after
    above = [printed.INVENTED] if found.invented else []
    above += [printed.DIFFUSION[found.diffusion], f"Département : {after.manifest.departement}."]
    parts = [
        Part("En bref", tuple(brief(found))),
        *_around(found),
        *_figures(found, catalogue),
        *_files(found),
    ]
    return Document(
        f"Comparaison des livraisons {before.name} et {after.name}",
        tuple(above),
        tuple(alerts_of(found)),
        tuple(parts),
    )


def alerts_of(found: Diff) -> list[str]:
    """Tell what must not be missed: changes nobody can explain, files changed by hand."""
    lines = []
    if number := len(found.unexplained):
        changed = counted(number, "chiffre a changé", "chiffres ont changé")
        lines.append(
            f"INEXPLIQUÉ : {changed} sans que rien ne l'explique, ni les entrées, ni la méthode, ni les "
            "versions. À élucider avant de publier."
        )
    return [*lines, *filter(None, map(_altered, (found.before, found.after)))]


def _altered(release: Released) -> str:
    if not release.altered:
        return ""
    told = ", ".join(f"{place} ({what})" for place, what in release.altered.items())
    return f"La livraison {release.name} n'est plus celle de son manifeste : {told}."


def brief(found: Diff) -> Iterator[str]:
    """Say how much changed."""
    table, summary = found.table, found.summary
    compared = counted(int(summary["compared"].sum()), "chiffre comparé", "chiffres comparés")
    told = [
        counted(number, *_PLURALS[name])
        for name in CHANGES
        if (number := int((table["change"] == name).sum()))
    ]
    yield f"{compared} : {', '.join(told) or 'aucun changement'}."
    if detail := int(summary["detail"].sum()):
        same = counted(detail, "chiffre inchangé a", "chiffres inchangés ont")
        yield f"{same} un autre intervalle, une autre année, une autre origine ou un autre recalcul."
    if not found.inputs.empty and (cards := list(found.inputs.loc[found.inputs["figures"] == 0, "card"])):
        yield f"Entrées qui diffèrent sans qu'aucun chiffre ne bouge : {', '.join(cards)}."
    still = int((summary[list(CHANGES)].sum(axis=1) == 0).sum())
    if still and not table.empty:
        yield f"Sans aucun chiffre changé : {counted(still, 'indicateur', 'indicateurs')}."


def summary_of(found: Diff) -> pd.DataFrame:
    """Give the indicators that changed, with French headers."""
    summary = found.summary
    kept = summary[summary[list(CHANGES)].sum(axis=1) > 0]
    headers = dict(zip(CHANGES, ("Valeurs", "Statuts", "Ajoutés", "Retirés"), strict=True))
    frame = kept[["indicator_label", *CHANGES, "unchanged"]].rename(
        columns={"indicator_label": "Indicateur", **headers, "unchanged": "Inchangés"}
    )
    return frame.assign(Causes=kept["causes"].map(", ".join)).reset_index(drop=True)


def _around(found: Diff) -> Iterator[Part]:
    summary = summary_of(found)
    if not summary.empty:
        numbers = tuple(summary.columns[1:-1])
        yield Part("Par indicateur", (), (Rows("Chiffres changés, par indicateur", summary, numbers),))
    for heading, caption, frame, names in (
        ("Entrées", "Fiches qui diffèrent", found.inputs, ("Fiche", "Changement", "Avant", "Après")),
        ("Méthode et réglages", "Autres différences", found.method, ("Nature", "Nom", "Avant", "Après")),
    ):
        if not frame.empty:
            moved = [moved_by(row.figures, getattr(row, "what", "")) for row in frame.itertuples()]
            shown = frame.drop(columns="figures").set_axis(list(names), axis=1)
            rows = Rows(caption, shown.assign(**{"Chiffres touchés": moved}), ("Chiffres touchés",))
            yield Part(heading, (), (rows,))


def _figures(found: Diff, catalogue: Catalogue) -> Iterator[Part]:
    """Give the figures indicator by indicator, a table for each set of causes."""
    table = found.table
    if table.empty:
        return
    yield Part("Chiffres changés")
    shown = pd.concat([table, displayed(table, catalogue)], axis=1)
    for _, rows in shown.groupby("indicator", sort=False):
        tables = tuple(
            Rows(because(evidence), _lines(same), ("Avant", "Après"), UNEXPLAINED in evidence)
            for evidence, same in rows.groupby("evidence", sort=False)
        )
        yield Part(str(rows["indicator_label"].iloc[0]), (), tables, level=3)


def _files(found: Diff) -> Iterator[Part]:
    if not found.files.empty:
        shown = found.files.rename(columns={"file": "Fichier", "change": "Changement"})
        yield Part("Fichiers", (), (Rows("Fichiers qui diffèrent", shown),))


def _lines(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Territoire": rows["label"],
            "Code": rows["territory"],
            "Changement": rows["change"],
            "Avant": rows["before"].replace("", "–"),
            "Après": rows["after"].replace("", "–"),
            "Année": rows["years"],
        }
    ).reset_index(drop=True)


def moved_by(number: int, what: str = "") -> str:
    """Say how many figures something may have moved."""
    if number == 0 and what in _TOLD_ELSEWHERE:
        return "–"
    return format_number(number) if number else "aucun"


def counted(number: int, singular: str, plural: str) -> str:
    """Count things: zero and one are singular in French.

    Examples
    --------
    >>> [counted(number, "chiffre", "chiffres") for number in (0, 1, 2)]
    ['0 chiffre', '1 chiffre', '2 chiffres']
    """
    return f"{format_number(number)} {singular if number < 2 else plural}"  # noqa: PLR2004
