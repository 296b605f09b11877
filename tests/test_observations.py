"""The observations of a small edition, from cards to values: the 94 in four quartiers, invented."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from test_geography import GROUPS, build

from oqhs import tables
from oqhs.catalogue import load_catalogue
from oqhs.editions import EditionFile
from oqhs.errors import CatalogueError, MeasureError
from oqhs.materials import Materials
from oqhs.observations import measurements_of, observations_of
from oqhs.sources.cards import Card

CATALOGUE = load_catalogue()
Q = ["QN99901M", "QN99902M", "QN99903M", "QN99904M"]
TOWNS = ["99901", "99902", "99903", "99804"]
REASONS = {"s": "secret", "nd": "not_available"}


def table(card, year, perimeter, **columns):
    rows = []
    for variable, cells in columns.items():
        for territory, cell in cells.items():
            known = not isinstance(cell, str)
            rows.append((variable, territory, perimeter, year, float(cell) if known else np.nan,
                         "observed" if known else REASONS[cell], card, ""))  # fmt: skip
    return pd.DataFrame(rows, columns=tables.MEASUREMENT_COLUMNS)


def materials(files, indicators, geography=None, source="rp", catalogue=CATALOGUE):
    """`files`: tables by card; `indicators`: for each, its year, the cards of each side, its recipe."""
    content = {
        name: {"year": year, "inputs": {"qpv": qpv, "reference": reference}, **dict(more)}
        for name, (year, qpv, reference, *more) in indicators.items()
    }
    edition = EditionFile.model_validate(
        {"edition": 2024, "departement": "999", "perimeter": "qpv2024",
         "territories": {"qpv": "couche"}, "indicators": content}
    )  # fmt: skip
    card = {"layout": "mapped", "licence": "etalab-2.0", "obtained": dt.date(2024, 10, 2), "sha256": "0" * 64}
    cards = {name: Card(id=name, source=source, **card) for name in files}
    return Materials(edition, geography or build(), catalogue, cards, files.__getitem__)


def observe(files, indicators, name, **options):
    alone = CATALOGUE.model_copy(update={"indicators": {name: CATALOGUE.indicators[name]}})
    found = observations_of(materials(files, indicators, catalogue=alone, **options))
    return found[found["indicator"] == name].set_index("territory")


def census(chomeurs=(10, 60, 5, 25), towns=(100, 200, 300, 400), **more):
    """Actifs 100, 200, 20 and 180 in the quartiers, 1 000 in each commune."""
    return {
        "qpv": table("qpv", 2020, "qpv2024", chomeurs_15_64=dict(zip(Q, chomeurs, strict=True)),
                     actifs_15_64=dict(zip(Q, (100, 200, 20, 180), strict=True)), **more),
        "com": table("com", 2020, "cog2021", chomeurs_15_64=dict(zip(TOWNS, towns, strict=True)),
                     actifs_15_64=dict.fromkeys(TOWNS, 1000)),
    }  # fmt: skip


UNEMPLOYMENT = {"taux_chomage_15_64": (2020, ["qpv"], ["com"])}


def unemployment(files=None, **options):
    return observe(files or census(), UNEMPLOYMENT, "taux_chomage_15_64", **options)


def test_every_indicator_that_is_not_optional_has_a_row_for_every_territory_and_a_reason_when_it_has_no_value():
    found = observations_of(materials(census(), UNEMPLOYMENT))
    assert found.columns.tolist() == tables.OBSERVATION_COLUMNS
    assert not found.duplicated(["indicator", "territory"]).any()
    assert set(found["indicator"]) == {name for name, one in CATALOGUE.indicators.items() if not one.optional}
    assert len(found) == found["indicator"].nunique() * found["territory"].nunique()
    silent = found[found["status"] != "observed"]
    assert silent["value"].isna().all()
    assert (silent["note"] != "").all()
    assert found.loc[found["status"] == "observed", "value"].notna().all()


def test_a_quartier_all_of_them_and_the_departement_are_ratios_of_sums():
    # Q1 10/100 ; all (10 + 60 + 5 + 25)/500 = 100/500 = 20 % ; the département without 99804:
    # (100 + 200 + 300)/3 000 = 20 %.
    found = unemployment()
    assert found.loc["QN99901M", "value"] == pytest.approx(10.0)
    assert found.loc["QPV-999", "value"] == pytest.approx(20.0)
    assert found.loc["999", "value"] == pytest.approx(20.0)
    assert found.loc["999", "perimeter"] == "cog2021"
    assert found.loc["QPV-999", "perimeter"] == "qpv2024"


def test_the_comparators_of_intercommunal_quartiers_are_pooled_in_one_row():
    # communes 99901+99902: (100 + 200)/2 000 = 15 % ; EPT T98+T99: (100 + 200 + 300 + 400)/4 000 = 25 %.
    found = unemployment()
    assert found.loc["99901+99902", "value"] == pytest.approx(15.0)
    assert found.loc["T98+T99", "value"] == pytest.approx(25.0)


def test_an_ept_counts_its_communes_of_another_departement():
    # T99: (200 + 300 + 400)/3 000 = 30 %
    assert unemployment().loc["T99", "value"] == pytest.approx(30.0)


def test_an_ept_needs_no_layer_of_communes():
    found = unemployment(geography=build(communes=None))
    assert found.loc["T99", "value"] == pytest.approx(30.0)


def test_a_departement_without_ept_has_all_its_other_references():
    found = unemployment(geography=build(epts=None))
    assert found.loc["999", "value"] == pytest.approx(20.0)
    assert found.loc["99901+99902", "value"] == pytest.approx(15.0)


def test_a_group_of_quartiers_has_its_own_row_and_is_not_counted_twice():
    # R99901 is Q2 and Q3: (60 + 5)/(200 + 20) = 65/220 ; all the quartiers stay at 100/500.
    found = unemployment(geography=build(groups=GROUPS))
    assert found.loc["R99901", "value"] == pytest.approx(6500 / 220)
    assert found.loc["QPV-999", "denominator"] == 500.0
    assert found.loc["99901+99902+99903", "value"] == pytest.approx(20.0)


def test_outside_the_quartiers_is_the_difference_of_the_counts():
    # (600 − 100)/(3 000 − 500) = 500/2 500 = 20 %
    found = unemployment(census(chomeurs=(10, 60, 5, 25)))
    assert found.loc["HORS-QPV-999", "value"] == pytest.approx(20.0)
    assert found.loc["HORS-QPV-999", ["numerator", "denominator"]].tolist() == [500.0, 2500.0]


def test_a_part_above_its_whole_is_refused():
    # QN99904M: 225 unemployed for 180 active people.
    with pytest.raises(MeasureError, match="numerator") as error:
        unemployment(census(chomeurs=(10, 60, 5, 225)))
    assert error.value.problems[0].found == "QN99904M: 225 of 180"


def test_outside_the_quartiers_is_secret_when_fewer_than_eleven_would_be_left():
    # 109 unemployed in the three communes, 100 of them in the quartiers: 9 are left.
    found = unemployment(census(towns=(40, 40, 29, 0)))
    assert found.loc["HORS-QPV-999", "status"] == "secret"
    assert np.isnan(found.loc["HORS-QPV-999", "value"])


def test_outside_the_quartiers_is_not_given_when_one_of_them_is_secret():
    found = unemployment(census(chomeurs=(10, 60, "s", 25)))
    assert found.loc["QPV-999", "status"] == "observed"  # 480 of 500 actifs
    assert found.loc["HORS-QPV-999", "status"] != "observed"
    assert np.isnan(found.loc["HORS-QPV-999", "value"])


def test_a_head_count_is_subtracted_too():
    files = {
        "qpv": table("qpv", 2020, "qpv2024", population=dict.fromkeys(Q, 1000)),
        "com": table("com", 2020, "cog2021", population=dict.fromkeys(TOWNS, 10000)),
    }
    found = observe(files, {"population": (2020, ["qpv"], ["com"])}, "population")
    assert found.loc["999", "value"] == 30000.0
    assert found.loc["HORS-QPV-999", "value"] == 26000.0


def incomes(**qpv):
    medians = {"niveau_vie_median": dict.fromkeys(Q, 12000), "taux_pauvrete_60": dict.fromkeys(Q, 40)}
    dep = {"niveau_vie_median": {"999": 24000}, "taux_pauvrete_60": {"999": 17}}
    return {
        "qpv": table("qpv", 2021, "qpv2024", **{**medians, **qpv}),
        "dep": table("dep", 2021, "cog2021", **dep),
    }


@pytest.mark.parametrize("name", ["taux_pauvrete", "niveau_vie_median_mensuel"])
def test_neither_a_median_nor_a_rate_without_counts_is_subtracted(name):
    people = {"personnes_menages_fiscaux": dict.fromkeys(Q, 1000)}
    found = observe(incomes(**people), {name: (2021, ["qpv"], ["dep"])}, name)
    assert found.loc["999", "status"] == "observed"
    assert found.loc["HORS-QPV-999", "status"] == "not_available"
    assert "ni une médiane" in found.loc["HORS-QPV-999", "note"]


def test_monthly_medians_of_both_sides_are_a_twelfth_of_the_annual_ones():
    found = observe(
        incomes(), {"niveau_vie_median_mensuel": (2021, ["qpv"], ["dep"])}, "niveau_vie_median_mensuel"
    )
    assert found.loc["QN99901M", "value"] == 1000.0
    assert found.loc["999", "value"] == 2000.0


def test_figures_of_insee_are_official_and_the_aggregate_it_publishes_is_shown():
    # ours: 40 % everywhere ; INSEE's 40.4
    files = incomes(personnes_menages_fiscaux=dict.fromkeys(Q, 1000))
    files["ens"] = table("ens", 2021, "qpv2024", taux_pauvrete_60={"QPV-999": 40.4})
    found = observe(
        files, {"taux_pauvrete": (2021, ["qpv", "ens"], ["dep"])}, "taux_pauvrete", source="filosofi"
    )
    whole = found.loc["QPV-999"]
    assert (whole["value"], whole["origin"]) == (40.4, "insee")
    assert whole["check"] == pytest.approx(40.0)


def test_a_weight_of_the_nearest_year_serves_and_is_named_with_its_year():
    # In 2020 all are of 1 000: (40 + 3 × 20)/4 = 25 % ; in 2015 it would be (40 × 3 + 20)/4 = 35 %.
    files = {
        "qpv": table("qpv", 2021, "qpv2024", taux_pauvrete_60=dict(zip(Q, (40, 20, 20, 20), strict=True))),
        "pop": pd.concat([
            table("pop", 2015, "qpv2024", population=dict(zip(Q, (3000, 1000, 0, 0), strict=True))),
            table("pop", 2020, "qpv2024", population=dict(zip(Q, (1000, 1000, 1000, 1000), strict=True))),
        ]),
    }  # fmt: skip
    found = observe(files, {"taux_pauvrete": (2021, ["qpv", "pop"], [])}, "taux_pauvrete")
    assert found.loc["QPV-999", "value"] == pytest.approx(25.0)
    assert "population municipale (2020)" in found.loc["QPV-999", "note"]
    assert found.loc["QPV-999", "origin"] == "oqhs_estimate"


def test_a_value_of_another_year_is_not_taken_for_that_of_the_year():
    with pytest.raises(CatalogueError, match="for 2019") as error:
        observe(census(), {"taux_chomage_15_64": (2019, ["qpv"], ["com"])}, "taux_chomage_15_64")
    assert error.value.problems[0].todo == "these inputs hold it for 2020"


def test_two_inputs_that_contradict_each_other_are_refused():
    files = census()
    files["autre"] = table("autre", 2020, "qpv2024", chomeurs_15_64={"QN99901M": 11})
    with pytest.raises(CatalogueError, match="QN99901M") as error:
        observe(files, {"taux_chomage_15_64": (2020, ["qpv", "autre"], ["com"])}, "taux_chomage_15_64")
    assert error.value.problems[0].found == "qpv: 10, autre: 11"


def test_two_inputs_that_agree_or_complete_each_other_are_put_together():
    files = census(chomeurs=(10, "nd", 5, 25))
    files["autre"] = table("autre", 2020, "qpv2024", chomeurs_15_64={"QN99901M": 10, "QN99902M": 60})
    found = observe(files, {"taux_chomage_15_64": (2020, ["qpv", "autre"], ["com"])}, "taux_chomage_15_64")
    assert found.loc["QN99902M", "value"] == pytest.approx(30.0)
    assert found.loc["QPV-999", "value"] == pytest.approx(20.0)
    assert found.loc["QPV-999", "source"] == "autre+qpv"


def test_a_figure_one_card_masks_is_not_given_by_another():
    files = census(chomeurs=(10, "s", 5, 25))
    files["autre"] = table("autre", 2020, "qpv2024", chomeurs_15_64={"QN99902M": 60})
    with pytest.raises(CatalogueError, match="QN99902M") as error:
        observe(files, {"taux_chomage_15_64": (2020, ["qpv", "autre"], ["com"])}, "taux_chomage_15_64")
    assert error.value.problems[0].found == "qpv: secret, autre: 60"


def test_a_quartier_of_another_perimeter_is_refused():
    files = census()
    files["qpv"] = files["qpv"].assign(perimeter="qpv2015")
    with pytest.raises(MeasureError, match="perimeter") as error:
        unemployment(files)
    assert (error.value.problems[0].found, error.value.problems[0].allowed) == ("qpv2015", "qpv2024")


def test_a_quartier_of_the_departement_that_is_not_in_the_layer_is_told_and_not_dropped():
    # A mistyped code: left out, its people would be missing from every sum without a word.
    files = census()
    mistyped = files["qpv"]["territory"].str.replace("QN99902M", "QN99999M")
    files["qpv"] = files["qpv"].assign(territory=mistyped)
    with pytest.raises(CatalogueError, match="not in its layer") as error:
        unemployment(files)
    assert (error.value.problems[0].column, error.value.problems[0].found) == ("qpv", "QN99999M")


def test_a_card_without_any_quartier_of_the_edition_is_refused():
    files = census()
    older = files["qpv"]["territory"].str.replace("QN", "QP")
    files["qpv"] = files["qpv"].assign(territory=older, perimeter="qpv2015")
    with pytest.raises(CatalogueError, match="no quartier of perimeter qpv2024"):
        unemployment(files)


def test_the_order_of_the_rows_of_a_card_changes_nothing():
    turned = {name: rows.iloc[::-1].reset_index(drop=True) for name, rows in census().items()}
    pd.testing.assert_frame_equal(unemployment(), unemployment(turned))


def test_the_measurements_of_an_edition_are_those_of_its_territories():
    found = measurements_of(materials(census(), UNEMPLOYMENT))
    # 4 quartiers and 4 communes, 2 variables each
    assert len(found) == 16
    assert found["value"].notna().all()
