"""By which design of the census each quartier is judged: that of its commune, or of its large addresses.

Actifs and unemployed are those of `two_editions`; 99901 has 12 000 inhabitants here, 99902 and 99903 less
than 10 000. The effective sample of N actifs is f N / (effect × (1 − f)).
"""

import numpy as np
import pytest
from two_editions import RP_2020_COM, only, opened

from oqhs.errors import DataError

ATTRIBUTES = "code;GE\nQN99901I; OUI \nQN99902M;Non\nQN99905N;oui\n"


def designed(folder, attributes=ATTRIBUTES):
    def change(found):
        found.tables["rp-2020-com"] = RP_2020_COM.replace("99901;3200", "99901;12000")
        found.tables["attributs"] = attributes
        found.cards["attributs"]["attributes"]["columns"] = {"GE": "Grand ensemble"}

    edition = opened(folder, only("population", "taux_chomage_15_64"), change).edition(2024)
    told = edition.uncertainty
    return told[told["indicator"] == "taux_chomage_15_64"].set_index("territory")


def test_a_quartier_is_judged_by_the_design_of_its_kind(tmp_path):
    told = designed(tmp_path)
    # A grand ensemble of a large commune: 120 actifs, 0.7 × 120 / (5 × 0.3) = 56.
    assert told.loc["QN99901I", ["fraction", "effect"]].tolist() == [0.7, 5.0]
    assert told.loc["QN99901I", "n_eff"] == pytest.approx(56)
    # Not one: 200 actifs, 0.4 × 200 / (3 × 0.6) = 44.4; half in a large commune is no small commune.
    assert told.loc["QN99902M", "n_eff"] == pytest.approx(80 / 1.8)
    assert told.loc["QN99903M", ["fraction", "effect"]].tolist() == [0.4, 3.0]
    # In a small commune everybody is counted, at large addresses too.
    for code in ("QN99904M", "QN99905N"):
        assert told.loc[code, ["fraction", "effect"]].tolist() == [1.0, 1.0]
        assert (told.loc[code, "sampling"], told.loc[code, "n_eff"]) == ("exhaustif", np.inf)


def test_a_small_commune_is_counted_whole_and_a_large_one_is_not(tmp_path):
    told = designed(tmp_path)
    assert told.loc[["99901", "99902", "99903"], "fraction"].tolist() == [0.4, 1.0, 1.0]
    assert told.loc[["99901", "99902", "99903"], "effect"].tolist() == [3.0, 1.0, 1.0]


def test_a_grand_ensemble_is_said_by_yes_or_no(tmp_path):
    with pytest.raises(DataError, match="neither oui nor non") as caught:
        designed(tmp_path, "code;GE\nQN99901I;peut-être\nQN99902M;1\nQN99903M;oui\n")
    first, second = caught.value.problems
    assert (first.file, first.column) == ("card attributs", "Grand ensemble of QN99901I")
    assert (first.found, first.allowed) == ("peut-être", "oui or non")
    assert second.found == "1"


def test_a_grand_ensemble_that_is_one_and_is_not_is_refused(tmp_path):
    with pytest.raises(DataError, match="both oui and non") as caught:
        designed(tmp_path, "code;GE\nQN99901I;oui\nQN99901I;non\nQN99902M;non\n")
    (problem,) = caught.value.problems
    assert problem.column == "Grand ensemble of QN99901I"
