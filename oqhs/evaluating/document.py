"""The evaluation as a document: what is compared, each contract, what it does not prove."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oqhs.analysis.change import NOTICE
from oqhs.evaluating import wording
from oqhs.evaluating.chart import drawable, dumbbells, dumbbells_alt, look_for
from oqhs.evaluating.findings import REFERENCE, Contract, Findings
from oqhs.evaluating.moves import INCOMPARABLE
from oqhs.evaluating.outcomes import HELD
from oqhs.publish import evolutions
from oqhs.publish.charts.sheet import caption_of
from oqhs.publish.limits import MARK
from oqhs.publish.origins import source_lines
from oqhs.publish.pages import Document, Part, Picture, Rows
from oqhs.publish.printed import DIFFUSION, INVENTED
from oqhs.publish.theme import figure_png
from oqhs.studies.qualitative.counting import NOTICE as NOT_PREVALENCE
from oqhs.text import NO_BREAK_SPACE, format_number
from oqhs.wording import PERIMETER_NAMES, TO_REFERENCE

#: What stands over every evaluation.
NO_CAUSE = "Constat, pas imputation."
_COUNTED_BY = (
    "« Réduit » : l'écart défavorable à la référence a diminué ; « creusé » : il a augmenté ; « autre "
    "évolution » : elle est établie, mais l'écart est favorable, l'indicateur neutre, ou l'évolution nulle "
    "à l'affichage ; « non établi » : elle peut tenir à l'aléa du sondage, à une estimation ou à une "
    "rupture de la source."
)
_TOGETHER = (
    "Rapport de deux sommes d'effectifs, jamais moyenne de parts. Rien n'est additionné si les effectifs "
    "d'un quartier manquent, ni comparé si un quartier a changé de périmètre, si une valeur est partielle ou "
    "sous une précaution. Aucun intervalle n'est calculé."
)
_FOLLOWED = (
    "Un signalement n'est dit apparu ou clos que pour un quartier inchangé, jugé aux deux dates par la même "
    "règle sur des valeurs comparables. Le décrochage est suivi pour un quartier et un indicateur, quelle "
    "que soit la référence. Les creusements et les positions ne sont pas suivis ici."
)
_IN_ANNEX = "Le détail de chaque quartier est dans l'annexe."
_NO_PICTURE = "Aucun écart n'est connu aux deux dates sur le même périmètre : il n'y a pas de graphique."
_NO_ACTION = "Aucun suivi de fiche action n'est joint à cette évaluation pour ce territoire."
_NO_STUDY = "Aucune étude qualitative n'est jointe à cette évaluation pour ces quartiers."
_NO_EXCERPT = "Aucun extrait n'est montré dans ce document."
_LIMITS = (
    (
        "Constat, pas imputation : ni le contrat ni une action ne sont tenus pour cause d'un écart qui "
        "change ; rien ici ne dit ce qui se serait passé sans eux."
    ),
    f"{NOTICE} Des habitants arrivent, d'autres partent.",
    "Les montants sont en part de la référence, pour que les écarts des deux dates soient de même nature.",
    "Un quartier qui lie deux EPT est compté dans le contrat de chacun.",
    (
        "Un quartier dont le périmètre a changé n'est comparé que par une estimation des deux dates sur le "
        "périmètre le plus récent : elle n'établit aucune évolution."
    ),
)


def document_of(findings: Findings) -> Document:
    """Lay out an evaluation.

    Of one contract, its quartiers are told one by one; of the whole département, in the annex alone.
    """
    parts = [
        _summary(findings),
        *_compared(findings),
        *(part for contract in findings.contracts for part in _contract(contract, findings)),
        *_precautions(findings.moves),
        _limits(findings),
        Part("Sources", _sources(findings)),
    ]
    return Document(title_of(findings), tuple(above(findings)), parts=tuple(parts), lists=True)


def title_of(findings: Findings) -> str:
    """Name an evaluation."""
    name = findings.after.geography.name(findings.after.file.departement)
    where = name if findings.whole else findings.contracts[0].label
    return f"Évaluation à mi-parcours {findings.year} : {where}"


def above(findings: Findings) -> list[str]:
    """Lines that stand over an evaluation, and over each sheet of its annex."""
    lines = [NOTICE, NO_CAUSE, DIFFUSION[findings.after.file.diffusion]]
    return [INVENTED, *lines] if findings.invented else lines


def dates_line(findings: Findings) -> str:
    """Say from which edition to which, on which quartiers, beside which reference."""
    sides = [
        f"édition {one.file.edition} ({PERIMETER_NAMES.get(one.file.perimeter, one.file.perimeter)})"
        for one in (findings.before, findings.after)
    ]
    reference = findings.after.geography.name(findings.after.file.departement)
    return f"Point de départ : {sides[0]} ; point d'arrivée : {sides[1]}. Référence des écarts : {reference}."


def _summary(findings: Findings) -> Part:
    lines = [dates_line(findings)]
    for one in findings.contracts:
        pairs = f"{format_number(len(one.moves))}{NO_BREAK_SPACE}évolutions (un quartier, un indicateur)"
        lines.append(
            f"{one.label}, {format_number(len(one.quartiers))}{NO_BREAK_SPACE}quartiers. {pairs} : "
            f"{wording.finding_words(one.moves)}. Signalements : {wording.outcome_words(one.flags)}."
        )
    return Part("En bref", tuple(lines))


def _compared(findings: Findings) -> Iterator[Part]:
    """Say what is compared on which perimeters, what cannot be, and with which cautions."""
    rows = findings.moves
    sides = pd.DataFrame(
        [
            (
                str(one.file.edition),
                PERIMETER_NAMES.get(one.file.perimeter, one.file.perimeter),
                str(len(one.geography.of_kind("qpv"))),
            )
            for one in (findings.before, findings.after)
        ],
        columns=["Édition", "Périmètre", "Quartiers du département"],
        dtype="str",
    )
    relations = rows.drop_duplicates("territory")["relation"].replace("", "de même code").value_counts()
    became = " ; ".join(f"{word} : {count}" for word, count in relations.items())
    table = wording.compared_table(rows, findings.after.observatory.catalogue)
    yield Part(
        "Ce qui est comparé",
        (f"Périmètre des quartiers de {findings.after.file.edition} depuis la première édition : {became}.",),
        (
            Rows("Éditions comparées.", sides, ("Quartiers du département",)),
            Rows("Indicateurs, années et quartiers comparés.", table, tuple(table.columns[4:])),
        ),
    )
    if lines := wording.lacking_lines(rows):
        yield Part("Ce qui ne se compare pas", tuple(lines), level=3)


def _precautions(rows: pd.DataFrame) -> Iterator[Part]:
    known = rows[rows["finding"] != INCOMPARABLE]
    if len(known):
        yield Part("Précautions", (*evolutions.limits_of(known), *evolutions.notes_of(known)))


def _contract(contract: Contract, findings: Findings) -> Iterator[Part]:
    quartiers = f"{format_number(len(contract.quartiers))}{NO_BREAK_SPACE}quartiers"
    yield Part(contract.label, (f"Contrat de ville {contract.of_label} : {quartiers}.",))
    yield _indicators(contract, findings)
    yield Part(
        "Quartiers pris ensemble",
        (),
        (
            Rows(
                f"Ensemble des quartiers {contract.of_label}.",
                wording.together_table(contract.together, findings.after.observatory.catalogue),
                ("Première date", "Seconde date", "Évolution"),
                below=(_TOGETHER,),
            ),
        ),
        level=3,
    )
    yield _flags(contract, findings)
    yield _actions(contract, findings)
    yield from _joint(contract, findings)


def _indicators(contract: Contract, findings: Findings) -> Part:
    counts = wording.counts_table(contract.moves)
    to = TO_REFERENCE[REFERENCE]
    tables = [
        Rows(
            f"Évolution des écarts {to} : nombre de quartiers {contract.of_label}.",
            counts,
            tuple(counts.columns[1:]),
            below=(_COUNTED_BY, *([_IN_ANNEX] if findings.whole else [])),
        )
    ]
    known = contract.moves[contract.moves["finding"] != INCOMPARABLE]
    if not findings.whole and len(known):
        detail = wording.moves_table(known)
        tables.append(
            Rows(
                f"Écarts {to} des quartiers {contract.of_label}. Entre crochets, intervalle à 95 %.",
                detail.table,
                tuple(detail.table.columns[1:6]),
                groups=detail.groups,
                below=detail.below,
            )
        )
    pictures = _pictures(contract, findings)
    return Part("Indicateurs et écarts", () if pictures else (_NO_PICTURE,), tuple(tables), 3, pictures)


def _pictures(contract: Contract, findings: Findings) -> tuple[Picture, ...]:
    """Draw the gaps of the quartiers at both dates; nothing where none is known at both."""
    rows, edition = drawable(contract.moves), findings.after
    if rows.empty:
        return ()
    to = TO_REFERENCE[REFERENCE]
    caption = caption_of(
        f"{contract.label} : écarts {to} aux deux dates",
        "En points ; à droite, l'évolution de l'écart. Quartiers dont les deux écarts sont connus.",
        rows.assign(label=rows["territory_label"]),
        edition.observatory.catalogue,
        edition.observatory.cards,
        edition.materials.attribution,
        edition=edition.file.edition,
        perimeter=edition.file.perimeter,
        diffusion=edition.file.diffusion,
        invented=findings.invented,
    )
    alt = dumbbells_alt(rows, contract.of_label, to)
    image = figure_png(dumbbells(rows, caption, look_for(rows)), alt)
    return (Picture(image, alt, f"Écarts {to} aux deux dates, {contract.label}."),)


def _flags(contract: Contract, findings: Findings) -> Part:
    heading = "Signalements"
    if contract.flags.empty:
        return Part(heading, ("Aucun signalement à l'une ou l'autre date.",), level=3)
    counts = wording.flag_counts_table(contract.flags)
    tables = [
        Rows(
            f"Suite des signalements des quartiers {contract.of_label}.",
            counts,
            tuple(counts.columns[1:]),
            below=(_FOLLOWED,),
        )
    ]
    told = wording.told_flags(contract.flags)
    told = told[told["outcome"] != HELD] if findings.whole else told
    if len(told):
        listed = wording.flags_table(told, findings)
        caption = "Signalements apparus et clos." if findings.whole else "Signalements comparés."
        numbers = ("Première date", "Seconde date")
        tables.append(Rows(caption, listed.table, numbers, below=listed.below))
    return Part(heading, tuple(wording.unjudged_lines(contract.flags)), tuple(tables), level=3)


def _actions(contract: Contract, findings: Findings) -> Part:
    heading = "Fiches action"
    rows = contract.actions
    if rows is None or rows.empty:
        return Part(heading, (_NO_ACTION,), level=3)
    own = rows[rows["territory"] == contract.code]
    others = rows.loc[rows["territory"] != contract.code, ["action", "indicator"]].drop_duplicates()
    alone = others[
        ~pd.MultiIndex.from_frame(others).isin(pd.MultiIndex.from_frame(own[["action", "indicator"]]))
    ]
    lines = (
        [f"{len(alone)} suivis ne sont connus que par quartier : ils sont dans l'annexe."]
        if len(alone)
        else []
    )
    told = wording.actions_table(own, findings.fiches)
    caption = f"Réalisé et cible des actions, territoire {contract.of_label}."
    shown = Rows(caption, told.table, ("Cible", "Réalisé", "Taux"), groups=told.groups)
    return Part(heading, tuple(lines), (shown,) if len(own) else (), level=3)


def _joint(contract: Contract, findings: Findings) -> Iterator[Part]:
    heading = "Ce que disent les habitants et les acteurs"
    rows = contract.joint
    if rows is None or rows.empty:
        yield Part(heading, (_NO_STUDY,), level=3)
        return
    told = wording.joint_table(rows)
    # Never in what everybody may see.
    quotes = wording.quotes_of(rows) if findings.after.file.diffusion != "public" else ()
    verdicts = rows["verdict"].value_counts()
    counted = " ; ".join(f"{name} : {count}" for name, count in sorted(verdicts.items()))
    hidden = () if quotes else (_NO_EXCERPT,)
    shown = Rows(
        f"Chiffres et paroles, quartiers {contract.of_label}.",
        told.table,
        ("Écart", "Personnes qui en parlent"),
        groups=told.groups,
        below=(NOT_PREVALENCE, *hidden),
    )
    yield Part(
        heading, (f"Verdicts, un indicateur et un quartier à la fois : {counted}.",), (shown,), level=3
    )
    if quotes:
        yield Part("Extraits", quotes, level=3)


def _limits(findings: Findings) -> Part:
    tested = int(findings.moves["gap_change_ci_lower"].notna().sum())
    lines = list(_LIMITS)
    if tested:
        lines.append(
            f"Les intervalles à 95 % sont des ordres de grandeur. {format_number(tested)}{NO_BREAK_SPACE}"
            "évolutions en ont un : même si aucune n'était réelle, une sur vingt environ paraîtrait établie "
            "par hasard."
        )
    return Part("Ce que ce document ne prouve pas", tuple(lines))


def _sources(findings: Findings) -> tuple[str, ...]:
    edition = findings.after
    used = {*findings.before.cards, *edition.cards}
    observatory = edition.observatory
    lines = source_lines(used, observatory.cards, observatory.catalogue, edition.materials.attribution)
    told = [one.actions["source"] for one in findings.contracts if one.actions is not None]
    named = sorted({name for cells in told for text in cells for name in text.split(MARK) if name})
    return (*lines, *([f"Suivi des fiches action : {' ; '.join(named)}."] if named else []))
