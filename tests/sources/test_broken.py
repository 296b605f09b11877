"""Every broken file of the catalogue gives its own error, where it is, with what to do, and nothing else."""

import hashlib

import pytest
from broken import BROKEN

from oqhs import sources
from oqhs.catalogue import built_in
from oqhs.errors import OqhsError
from oqhs.sources.cards import card_path, read_cards

CASES = pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)


def opened(path):
    """Do as a data folder does: check the cards, then read the file."""
    read_cards(path.parent, built_in())
    return sources.load(path)


def listed(folder):
    """Every file under a folder, with the checksum of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in folder.rglob("*")
    }


@pytest.fixture
def problems(tmp_path):
    """Problems of a broken file in a folder of its own, whose listing does not change."""

    def _problems(broken):
        (tmp_path / "raw").mkdir()
        path = broken.write(tmp_path / "raw")
        before = listed(tmp_path)
        with pytest.raises(OqhsError) as caught:
            opened(path)
        assert listed(tmp_path) == before
        assert type(caught.value) is broken.error
        return path, caught.value

    return _problems


@CASES
def test_a_broken_file_gives_its_own_error_at_its_own_place(problems, broken):
    _, error = problems(broken)
    first = error.problems[0]
    assert broken.words in first.what
    assert (first.line, first.column, first.sheet) == (broken.line, broken.column, broken.sheet)


@CASES
def test_the_error_names_the_file_and_says_what_is_allowed_or_what_to_do(problems, broken):
    path, error = problems(broken)
    for problem in error.problems:
        told = str(problem.file)
        assert told in {str(path), str(card_path(path))} or told.startswith(f"{path}/")
        assert problem.allowed or problem.todo
    assert path.name in str(error)


def test_the_broken_files_may_stand_in_one_folder(tmp_path):
    for broken in BROKEN:
        broken.write(tmp_path)
    cards = sum(1 for broken in BROKEN if broken.card is not None or broken.card_text is not None)
    assert len(list(tmp_path.iterdir())) == len(BROKEN) + cards
    assert len({broken.name for broken in BROKEN}) == len(BROKEN)


def test_all_of_them_give_the_same_errors_in_one_folder(tmp_path):
    paths = [broken.write(tmp_path) for broken in BROKEN]
    for broken, path in zip(BROKEN, paths, strict=True):
        if broken.error.__name__ == "CatalogueError":
            continue  # told by the folder as a whole, once for all its cards
        with pytest.raises(broken.error) as caught:
            sources.load(path)
        assert broken.words in caught.value.problems[0].what
