"""XML, read as a tree: no entity is expanded, nothing is fetched."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from oqhs.errors import DataError, LayoutError

_QDA = "urn:QDA-XML:"


def parse(file: Path, content: bytes, root: str) -> Element:
    """Read XML of the REFI-QDA exchange format, told by the path `file`; it begins with the element `root`.

    Raises
    ------
    DataError
        It declares a document type or entities (it could swell, or read other files), or is not well formed.
    LayoutError
        It is XML of another kind.
    """
    try:
        tree = _tree(content)
    except ParseError as error:
        line, column = error.position
        what, todo = f"this is not well-formed XML: {error}", "the file may be cut: export the project again"
        raise DataError(what, file=file, line=line, column=str(column), todo=todo) from error
    except _Refused as error:
        raise DataError(
            "this file declares a document type or entities",
            file=file,
            found=str(error),
            allowed="plain elements, as the REFI-QDA schema has them",
            todo="do not open it: export the project again",
        ) from error
    except (LookupError, ValueError) as error:
        raise DataError(
            f"the encoding of this XML is not read: {error}", file=file, allowed="UTF-8"
        ) from error
    if not tree.tag.startswith("{" + _QDA) or local(tree) != root:
        what, allowed = "this XML is not of the REFI-QDA exchange format", f"{root}, in a namespace {_QDA}…"
        raise LayoutError(what, file=file, found=tree.tag, allowed=allowed)
    return tree


class _Refused(Exception):  # noqa: N818  it never leaves this module
    """XML that declares what could swell, or read other files."""


def _tree(content: bytes) -> Element:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        tree: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise _Refused(type(error).__name__) from error
    return tree


def local(element: Element) -> str:
    """Give the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, name: str) -> list[Element]:
    """Give the children of that name, whatever their namespace."""
    return [] if element is None else [one for one in element if local(one) == name]


def child(element: Element | None, name: str) -> Element | None:
    """Give the first child of that name, if any."""
    return next(iter(children(element, name)), None)


def words(element: Element | None, name: str) -> str | None:
    """Give the text of the first child of that name; None where it has none."""
    held = child(element, name)
    return None if held is None else held.text


def guid(value: str | None) -> str | None:
    """Bring a GUID to one writing: no braces, lower case."""
    return None if value is None else value.strip().strip("{}").lower()
