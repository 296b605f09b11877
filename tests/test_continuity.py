"""Which territories are the same at two dates, and what an edition becomes on other quartiers."""

import pytest
from two_editions import COMMUNES, COMMUNES_CARD, IC_2015, edition_file, on_one_perimeter, only, opened

from oqhs.continuity import on_perimeter_of, same_territories

UNEMPLOYMENT, SOCIAL = "taux_chomage_15_64", "locataires_hlm"
MOVED = "le territoire de comparaison n'a pas les mêmes limites aux deux dates"
#: Le Bourg took 400 m of Orval in 2024; Plessis is drawn four metres further.
REDRAWN = {
    "99901": ("Le Bourg", 0, 1100, 0, 1000),
    "99902": ("Orval", 1100, 2000, 0, 1000),
    "99903": ("Plessis", 2001, 3001, 0, 1000),
}


def communes_of_2024(places):
    """Give the second edition a layer of communes of its own, of another year of the code géographique."""

    def change(found):
        card = COMMUNES_CARD | {"perimeter": "cog2024"}
        found.layer("communes-2024", places, ("DEPCOM", "LIBCOM"), **card)
        found.editions[2024]["territories"]["communes"] = "communes-2024"
        found.cards["rp-2020-com"]["perimeter"] = "cog2024"

    return change


def epts_of_2024(text):
    """Give the second edition a table of EPT of its own."""

    def change(found):
        found.tables["epts-2024"] = text
        found.cards["epts-2024"] = found.cards["epts"] | {"perimeter": "cog2024"}
        found.editions[2024]["territories"]["epts"] = "epts-2024"

    return change


def in_two_epts(found):
    """Put Le Bourg and Orval in two EPT at both dates: Haut Val, which lies in both, has both."""
    found.tables["epts"] = "code;ept\n99901;T98\n99902;T99\n99903;T99\n"


@pytest.fixture
def same(tmp_path):
    """Tell what is the same in the two editions of a folder, by territory."""

    def found(*changes):
        comparison = opened(tmp_path / "data", *changes).edition(2024).comparison(2020)
        before, after = comparison.before, comparison.after
        perimeters = (before.file.perimeter, after.file.perimeter)
        table = same_territories(before.geography, after.geography, comparison.passage, perimeters)
        return table.set_index("territory")

    return found


def test_a_quartier_is_the_same_when_the_crosswalk_finds_it_unchanged(same):
    found = same()
    assert found.loc["QN99901I"].to_dict() == {
        "relation": "inchangé",
        "territory_before": "QP999001",
        "basis": "quartier inchangé",
        "why": "",
        "mendable": True,
    }


@pytest.mark.parametrize(
    ("code", "relation", "words"),
    [
        ("QN99902M", "agrandi", "quartier agrandi"),
        ("QN99903M", "réduit", "quartier réduit"),
        ("QN99904M", "fusion", "quartier issu d'une fusion"),
        ("QN99905N", "entrant", "quartier entré"),
    ],
)
def test_a_quartier_that_changed_is_not_the_same_and_says_how_it_changed(same, code, relation, words):
    row = same().loc[code]
    assert row["territory_before"] != row["territory_before"]  # missing
    assert (row["relation"], row["basis"]) == (relation, "")
    assert row["why"] == f"{words} entre 2015 et 2024 : deux périmètres ne se comparent pas"


def test_communes_and_ept_of_one_layer_are_the_same_and_so_are_communes_pooled(same):
    found = same()
    codes = ["99901", "99902", "99903", "T98", "T99", "99901+99902", "999"]
    assert found.loc[codes, "territory_before"].tolist() == codes
    assert set(found.loc[codes, "basis"]) == {"même périmètre"}


def test_all_the_quartiers_and_what_is_outside_them_are_not_the_same_on_two_perimeters(same):
    found = same().loc[["QPV-999", "HORS-QPV-999"]]
    assert found["territory_before"].isna().all()
    assert set(found["why"]) == {"les quartiers de 2015 ne sont pas ceux de 2024"}


def test_on_one_perimeter_everything_that_is_there_at_both_dates_is_the_same(same):
    found = same(on_one_perimeter)
    assert found["territory_before"].tolist() == found.index.tolist()
    assert {"QN99905N", "QPV-999", "HORS-QPV-999", "99901+99902"} <= set(found.index)
    assert set(found["basis"]) == {"même périmètre"}


def test_on_one_perimeter_a_quartier_that_was_not_there_is_not_the_same(same):
    def without(found):
        places, fields = found.layers["qpv-2024"]
        fewer = {code: place for code, place in places.items() if code != "QN99905N"}
        found.layer("qpv-2024-avant", fewer, fields, **found.cards["qpv-2024"])
        found.editions[2020]["territories"]["qpv"] = "qpv-2024-avant"

    row = same(on_one_perimeter, without).loc["QN99905N"]
    assert row["why"] == "ce territoire n'existe pas à la première date"


# --- communes and EPT


