"""Nothing of a hidden count is anywhere in a release, and a release remembers what it told."""

import json
import sqlite3
from contextlib import closing

import pandas as pd
import pyarrow.parquet as pq
import pytest
from protected_data import FORMER, QUARTIERS, SEXES, edition, hidden_pairs, told
from python_calamine import CalamineWorkbook

from oqhs.catalogue import built_in
from oqhs.errors import DataError
from oqhs.publish.released import every_release, released_counts

#: Its women, 25 of 30, are 83.33… % of its people: no other figure of the edition is near.
SHARE, WRITTEN = 100 * 25 / 30, ("83.3", "83,3")
FEW = {**FORMER, "QP999001": (25, 5)}
#: Columns of numbers that are not figures.
_NOT_FIGURES = {"year", "year_before", "span_years", "decimals", "n_known", "n_total", "edition", "invented"}


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    def compared(found):
        found.editions[2024]["since"] = 2020

    return edition(
        tmp_path_factory.mktemp("data"),
        compared,
        quartiers=QUARTIERS | {"QN99901I": (25, 5), "QN99904M": (22, 18)},
        former=FEW,
    )


@pytest.fixture(scope="module")
def folder(one, tmp_path_factory):
    return one.release(tmp_path_factory.mktemp("processed"))


def tables(folder):
    """Give every table of a release, with its place."""
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if path.suffix == ".parquet":
            frame = pq.read_table(path).to_pandas()
            yield place, frame.drop(columns="geometry", errors="ignore")
        elif path.suffix == ".csv":
            yield place, pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")
        elif path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(str(path))
            for name in book.sheet_names:
                yield f"{place} {name}", pd.DataFrame(book.get_sheet_by_name(name).to_python())
        elif path.suffix == ".gpkg":
            with closing(sqlite3.connect(path)) as base:
                names = [row[0] for row in base.execute("select table_name from gpkg_contents")]
                for name in names:
                    yield f"{place} {name}", pd.read_sql(f'select * from "{name}"', base)  # noqa: S608


def test_the_share_of_the_quartier_is_hidden(one):
    assert ("femmes_beneficiaires_rsa", "QN99901I") in hidden_pairs(one)


def test_no_cell_of_any_table_holds_a_hidden_share(folder):
    seen = 0
    for place, frame in tables(folder):
        for name in frame:
            numbers = pd.to_numeric(frame[name], errors="coerce").astype("float64")
            assert not ((numbers - SHARE).abs() < 0.05).any(), (place, name)
            texts = [str(cell) for cell in frame[name]]
            assert not any(word in text for word in WRITTEN for text in texts), (place, name)
            seen += len(frame)
    assert seen > 1000


def test_no_text_of_a_release_holds_a_hidden_share(folder):
    for path in folder.rglob("*"):
        if path.suffix in {".md", ".json", ".html", ".txt", ".csv"}:
            text = path.read_text(encoding="utf-8-sig")
            assert not any(f"{word} %" in text or f"{word}\u00a0%" in text for word in WRITTEN), path.name


def test_rows_of_a_hidden_figure_hold_no_number(folder, one):
    rows = 0
    for place, frame in tables(folder):
        if not {"indicator", "territory"} <= set(frame):
            continue
        for pair in hidden_pairs(one):
            own = frame[(frame["indicator"] == pair[0]) & (frame["territory"] == pair[1])]
            numbers = own.select_dtypes("number").columns.difference([*_NOT_FIGURES])
            left = [name for name in numbers if not name.startswith("reference_")]
            assert own[left].isna().all(axis=None), (place, pair)
            rows += len(own)
    assert rows


def test_rows_of_a_hidden_count_hold_none(folder, one):
    cells = one.protection.suppressions
    for place, frame in tables(folder):
        if {"variable", "territory", "value"} <= set(frame):
            own = frame.merge(cells, on=["variable", "territory"])
            assert len(own), place
            assert own["value"].isna().all(), place
            assert set(own["status"]) == {"secret"}


def test_a_release_remembers_what_it_told_and_what_it_hid(folder, one):
    counts = released_counts(every_release(folder.parent.parent), built_in())
    assert set(counts["perimeter"]) == {"qpv2024"}
    places = {variable: sex for sex, variable in SEXES.items()}
    known = counts[counts["value"].notna()]
    names = zip(known["variable"].map(places), known["territory"], strict=True)
    found = dict(zip(names, known["value"], strict=True))
    assert found == told(one)
    gone = set(counts.loc[counts["value"].isna(), "territory"])
    assert gone <= {territory for _, territory in hidden_pairs(one)} | set(
        one.protection.suppressions["territory"]
    )
    assert "QN99901I" in gone
    again = one.knowing(counts)
    assert told(again) == told(one)
    assert again.protection.cells == one.protection.cells


def test_counts_a_release_hid_are_remembered_on_both_sides_of_a_share_and_those_nobody_had_are_not(tmp_path):
    manifest = {
        "edition": 2024,
        "perimeter": "qpv2024",
        "diffusion": "partenaires",
        "inputs": {"rsa-qpv": {"source": "rsa"}, "rp": {"source": "rp"}},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    women, people = SEXES["F"], SEXES["T"]
    measured = [
        (women, "QN99901I", 22.0, "observed", "rsa-qpv"),
        (people, "QN99901I", None, "secret", "rsa-qpv"),
        (women, "QN99902M", None, "not_available", "rsa-qpv"),
        ("population", "QN99901I", 220.0, "observed", "rp"),
    ]
    observed = [
        ("QN99901I", 22.0, 40.0, "observed", "rp+rsa-qpv"),
        ("QN99902M", None, None, "secret", "rsa-qpv"),
        ("QN99903M", None, None, "not_available", "rsa-qpv"),
    ]
    columns = ["territory", "numerator", "denominator", "status", "source"]
    observations = pd.DataFrame(observed, columns=columns).assign(
        indicator="femmes_beneficiaires_rsa", year=pd.array([2020] * len(observed), dtype="Int64")
    )
    measurements = pd.DataFrame(measured, columns=["variable", "territory", "value", "status", "source"])
    observations.to_parquet(tmp_path / "observations.parquet")
    measurements.assign(year=2020).to_parquet(tmp_path / "mesures.parquet")
    counts = released_counts([tmp_path], built_in())
    told_or_not = [
        (row.variable, row.territory, row.value if pd.notna(row.value) else None)
        for row in counts.itertuples()
    ]
    # As measured (22, and people hidden), then both terms of the share told and of the share hidden.
    assert sorted(told_or_not, key=str) == sorted(
        [
            (women, "QN99901I", 22.0),
            (people, "QN99901I", None),
            (women, "QN99901I", 22.0),
            (people, "QN99901I", 40.0),
            (women, "QN99902M", None),
            (people, "QN99902M", None),
        ],
        key=str,
    )


def test_an_internal_release_has_told_nobody(tmp_path):
    inside = edition(tmp_path / "data", diffusion="interne")
    inside.release(tmp_path / "processed")
    assert released_counts(every_release(tmp_path / "processed"), built_in()).empty


def test_a_release_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "2024" / "r1").mkdir(parents=True)
    (tmp_path / "2024" / "r1" / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        released_counts(every_release(tmp_path), built_in())
    problem = caught.value.problems[0]
    assert problem.what == "an earlier release cannot be read, and nobody knows what it told"
    assert problem.file == tmp_path / "2024" / "r1"
    assert "move it out of the folder" in problem.todo
