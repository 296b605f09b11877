"""Why a figure changed: every cause that the manifests of two releases show, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from oqhs.catalogue import Catalogue
from oqhs.corrections import CORRECTIONS_FILE
from oqhs.entries import ON_FOOT, ON_THE_MAP
from oqhs.publish.diff.evidence import card_changes, short, told_correction, written
from oqhs.publish.diff.folders import Manifest, Planned
from oqhs.text import NOT_SIGNIFICANT, SECRET

PERIMETER = "périmètre"
VINTAGE = "nouveau millésime"
OTHER_INPUT = "nouvelle entrée"
CORRECTED = "entrée corrigée"
DECLARED = "correction déclarée"
METHOD = "méthode"
PARAMETER = "paramètre"
ADDED = "ajouté"
REMOVED = "retiré"
SOFTWARE = "logiciel"
UNEXPLAINED = "inexpliqué"
#: Those that name cards.
OF_INPUTS = (PERIMETER, VINTAGE, OTHER_INPUT, CORRECTED, ADDED, REMOVED)

GROUPS_FILE = "regroupements.yaml"

_WALK_FILE = "marche.yaml"
_ESTIMATES = ("estimate",)
#: Recipes that read a parameter, none for those that evolutions alone read; the others serve all.
_READ_BY: dict[str, tuple[str, ...]] = {
    "acces_communes_population_min": ON_FOOT,
    "filosofi_millesimes_ecart_min": (),
    "icu_classe_min": ("area_share",),
    "marche_maille_m": ON_FOOT,
    "marche_minutes": ON_FOOT,
    "marche_rattachement_m": ON_FOOT,
    "marche_vitesse_kmh": ON_FOOT,
    "passage_inchange_max": (),
    "passage_lien_min": (),
    "passage_tolerance_m": (),
    "proximite_m": ("count_near",),
    "quantile_largeur_max": ("pooled",),
    "rp_millesimes_ecart_min": (),
}
#: Those that decide whether a figure of a sample is precise enough to be told.
_OF_PRECISION = {
    "confiance",
    "demi_largeur_a",
    "demi_largeur_b",
    "effectif_effectif_min",
    "rp_effet_courant",
    "rp_effet_grand_ensemble",
    "rp_effet_petite_commune",
    "rp_fraction_courant",
    "rp_fraction_grand_ensemble",
    "rp_fraction_petite_commune",
}
_OF_ESTIMATES = {"iris_recouvrement_max", "iris_sans_carreau_max"}
#: Layers in common that make the territories of each side, and those that people are shared out with.
_OUTLINES = {"qpv": ("parts", "qpv"), "reference": ("communes", "epts")}
_SHARING = {"iris", "cells"}
_ROLES = {
    "attributes": "attributs des quartiers",
    "cells": "carreaux",
    "communes": "communes",
    "epts": "EPT",
    "iris": "IRIS",
    "origins": "points de départ",
    "parts": "communes des quartiers",
    "population": "population des communes",
    "qpv": "contours des quartiers",
    "streets": "rues",
}


@dataclass(frozen=True)
class Cause:
    """A cause, its evidence in French, and the names (cards, parameters…) it is about."""

    kind: str
    evidence: str = ""
    about: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}, {self.evidence}" if self.evidence else self.kind


@dataclass(frozen=True)
class Case:
    """What the figures of one group of rows have in common, as far as causes go."""

    indicator: str
    kind: str
    change: str
    insee: bool
    estimated: bool
    statuses: frozenset[str]
    sources: frozenset[str]
    years: tuple[int | None, int | None]
    perimeters: tuple[str | None, str | None]
    new_indicator: bool
    new_territory: bool
    corrections: tuple[int, ...]

    @property
    def sides(self) -> tuple[str, ...]:
        """Sides of the recipe the figure comes from."""
        if self.kind == "hors_qpv":
            return ("qpv", "reference")
        return ("qpv",) if self.kind in {"qpv", "ensemble_qpv", "regroupement"} else ("reference",)


class Causes:
    """Everything that two manifests tell apart, asked for one case at a time."""

    def __init__(self, before: Manifest, after: Manifest, catalogue: Catalogue) -> None:
        self.before, self.after, self.catalogue = before, after, catalogue

    def of(self, case: Case) -> tuple[Cause, ...]:
        """Give the causes of a case, the nearest to the figure first; never none."""
        if case.new_indicator:
            words = "nouvel indicateur" if case.change == ADDED else "l'édition n'a plus cet indicateur"
            return (Cause(case.change, words, (case.indicator, *self._cards(case.indicator))),)
        if case.new_territory and self._moved_quartiers(case):
            return (self._perimeter(case, self.before.perimeter, self.after.perimeter),)
        found = [*self._near(case), *self._method(case), *self._parameters(case), *self._common(case)]
        found = found or [*self._far(case)] or [*self._software()]
        return tuple(dict.fromkeys(found)) or (Cause(UNEXPLAINED),)

    @cached_property
    def corrected(self) -> dict[str, Cause]:
        """Cards that vouch for another file than before, or read it otherwise."""
        found = {}
        for name in sorted(self.before.inputs.keys() & self.after.inputs.keys()):
            told = list(card_changes(self.before.inputs[name], self.after.inputs[name]))
            if told:
                found[name] = Cause(CORRECTED, f"{name} ({', '.join(told)})", (name,))
        return found

    @cached_property
    def declared(self) -> list[tuple[Mapping[str, object], Cause]]:
        """Declared corrections that one release has and the other has not."""
        if self.before.corrections is None or self.after.corrections is None:
            return []
        found: list[tuple[Mapping[str, object], Cause]] = []
        for ours, theirs, end in (
            (self.after.corrections, self.before.corrections, ""),
            (self.before.corrections, self.after.corrections, ", retirée"),
        ):
            found += [(one, Cause(DECLARED, told_correction(one) + end)) for one in ours if one not in theirs]
        return found

    @cached_property
    def parameters(self) -> dict[str, Cause]:
        """Parameters that have another value, or are there in one release only."""
        old, new = self.before.parameters, self.after.parameters
        names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        return {
            name: Cause(PARAMETER, f"{name} {self._arrow(old.get(name), new.get(name))}", (name,))
            for name in names
        }

    def recipe(self, indicator: str) -> tuple[str | None, str | None]:
        """Recipes of an indicator before and after; that of the catalogue where the edition names none."""
        known = self.catalogue.indicators.get(indicator)
        default = known.recipe if known is not None else None
        planned = (self._planned(indicator, one) for one in (self.before, self.after))
        first, second = ((one.recipe or default) if one is not None else None for one in planned)
        return first, second

    def uses(self, indicator: str, correction: Mapping[str, object]) -> bool:
        """Whether an indicator is computed from the figure a correction names."""
        card = correction.get("card")
        if card is not None and card not in self._cards(indicator):
            return False
        named = {correction.get("variable"), correction.get("indicator")}
        known = self.catalogue.indicators.get(indicator)
        if known is None:
            return card is not None
        terms = [term.variables for term in (known.numerator, known.denominator) if term is not None]
        variables = {indicator, *(name for names in (*terms, *known.weights) for name in names)}
        variables |= {known.published.variable} if known.published is not None else set()
        variables |= {*(known.quantiles or {}).values(), known.richer_by or indicator}
        return bool(named & variables)

    def _near(self, case: Case) -> Iterator[Cause]:
        """Perimeter, cards of the indicator itself, declared corrections."""
        first, second = case.perimeters
        if first is not None and second is not None and first != second:
            yield self._perimeter(case, first, second)
        elif self._moved_quartiers(case):
            yield self._perimeter(case, self.before.perimeter, self.after.perimeter)
        if case.kind == "regroupement" and self._settings_moved(GROUPS_FILE):
            yield Cause(PERIMETER, f"{GROUPS_FILE} a changé", (GROUPS_FILE,))
        yield from self._own(case, case.sides)
        yield from (self.declared[number][1] for number in case.corrections)

    def _perimeter(self, case: Case, old: str, new: str) -> Cause:
        """Tell another perimeter; it is about the layers that make the territories, if they are others."""
        roles = [role for side in case.sides for role in _OUTLINES[side]]
        pairs = [[one.recipe.territories.get(role) for one in (self.before, self.after)] for role in roles]
        about = [card for pair in pairs if pair[0] != pair[1] for card in pair if card is not None]
        return Cause(PERIMETER, self._arrow(old, new), tuple(about))

    def _own(self, case: Case, sides: tuple[str, ...]) -> Iterator[Cause]:
        planned = [self._planned(case.indicator, one) for one in (self.before, self.after)]
        if planned[0] is None or planned[1] is None:
            yield from self._unplanned(case.indicator, planned)
            return
        old, new = (
            tuple(card for side in sides for card in getattr(one.inputs, side)) for one in planned if one
        )
        years = case.years if None not in case.years else (planned[0].year, planned[1].year)
        gone = [card for card in dict.fromkeys(old) if card not in new]
        come = [card for card in dict.fromkeys(new) if card not in old]
        cards = self._arrow(", ".join(gone) or None, ", ".join(come) or None) if gone or come else ""
        if years[0] != years[1]:
            told = ", ".join(filter(None, [self._arrow(*years), cards]))
            yield Cause(VINTAGE, told, (*gone, *come))
        elif cards:
            yield Cause(OTHER_INPUT, cards, (*gone, *come))
        elif old != new:
            order = self._arrow(", ".join(old), ", ".join(new))
            yield Cause(METHOD, f"ordre des entrées, {order}", (case.indicator,))
        moved = [card for card in dict.fromkeys((*old, *new)) if card in self.corrected]
        # What Insee publishes as it stands comes from the cards the figure names, and from no other.
        named = [card for card in moved if card in case.sources] if case.insee else []
        yield from (self.corrected[card] for card in named or moved)

    def _unplanned(self, indicator: str, planned: list[Planned | None]) -> Iterator[Cause]:
        if planned[0] is not None or planned[1] is not None:
            planned_now = planned[1] is not None
            words = (
                "l'édition prévoit l'indicateur" if planned_now else "l'édition ne prévoit plus l'indicateur"
            )
            yield Cause(ADDED if planned_now else REMOVED, words, tuple(self._cards(indicator)))

    def _method(self, case: Case) -> Iterator[Cause]:
        name = case.indicator
        old, new = ((one.definitions or {}).get(name) for one in (self.before, self.after))
        if old is not None and new is not None and old != new:
            yield Cause(METHOD, f"définition ({short(old)} → {short(new)})", (name,))
        first, second = self.recipe(name)
        if first is not None and second is not None and first != second:
            yield Cause(METHOD, f"recette {self._arrow(first, second)}", (name,))
        if self._recipes(case) & set(ON_FOOT):
            units = [(one.recipe.walking or {}).get("unit") for one in (self.before, self.after)]
            if units[0] != units[1]:
                yield Cause(METHOD, f"walking.unit {self._arrow(*units)}")
            if self.before.catalogue.get(_WALK_FILE) != self.after.catalogue.get(_WALK_FILE):
                yield Cause(METHOD, f"{_WALK_FILE} a changé", (_WALK_FILE,))

    def _parameters(self, case: Case) -> Iterator[Cause]:
        recipes = self._recipes(case)
        for name, cause in self.parameters.items():
            if name in _OF_PRECISION:
                serves = NOT_SIGNIFICANT in case.statuses
            elif name in _OF_ESTIMATES:
                serves = case.estimated or bool(recipes & {*_ESTIMATES})
            else:
                serves = name not in _READ_BY or bool(recipes & set(_READ_BY[name]))
            if serves:
                yield cause

    def _common(self, case: Case) -> Iterator[Cause]:
        """Layers in common that changed, among those that serve the case."""
        recipes = self._recipes(case)
        serve = {role for side in case.sides for role in _OUTLINES[side]}
        if case.estimated or recipes & {*_ESTIMATES, *ON_THE_MAP}:
            serve |= _SHARING
        if self._moved_quartiers(case):
            serve -= set(_OUTLINES["qpv"])  # the perimeter says it already
        yield from self._layers("territories", serve)
        if recipes & set(ON_FOOT):
            yield from self._layers("walking", set(_ROLES))

    def _layers(self, part: str, roles: set[str]) -> Iterator[Cause]:
        for role in sorted(roles):
            old, new = ((getattr(one.recipe, part) or {}).get(role) for one in (self.before, self.after))
            if old != new:
                about = tuple(card for card in (old, new) if card is not None)
                yield Cause(OTHER_INPUT, f"{_ROLES[role]}, {self._arrow(old, new)}", about)
            elif old in self.corrected:
                yield self.corrected[old]

    def _far(self, case: Case) -> Iterator[Cause]:
        """Give what may explain a figure when nothing nearer does."""
        yield from self._own(case, ("qpv", "reference"))
        yield from self._layers("territories", set(_ROLES))
        if SECRET in case.statuses:
            yield from self._secrecy(case.indicator)
        if self.before.diffusion != self.after.diffusion:
            words = self._arrow(self.before.diffusion, self.after.diffusion)
            yield Cause(METHOD, f"diffusion {words}", ("diffusion",))
        known = self.before.definitions is not None and self.after.definitions is not None
        files = ["sources.yaml"] if known else ["indicateurs.yaml", "indicateurs_complementaires.yaml"]
        files += [] if known else ["sources.yaml", "variables.yaml"]
        moved = [name for name in files if self.before.catalogue.get(name) != self.after.catalogue.get(name)]
        own = self.before.settings.keys() | self.after.settings.keys()
        moved += [
            name for name in sorted(own) if name.startswith("indicateurs/") and self._settings_moved(name)
        ]
        if moved:
            yield Cause(METHOD, f"référentiel modifié ({', '.join(moved)})", tuple(moved))
        told = self.before.corrections is not None and self.after.corrections is not None
        if not told and self._settings_moved(CORRECTIONS_FILE):
            yield Cause(DECLARED, f"{CORRECTIONS_FILE} a changé", (CORRECTIONS_FILE,))

    def _secrecy(self, indicator: str) -> Iterator[Cause]:
        """Tell what else secrecy looks at: what is published beside, and what was published before."""
        for card in self._beside(indicator):
            if card in self.corrected:
                words = f"{self.corrected[card].evidence}, par le secret des chiffres publiés avec"
                yield Cause(CORRECTED, words, (card,))
        if self.before.previous != self.after.previous:
            yield Cause(METHOD, "secret au regard des livraisons déjà publiées", ("secret",))

    def _software(self) -> Iterator[Cause]:
        old, new = self.before.versions, self.after.versions
        names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        if names:
            told = [f"{name} {self._arrow(old.get(name), new.get(name))}" for name in names]
            yield Cause(SOFTWARE, ", ".join(told), tuple(names))

    def _moved_quartiers(self, case: Case) -> bool:
        return self.before.perimeter != self.after.perimeter and "qpv" in case.sides

    def _recipes(self, case: Case) -> set[str]:
        return {one for one in self.recipe(case.indicator) if one is not None}

    def _settings_moved(self, name: str) -> bool:
        return self.before.settings.get(name) != self.after.settings.get(name)

    def _cards(self, indicator: str) -> list[str]:
        """Cards an indicator is computed from, before or after."""
        planned = (self._planned(indicator, one) for one in (self.before, self.after))
        return sorted({card for one in planned if one for card in (*one.inputs.qpv, *one.inputs.reference)})

    def _beside(self, indicator: str) -> list[str]:
        """Cards of the indicators that share one with another: secrecy protects them together."""
        own = set(self._cards(indicator))
        names = self.before.recipe.indicators.keys() | self.after.recipe.indicators.keys()
        shared = [cards for name in names if own & set(cards := self._cards(name))]
        return sorted({card for cards in shared for card in cards} - own)

    @staticmethod
    def _planned(indicator: str, manifest: Manifest) -> Planned | None:
        return manifest.recipe.indicators.get(indicator)

    @staticmethod
    def _arrow(old: object, new: object) -> str:
        return f"{written(old)} → {written(new)}"