def test_communes_of_two_years_drawn_alike_are_the_same(same):
    found = same(communes_of_2024(COMMUNES))
    codes = ["99901", "99902", "99903", "99901+99902"]
    assert found.loc[codes, "territory_before"].tolist() == codes


def test_a_commune_that_was_redrawn_is_not_the_same_though_its_code_is(same):
    found = same(communes_of_2024(REDRAWN))
    codes = ["99901", "99902", "99901+99902"]
    assert found.loc[codes, "territory_before"].isna().all()
    assert set(found.loc[codes[:2], "why"]) == {MOVED}
    assert found.loc["99901+99902", "why"].endswith("ou n'a pas les mêmes limites")
    # four metres are the way it is drawn
    assert found.loc["99903", "territory_before"] == "99903"


def test_communes_pooled_are_the_same_only_when_all_of_them_are(same):
    new = REDRAWN | {"99901": COMMUNES["99901"], "99902": ("Orval", 1000, 1900, 0, 1000)}
    found = same(communes_of_2024(new))
    assert found.loc["99901", "territory_before"] == "99901"
    assert found.loc[["99902", "99901+99902"], "territory_before"].isna().all()


def test_a_commune_that_is_new_is_not_the_same(same):
    # Plessis leaves its eastern half to a commune of another code
    new = COMMUNES | {"99903": ("Plessis", 2000, 2500, 0, 1000), "99904": ("Le Mesnil", 2500, 3000, 0, 1000)}
    found = same(communes_of_2024(new))
    assert found.loc[["99903", "99904"], "territory_before"].isna().all()


def test_without_a_layer_nobody_knows_whether_communes_were_redrawn(same):
    def without(found):
        del found.editions[2020]["territories"]["communes"]

    found = same(without)
    assert found.loc[["99901", "99903"], "territory_before"].isna().all()
    assert found.loc["999", "territory_before"] == "999"


def test_an_ept_that_lost_a_commune_is_not_the_same_and_neither_is_the_one_that_took_it(same):
    found = same(epts_of_2024("code;ept\n99901;T98\n99902;T99\n99903;T99\n"))
    assert found.loc[["T98", "T99"], "territory_before"].isna().all()
    assert set(found.loc[["T98", "T99"], "why"]) == {MOVED}
    assert found.loc["99902", "territory_before"] == "99902"


def test_two_ept_pooled_are_the_same_when_both_are(same):
    assert same(in_two_epts).loc["T98+T99", "territory_before"] == "T98+T99"


def test_two_ept_pooled_are_not_the_same_when_one_is_not(same):
    # 99904, which nobody knows at the first date, is in T99 at the second
    new = COMMUNES | {"99903": ("Plessis", 2000, 2500, 0, 1000), "99904": ("Le Mesnil", 2500, 3000, 0, 1000)}
    changes = communes_of_2024(new), epts_of_2024("code;ept\n99901;T98\n99902;T99\n99903;T99\n99904;T99\n")
    found = same(in_two_epts, *changes)
    assert found.loc["T98", "territory_before"] == "T98"
    assert found.loc[["T99", "T98+T99"], "territory_before"].isna().all()


@pytest.mark.parametrize("change", [communes_of_2024(REDRAWN), on_one_perimeter, in_two_epts])
def test_the_departement_is_always_the_same(same, change):
    assert same(change).loc["999", ["territory_before", "basis"]].tolist() == ["999", "même périmètre"]


# --- what it makes of changes


def test_communes_of_two_years_drawn_alike_are_compared_with_a_caution(tmp_path):
    changes = only(SOCIAL), communes_of_2024(COMMUNES)
    table = opened(tmp_path / "data", *changes).edition(2024).changes(reference="commune")
    row = table[table["indicator"] == SOCIAL].set_index("territory").loc["QN99901I"]
    # 500/1 300 then 550/1 350 of the households of Le Bourg
    assert row["reference_change"] == pytest.approx(100 * (550 / 1350 - 500 / 1300))
    assert row["caution"] == "référence : communes de 2020, puis de 2024"


def test_a_quartier_whose_commune_was_redrawn_has_a_change_and_no_change_of_its_gap(tmp_path):
    changes = only(SOCIAL), communes_of_2024(REDRAWN)
    table = opened(tmp_path / "data", *changes).edition(2024).changes(reference="commune")
    row = table[table["indicator"] == SOCIAL].set_index("territory").loc["QN99901I"]
    assert row["change"] == pytest.approx(-5.0)
    assert row[["reference_change", "gap_change"]].isna().all()
    assert row["reference_reason"].startswith(MOVED)


def test_a_commune_that_was_redrawn_says_so_whatever_is_brought(tmp_path):
    changes = only(UNEMPLOYMENT), communes_of_2024(REDRAWN)
    table = opened(tmp_path / "data", *changes).edition(2024).changes(reference="commune")
    row = table[table["indicator"] == UNEMPLOYMENT].set_index("territory").loc["QN99901I"]
    assert row["reference_reason"].startswith(MOVED)
    assert row["caution"] == ""


# --- an edition on other quartiers


