"""What a mid-term evaluation is made of: an edition set against a baseline, contract by contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import cast

import pandas as pd

from oqhs.choices import compared
from oqhs.edition import Edition
from oqhs.entries import DIFFUSIONS, Diffusion, Indicator
from oqhs.errors import UnknownError
from oqhs.evaluating.moves import judged
from oqhs.evaluating.outcomes import FOLLOWED_COLUMNS, FlagsOfDate, followed
from oqhs.evaluating.sides import at_both_dates
from oqhs.evaluating.together import together
from oqhs.inside import quartiers_inside
from oqhs.measures.crosswalk import UNCHANGED
from oqhs.rules import Rules, read_rules
from oqhs.studies.actions import ACTIONS_FILE, Actions, load_actions, progress
from oqhs.studies.telling import refuse_narrower
from oqhs.text import listing

REFERENCE = "departement"
_SUMMED = ("percent", "persons")
#: Stands for the EPT of quartiers that lie in none.
_NO_EPT = ""
_NO_EPT_NAMES = {"label": "Quartiers sans EPT", "label_de": "des quartiers sans EPT"}


@dataclass(frozen=True, eq=False)
class Contract:
    """A contrat de ville: its EPT and its quartiers, and what was found of them.

    `moves`, `together` and `flags` are those of `oqhs.evaluating`; `actions` and `joint` the rows of the
    follow-up and of the joint display, None where nothing was given.
    """

    code: str
    label: str
    of_label: str
    quartiers: tuple[str, ...]
    moves: pd.DataFrame = field(repr=False)
    together: pd.DataFrame = field(repr=False)
    flags: pd.DataFrame = field(repr=False)
    actions: pd.DataFrame | None = field(default=None, repr=False)
    joint: pd.DataFrame | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class Findings:
    """An evaluation before it is laid out: both editions, and the contracts in the order of their codes."""

    year: int
    before: Edition
    after: Edition
    contracts: tuple[Contract, ...]
    whole: bool
    fiches: Actions = field(default_factory=lambda: Actions(actions={}), repr=False)
    invented: bool = False

    @property
    def moves(self) -> pd.DataFrame:
        """Changes of all the contracts; a quartier of several of them stands once."""
        return _once([one.moves for one in self.contracts], ["indicator", "territory"])

    @property
    def flags(self) -> pd.DataFrame:
        """Flags of all the contracts, each once."""
        return _once([one.flags for one in self.contracts], FOLLOWED_COLUMNS[:5])


def _once(frames: Sequence[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True).drop_duplicates(keys, ignore_index=True)


def findings_of(
    edition: Edition,
    baseline: int,
    *,
    territory: str | None = None,
    actions: pd.DataFrame | None = None,
    joint: pd.DataFrame | None = None,
    year: int | None = None,
    diffusion: Diffusion | None = None,
    invented: bool = False,
) -> Findings:
    """Set an edition against a baseline, contract by contract, as far as the edition and the follow-up go.

    Parameters, and what is refused, are those of `oqhs.evaluating.evaluated`.
    """
    edition = narrowed(edition, diffusion)
    if joint is not None:
        refuse_narrower(joint, edition.file.diffusion)
    before = baseline_of(edition, baseline)
    contracts = _contracts(edition, territory)
    changes = edition.changes(baseline, reference=REFERENCE, prices="part_reference")
    catalogue, day = edition.observatory.catalogue, edition.materials.day
    coverage_min = read_rules(catalogue.indicators).parameter("coverage_min", day)
    parts = _Parts(
        edition,
        before,
        changes,
        _moves(edition, before, changes, coverage_min),
        _flags(edition, before),
        None if actions is None else _progress(edition, actions),
        joint,
        coverage_min,
    )
    return Findings(
        year=edition.file.edition if year is None else year,
        before=before,
        after=edition,
        contracts=tuple(parts.contract(code, quartiers) for code, quartiers in contracts.items()),
        whole=territory is None,
        fiches=_fiches(edition),
        invented=invented or edition.invented or before.invented,
    )


def narrowed(edition: Edition, diffusion: Diffusion | None) -> Edition:
    """Give an edition that goes no farther than a diffusion; the same one where it does not already.

    Raises
    ------
    UnknownError
        There is no such diffusion.

    Examples
    --------
    >>> import oqhs
    >>> edition = oqhs.open("data").edition(2024)
    >>> narrowed(edition, "partenaires").file.diffusion, narrowed(edition, None) is edition
    ('partenaires', True)
    """
    if diffusion is not None and diffusion not in DIFFUSIONS:
        raise UnknownError(
            "there is no such diffusion",
            column="diffusion",
            found=diffusion,
            allowed=", ".join(DIFFUSIONS),
            todo="tell how far the files of the follow-up may go",
        )
    own = edition.file.diffusion
    far = min(diffusion or own, own, key=DIFFUSIONS.index)
    return edition if far == own else edition.told_to(far)


def baseline_of(edition: Edition, baseline: int) -> Edition:
    """Give the earlier edition, as far as the later one goes.

    Raises
    ------
    UnknownError
        It is not before the edition, or is not there.
    """
    year = edition.file.edition
    years = edition.observatory.editions
    if baseline >= year:
        raise UnknownError(
            "the baseline of an evaluation is an edition before the one that is evaluated",
            column="baseline",
            found=baseline,
            allowed=", ".join(str(one) for one in years if one < year) or f"none before {year} here",
            todo="name an earlier baseline, or a later edition",
        )
    if baseline not in years:
        raise UnknownError(
            "there is no such edition",
            column="baseline",
            found=baseline,
            allowed=", ".join(str(one) for one in years if one < year) or f"none before {year} here",
        )
    comparison = edition.comparison(baseline)
    # What an observatory gives is an edition, all of whose observations are there already.
    before = cast("Edition", comparison.before)
    if before.file.edition != baseline:
        raise UnknownError(
            "this edition is not one of the same département",
            file=f"editions/{baseline}.yaml",
            column="departement",
            found=edition.observatory.edition(baseline).file.departement,
            allowed=edition.file.departement,
        )
    return before.told_to(edition.file.diffusion)


def _contracts(edition: Edition, territory: str | None) -> dict[str, list[str]]:
    """Give the quartiers of each contract, by the code of its EPT."""
    geography = edition.geography
    epts, quartiers = geography.of_kind("ept"), geography.of_kind("qpv")
    held = set(geography.memberships.loc[geography.memberships["territory"].isin(quartiers), "parent"])
    known = [code for code in epts if code in held]
    if territory is not None and territory not in known:
        near = get_close_matches(territory.upper(), known, n=2)
        raise UnknownError(
            "a contrat de ville is that of an EPT that holds quartiers, and this is none",
            found=territory,
            allowed=", ".join(known) or "no EPT in this edition",
            todo=f"did you mean {listing(near)}?" if near else None,
        )
    chosen = known if territory is None else [territory]
    found = {code: quartiers_inside(geography, code) for code in chosen}
    alone = sorted(set(quartiers) - {code for codes in found.values() for code in codes})
    return found | ({_NO_EPT: alone} if territory is None and alone else {})


def _moves(edition: Edition, before: Edition, changes: pd.DataFrame, coverage_min: float) -> pd.DataFrame:
    """Judge the changes of the gaps of every quartier to the département."""
    catalogue, day = edition.observatory.catalogue, edition.materials.day
    planned = {*before.file.indicators, *edition.file.indicators}
    shown = planned & {*compared(before.file, catalogue), *compared(edition.file, catalogue)}
    quartiers = changes["territory"].isin(edition.geography.of_kind("qpv"))
    return judged(
        changes[quartiers & changes["indicator"].isin(shown)].reset_index(drop=True),
        before.gaps(REFERENCE),
        edition.gaps(REFERENCE),
        catalogue.indicators,
        level=catalogue.threshold("confiance", day),
        coverage_min=coverage_min,
    )


def _flags(edition: Edition, before: Edition) -> pd.DataFrame:
    """Follow the flags of every quartier, with the figures they are about."""
    catalogue = edition.observatory.catalogue
    rules = read_rules(catalogue.indicators)
    against = {name: tuple(map(str, rule.references)) for name, rule in rules.rules.items()}
    references = sorted({name for names in against.values() for name in names})
    baseline = before.file.edition
    changes = pd.concat([edition.changes(baseline, reference=name) for name in references], ignore_index=True)
    found = followed(
        _of_date(before, rules), _of_date(edition, rules), changes, _unchanged(edition, before), against
    )
    first, last = (
        pd.concat([one.gaps(name) for name in references], ignore_index=True) for one in (before, edition)
    )
    # A décrochage and a bar are told with the figures beside the département.
    places = found.assign(reference=found["reference"].replace("", REFERENCE))
    figures = at_both_dates(places, first, last, ["value", "gap"], by="reference")
    return found.join(figures.rename(columns={"value_after": "value", "gap_after": "gap"}))


def _of_date(edition: Edition, rules: Rules) -> FlagsOfDate:
    catalogue, day = edition.observatory.catalogue, edition.materials.day
    shown = compared(edition.file, catalogue)
    held = [*rules.holding("gap", shown, day), *rules.holding("bar", shown, day)]
    asked = {(one.rule, one.indicator): one.value for one in held}
    return FlagsOfDate(edition.flags_told(), edition.flags(), asked)


def _unchanged(edition: Edition, before: Edition) -> dict[str, str]:
    """Give the quartiers that are the same at both dates: by their code on one perimeter, else unchanged."""
    if edition.file.perimeter == before.file.perimeter:
        earlier = set(before.geography.of_kind("qpv"))
        return {code: code for code in edition.geography.of_kind("qpv") if code in earlier}
    passage = edition.crosswalk(before.file.edition)
    same = passage[passage["relation"] == UNCHANGED]
    return dict(zip(same["code_new"], same["code_old"], strict=True))


def _fiches(edition: Edition) -> Actions:
    return load_actions(edition.observatory.folder / ACTIONS_FILE, edition.observatory.catalogue)


def _progress(edition: Edition, table: pd.DataFrame) -> pd.DataFrame:
    catalogue, diffusion = edition.observatory.catalogue, edition.file.diffusion
    return progress(table, edition.geography, _fiches(edition), diffusion=diffusion, catalogue=catalogue)


@dataclass(frozen=True, eq=False, repr=False)
class _Parts:
    """What is found of all the quartiers, to be shared out among the contracts."""

    edition: Edition
    before: Edition
    changes: pd.DataFrame
    moves: pd.DataFrame
    flags: pd.DataFrame
    actions: pd.DataFrame | None
    joint: pd.DataFrame | None
    coverage_min: float

    def contract(self, code: str, quartiers: Sequence[str]) -> Contract:
        """Give what is found of one contract."""
        name = _NO_EPT_NAMES.get if code == _NO_EPT else partial(self.edition.geography.name, code)
        own = [*quartiers, code]
        # One rule says what may go how far: it is not told twice.
        before, after = self.before._publishable, self.edition._publishable  # noqa: SLF001
        return Contract(
            code=code,
            label=str(name("label")),
            of_label=str(name("label_de")),
            quartiers=tuple(quartiers),
            moves=_within(self.moves, quartiers),
            together=together(
                before, after, self.changes, self._summed(), quartiers, coverage_min=self.coverage_min
            ),
            flags=self._flags_of(code, quartiers),
            actions=None if self.actions is None else _within(self.actions, own),
            joint=None if self.joint is None else _within(self.joint, quartiers),
        )

    def _summed(self) -> dict[str, Indicator]:
        """Give the indicators whose counts may add up, of the later edition."""
        known, planned = self.edition.observatory.catalogue.indicators, self.edition.file.indicators
        return {name: one for name, one in known.items() if name in planned and one.unit in _SUMMED}

    def _flags_of(self, code: str, quartiers: Sequence[str]) -> pd.DataFrame:
        """Give the flags of a contract: of its quartiers, and of those they came from or that left it."""
        passage = self.edition.crosswalk(self.before.file.edition)
        former = set(passage.loc[passage["code_new"].isin(quartiers), "code_old"].dropna())
        held = self.before.geography.memberships
        former |= set(held.loc[held["parent"] == code, "territory"])
        here = self.flags["territory"].isin(quartiers)
        left = self.flags["territory"].isna() & self.flags["territory_before"].isin(former)
        return self.flags[here | left].reset_index(drop=True)


def _within(rows: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    return rows[rows["territory"].isin(codes)].reset_index(drop=True)
