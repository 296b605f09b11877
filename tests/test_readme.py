"""The README tells the truth about what is there."""

import re
from pathlib import Path

import duckdb
import pytest
import yaml
from small_edition import edition

import oqhs
from oqhs import cli
from oqhs.catalogue import load_catalogue
from oqhs.corrections import _Entry
from oqhs.sources.cards import Card

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", README, re.MULTILINE | re.DOTALL)


def test_the_key_table_of_the_readme_is_the_one_the_command_prints(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["oqhs", "table", "2024", "--data", str(ROOT / "data")])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 0
    printed = [line.rstrip() for line in capsys.readouterr().out.rstrip().splitlines()]
    (shown,) = blocks("text")
    assert shown.rstrip().splitlines() == printed


def test_the_card_of_the_readme_is_a_card_of_a_known_layout():
    text = next(block for block in blocks("yaml") if "sha256:" in block)
    card = Card.model_validate(yaml.safe_load(text.replace("…", "a" * 64)))
    assert card.layout in load_catalogue().layouts
    assert card.source in load_catalogue().sources


def test_the_card_of_a_study_of_the_readme_says_what_a_card_may_say():
    text = next(block for block in blocks("yaml") if "layout: interviews" in block)
    added = {"id": "x", "licence": "interne", "obtained": "2025-01-01", "sha256": "a" * 64}
    card = Card.model_validate(added | yaml.safe_load(text))
    assert card.source in load_catalogue().sources
    assert card.interviews.files() == ["liens.csv", "verdicts.csv"]


def test_every_layout_the_readme_names_exists():
    named = re.search(r"Layouts known: (.*?);", README, re.DOTALL).group(1)
    assert set(re.findall(r"`(\w+)`", named)) == set(load_catalogue().layouts)


def test_the_lines_of_the_readme_for_a_notebook_run(monkeypatch, tmp_path):
    code, _ = blocks("python")
    monkeypatch.chdir(ROOT)
    code = code.replace('ed.release("data/processed")', f"ed.release({str(tmp_path)!r})")
    code = code.replace('"fiche.pdf"', repr(str(tmp_path / "fiche.pdf")))
    names = {}
    exec(code, names)  # noqa: S102  (the README of this very repository)
    assert len(names["ed"].key_table()) == 17
    assert (tmp_path / "fiche.pdf").read_bytes().startswith(b"%PDF")
    median = oqhs.measures.pooled_quantile(names["deciles"], names["people"])
    assert names["deciles"][0.5].min() <= median <= names["deciles"][0.5].max()


def test_the_lines_of_the_readme_for_studies_run(monkeypatch):
    pytest.importorskip("krippendorff")
    _, code = blocks("python")
    monkeypatch.chdir(ROOT)
    names = {}
    exec(code, names)  # noqa: S102  (the README of this very repository)
    assert len(names["corpus"].segments)
    assert names["excerpts"].log["segment"].nunique() > 0
    assert len(names["followed"])


def test_every_command_of_the_readme_is_one_and_has_the_options_it_shows():
    from typer.main import get_command

    lines = [line for block in blocks("sh") for line in block.splitlines()]
    shown = [line.split("#")[0].split()[1:] for line in lines if line.startswith("oqhs ")]
    assert len(shown) > 15
    for words in shown:
        command = get_command(cli.app)
        while hasattr(command, "commands") and words:
            command = command.commands[words.pop(0)]
        known = {name for option in command.params for name in option.opts}
        assert {word for word in words if word.startswith("-")} <= known, words


def test_the_queries_of_the_readme_run_on_a_release_and_find_something(tmp_path):
    folder = edition(tmp_path / "data").release(tmp_path / "out")
    queries = [query for query in blocks("sql")[0].split(";") if query.strip()]
    found = [duckdb.sql(query.replace("data/processed/2024/r1", str(folder))).fetchall() for query in queries]
    # No figure of the communes is worse in a quartier; poverty of 40 % and 30 %, 17,2 % in the département.
    assert len(found) == 2
    assert all(len(row) in {2, 3} for rows in found for row in rows)


def test_the_correction_of_the_readme_is_one_that_can_be_written():
    text = next(block for block in blocks("yaml") if "from:" in block)
    (entry,) = yaml.safe_load(text)
    assert _Entry.model_validate(entry).territory == "QN99902M"
