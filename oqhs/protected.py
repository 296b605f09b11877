"""Protected counts: what an edition may tell of them, beside everything that was told already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from oqhs.analysis.dates import BROUGHT
from oqhs.analysis.withheld import figures_of, without_figures
from oqhs.comparison import Comparison
from oqhs.errors import MeasureError, Problem
from oqhs.held import Held, held_counts
from oqhs.held_sums import LEFT, Gathered, cells_named
from oqhs.observed import ObservedEdition
from oqhs.secrecy import AUDIT_COLUMNS, audit, protect, sensitive_cells, statements
from oqhs.text import SECRET, format_number

PRIMARY, SECONDARY, EARLIER = "primaire", "secondaire", "déjà masquée"
SUPPRESSION_COLUMNS = ["variable", "territory", "year", "reason"]
#: What stands in the note of a figure that is hidden.
HIDDEN = "secret statistique"
#: A quartier lies in another when it has at least this part of its surface there.
_WITHIN = 0.99
_FIGURES = ["value", "numerator", "denominator", "lower", "upper", "check", "coverage"]
_OF_REFERENCE = ("reference_value", "reference_change", "gap")
_PAIR = ["indicator", "territory"]


@dataclass(frozen=True, eq=False)
class Protection:
    """What an edition hides of the counts that the département holds, and how well they are hidden.

    Attributes
    ----------
    suppressions : DataFrame
        `SUPPRESSION_COLUMNS`: the counts hidden, and why. It tells which ones are small: never published.
    audit : DataFrame
        As `oqhs.secrecy.audit` gives it, by cell: what somebody who reads everything published can know of
        each sensitive count.
    hidden, blurred : DataFrame
        `indicator`, `territory`: observations that are hidden, and those whose coverage tells of a hidden
        count.
    indicators : frozenset of str
        Indicators made of protected counts.
    cells : frozenset of str
        Names of the counts hidden.
    cards : frozenset of str
        Cards they come from.
    perimeter : str
        Perimeter of the quartiers.
    level : float
        Width that an interval must keep, in people.
    """

    suppressions: pd.DataFrame
    audit: pd.DataFrame
    hidden: pd.DataFrame
    blurred: pd.DataFrame
    indicators: frozenset[str]
    cells: frozenset[str]
    cards: frozenset[str]
    perimeter: str
    level: float

    def refuse_leaks(self) -> None:
        """Refuse to publish when a sensitive count can be worked out too closely.

        Raises
        ------
        MeasureError
            Tells the intervals that are too narrow, without the count itself.
        """
        found = self.audit[~self.audit["protected"].astype("bool")]
        if len(found):
            raise MeasureError.gather(
                Problem(
                    "a count that must stay hidden can be worked out from what is published",
                    column=str(name),
                    found=f"an interval {width:g} wide",
                    allowed=f"{self.level:g} or more (secret_protection)",
                    todo="merge quartiers (regroupements.yaml), leave the indicator out of the edition, or "
                    "withdraw the release that already told it",
                )
                for name, width in found["width"].items()
            )

    def without_measurements(self, measurements: pd.DataFrame) -> pd.DataFrame:
        """Take the hidden counts out of measurements: no value, status `secret`, and a note that says so."""
        names = cells_named(measurements, self.perimeter)
        gone = names.isin(self.cells) & measurements["source"].isin(self.cards)
        shown = measurements.copy()
        shown.loc[gone, "value"] = float("nan")
        shown.loc[gone, ["status", "note"]] = [SECRET, HIDDEN]
        return shown

    def without_observations(self, observations: pd.DataFrame) -> pd.DataFrame:
        """Take out of observations those made of a hidden count, and what a coverage would tell of one."""
        gone, blurred = (_among(observations, pairs) for pairs in (self.hidden, self.blurred))
        shown = observations.copy()
        shown.loc[gone, _FIGURES] = float("nan")
        shown.loc[gone, "n_known"] = 0
        shown.loc[gone, ["status", "origin", "note"]] = [SECRET, "", HIDDEN]
        partial = blurred & ~gone
        shown.loc[partial, ["lower", "upper", "coverage"]] = float("nan")
        counts = shown.loc[partial, ["n_known", "n_total"]]
        shown.loc[partial, "note"] = [
            f"partiel : {format_number(known, 0)} des {format_number(total, 0)} territoires"
            for known, total in counts.itertuples(index=False)
        ]
        return shown

    def without_changes(self, changes: pd.DataFrame, before: Protection) -> pd.DataFrame:
        """Take out of changes those made of a count that is hidden at one of the two dates.

        Parameters
        ----------
        changes : DataFrame
            As `oqhs.analysis.evolution` gives them.
        before : Protection
            That of the earlier edition.
        """
        gone, unseen = pd.Series(False, index=changes.index), pd.Series(False, index=changes.index)
        for protection, territory in ((before, "territory_before"), (self, "territory")):
            gone |= _among(changes, protection.hidden, territory)
            unseen |= _among(changes, protection.hidden, "reference_territory")
        # Counts shared out from the IRIS tell of those of the quartiers.
        gone |= (changes["basis"] == BROUGHT) & changes["indicator"].isin(self.indicators | before.indicators)
        shown = without_figures(changes, gone)
        shown.loc[gone, ["status", "reason"]] = [SECRET, HIDDEN]
        of_reference = [name for name in figures_of(changes) if name.startswith(_OF_REFERENCE)]
        shown.loc[unseen, of_reference] = float("nan")
        shown.loc[unseen, "widening"] = None
        shown.loc[unseen, "reference_reason"] = HIDDEN
        return shown


def protection_of(edition: ObservedEdition, released: pd.DataFrame) -> Protection:
    """Choose what an edition hides of its protected counts, and try to work them out from the rest.

    Sensitive counts are those under the threshold of their source, and those of people who all have a trait,
    or none of whom has. What binds counts: see `oqhs.held`; and, beside an edition that told the same counts
    on another perimeter, the ring between two quartiers one of which lies in the other.

    Parameters
    ----------
    edition : ObservedEdition
    released : DataFrame
        As `released_counts` gives it: what was told cannot be hidden any more, what was hidden stays so.

    Raises
    ------
    MeasureError, DataError
        As `held_counts` and `oqhs.secrecy.protect` raise them.
    """
    own = held_counts(edition)
    level = edition.materials.threshold("secret_protection")
    if not own.cells:
        return _nothing(edition, level)
    found, pairs = _beside(edition, own, released)
    kept, before = _told_already(found, released)
    table = pd.DataFrame(found.cells.values(), index=pd.Index(list(found.cells), dtype="str"))
    kept_here, mine = table.index.isin(kept), table["shown"] & table.index.isin(own.cells)
    out = statements(
        table["value"],
        found.relations.values(),
        shown=(mine & ~table.index.isin(before)) | kept_here,
        kept=pd.Series(kept_here, index=table.index),
        weights=table["weight"],
    )
    sensitive = sensitive_cells(out, table["least"], unanimous=pairs)
    suppressed = protect(out, sensitive, level)
    reasons = dict.fromkeys(suppressed, SECONDARY) | dict.fromkeys(before, EARLIER)
    gone = [str(name) for name in table.index[mine] if name in reasons]
    log = table.loc[gone, ["variable", "territory", "year"]]
    log["reason"] = [PRIMARY if name in sensitive else reasons[name] for name in gone]
    return Protection(
        suppressions=log.sort_values(SUPPRESSION_COLUMNS, ignore_index=True),
        audit=audit(out, suppressed, sensitive, level),
        hidden=_made_of(own.terms, gone),
        blurred=_made_of(own.unknown, gone),
        indicators=frozenset(own.terms["indicator"]),
        cells=frozenset(gone),
        cards=own.cards,
        perimeter=edition.file.perimeter,
        level=level,
    )


def _beside(
    edition: ObservedEdition, own: Held, released: pd.DataFrame
) -> tuple[Gathered, dict[tuple[str, str], None]]:
    """Put the counts of an edition beside those of the editions that told the same ones elsewhere."""
    told = [(other, held_counts(other)) for other in _others(edition, own, released)]
    found, pairs = _together(own, [(other.file.perimeter, held) for other, held in told])
    for other, _ in told:
        _bind_rings(found, edition, other)
    return found, pairs


def _told_already(found: Gathered, released: pd.DataFrame) -> tuple[set[str], set[str]]:
    """Give the cells that releases have told as they are now, and those they have only hidden."""
    if released.empty:
        return set(), set()
    named = cells_named(released, released["perimeter"])
    told = released["value"].notna()
    known = zip(named[told], released.loc[told, "value"], strict=True)
    kept = {name for name, value in known if name in found.cells and found.cells[name].value == value}
    return kept, set(named[~told]) - set(named[told])


def _nothing(edition: ObservedEdition, level: float) -> Protection:
    pairs = pd.DataFrame(columns=_PAIR, dtype="str")
    audited = pd.DataFrame(columns=AUDIT_COLUMNS).astype({"protected": "bool"})
    log = pd.DataFrame(columns=SUPPRESSION_COLUMNS)
    none: frozenset[str] = frozenset()
    return Protection(log, audited, pairs, pairs, none, none, none, edition.file.perimeter, level)


def _made_of(terms: pd.DataFrame, cells: Iterable[str]) -> pd.DataFrame:
    return terms.loc[terms["cell"].isin(list(cells)), _PAIR].drop_duplicates(ignore_index=True)


def _among(rows: pd.DataFrame, pairs: pd.DataFrame, territory: str = "territory") -> pd.Series:
    """Whether rows are of these pairs of an indicator and a territory."""
    keys = pd.MultiIndex.from_frame(rows[["indicator", territory]].astype("str"))
    return pd.Series(keys.isin(pd.MultiIndex.from_frame(pairs.astype("str"))), index=rows.index)


def _others(edition: ObservedEdition, own: Held, released: pd.DataFrame) -> list[ObservedEdition]:
    """Give the editions of the département on other perimeters that have told the same counts."""
    counted = {(cell.variable, cell.year) for cell in own.cells.values()}
    told = pd.MultiIndex.from_frame(released[["variable", "year"]]).isin(counted)
    perimeters = set(released.loc[told, "perimeter"]) - {edition.file.perimeter}
    every = map(edition.observatory.edition, edition.observatory.editions) if perimeters else ()
    dep = edition.file.departement
    return [one for one in every if one.file.perimeter in perimeters and one.file.departement == dep]


def _together(own: Held, others: Sequence[tuple[str, Held]]) -> tuple[Gathered, dict[tuple[str, str], None]]:
    """Put the cells of editions together, and what binds them.

    Where two editions have another figure of one count, that of the first stands, and what bound the other
    is left out: it is not about the same figures.
    """
    found = Gathered(dict(own.cells))
    for relation in own.relations:
        found.relate(relation)
    pairs = dict.fromkeys(own.pairs)
    for perimeter, held in others:
        # What is left of a commune is another thing on each perimeter.
        names = {name: f"{name} @{perimeter}" if LEFT in name else name for name in held.cells}
        for name, cell in held.cells.items():
            found.cells.setdefault(names[name], cell)
        for relation in held.relations:
            terms = {names[str(name)]: by for name, by in relation.items()}
            if sum(by * found.cells[name].value for name, by in terms.items()) == 0:
                found.relate(terms)
        for part, whole in held.pairs:
            if found.cells[names[part]].value <= found.cells[names[whole]].value:
                pairs[names[part], names[whole]] = None
    return found, pairs


def _bind_rings(found: Gathered, edition: ObservedEdition, other: ObservedEdition) -> None:
    """Say that a quartier is those of another perimeter that lie in it, and the ring round them."""
    first, last = sorted([edition, other], key=lambda one: one.file.edition)
    passage = Comparison(first, last).passage
    for whole, part, share, back in (
        ("code_new", "code_old", "share_old", "share_new"),
        ("code_old", "code_new", "share_new", "share_old"),
    ):
        within = passage[passage[share] >= _WITHIN]
        same = within[back] >= _WITHIN
        for places in found.by_place().values():
            for code, rows in within.groupby(whole):
                inside = [places[one] for one in rows[part] if one in places]
                if code in places and inside:
                    closed = bool(same[rows.index].any())
                    found.bind([places[code]], inside, "couronne", closed=closed, strict=False)
