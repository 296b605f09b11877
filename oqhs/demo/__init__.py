"""An invented département, in the exact layouts of the producers, so that everything runs at once.

One invention feeds every file, so that sums agree. `places` and `former` hold the names; `lattice`,
`iris` and `generations` draw the outlines; `people`, `details` and `incomes` invent who lives there,
`evolution` who lived there five years earlier; `ground` puts them on the map, `grid` in cells of
200 m, and `vintages` gathers what is known of each year. `streets`, `blocks` (of heat), `trees` and
`equipment` draw what surrounds them on the same lattice, with what trips a program. `layers`, `tables`,
`census`, `benefits` (what the département counts itself) and `carreaux` write it all as producers do;
`interviews`, `actions` and `cohort` invent the studies, which `studies` puts beside the rest; `settings`
writes the editions. The same bytes come out every time: draws are those of the standard library,
counts are shared out to the last unit, everything printed is rounded.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from oqhs.demo.files import raw_files
from oqhs.demo.settings import EDITIONS, GROUPS, LABELS, edition
from oqhs.demo.studies import study_files
from oqhs.errors import DataError, Problem
from oqhs.sources.cards import Card, sha256, write_card

__all__ = ["write_demo"]

_OBTAINED = dt.date(2024, 10, 2)
_LICENCE = "etalab-2.0"


def write_demo(folder: Path) -> list[Path]:
    """Write the invented département: files of the producers with their cards, edition, names, groups.

    Parameters
    ----------
    folder : Path
        Data folder. Files that are already there with the same bytes are left.

    Returns
    -------
    list of Path
        Every file of the demonstration, sorted.

    Raises
    ------
    DataError
        A file is there with other bytes; all of them are told, and nothing is written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_demo(Path(folder))][:2]
    ['2020.yaml', '2024.yaml']
    """
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch)
        _build(source)
        made = {
            path.relative_to(source): path.read_bytes()
            for path in sorted(source.rglob("*"))
            if path.is_file()
        }
    problems = [
        Problem(
            "a file that is not the one of the demonstration stands there; nothing was written",
            file=folder / name,
            todo="give another folder, or move this file away",
        )
        for name, content in made.items()
        if (folder / name).exists() and (folder / name).read_bytes() != content
    ]
    if problems:
        raise DataError.gather(problems)
    for name, content in made.items():
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return [folder / name for name in made]


def _build(folder: Path) -> None:
    for raw in raw_files():
        path = folder / "raw" / raw.path
        _write(path, raw.text)
        vouched = {"licence": _LICENCE, "obtained": _OBTAINED, "sha256": sha256(path), "invented": True}
        write_card(path, Card.model_validate(vouched | raw.card))
    for study in study_files():
        path = folder / "raw" / study.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(study.content)
        if study.card is not None:
            vouched = {"sha256": sha256(path), "invented": True}
            write_card(path, Card.model_validate(vouched | study.card))
    for settings in EDITIONS:
        _write(folder / "editions" / f"{settings.edition}.yaml", edition(settings))
    _write(folder / "libelles.yaml", LABELS)
    _write(folder / "regroupements.yaml", GROUPS)


def _write(path: Path, text: str) -> None:
    """Write text as UTF-8 with the line endings it holds, on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
