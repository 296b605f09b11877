"""Rules of the flags are dated data: read strictly, checked against the indicators, applied by day."""

import datetime as dt
import json

import pytest

from oqhs.catalogue import built_in
from oqhs.errors import CatalogueError, UnknownError
from oqhs.rules import Rules, read_rules

INDICATORS = built_in().indicators
RULES = read_rules(INDICATORS)
DAY = dt.date(2024, 12, 31)
VALUE = {"value": 5, "since": "2015-01-01", "reference": "convention OQHS", "checked": "2026-11-27"}
SHARED = {
    name: {"label": name, "unit": "share", "values": [VALUE | {"value": value}]}
    for name, value in (("fdr", 0.05), ("references_min", 2), ("coverage_min", 0.95))
}
GAP = {"label": "Écart", "lens": "gap", "unit": "percent", "references": ["commune"], "values": [VALUE]}
BAR = {
    "label": "Barre",
    "lens": "bar",
    "unit": "percent",
    "indicators": ["exposition_icu"],
    "side": "above",
    "values": [VALUE],
}


@pytest.fixture
def written(tmp_path):
    def _written(rules):  # JSON is YAML
        path = tmp_path / "regles.yaml"
        path.write_text(json.dumps({"parameters": SHARED, "rules": rules}), encoding="utf-8")
        return path

    return _written


@pytest.fixture
def problems(written):
    """Problems of rules that are refused; every one of them names the file and says what to do."""

    def _problems(**rules):
        path = written(rules)
        with pytest.raises(CatalogueError) as caught:
            read_rules(INDICATORS, path)
        for problem in caught.value.problems:
            assert problem.file == path
            assert problem.todo
        return caught.value.problems

    return _problems


def test_the_rules_of_the_package_are_read_and_every_value_has_its_reference():
    assert {rule.lens for rule in RULES.rules.values()} == {"gap", "widening", "bar", "position"}
    for rule in RULES.rules.values():
        for entry in rule.values:
            assert entry.reference
            assert entry.checked == dt.date(2026, 11, 27)
    shared = {name: RULES.parameter(name, DAY) for name in ("fdr", "references_min", "coverage_min")}
    assert shared == {"fdr": 0.05, "references_min": 2, "coverage_min": 0.95}


def test_the_rules_of_the_package_hold_for_every_indicator_that_may_be_compared_and_is_not_neutral():
    comparable = {
        name
        for name, one in INDICATORS.items()
        if one.polarity != 0 and one.unit in {"percent", "minutes", "eur_month"}
    }
    for lens in ("gap", "widening"):
        held = [one.indicator for one in RULES.holding(lens, INDICATORS, DAY)]
        assert sorted(held) == sorted(comparable)


def test_a_rule_that_names_indicators_takes_the_place_of_the_general_one_of_its_lens(written):
    own = GAP | {"indicators": ["taux_pauvrete"], "values": [VALUE | {"value": 10}]}
    rules = read_rules(INDICATORS, written({"ecart": GAP, "ecart_pauvrete": own}))
    held = {one.indicator: (one.rule, one.value) for one in rules.holding("gap", INDICATORS, DAY)}
    assert held["taux_pauvrete"] == ("ecart_pauvrete", 10)
    assert held["exposition_icu"] == ("ecart", 5)
    assert "part_moins_18" not in held  # neutral
    assert "pmi_minutes" not in held  # in minutes


def test_the_last_value_that_started_holds_and_none_before_the_first():
    dated = Rules.model_validate(
        {
            "parameters": SHARED,
            "rules": {
                "ecart": GAP
                | {"values": [VALUE | {"value": 7, "since": "2025-01-01"}, VALUE | {"since": "2020-01-01"}]}
            },
        }
    )
    days = [dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2024, 12, 31), dt.date(2025, 1, 1)]
    assert [dated.rules["ecart"].value(day) for day in days] == [None, 5, 5, 7]
    assert dated.holding("gap", INDICATORS, days[0]) == []


