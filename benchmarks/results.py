"""Where what was measured is written: one section of RESULTS.md a benchmark."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).resolve().with_name("RESULTS.md")


def section(title: str, runs: int, libraries: Sequence[str], lines: Sequence[str]) -> str:
    """Lay out what was measured, with the versions it was measured with."""
    used = ", ".join(f"{library} {version(library)}" for library in libraries)
    said = f"Medians of {runs} alternated runs, one machine, one run."
    said += f"\nPython {platform.python_version()}, {used}."
    return "\n".join([f"# {title}", "", said, "", *lines, ""])


def keep(text: str) -> None:
    """Put a section in the place of the one of the same title, or after the others."""
    title = text.split("\n", 1)[0]
    held = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    parts = [part.strip() for part in f"\n{held}".split("\n# ") if part.strip()]
    sections = {f"# {part.splitlines()[0]}": f"# {part}" for part in parts} | {title: text.strip()}
    RESULTS.write_text("\n\n".join(sections.values()) + "\n", encoding="utf-8", newline="\n")
