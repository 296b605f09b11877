"""From files with their cards to the key table, on three quartiers worked out by hand."""

import pytest
from small_edition import edition, write_data

import oqhs
from oqhs.errors import UnknownError


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return edition(tmp_path_factory.mktemp("data"))


def test_the_key_table_has_its_seventeen_rows_in_the_order_of_the_catalogue(small):
    table = small.key_table()
    assert len(table) == 17
    assert table["indicator"].tolist()[:2] == ["part_moins_18", "part_60_plus"]
    assert table["indicator"].tolist()[-1] == "eds_10_min"
    seen = table.set_index("indicator")["status"] == "observed"
    assert sorted(seen[seen].index) == ["locataires_hlm", "taux_chomage_15_64", "taux_pauvrete"]


def test_the_unemployment_of_all_the_quartiers_reads_as_worked_out_by_hand(small):
    # 75/320 = 23.4375 %, 300/3 000 = 10 %: 13.4375 points
    row = small.key_table().set_index("indicator").loc["taux_chomage_15_64"]
    assert (row["qpv"], row["reference"], row["gap"]) == pytest.approx((23.4375, 10.0, 13.4375))
    assert row["reading_key"] == (
        "23,4\u00a0% des actifs de 15 à 64 ans des QPV du Val-Fictif sont au chômage au sens du recensement, "
        "contre 10,0\u00a0% dans le Val-Fictif, soit un écart de +13,4\u00a0points."
    )


def test_a_partial_rate_tells_what_it_covers_and_between_what_the_gap_lies(small):
    # (400 + 300)/2 000 = 35 %, 2 000 of 2 400 persons ; bounds 29.17 and 45.83 % (400 unknown persons)
    # against 17.2 %: gap 17.8, between 11.97 and 28.63.
    row = small.key_table().set_index("indicator").loc["taux_pauvrete"]
    assert (row["qpv"], row["gap"]) == pytest.approx((35.0, 17.8))
    assert (row["gap_lower"], row["gap_upper"]) == pytest.approx((175 / 6 - 17.2, 275 / 6 - 17.2))
    assert row["coverage"] == pytest.approx(5 / 6)
    assert (row["origin"], row["note"]) == ("oqhs_estimate", "a")
    assert "partiel : 2 des 3 territoires, 83,3 %" in row["remark"]
    assert "entre +12,0\u00a0points et +28,6\u00a0points" in row["remark"]


def test_outside_the_quartiers_the_counts_are_subtracted(small):
    # (300 − 75)/(3 000 − 320) = 225/2 680
    row = small.key_table("hors_qpv").set_index("indicator").loc["taux_chomage_15_64"]
    assert row["reference"] == pytest.approx(22500 / 2680)
    assert "hors des QPV du Val-Fictif" in row["reading_key"]


def test_a_quartier_of_two_communes_is_compared_once_with_both(small):
    gaps = small.told_to("interne").gaps("commune")
    rows = gaps[(gaps["indicator"] == "taux_chomage_15_64") & (gaps["territory"] == "QN99902M")]
    assert len(rows) == 1
    # 60/200 = 30 % against 300/3 000 = 10 %
    assert rows["gap"].iloc[0] == pytest.approx(20.0)
    one = small.key_table("commune", territory="QN99902M").set_index("indicator").loc["taux_chomage_15_64"]
    assert one["reference_label"] == "Le Bourg et Orval"
    # 44 persons of an effective sample, of 50 asked for: partners have no value.
    assert one["status"] == "not_significant"


def test_every_quartier_has_a_row_for_every_indicator_against_every_reference(small):
    for reference in ("departement", "ept", "commune", "ensemble_qpv", "hors_qpv"):
        gaps = small.gaps(reference)
        assert len(gaps) == 3 * 17
        assert ((gaps["reason"] == "") == gaps["gap"].notna()).all()


def test_a_comparison_that_does_not_exist_is_refused(small):
    with pytest.raises(UnknownError):
        small.key_table("commune")
    with pytest.raises(UnknownError):
        small.key_table(territory="QN99909M")
    with pytest.raises(UnknownError):
        small.gaps("region")


def test_the_edition_says_that_its_data_are_invented(small):
    assert small.invented


def test_an_edition_needs_no_file_of_corrected_names(tmp_path):
    folder = write_data(tmp_path / "data")
    (folder / "libelles.yaml").unlink()
    bare = oqhs.open(folder).edition(2024)
    assert bare.geography.name("QN99901M") == "Les Bleuets"


def test_a_column_added_to_a_table_stays_out_of_what_the_edition_keeps(small):
    for name in ("observations", "measurements", "territories", "memberships"):
        table = getattr(small, name)
        table["essai"] = 1
        table.loc[:, table.columns[0]] = "changé"
        again = getattr(small, name)
        assert "essai" not in again
        assert "changé" not in set(again[again.columns[0]])
