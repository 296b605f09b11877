"""YAML documents, read into strict models: no key that is not known, none written twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from oqhs.errors import CatalogueError, Problem, visible
from oqhs.text import plain_label

M = TypeVar("M", bound=BaseModel)
#: What a reader of a product sees: one line, without anything nobody sees.
Text = Annotated[str, AfterValidator(plain_label)]


class Model(BaseModel):
    """Base of everything read from YAML: frozen, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


#: Bytes a document may hold, and levels of lists and mappings: a card has three.
MOST_BYTES = 2**20
MOST_LEVELS = 20


class _StrictLoader(yaml.SafeLoader):
    """A YAML loader that refuses a key written twice, an alias, and what is nested without end.

    A few aliases of aliases would unfold into more text than a memory holds.
    """

    level = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a node, once it is known to be neither an alias nor too deep."""
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "an alias (*name) is not accepted", mark)
        if self.level >= MOST_LEVELS:
            raise yaml.composer.ComposerError(None, None, f"more than {MOST_LEVELS} levels", mark)
        self.level += 1
        node = super().compose_node(parent, index)
        self.level -= 1
        return node


def _unique_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        mark = key_node.start_mark
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a key is a single word", mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is written twice", mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def read_model(path: Path, model: type[M], defaults: Mapping[str, Any] | None = None) -> M:
    """Read a YAML file into a model.

    Parameters
    ----------
    path : Path
        UTF-8 YAML file.
    model : type
        Model to build.
    defaults : mapping, optional
        What stands for the keys the file does not have.

    Raises
    ------
    CatalogueError
        The file is not YAML, holds a key twice or an alias, is larger than `MOST_BYTES`, holds characters
        nobody sees (control, bidirectional and zero-width ones), or does not fit the model; every problem
        is told with the path of the key in the file and the keys allowed there.
    """
    if (size := path.stat().st_size) > MOST_BYTES:
        raise CatalogueError(
            "this document is too large", file=path, found=f"{size} bytes", allowed=f"{MOST_BYTES} bytes"
        )
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506
    except UnicodeDecodeError as error:
        raise CatalogueError("not UTF-8 text", file=path, todo="save the file as UTF-8") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        reason = getattr(error, "problem", None) or "cannot be read"
        raise CatalogueError(
            f"not valid YAML: {reason}",
            file=path,
            line=line,
            allowed=f"`key: value` lines, each key once, no alias, {MOST_LEVELS} levels at most",
            todo="correct this line, or the one above it",
        ) from error
    if unseen := list(_unseen(content, (), path)):
        raise CatalogueError.gather(unseen)
    if defaults is not None and isinstance(content, dict):
        content = {**defaults, **content}
    return validated(content, model, path)


def _unseen(content: object, place: tuple[object, ...], path: Path) -> Iterator[Problem]:
    """Tell the texts, keys included, that hold characters nobody sees; ends of lines and tabs may stand."""
    if isinstance(content, str) and any(not (one.isprintable() or one.isspace()) for one in content):
        what, todo = "this text holds characters nobody sees", "write it again without them"
        where = visible(".".join(map(str, place))) or None
        yield Problem(what, path, None, where, content, "printable characters", todo)
    elif isinstance(content, Mapping):
        for key, value in content.items():
            yield from _unseen(key, (*place, key), path)
            yield from _unseen(value, (*place, key), path)
    elif isinstance(content, list):
        for row, value in enumerate(content):
            yield from _unseen(value, (*place, row), path)


def validated(content: object, model: type[M], path: Path) -> M:
    """Make a model of what a document says; `CatalogueError` tells every key that does not fit."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise CatalogueError.gather(_told(error, path, model)) from error


#: What to do about a key that is not as it must be, by what is wrong with it.
_ADVICE = {"extra_forbidden": "correct its name, or remove it", "missing": "add this key"}


def _told(error: ValidationError, path: Path, model: type[BaseModel]) -> Iterable[Problem]:
    for detail in error.errors():
        place = [str(part) for part in detail["loc"]]
        extra = detail["type"] == "extra_forbidden"
        yield Problem(
            "this key is not known" if extra else detail["msg"],
            file=path,
            column=".".join(place) or None,
            found=place[-1] if extra else None if detail["type"] == "missing" else detail["input"],
            allowed=", ".join(_keys_at(model, detail["loc"])) if extra else None,
            todo=_ADVICE.get(detail["type"], "correct this value"),
        )


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Keys allowed where an unknown key was found: walk the schema down to its parent."""
    root = model.model_json_schema()
    schema = root
    for part in loc[:-1]:
        schema = _step(root, _resolve(root, schema), part)
    return sorted(_resolve(root, schema).get("properties", {}))


def _resolve(root: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for option in [schema, *schema.get("anyOf", [])]:
        if "$ref" in option:
            resolved: dict[str, Any] = root["$defs"][option["$ref"].rsplit("/", 1)[1]]
            return resolved
    return schema


def _step(root: dict[str, Any], schema: dict[str, Any], part: int | str) -> dict[str, Any]:
    properties = schema.get("properties", {})
    if part in properties:
        inside: dict[str, Any] = properties[part]
        return inside
    for option in [schema, *(_resolve(root, one) for one in schema.get("anyOf", []))]:
        for holder in ("additionalProperties", "items"):
            if isinstance(option.get(holder), dict):
                found: dict[str, Any] = option[holder]
                return found
    return {}
