"""The same people told on two perimeters: what lies between two quartiers is not told either."""

import pandas as pd
import pytest
from protected_data import FORMER, QUARTIERS, SEXES, edition, released, sums, told, worked_out

FIRM = QUARTIERS | {"QN99902M": (35, 26), "QN99904M": (44, 44)}
OLD = {
    (sex, code): value for code, (f, h) in FORMER.items() for sex, value in (("T", f + h), ("F", f), ("H", h))
}
#: More people around the quartiers.
LARGE = {"99901": (150, 120), "99902": (150, 120), "99903": (60, 55)}
#: From `two_editions`: QP999002 lies in QN99902M, QP999004 and QP999005 in QN99904M, QN99903M in QP999003.
RINGS = [
    ("QN99902M", ["QP999002", "ring 2"]),
    ("QN99904M", ["QP999004", "QP999005", "ring 4"]),
    ("QP999003", ["QN99903M", "ring 3"]),
    ("QP999001", ["QN99901I"]),
]
TWO = [(("T", code), [("F", code), ("H", code)]) for code in (*FORMER, "ring 2", "ring 3", "ring 4")]


def before(*but):
    """Give what the edition of 2020 told, a few counts but."""
    return released({name: None if name in but else value for name, value in OLD.items()}, "qpv2015")


def relations():
    return [*sums(RINGS), *TWO]


def small(known):
    return {name: value for name, value in known.items() if 0 < value < 11}


def test_a_ring_that_holds_enough_people_hides_nothing(tmp_path):
    # Women and men of the rings: 15 and 11, 17 and 13, 19 and 14.
    one = edition(tmp_path, quartiers=FIRM, former=FORMER)
    known = one.knowing(before())
    assert ("T", "QN99902M") in told(known)
    assert known.protection.suppressions.empty


@pytest.fixture(scope="module")
def larger(tmp_path_factory):
    """35 people in QP999002 and 40 in QN99902M: 5 in the ring, 3 women and 2 men."""
    return edition(tmp_path_factory.mktemp("larger"), quartiers=FIRM | {"QN99902M": (23, 17)}, former=FORMER)


def test_a_quartier_made_larger_by_a_few_people_is_not_told_beside_the_old_one(larger):
    assert larger.protection.suppressions.empty
    out = worked_out(told(larger) | OLD, relations())
    assert small(out) == {("T", "ring 2"): 5, ("F", "ring 2"): 3, ("H", "ring 2"): 2}
    known = larger.knowing(before())
    assert small(worked_out(told(known) | OLD, relations())) == {}
    assert ("T", "QN99902M") not in told(known)
    # The old quartiers are those of another edition: they are not told again.
    assert not {(sex, "QP999002") for sex in SEXES} & set(told(known))
    ring = known.protection.audit.filter(like="couronne", axis=0)
    assert len(ring) == 3
    assert ring["protected"].all()


def test_what_was_told_of_other_years_binds_nothing(larger):
    assert told(larger.knowing(before().assign(year=2015))) == told(larger)


def test_a_quartier_made_smaller_by_a_few_people_neither(tmp_path):
    # 80 people in QP999003, of whom 76 in QN99903M.
    one = edition(tmp_path, quartiers=FIRM | {"QN99903M": (43, 33)}, communes=LARGE, former=FORMER)
    out = worked_out(told(one) | OLD, relations())
    assert small(out) == {("T", "ring 3"): 4, ("F", "ring 3"): 2, ("H", "ring 3"): 2}
    known = one.knowing(before())
    assert small(worked_out(told(known) | OLD, relations())) == {}


def test_a_count_the_earlier_edition_hid_is_not_given_back_by_the_quartier_that_did_not_change(tmp_path):
    # QN99901I is QP999001, of whom the edition of 2020 hid the men (4) and the women.
    former = FORMER | {"QP999001": (26, 4)}
    one = edition(tmp_path, quartiers=FIRM | {"QN99901I": (26, 4)}, former=former)
    known = one.knowing(before(("H", "QP999001"), ("F", "QP999001")))
    assert not {("H", "QN99901I"), ("F", "QN99901I")} & set(told(known))


def test_changes_are_hidden_at_both_dates(tmp_path):
    def compared(found):
        found.editions[2024]["since"] = 2020

    one = edition(
        tmp_path, compared, quartiers=QUARTIERS | {"QN99901I": (35, 5)}, former=FORMER | {"QP999006": (20, 4)}
    )
    changes = one.changes(reference="departement").set_index(["indicator", "territory"])
    row = changes.loc[("femmes_beneficiaires_rsa", "QN99901I")]
    assert (row["status"], row["reason"]) == ("secret", "secret statistique")
    figures = [
        name for name in changes if name.startswith(("value", "change", "gap")) and "affiche" not in name
    ]
    assert pd.isna(row[figures]).all()
    assert "35" not in row["reading_key"]
    assert not row["flaggable"]
