"""Parts of the surface under heat islands and trees, worked out on squares.

Communes are squares of 1 km² in a row; QN99901M is 100 to 200 m (1 ha), QN99902M 900 to 1 100 m (2 ha).
"""

import numpy as np
import pandas as pd
import pytest
from invented_ground import materials, surfaces

from oqhs.errors import CatalogueError
from oqhs.observations import observations_of

# West half of QN99901M: class 3; its east half: class 1. The whole of QN99902M and of the rest of 99901
# below y = 300 m: class 1; 99902 below 900 m: class 2, but for a strip nobody assessed (class missing).
ILOTS = [
    ((100, 100, 150, 200), 3),
    ((150, 100, 200, 200), 1),
    ((0, 0, 100, 1000), 1),
    ((200, 0, 1000, 1000), 1),
    ((100, 200, 200, 1000), 1),
    ((100, 0, 200, 100), 1),
    ((1000, 0, 2000, 900), 2),
    ((1000, 900, 2000, 1000), None),
    ((2000, 0, 3000, 1000), -1),
]


def observed(files, name="exposition_icu", *cards):
    made = materials(files, {name: (2022, *(cards or ["ilots"]))})
    return observations_of(made, indicators=[name]).set_index("territory")


def heat():
    classes = pd.Series([one for _, one in ILOTS], dtype="Int64")
    return observed({"ilots": surfaces(*[box for box, _ in ILOTS], heat_class=classes)})


def test_the_share_exposed_is_that_of_the_surface_assessed():
    found = heat()
    assert found.loc["QN99901M", "value"] == pytest.approx(50)
    # QN99902M: 1 ha in 99901 (class 1), 1 ha in 99902 (class 2).
    assert found.loc["QN99902M", "value"] == pytest.approx(50)
    # 99901: half a hectare of 100. 99902: 90 ha assessed of 100, all of class 2.
    assert found.loc["99901", "value"] == pytest.approx(0.5)
    assert found.loc["99902", ["value", "coverage"]].tolist() == pytest.approx([100, 0.9])
    # The 10 ha nobody assessed may be exposed or not.
    assert found.loc["99902", ["lower", "upper"]].tolist() == pytest.approx([90, 100])


def test_the_departement_is_the_sum_of_the_surfaces_and_not_a_mean_of_shares():
    found = heat()
    # 0.5 + 90 + 0 ha exposed of 100 + 90 + 100 ha assessed, where the mean of the shares is 33.5 %.
    assert found.loc["999", "value"] == pytest.approx(100 * 90.5 / 290)
    assert found.loc["999", "coverage"] == pytest.approx(290 / 300)


def test_the_rest_of_the_departement_is_its_ground_without_the_quartiers():
    found = heat()
    quartiers, whole, rest = (found.loc[code] for code in ("QPV-999", "999", "HORS-QPV-999"))
    assert rest["numerator"] == pytest.approx(whole["numerator"] - quartiers["numerator"])
    assert rest["denominator"] == pytest.approx(whole["denominator"] - quartiers["denominator"])


def test_what_the_layer_does_not_reach_has_no_value_rather_than_zero():
    found = observed({"ilots": surfaces((0, 0, 1000, 1000), heat_class=pd.Series([3], dtype="Int64"))})
    assert found.loc["99901", "value"] == 100
    assert found.loc["99902", "status"] == "not_covered"
    assert np.isnan(found.loc["99902", "value"])
    # One commune of three: too little for the département.
    assert found.loc["999", "status"] == "not_covered"


def test_the_note_tells_the_classes_the_hour_and_how_much_is_covered():
    assert heat().loc["99901", "note"] == "aléa de jour, classes 2 et plus"
    note = heat().loc["99902", "note"]
    assert "aléa de jour, classes 2 et plus" in note
    assert "90,0 % de la surface a été relevée" in note


def test_crowns_that_overlap_count_once():
    # Two squares of 60 m overlap on 20 m in QN99901M: 100 m × 60 m of 100 m × 100 m.
    crowns = surfaces((100, 100, 160, 160), (140, 100, 200, 160), stratum=["arbre"] * 2)
    footprint = surfaces((0, 0, 3000, 1000))
    found = observed({"arbres": crowns, "emprise": footprint}, "surface_arboree", "arbres", "emprise")
    assert found.loc["QN99901M", "value"] == pytest.approx(60)
    assert found.loc["99902", "value"] == 0


def test_without_a_footprint_only_what_lies_between_the_crowns_was_looked_at():
    # Crowns in the corners of 99901: their envelope holds it whole, and nothing of 99902.
    corners = [(0, 0, 10, 10), (990, 0, 1000, 10), (0, 990, 10, 1000), (990, 990, 1000, 1000)]
    made = materials({"arbres": surfaces(*corners)}, {"surface_arboree": (2022, "arbres")})
    found = observations_of(made, indicators=["surface_arboree"]).set_index("territory")
    # 4 × 100 m² of 1 km².
    assert found.loc["99901", ["value", "coverage"]].tolist() == pytest.approx([0.04, 1])
    assert found.loc["QN99901M", "value"] == 0
    assert found.loc["99902", "status"] == "not_covered"


def test_a_card_that_is_not_such_a_layer_is_refused():
    with pytest.raises(CatalogueError, match="measured on one layer") as error:
        observed({"com": surfaces((0, 0, 1, 1))}, "exposition_icu", "com")
    assert error.value.problems[0].found == "com (layout mapped)"


def test_classes_of_noise_need_to_say_what_was_mapped():
    with pytest.raises(CatalogueError, match="what was surveyed"):
        observed({"bruit": surfaces((0, 0, 1, 1))}, "exposition_bruit", "bruit")


def test_noise_is_the_share_of_what_was_mapped():
    files = {"bruit": surfaces((100, 100, 200, 125)), "emprise": surfaces((0, 0, 3000, 1000))}
    found = observed(files, "exposition_bruit", "bruit", "emprise")
    # A quarter of QN99901M, and nothing elsewhere.
    assert found.loc[["QN99901M", "QN99904M"], "value"].tolist() == [25, 0]
