"""An internal edition told to partners or to everyone: nothing that is hidden comes along in a notebook."""

import pandas as pd
import pytest
from protected_data import edition
from small_edition import write_data
from two_editions import RP_2020_COM, RP_2020_QPV

import oqhs
from oqhs.errors import CatalogueError

_PAIR = ["indicator", "territory"]


@pytest.fixture(scope="module")
def inside(tmp_path_factory):
    """Open an internal edition whose accessors were all looked at already.

    Of 1 000 actifs of QN99902M 300 are unemployed: 30 %, against 660 of 9 700 in the département.
    """

    def larger(found):
        own = RP_2020_QPV.replace("QN99902M;560;150;40;200;", "QN99902M;2560;150;300;1000;")
        found.tables["rp-2020-qpv"] = own
        found.tables["rp-2020-com"] = RP_2020_COM.replace(";160;1300;", ";340;7500;").replace("3200", "13200")

    found = edition(tmp_path_factory.mktemp("inside"), larger, diffusion="interne")
    for table in (found.flags(), found.heat_table(), found.uncertainty, found.gaps()):
        assert len(table)
    return found


def of_pairs(table, pairs):
    return table[pd.MultiIndex.from_frame(table[_PAIR]).isin(pd.MultiIndex.from_frame(pairs[_PAIR]))]


@pytest.mark.parametrize("diffusion", ["partenaires", "public"])
def test_nothing_under_the_secrecy_is_told(inside, diffusion):
    told = inside.told_to(diffusion)
    secret = told.protection.hidden
    raw = of_pairs(inside.observations, secret)
    assert raw["value"].notna().any()
    for reference in ("departement", "ept", "commune", "ensemble_qpv", "hors_qpv"):
        rows = of_pairs(told.gaps(reference), secret)
        own = rows.select_dtypes("float")
        own = own.drop(columns=[name for name in own if name.startswith("reference_")] + ["coverage"])
        assert own.isna().all(axis=None)
        # Nor as the other side of a gap.
        pairs = secret.rename(columns={"territory": "reference_territory"})
        key = ["indicator", "reference_territory"]
        gaps = told.gaps(reference)
        against = gaps[pd.MultiIndex.from_frame(gaps[key]).isin(pd.MultiIndex.from_frame(pairs[key]))]
        assert against[["reference_value", "gap", "gap_ci_lower", "gap_ci_upper"]].isna().all(axis=None)
    precise = of_pairs(told.uncertainty, secret)
    assert len(precise)
    figures = ["value", "denominator", "n_eff", "se_pts", "ci_lower", "ci_upper", "publishable"]
    assert precise[figures].isna().all(axis=None)
    assert set(precise["precision"]) == {"valeur couverte par le secret statistique"}
    heat = of_pairs(told.heat_table(), secret)
    assert len(heat)
    assert heat[["value", "gap", "score"]].isna().all(axis=None)
    assert of_pairs(told.flags_told(), secret).empty
    assert of_pairs(told.flags(), secret).empty


@pytest.mark.parametrize("diffusion", ["partenaires", "public"])
def test_nothing_too_imprecise_is_told(inside, diffusion):
    told = inside.told_to(diffusion)
    precise = inside.uncertainty
    small = precise[precise["publishable"].eq(False) & precise["territory"].str.startswith("QN")]
    assert len(small)
    gaps = of_pairs(told.gaps(), small)
    figures = ["value", "gap", "gap_lower", "gap_upper", "value_ci_lower", "value_ci_upper"]
    assert gaps[[*figures, "gap_ci_lower", "gap_ci_upper", "gap_se"]].isna().all(axis=None)
    heat = of_pairs(told.heat_table(), small)
    assert heat[["value", "gap", "score"]].isna().all(axis=None)
    assert of_pairs(told.flags_told(), small).empty
    # The interval of those 30 % is 6 points wide on each side: grade C, which stops at partners.
    assert "partenaires" in set(told.flags()["diffusion"])
    assert told.flags_told().empty == (diffusion == "public")


def test_the_internal_edition_still_tells_everything(inside):
    inside.told_to("public").gaps()
    secret = inside.protection.hidden
    known = of_pairs(inside.observations, secret).set_index(_PAIR)["value"].dropna()
    same = inside.uncertainty.set_index(_PAIR)["value"].reindex(known.index)
    assert same.tolist() == known.tolist()


def test_an_edition_is_not_told_farther_than_its_files_may_go(tmp_path):
    folder = write_data(tmp_path / "data")
    card = folder / "raw" / "com.csv.card.yaml"
    card.write_text(card.read_text(encoding="utf-8") + "diffusion: partenaires\n", encoding="utf-8")
    ed = oqhs.open(folder).edition(2024)
    assert ed.told_to("interne").file.diffusion == "interne"
    with pytest.raises(CatalogueError, match=r"(?s)may not go that far.*com: partenaires"):
        ed.told_to("public")
