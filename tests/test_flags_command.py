"""`oqhs flags` on the embedded edition: what is told, to whom, and how."""

from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

import oqhs
from oqhs.errors import UnknownError
from oqhs.flagging import chosen_flags

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def edition():
    return oqhs.open(DATA).edition(2024)


def test_the_command_prints_the_flags_of_a_quartier_and_how_many_have_them(run):
    code, said, _ = run("flags", "2024", "--territoire", "QN99901M", "--data", DATA)
    assert code == 0
    for words in ("DONNÉES INVENTÉES", "Les Alouettes (QN99901M)", "décrochage", "constaté", "1 sur 1"):
        assert words in said
    assert "interne" not in said


def test_a_file_for_everyone_holds_nothing_internal(run, tmp_path):
    path = tmp_path / "signalements.csv"
    assert run("flags", "2024", "--theme", "environnement", "-o", path, "--data", DATA)[0] == 0
    table = pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")
    assert set(table["diffusion"]) == {"public"}
    assert set(table["theme"]) == {"environnement"}
    assert not set(table["kind"]) & {"position"}
    assert not set(table["state"]) & {"a_confirmer"}


def test_a_workbook_has_the_flags_the_grid_and_the_counts(run, tmp_path):
    path = tmp_path / "signalements.xlsx"
    assert run("flags", "2024", "--territoire", "T92", "-o", path, "--data", DATA)[0] == 0
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Signalements", "Repérage", "Quartiers signalés"]
    grid = book.get_sheet_by_name("Repérage").to_python()
    header = next(row for row in grid if row[0] == "Quartier")
    assert "Taux de pauvreté" in header
    texts = {cell for row in grid for cell in row if isinstance(cell, str)}
    assert any("décrochage" in text for text in texts)


def test_what_is_internal_is_given_only_when_asked_for(edition):
    told, _ = chosen_flags(edition)
    every, _ = chosen_flags(edition, internal=True)
    assert "position" not in set(told["kind"])
    assert "position" in set(every["kind"])
    assert len(every) > len(told)


def test_a_reference_keeps_what_is_held_against_no_reference(edition):
    found, _ = chosen_flags(edition, reference="commune")
    assert set(found.loc[found["kind"] == "ecart", "reference"]) == {"commune"}
    assert "seuil" in set(found["kind"])


def test_a_reference_keeps_the_decrochages_it_confirms(edition):
    every = edition.flags_told()
    every = every[every["kind"] == "decrochage"]
    wanted = [
        row.reference == "commune"
        or "commune" in [code.split(":")[1] for code in row.confirmed_by.split(", ")]
        for row in every.itertuples()
    ]
    found, _ = chosen_flags(edition, reference="commune")
    found = found[found["kind"] == "decrochage"]
    assert 0 < sum(wanted) < len(every)
    assert found["sentence"].tolist() == every.loc[wanted, "sentence"].tolist()
    # Its own figures are those of another reference: the sentence says which one confirms it.
    others = found.loc[found["reference"] != "commune", "sentence"]
    assert len(others)
    assert others.str.contains(r"confirmé par .*à la commune\b").all()
    assert not found["confirmed_by"].eq("").any()


def test_a_flag_on_a_value_of_grade_c_says_that_it_stops_at_partners(edition):
    flags, gaps = edition.flags(), edition.told_to("interne").gaps()
    coarse = gaps.loc[gaps["grade"] == "C", ["territory", "indicator"]].apply(tuple, axis=1)
    on_coarse = flags[["territory", "indicator"]].apply(tuple, axis=1).isin(set(coarse))
    assert "partenaires" in set(flags.loc[on_coarse, "diffusion"])
    assert "public" not in set(flags.loc[on_coarse, "diffusion"])
    assert "partenaires" not in set(flags.loc[~on_coarse, "diffusion"])
    told = edition.flags_told()
    assert told["sentence"].tolist() == flags.loc[flags["diffusion"] == "public", "sentence"].tolist()
    partners = edition.told_to("partenaires").flags_told()
    assert len(partners) == (flags["diffusion"] != "interne").sum()


def test_of_the_old_the_interval_is_said_to_be_short(edition):
    told = edition.uncertainty
    short = told["precision"].str.contains("88 %", regex=False)
    old = told["indicator"].isin(["part_60_plus", "part_75_plus"])
    assert short[old & (told["sampling"] == "sondage") & told["value"].notna()].all()
    assert short.any()
    assert not short[~old].any()


def test_not_every_quartier_has_every_flag(edition):
    _, shares = chosen_flags(edition)
    by = shares.set_index(["kind", "indicator"])["share"]
    assert by["seuil", "exposition_icu"] < 0.5
    assert by["seuil", "surface_arboree"] < 0.5
    assert by["seuil", "eds_minutes"] < 1


def test_neutral_indicators_are_never_flagged(edition):
    neutral = {name for name, one in edition.observatory.catalogue.indicators.items() if one.polarity == 0}
    assert not set(edition.flags()["indicator"]) & neutral


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"territory": "QN99999M"}, "no such quartier, group, commune or EPT, or no quartier in it"),
        ({"theme": "env"}, "no such theme"),
        ({"reference": "region"}, "no such reference"),
    ],
)
def test_what_does_not_exist_is_told(edition, asked, told):
    with pytest.raises(UnknownError, match=told):
        chosen_flags(edition, **asked)


def test_the_grid_says_why_a_cell_has_no_score(edition):
    grid = edition.heat_table()
    assert grid["territory"].nunique() == 47
    blank = grid[grid["score"].isna()]
    assert (blank["text"] != "").all()
    assert set(grid.loc[grid["cell"] == "non_publiable", "value"].isna()) == {True}


def test_an_evolution_of_too_small_a_sample_is_hidden_from_partners(edition):
    moved = edition.changes(since=2020)
    small = edition.uncertainty
    small = small[small["publishable"].eq(False) & small["territory"].str.startswith("QN")]
    keys = pd.MultiIndex.from_frame(small[["indicator", "territory"]])
    rows = moved[pd.MultiIndex.from_frame(moved[["indicator", "territory"]]).isin(keys)]
    assert len(rows)
    assert rows[["value", "value_before", "value_edition", "change", "gap_change"]].isna().all(axis=None)
    assert not rows["status"].eq("observed").any()
    # Nor does anything else tell which way it went.
    assert rows["widening"].isna().all()
    assert not rows["flaggable"].eq(True).any()


def test_an_evolution_between_two_samples_has_an_interval_and_no_other_has(edition):
    moved = edition.changes(since=2020)
    known = moved[moved["status"] == "observed"]
    census = known["basis"].eq("quartier inchangé") & known["indicator"].isin(
        ["part_moins_18", "part_60_plus"]
    )
    assert known.loc[census, "change_ci_upper"].notna().all()
    assert known.loc[known["indicator"] == "taux_pauvrete", "change_ci_upper"].isna().all()


def test_the_interval_of_an_estimated_evolution_says_what_it_leaves_out(edition):
    moved = edition.told_to("interne").changes(since=2020)
    said = moved["caution"].str.endswith("intervalle hors erreur d'estimation")
    guessed = moved["change_ci_upper"].notna() & (moved["origin"] == "oqhs_estimate")
    assert guessed.any()
    assert said.tolist() == guessed.tolist()
