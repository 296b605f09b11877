"""Codes of a project: what they are called, and what their descriptions say.

Programs know their codes by keys and show them by names, and two codes under two themes may have one name.
Here a code is called by its name; where the name stands several times, by its path from the theme down.

A codebook of the REFI has one field of text by code. What makes a codebook usable stands there on lines
that begin with « Inclure : », « Exclure : » and « Exemple : »; « Code : » gives the code itself where it is
not what the names say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oqhs.errors import DataError, Problem
from oqhs.studies.interviews.material import RawCode, Where, problem

_HEADINGS = {"Inclure": "include", "Exclure": "exclude", "Exemple": "example", "Code": "code"}
_HEADING = re.compile(rf"(?:\A|\n)({'|'.join(_HEADINGS)}) : ")
_SEPARATOR = " > "
#: Levels a codebook may have.
_DEEPEST = 50


@dataclass(frozen=True)
class Node:
    """A code as a program keeps it; `parent` is the key of another one."""

    key: str
    name: str
    where: Where
    parent: str | None = None
    description: str | None = None
    colour: str | None = None


def called(file: Path, nodes: Sequence[Node]) -> dict[str, str]:
    """Give the code of each key, from the names.

    Raises
    ------
    DataError
        Two nodes have one key, a name is empty, a parent is not there, or a code stands under itself or
        under more than 49 others.

    Examples
    --------
    >>> nodes = [Node("1", "Santé", None), Node("2", "Autre", None, "1"), Node("3", "Autre", None)]
    >>> called(Path("projet.qdc"), nodes)
    {'1': 'Santé', '2': 'Santé > Autre', '3': 'Autre'}
    """
    by_key = {node.key: node for node in nodes}
    problems = list(_wrong(file, nodes, by_key))
    if problems:
        raise DataError.gather(problems)
    count = Counter(node.name.strip() for node in nodes)
    return {
        node.key: node.name.strip() if count[node.name.strip()] == 1 else _path(node, by_key)
        for node in nodes
    }


def codebook_of(file: Path, nodes: Sequence[Node]) -> tuple[dict[str, str], list[RawCode]]:
    r"""Give the code of each key, and the codebook.

    Raises
    ------
    DataError
        As `called`.

    Examples
    --------
    >>> node = Node("1", "PMI", None, None, "Suivi des enfants\nExclure : l'hôpital")
    >>> codes, (entry,) = codebook_of(Path("projet.qdc"), [node])
    >>> codes, entry.definition, entry.exclude
    ({'1': 'PMI'}, 'Suivi des enfants', "l'hôpital")
    """
    described = {node.key: split_description(node.description) for node in nodes}
    codes = {key: described[key].get("code", code) for key, code in called(file, nodes).items()}
    entries = [
        RawCode(
            code=codes[node.key],
            label=node.name.strip(),
            where=node.where,
            parent=codes[node.parent] if node.parent is not None else None,
            definition=described[node.key].get("definition"),
            include=described[node.key].get("include"),
            exclude=described[node.key].get("exclude"),
            example=described[node.key].get("example"),
            colour=node.colour or None,
        )
        for node in nodes
    ]
    return codes, entries


def split_description(description: str | None) -> dict[str, str]:
    r"""Tell the parts of a description; a part that is empty is not there.

    Examples
    --------
    >>> split_description("Attente\nInclure : délais\nExemple : « Trois mois. »")
    {'definition': 'Attente', 'include': 'délais', 'example': '« Trois mois. »'}
    """
    definition, *rest = _HEADING.split(description or "")
    parts = {"definition": definition}
    for heading, text in zip(rest[::2], rest[1::2], strict=True):
        name = _HEADINGS[heading]
        parts[name] = f"{parts[name]}\n{text}" if name in parts else text
    return {name: text for name, text in parts.items() if text}


def join_description(parts: Mapping[str, str]) -> str:
    r"""Write a description of its parts, as `split_description` reads it.

    Examples
    --------
    >>> join_description({"definition": "Attente", "include": "délais"})
    'Attente\nInclure : délais'
    """
    lines = [parts["definition"]] if "definition" in parts else []
    lines += [f"{heading} : {parts[name]}" for heading, name in _HEADINGS.items() if name in parts]
    return "\n".join(lines)


def _wrong(file: Path, nodes: Sequence[Node], by_key: Mapping[str, Node]) -> list[Problem]:
    count = Counter(node.key for node in nodes)
    problems = []
    for node in nodes:
        if count[node.key] > 1:
            problems.append(problem("two codes have one key", file, node.where, found=node.key))
        if not node.name.strip():
            problems.append(problem("this code has no name", file, node.where, todo="name it"))
        if node.parent is not None and node.parent not in by_key:
            what = "this code stands under one that is not in the codebook"
            problems.append(problem(what, file, node.where, found=node.parent))
    what = "this code stands under itself, or under too many others"
    return problems or [
        problem(what, file, node.where, found=node.name, allowed=f"{_DEEPEST} levels at most")
        for node in nodes
        if _too_deep(node, by_key)
    ]


def _too_deep(node: Node, by_key: Mapping[str, Node]) -> bool:
    for _ in range(_DEEPEST):
        if node.parent is None:
            return False
        node = by_key[node.parent]
    return True


def _path(node: Node, by_key: Mapping[str, Node]) -> str:
    names = [node.name.strip()]
    while node.parent is not None:
        node = by_key[node.parent]
        names.append(node.name.strip())
    return _SEPARATOR.join(reversed(names))
