"""Where two texts differ: CSV by line and column, JSON by key, the others by line and character."""

from __future__ import annotations

import csv
import io
import json
from itertools import zip_longest
from pathlib import Path

from oqhs.publish.differences.places import Place, apart, first_apart, shown


def csv_difference(a: Path, b: Path) -> Place | None:
    """Compare two CSV files cell by cell; the first line holds the names of the columns."""
    texts = [path.read_bytes().decode("utf-8-sig") for path in (a, b)]
    heads = [text.partition("\n")[0] for text in texts]
    mark = ";" if ";" in "".join(heads) else ","
    first, second = (csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True) for text in texts)
    names: list[str] = []
    line = 1
    for old, new in zip_longest(first, second):
        if old is None or new is None:
            return Place(
                f"line {line}", *(None if one is None else shown(mark.join(one)) for one in (old, new))
            )
        for number, (left, right) in enumerate(zip_longest(old, new)):
            if left != right:
                name = repr(names[number]) if number < len(names) else str(number + 1)
                told = (None if one is None else shown(one) for one in (left, right))
                return Place(f"line {line}, column {name}", *told)
        names = names or new
        line = first.line_num + 1
    return None


def json_difference(a: Path, b: Path) -> Place | None:
    """Compare two JSON documents key by key, in the order of the first one."""
    old, new = (json.loads(path.read_text(encoding="utf-8")) for path in (a, b))
    return _keys(old, new, ())


def _keys(old: object, new: object, place: tuple[str, ...]) -> Place | None:
    if isinstance(old, dict) and isinstance(new, dict):
        names = [*old, *(name for name in new if name not in old)]
        pairs = [(str(name), old, new, name) for name in names]
    elif isinstance(old, list) and isinstance(new, list):
        pairs = [(f"[{row}]", _by_row(old), _by_row(new), row) for row in range(max(len(old), len(new)))]
    else:
        both_nan = old != old and new != new  # noqa: PLR0124  (a number that is none)
        if type(old) is type(new) and (old == new or both_nan):
            return None
        return Place(f"key {' > '.join(place)}" if place else "document", shown(old), shown(new))
    for name, left, right, key in pairs:
        inner = (*place, name)
        if key not in left or key not in right:
            told = (shown(one[key]) if key in one else None for one in (left, right))
            return Place(f"key {' > '.join(inner)}", *told)
        if (found := _keys(left[key], right[key], inner)) is not None:
            return found
    return None


def _by_row(values: list[object]) -> dict[object, object]:
    return dict(enumerate(values))


def text_difference(a: Path, b: Path) -> Place | None:
    """Compare two texts character by character."""
    old, new = (path.read_bytes().decode("utf-8") for path in (a, b))
    at = first_apart(old, new)
    if at is None:
        return None
    line = old.count("\n", 0, at)
    start = old.rfind("\n", 0, at) + 1
    left, right = (text[start:].partition("\n")[0] for text in (old, new))
    return Place(f"line {line + 1}, character {at - start + 1}", *apart(left, right, at - start))
