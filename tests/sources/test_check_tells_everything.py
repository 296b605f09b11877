"""One run of `check` over a folder that holds every broken file tells every one of them."""

import json
import sys

import pytest
from broken import BROKEN

from oqhs.cli import main


def test_one_check_tells_every_broken_file_with_its_own_words_and_place(tmp_path, monkeypatch, capsys):
    raw = tmp_path / "raw"
    raw.mkdir()
    paths = [broken.write(raw) for broken in BROKEN]
    bare = [
        path.name
        for broken, path in zip(BROKEN, paths, strict=True)
        if broken.card is None and broken.card_text is None
    ]
    # two more faults a file has only in a folder: nobody vouches for it, or its bytes are not those vouched for
    altered = next(path for broken, path in zip(BROKEN, paths, strict=True) if broken.card is not None)
    altered.write_bytes(altered.read_bytes() + b"\n")
    monkeypatch.setattr(sys, "argv", ["oqhs", "check", "--data", str(tmp_path), "--format", "json"])
    with pytest.raises(SystemExit) as ended:
        main()
    problems = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    told = {(problem["file"], problem["problem"]) for problem in problems}
    for broken, path in zip(BROKEN, paths, strict=True):
        own = [problem for problem in problems if problem["file"].startswith(f"raw/{path.name}")]
        assert any(broken.words in problem["problem"] for problem in own), broken.name
    assert {f"raw/{name}" for name in bare} == {
        file for file, what in told if what == "no card vouches for this file"
    }
    assert (f"raw/{altered.name}", "the file is not the one its card vouches for") in told
    assert all(problem["allowed"] or problem["todo"] for problem in problems)
    assert len(BROKEN) >= 34
