"""How precise an edition says it is, and what of it may leave the observatory.

Quartiers of 100, 2 000 and 20 actifs in communes of unknown population: the design is the usual one, f = 0.4
and an effect of 3. The effective sample of N actifs is 0.4 N / (3 × 0.6) = N / 4.5.
"""

import numpy as np
import pandas as pd
import pytest
from small_edition import edition, write_data

import oqhs
from oqhs.errors import CatalogueError, UnknownError


@pytest.fixture
def opened(tmp_path):
    """Open the small edition, as far as the diffusion goes, with other counts of actifs in QN99902M."""

    def _opened(diffusion="partenaires"):
        folder = write_data(tmp_path)
        file = folder / "editions" / "2024.yaml"
        text = file.read_text(encoding="utf-8").replace("diffusion: partenaires", f"diffusion: {diffusion}")
        file.write_text(text, encoding="utf-8")
        return oqhs.open(folder).edition(2024)

    return _opened


def told(found, indicator, territory):
    return found[(found["indicator"] == indicator) & (found["territory"] == territory)].iloc[0]


def test_a_share_of_the_census_has_the_interval_of_wilson(opened):
    # 60 of 200 actifs: n = 200 / 4.5 = 44.4, p = 0.3, z = 1.96.
    row = told(opened().uncertainty, "taux_chomage_15_64", "QN99902M")
    n, p, z = 200 / 4.5, 0.3, 1.959964
    middle, spread = n * p + z**2 / 2, z * np.sqrt(n * p * (1 - p) + z**2 / 4)
    assert row["n_eff"] == pytest.approx(n)
    assert row["ci_lower"] == pytest.approx(100 * (middle - spread) / (n + z**2), abs=1e-4)
    assert row["ci_upper"] == pytest.approx(100 * (middle + spread) / (n + z**2), abs=1e-4)
    assert "ordre de grandeur" in row["precision"]


def test_what_is_not_a_sample_has_no_interval_and_says_so(opened):
    row = told(opened().uncertainty, "taux_pauvrete", "QN99901M")
    assert row["sampling"] == "fiscal"
    assert np.isnan(row["ci_lower"])
    assert "pas d'intervalle" in row["precision"]


def test_the_tenants_of_hlm_go_by_whole_buildings_and_have_no_interval(opened):
    row = told(opened().uncertainty, "locataires_hlm", "QN99902M")
    assert row["sampling"] == "inconnu"
    assert np.isnan(row["ci_lower"])
    # The effective sample of the usual effect would be far too large.
    assert np.isnan(row["n_eff"])
    assert "immeubles entiers" in row["precision"]


def test_too_small_a_sample_has_no_value_in_a_product_for_partners(opened):
    # 44 persons in the effective sample, of 50 asked for.
    table = opened().key_table(territory="QN99902M").set_index("indicator")
    assert table.loc["taux_chomage_15_64", "status"] == "not_significant"
    assert np.isnan(table.loc["taux_chomage_15_64", "qpv"])
    assert "échantillon trop petit" in table.loc["taux_chomage_15_64", "remark"]


def test_inside_the_observatory_the_same_value_is_seen(opened):
    table = opened("interne").key_table(territory="QN99902M").set_index("indicator")
    assert table.loc["taux_chomage_15_64", "qpv"] == 30


def test_a_release_for_partners_hides_it_in_every_table(opened, tmp_path):
    folder = opened().release(tmp_path / "out")
    for name in ("observations", "ecarts"):
        rows = pd.read_parquet(folder / f"{name}.parquet")
        rows = rows[(rows["indicator"] == "taux_chomage_15_64") & (rows["territory"] == "QN99902M")]
        assert len(rows)
        # Nothing of it is left, its interval included: the middle of one would tell the value.
        told = rows.select_dtypes("float").drop(columns=["coverage"])
        told = told.drop(columns=[name for name in told if name.startswith("reference_")])
        assert told.isna().all(axis=None)


