"""The invented cohort: what it holds, and that it is the same everywhere."""

import datetime as dt
from types import SimpleNamespace

import pytest

from oqhs.demo.cohort import cohort_files
from oqhs.demo.vintages import newest
from oqhs.studies.cohort import by_quartier, compared, quality, read, reading, steps

NAME = "cohorte_rsa_999.csv"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    path = tmp_path_factory.mktemp("etudes") / NAME
    path.write_bytes(cohort_files()[NAME])
    card = SimpleNamespace(dpo="registre, fiche 12 (inventée)", diffusion="interne", year=2024, invented=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "find_card", lambda _: card)
        return read(path)


def test_the_file_is_small_and_the_same_each_time():
    assert cohort_files() == cohort_files()
    assert list(cohort_files()) == [NAME]
    assert len(cohort_files()[NAME]) < 150_000


def test_it_is_the_list_of_january_2022_followed_to_december_2024(cohort):
    people = cohort.followed()
    assert people["entered"].min().date() == dt.date(2022, 1, 1)
    assert people["entered"].max().date() <= dt.date(2022, 1, 31)
    assert people["opened"].max().date() <= dt.date(2022, 1, 31)
    assert cohort.spells["left"].max().date() < dt.date(2024, 12, 31)
    counts = people["group"].value_counts()
    assert counts.to_dict() == {"qpv": 1180, "hors_qpv": 1170, "non_situe": 50}
    inside = people[people["group"] == "qpv"]
    assert set(inside["territory"]) <= set(newest().quartiers)
    assert inside["moved"].notna().sum() > 50
    assert (cohort.spells["person"].value_counts() > 1).sum() > 5


def test_what_may_leave_it_is_over_the_threshold(cohort):
    table = steps(cohort)
    assert (table["events"] >= 11).all()
    assert set(table["group"]) == {"qpv", "hors_qpv"}
    assert "emploi" in set(compared(table)["cause"])
    quartiers = by_quartier(cohort)
    assert {"secret", "observed"} == set(quartiers["status"])
    assert (quartiers["persons"].dropna() >= 11).all()
    shown = quality(cohort)["persons"].dropna()
    assert ((shown == 0) | (shown >= 11)).all()
