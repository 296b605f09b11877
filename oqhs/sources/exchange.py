"""Several files put in place: all of them, or none."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path


def put_all(writes: Sequence[tuple[Path, Path]], removals: Sequence[Path], stage: Path) -> None:
    """Move files to their places and remove others; undo everything when one step fails.

    Parameters
    ----------
    writes : sequence of (source, target)
        Files to move, in order, on one file system; a target that exists is replaced.
    removals : sequence of Path
        Files to remove afterwards.
    stage : Path
        Folder where what is replaced is kept until the end.

    Raises
    ------
    OSError
        A step failed; what was there before is there again, as it is after an interruption.
    """
    undo: list[tuple[Path, Path | None]] = []
    try:
        for number, (source, target) in enumerate([*writes, *((None, path) for path in removals)]):
            backup = stage / f"before-{number}" if target.exists() else None
            if backup is not None:
                shutil.copy2(target, backup)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source is None:
                target.unlink(missing_ok=True)
            else:
                source.replace(target)
            undo.append((target, backup))
    except BaseException:
        for target, backup in reversed(undo):
            if backup is not None:
                backup.replace(target)
            else:
                target.unlink(missing_ok=True)
        raise