def test_all_the_quartiers_together_keep_their_value(opened):
    table = opened().key_table().set_index("indicator")
    assert table.loc["taux_chomage_15_64", "qpv"] == pytest.approx(100 * 75 / 320)


def test_the_gap_to_what_holds_a_quartier_is_less_sure_than_the_two_apart(opened):
    # w = 200/3 000 of the département; q = 30 %, h = (300 − 60)/(3 000 − 200) = 8.571 %.
    gaps = opened("interne").gaps("departement")
    row = told(gaps, "taux_chomage_15_64", "QN99902M")
    w, q, h = 200 / 3000, 0.3, 240 / 2800
    variance = [p * (1 - p) / (n / 4.5) for p, n in ((q, 200), (h, 2800))]
    assert row["gap"] == pytest.approx(20)
    assert row["gap_se"] == pytest.approx(100 * (1 - w) * np.sqrt(sum(variance)))
    assert row["gap_ci_upper"] - row["gap"] == pytest.approx(1.959964 * row["gap_se"], rel=1e-6)


def test_ranks_come_with_the_ranks_a_quartier_may_hold(opened):
    # 30 % of 200, 25 % of 20 and 10 % of 100: the first and the second cannot be told apart.
    ranks = opened("interne").ranks("taux_chomage_15_64")
    assert ranks["rank"].to_dict() == {"QN99901M": 3, "QN99902M": 1, "QN99903M": 2}
    assert ranks.loc["QN99902M", ["rank_lower", "rank_upper"]].tolist() == [1, 2]


def test_a_rank_of_an_indicator_that_is_not_there_names_those_that_are(opened):
    with pytest.raises(UnknownError, match="taux_chomage_15_64"):
        opened("interne").ranks("taux_chomage")


def test_where_the_precision_is_not_known_any_quartier_may_hold_any_rank(opened):
    # 40 of 50 households, 60 of 100, 5 of 10: 80, 60 and 50 %, of a sample without an interval.
    ranks = opened("interne").ranks("locataires_hlm")
    assert ranks["rank"].tolist() == [1, 2, 3]
    assert ranks["rank_lower"].tolist() == [1, 1, 1]
    assert ranks["rank_upper"].tolist() == [3, 3, 3]


def test_what_is_not_sampled_has_ranks_that_are_sure(opened):
    # 40 and 30 %; the third is secret.
    ranks = opened("interne").ranks("taux_pauvrete").loc[["QN99901M", "QN99902M"]]
    assert ranks["rank_lower"].tolist() == ranks["rank"].tolist() == ranks["rank_upper"].tolist() == [1, 2]


@pytest.mark.parametrize("diffusion", ["partenaires", "public"])
def test_ranks_are_for_the_observatory_alone(opened, diffusion):
    with pytest.raises(CatalogueError, match="ranks are internal") as caught:
        opened(diffusion).ranks("taux_chomage_15_64")
    (problem,) = caught.value.problems
    assert (problem.file, problem.column) == ("editions/2024.yaml", "diffusion")
    assert (problem.found, problem.allowed) == (diffusion, "interne")
    assert "told_to" in problem.todo
    assert len(opened(diffusion).told_to("interne").ranks("taux_chomage_15_64")) == 3


def test_the_gaps_of_a_notebook_hide_what_a_release_hides(opened):
    row = told(opened().gaps("departement"), "taux_chomage_15_64", "QN99902M")
    figures = ["value", "gap", "gap_lower", "gap_upper", "gap_se", "gap_ci_lower", "gap_ci_upper"]
    assert row[[*figures, "value_ci_lower", "value_ci_upper"]].isna().all()
    assert "échantillon trop petit" in row["reason"]


def test_what_is_kept_is_not_changed_by_a_notebook(tmp_path):
    found = edition(tmp_path)
    mine = found.uncertainty
    mine["mine"] = 1
    assert "mine" not in found.uncertainty
