"""Small files written byte for byte, and how the tests look at what came of them."""

import hashlib
import json

import pytest

from oqhs import sources


@pytest.fixture
def write(tmp_path):
    """Write a file, by default named so that its name says nothing of its layout."""

    def _write(content, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return _write


@pytest.fixture
def carded():
    """Write the card of a file beside it and give the file back (JSON is YAML)."""

    def _carded(path, /, **keys):
        content = {
            "id": "carte",
            "layout": "mapped",
            "source": "oqhs",
            "licence": "etalab-2.0",
            "obtained": "2024-10-02",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        beside = path.with_name(path.name + ".card.yaml")
        beside.write_text(json.dumps(content | keys), encoding="utf-8")
        return path

    return _carded


@pytest.fixture
def refused():
    """Give the problems of a call that must raise exactly this error, each told in its text."""

    def _refused(error, call, *args, **kwargs):
        with pytest.raises(error) as caught:
            call(*args, **kwargs)
        assert type(caught.value) is error
        for problem in caught.value.problems[:20]:
            assert problem.what
            assert str(problem) in str(caught.value)
        return caught.value.problems

    return _refused


@pytest.fixture
def values():
    """Values of one variable by territory."""

    def _values(path, variable, **kwargs):
        frame = sources.read(path, **kwargs)
        chosen = frame[frame["variable"] == variable]
        return dict(zip(chosen["territory"], chosen["value"], strict=True))

    return _values


@pytest.fixture
def statuses():
    """Statuses of one variable by territory."""

    def _statuses(path, variable, **kwargs):
        frame = sources.read(path, **kwargs)
        chosen = frame[frame["variable"] == variable]
        return dict(zip(chosen["territory"], chosen["status"], strict=True))

    return _statuses
