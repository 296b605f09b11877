"""The joint display: a figure of a quartier, what people say of it, and the verdict of the analyst."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.errors import MeasureError, UnknownError
from oqhs.studies.interviews.corpus import Corpus
from oqhs.studies.qualitative.codes import labels_of, rolled_up
from oqhs.studies.qualitative.counting import NOTICE, counted
from oqhs.text import NOT_AVAILABLE, STATUS_WORDS, listing

SILENCE, OPEN = "silence", "à établir"
ANALYST, NOTED = "analyste", "constat"
JOINT_COLUMNS = [
    "territory",
    "label",
    "theme",
    "indicator",
    "indicator_label",
    "value",
    "gap",
    "low",
    "high",
    "unit",
    "decimals",
    "year",
    "perimeter",
    "reference",
    "coverage",
    "status",
    "reason",
    "interval_reason",
    "unfavourable",
    "codes",
    "excerpts",
    "persons",
    "persons_exact",
    "quotes",
    "held",
    "verdict",
    "verdict_note",
    "verdict_origin",
]
_OF_GAPS = {
    "value": "value",
    "gap": "gap",
    "gap_ci_lower": "low",
    "gap_ci_upper": "high",
    "year": "year",
    "perimeter": "perimeter",
    "coverage": "coverage",
    "status": "status",
    "reason": "reason",
    "gap_ci_reason": "interval_reason",
    "unfavourable": "unfavourable",
}
_PAIR = ["territory", "indicator"]
_NOT_PLANNED = "indicateur absent de l'édition"
_NO_EXCERPT = "aucun extrait"
_UNCHECKED = "extraits non vérifiés : aucun n'est montré"
_ALL_HELD = "aucun extrait ne peut être montré"
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip


def joint_display(
    gaps: pd.DataFrame,
    corpus: Corpus,
    catalogue: Catalogue,
    names: Mapping[str, str],
    *,
    publishable: pd.DataFrame | None = None,
    quotes: int = 3,
) -> pd.DataFrame:
    """Put what interviews say of a quartier beside its indicators.

    A code speaks of the indicators it is linked to, and of the one whose id it has; so do the codes under
    it. Quartiers where nobody was heard are not there, unless the analyst gave a verdict.

    Parameters
    ----------
    gaps : DataFrame
        Gaps to one reference with their intervals, as `gaps` of an edition gives them: what may not be told
        is blank there already.
    corpus : Corpus
        Coded interviews, their links and verdicts.
    catalogue : Catalogue
        What the indicators are.
    names : mapping
        Name of every quartier, by code.
    publishable : DataFrame, optional
        `segment`, `source`, `territory`, `date`, `speaker`, `text`, `code` of the excerpts that may be shown,
        as they may be, as `oqhs.studies.identity.publishable` gives them. Without it none is, and `held`
        says so.
    quotes : int
        Excerpts shown at most by quartier and indicator, of as many persons as can be.

    Returns
    -------
    DataFrame
        `JOINT_COLUMNS`: one row per quartier and linked indicator, by quartier then in the order of the
        catalogue. `value` and its `gap` are in `unit`, `low` and `high` bound the gap; `codes`
        (labels) and `quotes` are tuples. `excerpts` counts every coded segment, shown or not; `persons` is a
        lower bound where `persons_exact` is false. `verdict` is that of the analyst (`analyste`);
        otherwise `silence` where the figure or the excerpts are not there (`constat`), else `à établir`.
        `attrs["notice"]` says that excerpts do not measure opinions, `attrs["corpus"]` what was heard and
        when, `attrs["unplaced"]` how many linked excerpts have no quartier.

    Raises
    ------
    MeasureError
        No code is linked to an indicator, the gaps are not as they must be, a quartier has no name, a
        verdict is about an indicator without a link or stands twice, or an excerpt to show is not of the
        corpus.
    UnknownError
        A link is to an indicator that the catalogue lacks.

    Examples
    --------
    >>> import oqhs
    >>> from oqhs.studies.interviews import corpus as of
    >>> book = of.typed_frame([{"code": "taux_pauvrete", "label": "Fins de mois"}], of.CODE_DTYPES)
    >>> heard = of.typed_frame([{"source": "E1", "territory": "QN99901M", "persons": 1}], of.SOURCE_DTYPES)
    >>> said = of.typed_frame([{"segment": "s1", "source": "E1", "territory": "QN99901M", "speaker": "Nour",
    ...     "text": "On compte tout.", "code": "taux_pauvrete"}], of.SEGMENT_DTYPES)
    >>> corpus = Corpus(heard, said, book, of.empty_frame(of.LINK_DTYPES), of.empty_frame(of.VERDICT_DTYPES))
    >>> edition = oqhs.open("data").edition(2024)
    >>> names = edition.territories.set_index("territory")["label"].to_dict()
    >>> found = joint_display(edition.gaps(), corpus, edition.observatory.catalogue, names, publishable=said)
    >>> found[["indicator", "quotes", "verdict"]].to_numpy().tolist()
    [['taux_pauvrete', ('« On compte tout. » (Nour)',), 'à établir']]
    """
    links = links_of(corpus, catalogue)
    _check(gaps, corpus, links, names)
    rows = rolled_up(corpus.segments, corpus.codebook).merge(links, on="code")
    places = pd.concat([corpus.sources["territory"], corpus.verdicts["territory"]]).dropna()
    chosen = [name for name in catalogue.indicators if name in set(links["indicator"])]
    table = pd.MultiIndex.from_product([sorted(set(places)), chosen], names=_PAIR).to_frame(index=False)
    table = _with_figures(table.astype("str"), gaps, catalogue)
    table["label"] = table["territory"].map(dict(names))
    table["codes"] = table["indicator"].map(_codes(links, corpus.codebook))
    table = table.merge(counted(rows, corpus.sources, _PAIR), how="left", on=_PAIR)
    table[["excerpts", "persons"]] = table[["excerpts", "persons"]].fillna(0).astype("Int64")
    table["persons_exact"] = table["persons_exact"].ne(False)
    table["quotes"], table["held"] = _quotes(table, publishable, corpus, links, quotes)
    joined = _with_verdicts(table, corpus.verdicts)[JOINT_COLUMNS]
    unplaced = rows.loc[rows["territory"].isna(), ["source", "segment"]].drop_duplicates()
    joined.attrs |= {"notice": NOTICE, "unplaced": len(unplaced), "corpus": _corpus_words(corpus.sources)}
    return joined


def links_of(corpus: Corpus, catalogue: Catalogue) -> pd.DataFrame:
    """Give the indicators that codes speak of.

    Returns
    -------
    DataFrame
        `code`, `indicator`: the links of the corpus, and the codes that are ids of indicators.

    Raises
    ------
    MeasureError
        There is no link, or one is from a code that the codebook lacks.
    UnknownError
        A link is to an indicator that the catalogue lacks.
    """
    codes = corpus.codebook["code"]
    own = codes[codes.isin(list(catalogue.indicators))]
    own = pd.DataFrame({"code": own, "indicator": own})
    links = pd.concat([corpus.links, own]).drop_duplicates().sort_values(["code", "indicator"])
    if not len(links):
        raise MeasureError(
            "no code is linked to an indicator",
            allowed="a table of links with the columns code, indicator; or codes that are ids of indicators",
            todo="give the table of links when the interviews are read: links=…",
        )
    unknown = sorted(set(links["indicator"]) - set(catalogue.indicators))
    if unknown:
        raise UnknownError(
            "codes are linked to indicators that do not exist",
            column="indicator",
            found=", ".join(unknown),
            allowed=", ".join(catalogue.indicators),
        )
    lost = sorted(set(links["code"]) - set(codes))
    if lost:
        raise MeasureError(
            "links are from codes that the codebook lacks",
            column="code",
            found=", ".join(lost),
            todo="correct the table of links, or add them to the codebook",
        )
    return links.reset_index(drop=True)


def _check(gaps: pd.DataFrame, corpus: Corpus, links: pd.DataFrame, names: Mapping[str, str]) -> None:
    needed = [*_PAIR, "reference", *_OF_GAPS]
    lacking = [name for name in needed if name not in gaps]
    if lacking:
        raise MeasureError(
            "gaps lack columns", found=", ".join(lacking), todo="give the gaps of an edition: edition.gaps()"
        )
    if len(set(gaps["reference"])) > 1 or gaps.duplicated(_PAIR).any():
        raise MeasureError(
            "a joint display is about one reference",
            found=", ".join(sorted(set(gaps["reference"]))),
            allowed="one row per quartier and indicator",
            todo="give the gaps to one of them",
        )
    heard = {*corpus.sources["territory"].dropna(), *corpus.verdicts["territory"]}
    strange = sorted(heard - set(names))
    if strange:
        raise MeasureError(
            "interviews or verdicts are about quartiers that the edition lacks",
            column="territory",
            found=", ".join(strange),
            todo="correct the codes, or take the edition of their perimeter",
        )
    aside = sorted(set(corpus.verdicts["indicator"]) - set(links["indicator"]))
    if aside:
        raise MeasureError(
            "verdicts are about indicators that no code is linked to",
            column="indicator",
            found=", ".join(aside),
            todo="link a code to each, or take these verdicts out",
        )
    twice = corpus.verdicts[corpus.verdicts.duplicated(_PAIR)]
    if len(twice):
        raise MeasureError(
            "a verdict stands twice",
            found=", ".join(f"{one.territory} {one.indicator}" for one in twice.itertuples()),
            todo="keep one of each",
        )


def _with_figures(table: pd.DataFrame, gaps: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Add what the indicators are, and the figures of the quartiers."""
    found = table.merge(gaps[[*_PAIR, *_OF_GAPS]].rename(columns=_OF_GAPS), how="left", on=_PAIR)
    planned = found["status"].notna()
    found["status"] = found["status"].astype("str").fillna(NOT_AVAILABLE)
    for name in ("reason", "interval_reason", "perimeter"):
        found[name] = found[name].astype("str").fillna("")
    found["reason"] = found["reason"].mask(~planned, _NOT_PLANNED)
    found["reference"] = gaps["reference"].iloc[0] if len(gaps) else ""
    known = catalogue.indicators
    found["theme"] = found["indicator"].map(lambda name: catalogue.themes[known[name].theme].label)
    found["indicator_label"] = found["indicator"].map(lambda name: known[name].label)
    found["unit"] = found["indicator"].map(lambda name: known[name].unit)
    found["decimals"] = found["indicator"].map(lambda name: known[name].decimals)
    return found


