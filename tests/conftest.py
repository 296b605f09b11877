"""What every test may use: the real open data, and a line that says how many tests used them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from oqhs.cli import main

_ROOT = Path(__file__).resolve().parents[1]
_RUN = ("passed", "failed", "error", "xfailed", "xpassed")


@pytest.fixture(scope="session")
def real_data() -> Path:
    told = os.environ.get("OQHS_REAL_DATA")
    folder = Path(told).resolve() if told else _ROOT.parent / "shared" / "data"
    if not (folder / "insee_qpv").is_dir():
        pytest.skip(f"no real data in {folder}: set OQHS_REAL_DATA to the folder that holds `insee_qpv`")
    return folder


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command as a shell would: exit code, what was printed, what was said on the error stream."""

    def _run(*words):
        monkeypatch.setattr(sys, "argv", ["oqhs", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return _run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    def count(*categories: str) -> int:
        reports = [one for name in categories for one in terminalreporter.stats.get(name, [])]
        return len({one.nodeid for one in reports if "real" in getattr(one, "keywords", ())})

    run, skipped = count(*_RUN), count("skipped")
    if run or skipped:
        terminalreporter.write_line(f"real-data tests: {run} run, {skipped} skipped")
