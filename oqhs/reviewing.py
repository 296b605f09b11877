"""The yearly review of the feuille de route: fiches action, indicators, décrochages and grants, together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from oqhs.analysis.flags import TO_CONFIRM
from oqhs.analysis.words import DROPPING
from oqhs.edition import Edition
from oqhs.entries import DIFFUSIONS, Diffusion
from oqhs.errors import DataError, UnknownError
from oqhs.publish import followed, printed
from oqhs.publish.charts.progress_bars import progress_bars, progress_bars_alt
from oqhs.publish.charts.sheet import Caption
from oqhs.publish.flags import NOTICE
from oqhs.publish.notes import cards_of
from oqhs.publish.origins import source_lines
from oqhs.publish.pages import Document, Part, Picture
from oqhs.publish.theme import figure_png
from oqhs.studies.actions import Actions, built_in_actions, grant_totals, progress
from oqhs.studies.actions.mentions import without_traces
from oqhs.text import listing
from oqhs.wording import PERIMETER_NAMES

_LIMITS = (
    "Un taux dit ce qui a été fait de ce qui était visé ; il ne dit pas l'effet de l'action.",
    "Un quartier sans ligne dans les fichiers n'est ni à zéro ni dans les taux : rien n'en est su.",
    "Un quartier à cheval sur plusieurs EPT est compté dans le département seulement.",
    "Le département réunit les quartiers suivis, et les EPT suivis dont aucun quartier ne l'est.",
    "Les taux sont calculés avant arrondi, sur les territoires dont le réalisé et la cible sont connus.",
)


@dataclass(frozen=True, repr=False)
class _Review:
    """What a review is made of; `progress` holds every year, `rows` that of the review."""

    edition: Edition
    year: int
    actions: Actions
    rows: pd.DataFrame
    indicators: pd.DataFrame
    diffusion: Diffusion
    invented: bool

    @property
    def whole(self) -> pd.DataFrame:
        """The rows of the département."""
        return self.rows[self.rows["kind"] == "departement"].reset_index(drop=True)


def reviewed(
    edition: Edition,
    year: int,
    table: pd.DataFrame,
    grants: pd.DataFrame | None = None,
    *,
    actions: Actions | None = None,
    diffusion: Diffusion | None = None,
    invented: bool = False,
) -> Document:
    """Put together the review of a year.

    Parameters
    ----------
    edition : Edition
        Where the indicators come from.
    year : int
        Year of the follow-up.
    table : DataFrame
        As `oqhs.studies.actions.read` gives it; other years than that of the review may be there.
    grants : DataFrame, optional
        As `oqhs.studies.actions.read_grants` gives it.
    actions : Actions, optional
        The fiches; those of the package by default.
    diffusion : {"interne", "partenaires", "public"}, optional
        How far the files of the follow-up may go; the review goes no farther than they do, nor than the
        edition. By default as far as the edition.
    invented : bool
        Whether the follow-up is; a review of an invented edition is invented too.

    Returns
    -------
    Document
        `oqhs.publish.document_files.write_document` writes it. Small counts of persons are hidden unless
        the review is `interne`, and texts that may tell who somebody is set aside; see
        `oqhs.studies.actions.progress`.

    Raises
    ------
    DataError
        Nothing is followed that year, or a territory is not one of the edition.
    """
    years = sorted({int(one) for one in table["period"]})
    if year not in years:
        raise DataError(
            "nothing is followed that year",
            found=year,
            allowed=", ".join(map(str, years)) or "no year: there is no row of follow-up",
            todo="add a file of layout `actions` with rows of that year, or review another year",
        )
    far = min(diffusion or edition.file.diffusion, edition.file.diffusion, key=DIFFUSIONS.index)
    inner = edition if far == edition.file.diffusion else edition.told_to(far)
    known = built_in_actions() if actions is None else actions
    catalogue = edition.observatory.catalogue
    found = progress(table, inner.geography, known, diffusion=far, catalogue=catalogue)
    rows = followed.with_previous(found, year)
    review = _Review(inner, year, known, rows, _indicators(inner, known), far, invented or inner.invented)
    return Document(
        f"Revue annuelle {year} de la feuille de route politique de la ville",
        tuple(_above(review)),
        parts=(
            Part("Ce qu'est ce document", tuple(_about(review))),
            _overview(review),
            *(part for name in known.actions for part in _action(review, name)),
            _key_indicators(review),
            *_dropping(review),
            *(_grants(review, grants) if grants is not None else ()),
            *_by_quartier(review),
            *_ending(review, with_grants=grants is not None),
        ),
        lists=True,
    )


def _indicators(edition: Edition, actions: Actions) -> pd.DataFrame:
    """Give the key table of the indicators that fiches act on, and of the key ones."""
    shown = edition.observatory.catalogue.shown(edition.file.indicators)
    linked = {name for action in actions.actions.values() for name in action.indicators}
    return edition.key_table(indicators=[name for name, one in shown.items() if one.key or name in linked])


def _above(review: _Review) -> Iterator[str]:
    if review.invented:
        yield printed.INVENTED
    file = review.edition.file
    perimeter = PERIMETER_NAMES[file.perimeter]
    yield f"Année suivie : {review.year}. Indicateurs : édition {file.edition}, {perimeter}."
    yield printed.DIFFUSION[review.diffusion]


def _about(review: _Review) -> Iterator[str]:
    file = review.edition.file
    name = review.edition.geography.name(file.departement, "label_de")
    yield (
        f"Cette revue réunit le suivi {review.year} des fiches action {name} dans les quartiers, les "
        "indicateurs de l'observatoire, les décrochages qui tiennent et les initiatives de proximité."
    )
    seen = review.indicators[review.indicators["status"] == "observed"]
    years = listing([str(one) for one in sorted({int(one) for one in seen["year"].dropna()})])
    told = f"Les actions sont celles de {review.year} ; les indicateurs portent sur {years}."
    yield f"{told} Un indicateur plus ancien que l'action ne dit rien de son effet."
    if file.edition != review.year:
        yield f"L'observatoire n'a pas d'édition {review.year} ici : celle de {file.edition} est reprise."
    if review.diffusion != "interne":
        least = review.edition.materials.threshold("secret_departement_min")
        yield (
            f"Les effectifs de moins de {least:.0f} personnes sont masqués, et avec eux ce qui permettrait "
            "de les retrouver par soustraction."
        )


def _overview(review: _Review) -> Part:
    """Lay out how far every action is in the département."""
    whole = review.whole
    lines = []
    pairs = review.rows[["action", "indicator"]].drop_duplicates()
    there = set(zip(whole["action"], whole["indicator"], strict=True))
    apart = pairs[[key not in there for key in zip(pairs["action"], pairs["indicator"], strict=True)]]
    if len(apart):
        names = listing(followed.names_of(apart, review.actions))
        lines.append(f"Suivi par EPT ou par quartier, sans total du département : {names}.")
    heading = "Avancement des fiches action"
    if whole.empty:
        return Part(heading, tuple(lines))
    caption = f"{heading} dans le département, {review.year}"
    return Part(
        heading,
        tuple(lines),
        (followed.overview_rows(whole, review.actions, review.year, caption),),
        pictures=(_picture(review, whole, caption),),
    )


def _picture(review: _Review, whole: pd.DataFrame, title: str) -> Picture:
    """Draw the progress of every action."""
    file = review.edition.file
    labels = [review.actions.actions[name].label for name in whole["action"]]
    drawn = whole.assign(action_label=labels, label=followed.names_of(whole, review.actions))
    caption = Caption(
        title,
        "",
        file.edition,
        file.perimeter,
        (review.year,),
        ("suivi des fiches action",),
        review.diffusion,
        review.invented,
    )
    where = review.edition.geography.name(file.departement, "label_article")
    alt = progress_bars_alt(drawn, where)
    image = figure_png(progress_bars(drawn, caption), alt)
    return Picture(image, alt, f"{title}. Le tableau qui suit donne les chiffres.")


def _action(review: _Review, name: str) -> Iterator[Part]:
    """Lay out one fiche: what it is for, its follow-up by EPT, the indicators it acts on."""
    fiche, catalogue = review.actions.actions[name], review.edition.observatory.catalogue
    rows = review.rows[(review.rows["action"] == name) & (review.rows["kind"] != "qpv")]
    followed_here = set(review.rows.loc[review.rows["action"] == name, "indicator"])
    lines = [
        f"Objectif : {fiche.objective}.",
        f"Public : {fiche.public}. Porteur : {fiche.direction}. Calendrier : {fiche.when}.",
        *([f"Bilans prévus : {' ; '.join(fiche.reviews)}."] if fiche.reviews else []),
        *(f"{note}." for note in fiche.notes),
    ]
    silent = [one.label for key, one in fiche.follow_ups.items() if key not in followed_here]
    if silent:
        lines.append(f"Sans chiffre en {review.year} : {listing(silent)}.")
    proposed = [one.label for one in fiche.follow_ups.values() if not one.stated]
    if proposed:
        lines.append(
            f"Suivis proposés par l'observatoire, que la fiche ne demande pas : {listing(proposed)}."
        )
    caption = f"{fiche.label} : suivi {review.year}, département et EPT"
    geography = review.edition.geography
    tables = []
    if len(rows):
        tables.append(followed.progress_rows(rows, review.actions, geography, review.year, caption))
    linked = review.indicators[review.indicators["indicator"].isin(fiche.indicators)]
    if len(linked):
        what = f"{fiche.label} : indicateurs visés, quartiers prioritaires et département"
        tables.append(followed.compared_rows(linked, catalogue, what))
    absent = [one for one in fiche.indicators if one not in set(linked["indicator"])]
    if absent:
        labels = [catalogue.indicator(one).label for one in absent]
        lines.append(f"Indicateurs visés que l'édition ne prévoit pas : {listing(labels)}.")
    yield Part(fiche.label, tuple(lines), tuple(tables))


def _key_indicators(review: _Review) -> Part:
    catalogue = review.edition.observatory.catalogue
    rows = review.indicators[[catalogue.indicators[name].key for name in review.indicators["indicator"]]]
    caption = f"Indicateurs clés, édition {review.edition.file.edition}"
    line = f"Ensemble des quartiers, contre le département ; édition {review.edition.file.edition}."
    return Part("Indicateurs actualisés", (line,), (followed.compared_rows(rows, catalogue, caption),))


def _dropping(review: _Review) -> Iterator[Part]:
    """Tell the décrochages that hold; those to confirm are not told here."""
    edition, catalogue = review.edition, review.edition.observatory.catalogue
    flags = edition.flags_told()
    held = flags[(flags["kind"] == DROPPING) & (flags["state"] != TO_CONFIRM)]
    heading = "Décrochages qui tiennent"
    if held.empty:
        yield Part(heading, (NOTICE, "Aucun décrochage ne tient dans cette édition."))
        return
    held = held.sort_values(["territory", "indicator"], ignore_index=True)
    count, every = held["territory"].nunique(), len(edition.geography.of_kind("qpv"))
    lines = (
        NOTICE,
        f"{len(held)} décrochages dans {count} des {every} quartiers ; ceux à confirmer n'y sont pas.",
        "Les écarts sont ceux au département, sauf mention d'une autre référence.",
    )
    caption = f"{heading}, édition {edition.file.edition} : quartiers par indicateur"
    yield Part(heading, lines, (followed.dropping_counts(held, edition.geography, catalogue, caption),))
    for ept, told in followed.dropping_lines(held, edition.geography, catalogue).items():
        yield Part(f"Décrochages : {ept}", told, level=3)


def _grants(review: _Review, grants: pd.DataFrame) -> Iterator[Part]:
    """Lay out the grants of the year by EPT and by theme."""
    heading, geography = "Initiatives de proximité", review.edition.geography
    totals = grant_totals(grants, geography)
    if review.diffusion != "interne":
        grants = grants.assign(theme=without_traces(grants["theme"]))
    if not (grants["year"] == review.year).any():
        yield Part(heading, (f"Aucun dossier de {review.year} dans les fichiers.",))
        return
    quartiers = totals[(totals["year"] == review.year) & (totals["kind"] == "qpv")]
    above = totals[totals["kind"].isin(["departement", "ept"])]
    count, every = len(quartiers), len(geography.of_kind("qpv"))
    lines = (
        f"Des dossiers portent sur {count} des {every} quartiers.",
        "Les autres n'ont pas de dossier, ou en ont un à l'échelle d'une commune ou d'un EPT.",
        "Aucun nom de personne ni d'association n'est lu.",
    )
    yield Part(
        heading,
        lines,
        (
            followed.grant_rows(
                above, geography, review.year, f"{heading}, {review.year}, département et EPT"
            ),
            followed.theme_rows(grants, review.year, f"{heading}, {review.year}, par thématique"),
        ),
    )


def _by_quartier(review: _Review) -> Iterator[Part]:
    """Lay out the follow-up of every quartier, action by action."""
    rows = review.rows[review.rows["kind"] == "qpv"]
    if rows.empty:
        return
    geography = review.edition.geography
    tables = [
        followed.progress_rows(
            same,
            review.actions,
            geography,
            review.year,
            f"{review.actions.actions[str(name)].label} : suivi {review.year} par quartier",
        )
        for name, same in rows.groupby("action", sort=False)
    ]
    yield Part("Annexe : suivi par quartier", (), tuple(tables))


def _ending(review: _Review, *, with_grants: bool) -> Iterator[Part]:
    """Tell sources, remarks and limits."""
    edition = review.edition
    cards = cards_of(review.indicators, edition.observations)
    observatory = edition.observatory
    sources: Sequence[str] = source_lines(
        cards, observatory.cards, observatory.catalogue, edition.materials.attribution
    )
    told = sorted(set(review.rows.loc[~review.rows["summed"], "source"]))
    sources = [*sources, f"Suivi des fiches action : {' ; '.join(told)}."]
    if with_grants:
        sources.append("Initiatives de proximité : dossiers instruits par le département.")
    sources += sorted({f"{one.label} : {one.reference}." for one in review.actions.actions.values()})
    yield Part("Sources", tuple(sources))
    remarks = printed.remarks_of(review.indicators)
    if remarks:
        yield Part("Remarques sur les indicateurs", tuple(remarks))
    yield Part("Précautions et limites", (*_LIMITS, *printed.caveats_of(review.indicators)))


def edition_year(editions: Sequence[int], year: int) -> int:
    """Give the last edition of a year or before.

    Raises
    ------
    UnknownError
        There is none.

    Examples
    --------
    >>> edition_year([2020, 2024], 2025)
    2024
    """
    held = [one for one in editions if one <= year]
    if not held:
        raise UnknownError(
            "there is no edition of that year or before",
            found=year,
            allowed=", ".join(map(str, editions)) or "no edition",
            todo="name one with --edition",
        )
    return max(held)