def _corpus_words(sources: pd.DataFrame) -> str:
    """Say how many sources the interviews are, in how many quartiers and of which years."""
    years = sorted({str(year) for year in sources["date"].dt.year.dropna().astype("int64")})
    when = f", {listing(years)}" if years else ""
    places = sources["territory"].nunique()
    return f"Entretiens, groupes, marches et réponses : {len(sources)} sources dans {places} quartiers{when}."


def _codes(links: pd.DataFrame, codebook: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    labels = labels_of(codebook)
    ranked = codebook[["code"]].merge(links, on="code")
    return {str(name): tuple(labels[codes]) for name, codes in ranked.groupby("indicator")["code"]}


def _quotes(
    table: pd.DataFrame, publishable: pd.DataFrame | None, corpus: Corpus, links: pd.DataFrame, most: int
) -> tuple[pd.Series, pd.Series]:
    """Choose the excerpts to show, one of every person before a second of anybody; say why there is none."""
    heard = table["excerpts"] > 0
    pairs = pd.MultiIndex.from_frame(table[_PAIR])
    chosen: dict[object, tuple[str, ...]] = {}
    if publishable is not None:
        rows = rolled_up(publishable, corpus.codebook).merge(links, on="code")
        rows = rows[rows["text"].notna() & rows["territory"].notna()]
        rows = rows.drop_duplicates([*_PAIR, "source", "segment"])
        rows = rows.assign(place=_places(rows, corpus.segments)).sort_values([*_PAIR, "place"])
        turn = rows.groupby([*_PAIR, "source", "speaker"], dropna=False).cumcount()
        rows = rows.assign(turn=turn).sort_values([*_PAIR, "turn", "place"]).groupby(_PAIR).head(most)
        rows = rows.assign(quote=_said(rows))
        chosen = {pair: tuple(texts) for pair, texts in rows.groupby(_PAIR)["quote"]}
    quotes = pd.Series([chosen.get(pair, ()) for pair in pairs], index=table.index, dtype="object")
    why = _UNCHECKED if publishable is None else _ALL_HELD
    held = np.select([~heard, quotes.str.len() == 0], [_NO_EXCERPT, why], default="")
    return quotes, pd.Series(held, index=table.index, dtype="str")


def _places(rows: pd.DataFrame, segments: pd.DataFrame) -> np.ndarray:
    """Give the rank of segments in the corpus, which is that of the talk; refuse those it does not have."""
    keys = ["source", "segment"]
    known = pd.MultiIndex.from_frame(segments[keys].drop_duplicates())
    places = np.asarray(known.get_indexer(pd.MultiIndex.from_frame(rows[keys])))
    if (places < 0).any():
        raise MeasureError(
            "excerpts to show are not in the corpus",
            column="segment",
            found=", ".join(sorted(set(rows.loc[places < 0, "segment"]))),
            todo="give the excerpts of this corpus",
        )
    return places


def _said(rows: pd.DataFrame) -> pd.Series:
    """Write excerpts between guillemets, with who spoke and the month: the day would tell too much."""
    months = rows["date"].dt.month.map(dict(enumerate(_MONTHS, start=1))).astype("str")
    when = months + " " + rows["date"].dt.year.astype("Int64").astype("str")
    who = rows["speaker"].astype("str")
    both = who.str.cat(when.fillna(""), sep=", ").str.removesuffix(", ").fillna(when).fillna("")
    words = "« " + rows["text"].str.strip() + " »"
    return words.where(both == "", words + " (" + both + ")")


def _with_verdicts(table: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Add the verdict of the analyst; without one the programme says only which side is silent."""
    told = verdicts[[*_PAIR, "verdict", "note"]].rename(columns={"note": "verdict_note"})
    rows = table.merge(told, how="left", on=_PAIR)
    given = rows["verdict"].notna()
    without_figure, without_excerpt = rows["value"].isna(), rows["excerpts"] == 0
    silent = ~given & (without_figure | without_excerpt)
    why = rows["reason"].where(rows["reason"] != "", rows["status"].map(STATUS_WORDS))
    sides = [without_figure & without_excerpt, without_figure, without_excerpt]
    said = [_NO_EXCERPT + " ; indicateur : " + why, "indicateur : " + why, _NO_EXCERPT]
    facts = pd.Series(np.select(sides, said, default=""), index=rows.index, dtype="str")
    rows["verdict"] = rows["verdict"].astype("str").mask(silent, SILENCE).fillna(OPEN)
    rows["verdict_note"] = rows["verdict_note"].astype("str").mask(silent, facts).fillna("")
    origin = np.select([given, silent], [ANALYST, NOTED], default="")
    rows["verdict_origin"] = pd.Series(origin, index=rows.index, dtype="str")
    return rows