@pytest.fixture
def files(tmp_path):
    observatory = opened(tmp_path / "data")
    return observatory.edition(2020).file, observatory.edition(2024).file, observatory.catalogue.indicators


def counted(name, _recipe):
    """Cards by IRIS of the indicators that have one."""
    return ("ic-2015",) if name in {UNEMPLOYMENT, "population", "taux_pauvrete"} else ()


def test_an_edition_on_other_quartiers_keeps_what_is_counted_by_iris_and_estimates_it(files):
    former, target, indicators = files
    moved = on_perimeter_of(former, target, indicators, counted)
    # a rate of poor persons has no counts, whatever is said of cards
    assert list(moved.indicators) == ["population", UNEMPLOYMENT]
    for recipe in moved.indicators.values():
        assert (recipe.recipe, recipe.year) == ("estimate", 2015)
        assert (recipe.inputs.qpv, recipe.inputs.reference) == (("ic-2015",), ())


def test_an_edition_on_other_quartiers_has_their_layers_their_grid_and_its_own_iris(files):
    former, target, indicators = files
    own = former.model_copy(
        update={"territories": former.territories.model_copy(update={"iris": "iris-avant", "cells": "vieux"})}
    )
    grid = target.model_copy(
        update={"territories": target.territories.model_copy(update={"cells": "carreaux"})}
    )
    moved = on_perimeter_of(own, grid, indicators, counted)
    assert (moved.edition, moved.perimeter) == (2024, "qpv2024")
    assert (moved.territories.qpv, moved.territories.cells) == ("qpv-2024", "carreaux")
    assert moved.territories.iris == "iris-avant"
    assert own.territories.iris == "iris-avant"
    assert former.indicators[UNEMPLOYMENT].recipe == "ratio"


def test_an_edition_without_counts_by_iris_or_without_iris_has_nothing_on_other_quartiers(files):
    former, target, indicators = files
    assert on_perimeter_of(former, target, indicators, lambda *_: ()) is None
    bare = former.territories.model_copy(update={"iris": None})
    without = former.model_copy(update={"territories": bare})
    assert on_perimeter_of(without, target, indicators, counted) is None


def test_iris_of_two_vintages_serve_each_the_counts_of_their_own_date(tmp_path):
    # In 2015 A and B were one IRIS of 1 000 by 1 000: 170 unemployed of 1 300. The 300 by 500 of QN99902M
    # are 0.15 of it, 25.5 of 195; then 0.1 of A and 0.2 of B, 26 of 210.
    def former_iris(found):
        places, fields = found.layers["iris"]
        together = {"999010101": ("AB", 0, 1000, 0, 1000)}
        kept = {code: place for code, place in places.items() if not code.startswith("99901")}
        card = found.cards["iris"] | {"perimeter": "iris2015"}
        found.layer("iris-2015", together | kept, fields, **card)
        text = IC_2015.replace(
            "999010101;1000;300;50;500\n999010102;2000;500;120;800", "999010101;3000;800;170;1300"
        )
        found.table("ic-2015", text, year=2015, perimeter="iris2015")
        found.editions[2020]["territories"]["iris"] = "iris-2015"

    table = opened(tmp_path / "data", only(UNEMPLOYMENT), former_iris).edition(2024).changes()
    row = table[table["indicator"] == UNEMPLOYMENT].set_index("territory").loc["QN99902M"]
    assert row[["value_before", "value"]].tolist() == pytest.approx([100 * 25.5 / 195, 100 * 26 / 210])


def test_counts_by_iris_serve_a_comparison_and_leave_the_figures_of_the_edition_alone(tmp_path):
    def without_iris(found):
        for edition, census in ((2020, 2015), (2024, 2020)):
            found.editions[edition] = edition_file(
                edition, found.editions[edition]["perimeter"], census, 2021
            )
            recipe = found.editions[edition]["indicators"][UNEMPLOYMENT]
            recipe["inputs"] = recipe["inputs"] | {"qpv": [f"rp-{census}-qpv"]}

    with_iris = opened(tmp_path / "with", only(UNEMPLOYMENT)).edition(2024).observations
    without = opened(tmp_path / "without", without_iris, only(UNEMPLOYMENT)).edition(2024).observations
    assert with_iris.equals(without)


def test_a_level_that_the_edition_shows_is_not_said_to_be_another(tmp_path):
    def estimated(found):
        found.editions[2024]["indicators"]["part_moins_18"] |= {
            "recipe": "estimate",
            "inputs": {"qpv": ["ic-2020"], "reference": ["rp-2020-com"]},
        }

    table = opened(tmp_path / "data", only("part_moins_18"), estimated).edition(2024).changes()
    row = table.set_index(["indicator", "territory"]).loc[("part_moins_18", "QN99902M")]
    # 0.1 of A and 0.2 of B, in the edition as in the comparison: 31 + 102 of 110 + 420
    assert row["value"] == pytest.approx(100 * 133 / 530)
    assert "son niveau n'est pas celui de l'édition" not in row["caution"]