def test_a_parameter_without_a_value_on_that_day_is_told_with_its_first_one():
    with pytest.raises(UnknownError, match="fdr") as caught:
        RULES.parameter("fdr", dt.date(2014, 12, 31))
    (problem,) = caught.value.problems
    assert (problem.found, problem.allowed) == ("2014-12-31", "a day from 2015-01-01")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"scale": "robust_z"}, "scale 'robust_z' does not go with lens 'gap'"),
        ({"references": []}, "`references` are given for the lenses gap and widening"),
        ({"side": "above"}, "`side` is given for the lens bar"),
        ({"unit": None}, "lens 'gap' has a `unit`"),
        ({"values": [VALUE | {"value": 0}]}, "the value of a rule is more than 0"),
        ({"values": [VALUE | {"value": -5}]}, "the value of a rule is more than 0"),
        ({"values": []}, "at least 1 item"),
        ({"lens": "rank"}, "Input should be 'gap', 'widening', 'bar' or 'position'"),
        ({"references": ["region"]}, "Input should be 'departement', 'ept', 'commune'"),
        ({"values": [VALUE, {"value": 5, "since": "2020-01-01", "checked": "2026-11-27"}]}, "Field required"),
    ],
)
def test_a_rule_that_is_not_of_its_lens_is_refused(problems, changed, told):
    (problem,) = problems(ecart=GAP | changed)
    assert told in problem.what
    assert problem.column.startswith("rules.ecart")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"side": None}, "`side` is given for the lens bar"),
        ({"indicators": []}, "lens 'bar' names its `indicators`"),
        ({"references": ["commune"]}, "`references` are given for the lenses gap and widening"),
        ({"scale": "percent_of_reference"}, "does not go with lens 'bar'"),
    ],
)
def test_a_bar_is_that_of_indicators_and_has_a_side(problems, changed, told):
    (problem,) = problems(barre=BAR | changed)
    assert told in problem.what


def test_a_share_of_the_quartiers_is_less_than_one(problems):
    quarter = {"label": "Quart", "lens": "position", "scale": "share_of_quartiers", "values": [VALUE]}
    (problem,) = problems(quart=quarter)
    assert "a share of the quartiers is less than 1" in problem.what


def test_a_key_that_is_not_known_is_told_with_those_that_are(problems):
    (problem,) = problems(ecart=GAP | {"lense": "gap"})
    assert (problem.what, problem.column) == ("this key is not known", "rules.ecart.lense")
    assert "lens" in problem.allowed


@pytest.mark.parametrize(
    ("indicator", "what", "allowed"),
    [
        ("taux_de_pauvrete", "the catalogue has no such indicator", "taux_pauvrete"),
        ("part_moins_18", "this indicator is neutral: it is never flagged", "taux_pauvrete"),
        ("pmi_minutes", "this indicator is not in percent", "unit minutes"),
        ("surface_arboree", "side 'above' is the favourable one for this indicator", "side below"),
    ],
)
def test_an_indicator_the_rule_cannot_hold_for_is_refused(problems, indicator, what, allowed):
    (problem,) = problems(barre=BAR | {"indicators": ["exposition_icu", indicator]})
    assert (problem.what, problem.column, problem.found) == (what, "rules.barre.indicators", indicator)
    assert allowed in problem.allowed


def test_two_rules_of_a_lens_for_one_indicator_are_refused_and_all_problems_told_at_once(problems):
    own = GAP | {"indicators": ["taux_pauvrete", "taux_inconnu"]}
    found = problems(a=own, b=GAP | {"indicators": ["taux_pauvrete"]}, c=GAP, d=GAP)
    assert [(problem.what, problem.column, problem.found) for problem in found] == [
        ("the catalogue has no such indicator", "rules.a.indicators", "taux_inconnu"),
        ("rule 'a' already holds here in the lens 'gap'", "rules.b", "taux_pauvrete"),
        ("rule 'c' already holds here in the lens 'gap'", "rules.d", "percent"),
    ]
