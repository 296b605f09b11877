"""The release of an edition that is compared with an earlier one: two tables more, and what vouches for them."""

import csv
import hashlib
import json

import pandas as pd
import pytest
from two_editions import only, opened

from oqhs.analysis.change import CHANGE_COLUMNS, NOTICE
from oqhs.measures.crosswalk import CROSSWALK_COLUMNS
from oqhs.publish.release import MANIFEST

#: A count that is brought, a count that one edition lacks by IRIS, and an amount.
FEW = only("taux_chomage_15_64", "locataires_hlm", "niveau_vie_median_mensuel")


def unsaid(found):
    """Name no earlier edition."""
    del found.editions[2024]["since"]


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("data") / "data", FEW).edition(2024)


@pytest.fixture(scope="module")
def release(edition, tmp_path_factory):
    return edition.release(tmp_path_factory.mktemp("processed"))


@pytest.fixture(scope="module")
def manifest(release):
    return json.loads((release / MANIFEST).read_text(encoding="utf-8"))


def rows_of(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_crosswalk_and_the_changes_stand_beside_the_other_tables(release):
    names = {path.name for path in release.iterdir()}
    assert {"passage.parquet", "passage.csv", "evolutions.parquet", "evolutions.csv"} <= names
    assert {"observations.parquet", "ecarts.csv", "indicateurs-2024.xlsx"} <= names


def test_an_edition_that_is_compared_with_none_has_neither(tmp_path):
    folder = opened(tmp_path / "data", FEW, unsaid).edition(2024).release(tmp_path / "out")
    names = {path.name.split(".")[0] for path in folder.iterdir()}
    assert not names & {"passage", "evolutions"}
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert "editions/2020.yaml" not in manifest["settings"]
    assert "rp-2015-qpv" not in manifest["inputs"]


def test_every_row_of_changes_says_whose_change_it_is(release):
    assert NOTICE == "L'évolution est celle du quartier, non de ses habitants."
    rows = rows_of(release / "evolutions.csv")
    assert rows
    assert {row["notice"] for row in rows} == {NOTICE}
    table = pd.read_parquet(release / "evolutions.parquet")
    assert (table["notice"] == NOTICE).all()
    assert table.loc[table["status"] == "observed", "reading_key"].str.endswith(NOTICE).all()


def test_changes_are_told_with_every_reference_and_have_a_figure_or_a_reason(release, edition):
    table = pd.read_parquet(release / "evolutions.parquet")
    assert table["reference"].drop_duplicates().tolist() == [
        "departement",
        "ept",
        "commune",
        "ensemble_qpv",
        "hors_qpv",
    ]
    # Both editions plan the same: what neither plans has a row, and a reason, unless it is optional.
    every = edition.observatory.catalogue.indicators.items()
    assert set(table["indicator"]) == {name for name, one in every if not one.optional}
    assert ((table["change"].notna()) == (table["reason"] == "")).all()
    assert not table.duplicated(["indicator", "territory", "reference"]).any()


def test_changes_read_back_as_the_edition_gives_them(release, edition):
    table = pd.read_parquet(release / "evolutions.parquet")
    given = edition.changes(reference="commune")
    kept = table[table["reference"] == "commune"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept[list(given.columns)], given, check_dtype=False)
    row = given.set_index(["indicator", "territory"]).loc[("taux_chomage_15_64", "QN99902M")]
    # 29/210 then 26/210, beside 170/1 300 then 160/1 300 of Le Bourg
    assert row["change"] == pytest.approx(-300 / 210)
    assert row["gap_change"] == pytest.approx(-300 / 210 + 1000 / 1300)


def test_columns_read_back_from_parquet_in_their_types(release):
    table = pd.read_parquet(release / "evolutions.parquet")
    assert list(table.columns[: len(CHANGE_COLUMNS)]) == CHANGE_COLUMNS
    kinds = {
        "Int64": ["year_before", "year", "span_years"],
        "float64": ["value_before", "value", "change", "change_pct", "reference_change", "gap_change"],
        "bool": ["invented"],
        "boolean": ["flaggable", "widening"],
    }
    for kind, names in kinds.items():
        assert {name: str(table[name].dtype) for name in names} == dict.fromkeys(names, kind)
    texts = ["indicator", "territory", "relation", "basis", "status", "caution", "reason", "notice", "unit"]
    assert all(pd.api.types.is_string_dtype(table[name]) for name in texts)
    passage = pd.read_parquet(release / "passage.parquet")
    assert {str(passage[name].dtype) for name in CROSSWALK_COLUMNS[3:]} == {"float64"}


def test_the_crosswalk_reads_back_with_names_and_perimeters(release, edition):
    passage = pd.read_parquet(release / "passage.parquet")
    assert passage[["code_old", "code_new", "relation"]].fillna("").to_numpy().tolist() == [
        ["QP999001", "QN99901I", "inchangé"],
        ["QP999002", "QN99902M", "agrandi"],
        ["QP999003", "QN99903M", "réduit"],
        ["QP999004", "QN99904M", "fusion"],
        ["QP999005", "QN99904M", "fusion"],
        ["QP999006", "", "sortant"],
        ["", "QN99905N", "entrant"],
    ]
    assert passage["label_new"].fillna("").tolist()[:2] == ["Les Bleuets", "Le Grand Gué"]
    assert (set(passage["perimeter_old"]), set(passage["perimeter_new"])) == ({"qpv2015"}, {"qpv2024"})
    given = edition.crosswalk()
    pd.testing.assert_frame_equal(passage[list(given.columns)], given, check_dtype=False)


def test_a_change_that_is_not_there_is_an_empty_cell_and_never_a_zero(release):
    rows = rows_of(release / "evolutions.csv")
    hidden = [row for row in rows if row["status"] != "observed"]
    assert hidden
    assert {row["change"] for row in hidden} == {""}
    assert {row["gap_change"] for row in hidden} == {""}
    shown = {row["territory"]: row for row in rows if row["reference"] == "departement" and row["change"]}
    assert shown["QN99901I"]["change"].replace("-", "").replace(",", "").isdecimal()
    entered = rows_of(release / "passage.csv")[-1]
    assert (entered["code_old"], entered["share_old"]) == ("", "")


def test_invented_data_and_diffusion_are_marked_in_both_tables(release):
    for name in ("passage", "evolutions"):
        table = pd.read_parquet(release / f"{name}.parquet")
        assert table["invented"].all()
        assert set(table["diffusion"]) == {"interne"}


def test_the_manifest_lists_the_files_of_both_editions_once_each(manifest, edition):
    inputs = manifest["inputs"]
    before = edition.comparison().before
    assert set(inputs) == set(before.cards) | set(edition.cards)
    both = {"rp-2015-qpv", "rp-2020-qpv", "ic-2015", "ic-2020", "qpv-2015", "qpv-2024", "filosofi-2016-dep"}
    assert both <= set(inputs)
    assert list(inputs) == sorted(inputs)
    for name, card in inputs.items():
        assert card["sha256"] == edition.observatory.cards[name].sha256


def test_the_manifest_vouches_for_the_files_of_both_editions_and_for_both_tables(manifest, edition, release):
    for year in (2020, 2024):
        content = (edition.observatory.folder / "editions" / f"{year}.yaml").read_bytes()
        assert manifest["settings"][f"editions/{year}.yaml"] == hashlib.sha256(content).hexdigest()
    for name in ("passage.csv", "passage.parquet", "evolutions.csv", "evolutions.parquet"):
        assert manifest["outputs"][name] == hashlib.sha256((release / name).read_bytes()).hexdigest()
    assert manifest["recipe"]["since"] == 2020
    assert {"passage_tolerance_m", "rp_millesimes_ecart_min"} <= set(manifest["parameters"])


def test_the_same_files_read_elsewhere_give_the_same_bytes(release, tmp_path):
    again = opened(tmp_path / "data", FEW).edition(2024).release(tmp_path / "out")
    assert bytes_of(again) == bytes_of(release)


def test_an_identical_release_is_not_written_twice(release, edition):
    assert edition.release(release.parents[1]) == release
    assert [path.name for path in release.parent.iterdir() if path.is_dir()] == ["r1"]


def test_a_figure_of_the_earlier_edition_that_changes_gives_another_release(release, tmp_path):
    def correct(found):
        found.tables["rp-2015-qpv"] = found.tables["rp-2015-qpv"].replace(
            "QP999001;210;12", "QP999001;210;13"
        )

    again = opened(tmp_path / "data", FEW, correct).edition(2024).release(tmp_path / "out")
    first, second = bytes_of(release), bytes_of(again)
    altered = {name for name in first if first[name] != second[name]}
    workbook = "indicateurs-2024.xlsx"
    assert altered == {"evolutions.csv", "evolutions.parquet", workbook, "datapackage.json", MANIFEST}
    # 13/100 then 15/120: −0.5 point
    table = pd.read_parquet(again / "evolutions.parquet").set_index(["indicator", "territory", "reference"])
    row = table.loc[("taux_chomage_15_64", "QN99901I", "departement")]
    assert row["change"] == pytest.approx(-0.5)


def test_progress_tells_of_the_changes_and_ends_with_everything(edition, tmp_path):
    steps = []
    edition.release(tmp_path / "out", progress=lambda *step: steps.append(step))
    assert "évolutions" in [label for _, _, label in steps]
    assert [done for done, _, _ in steps] == list(range(len(steps)))
    assert steps[-1][0] == steps[-1][1]


def test_the_manifest_vouches_for_the_earlier_edition_that_is_compared(tmp_path):
    def neighbour_first(found):
        # The edition of 2018 is of another département: the first of this one from 2018 on is that of 2020.
        found.editions[2018] = found.editions[2020] | {"edition": 2018, "departement": "998"}
        found.editions[2024]["since"] = 2018

    edition = opened(tmp_path / "data", FEW, neighbour_first).edition(2024)
    assert edition.comparison().before.file.edition == 2020
    folder = edition.release(tmp_path / "out")
    settings = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["settings"]
    assert [name for name in settings if name.startswith("editions/")] == [
        "editions/2020.yaml",
        "editions/2024.yaml",
    ]
