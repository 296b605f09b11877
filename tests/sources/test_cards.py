"""A card vouches for the bytes of a file; anything else about it is refused."""

import datetime as dt
import hashlib

import pytest

from oqhs.catalogue import built_in
from oqhs.errors import CatalogueError, ChecksumError
from oqhs.sources.cards import Card, card_path, find_card, read_card, read_cards, write_card

CONTENT = b"CODGEO;POP\n94028;1\n"
ALLOWED = (
    "archive, attributes, canopy, diffusion, dpo, exposure, facilities, heat, id, interviews, invented, kind, layer, layout, licence, "
    "mapping, memberships, obtained, path, people, perimeter, replaces, sha256, sheet, sidecars, source, streets, "
    "title, year, years"
)


def test_a_card_written_is_the_card_read(tmp_path):
    path = tmp_path / "a.csv"
    card = Card(
        id="filosofi-2021",
        layout="filosofi_com",
        source="filosofi",
        licence="etalab-2.0",
        obtained=dt.date(2024, 10, 2),
        sha256="0" * 64,
        year=2021,
        title="Revenus à l'échelle des communes",
    )
    assert write_card(path, card) == card_path(path) == tmp_path / "a.csv.card.yaml"
    assert find_card(path) == card
    assert b"\r" not in card_path(path).read_bytes()
    assert find_card(tmp_path / "b.csv") is None


def test_cards_come_by_id_in_order_with_the_file_they_vouch_for(write, carded, tmp_path):
    first = carded(write(CONTENT, name="z.csv"), id="aaa")
    second = carded(write(CONTENT, name="a.csv"), id="zzz")
    cards = read_cards(tmp_path, built_in())
    assert [(name, path) for name, (path, _) in cards.items()] == [("aaa", first), ("zzz", second)]


def test_a_card_may_vouch_for_a_file_elsewhere(write, carded, tmp_path):
    (tmp_path / "raw").mkdir()
    elsewhere = write(CONTENT, name="ailleurs.csv")
    local = write(CONTENT, name="raw/ici.csv")
    carded(local, path="../ailleurs.csv")
    local.unlink()
    ((path, _),) = read_cards(tmp_path / "raw", built_in()).values()
    assert path == elsewhere.resolve()


@pytest.mark.parametrize("key", ["sha265", "annee"])
def test_an_unknown_key_of_a_card_is_told_with_the_keys_allowed(write, carded, refused, key):
    path = card_path(carded(write(CONTENT), **{key: 1}))
    (problem,) = refused(CatalogueError, read_card, path)
    assert (problem.what, problem.file) == ("this key is not known", path)
    assert (problem.column, problem.found, problem.allowed) == (key, key, ALLOWED)


def test_an_unknown_key_inside_a_mapping_is_told_with_the_keys_allowed_there(write, carded, refused):
    mapping = {"key": "CODGEO", "columns": {"POP": "population"}, "repeat": True}
    (problem,) = refused(CatalogueError, read_card, card_path(carded(write(CONTENT), mapping=mapping)))
    assert (problem.column, problem.found) == ("mapping.repeat", "repeat")
    assert problem.allowed == "columns, decimal, key, repeated"


def test_an_unknown_key_of_a_mapped_column_is_told_with_the_keys_allowed_there(write, carded, refused):
    mapping = {"key": "CODGEO", "columns": {"POP": {"variable": "population", "anee": 2020}}}
    problems = refused(CatalogueError, read_card, card_path(carded(write(CONTENT), mapping=mapping)))
    (problem,) = [problem for problem in problems if problem.what == "this key is not known"]
    assert (problem.found, problem.allowed) == ("anee", "variable, year")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "Avec Majuscules"),
        ("sha256", "abc"),
        ("year", 1789),
        ("obtained", "hier"),
        ("diffusion", "tous"),
    ],
)
def test_a_value_a_card_cannot_have_is_told_with_its_key(write, carded, refused, key, value):
    path = card_path(carded(write(CONTENT), **{key: value}))
    (problem,) = refused(CatalogueError, read_card, path)
    assert (problem.file, problem.column, problem.found) == (path, key, value)


def test_every_missing_key_is_told_at_once(write, refused):
    path = write("id: a\n", name="a.csv.card.yaml")
    problems = refused(CatalogueError, read_card, path)
    assert [problem.column for problem in problems] == ["layout", "source", "licence", "obtained", "sha256"]


def test_a_file_that_changed_is_refused_with_both_checksums(write, carded, tmp_path, refused):
    path = carded(write(CONTENT))
    path.write_bytes(CONTENT.replace(b"1", b"2"))
    (problem,) = refused(ChecksumError, read_cards, tmp_path, built_in())
    assert (problem.what, problem.file) == ("the file is not the one its card vouches for", path)
    assert problem.column == "sha256"
    assert problem.found == hashlib.sha256(CONTENT.replace(b"1", b"2")).hexdigest()
    assert problem.allowed == hashlib.sha256(CONTENT).hexdigest()
    assert problem.todo.startswith("put the file back")


def test_a_line_ending_that_changed_is_another_file(write, carded, tmp_path, refused):
    path = carded(write(CONTENT))
    path.write_bytes(CONTENT.replace(b"\n", b"\r\n"))
    assert len(refused(ChecksumError, read_cards, tmp_path, built_in())) == 1


def test_missing_and_changed_files_are_all_told_at_once(write, carded, tmp_path, refused):
    gone = carded(write(CONTENT, name="a.csv"), id="a")
    changed = carded(write(CONTENT, name="b.csv"), id="b")
    carded(write(CONTENT, name="c.csv"), id="c")
    gone.unlink()
    changed.write_bytes(b"")
    problems = refused(ChecksumError, read_cards, tmp_path, built_in())
    assert [problem.file for problem in problems] == [gone, changed]
    assert problems[0].what == "the file of this card is not there"


def test_two_cards_of_one_id_are_refused(write, carded, tmp_path, refused):
    carded(write(CONTENT, name="a.csv"), id="meme")
    second = carded(write(CONTENT, name="b.csv"), id="meme")
    (problem,) = refused(CatalogueError, read_cards, tmp_path, built_in())
    assert (problem.what, problem.file) == ("two cards have one id", card_path(second))
    assert (problem.column, problem.found, problem.todo) == ("id", "meme", "rename one")
