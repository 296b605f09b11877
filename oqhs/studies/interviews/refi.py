"""REFI-QDA, the exchange format of the programs of qualitative analysis: projects (.qdpx), codebooks (.qdc).

A project is a zip: `project.qde` (XML) and its sources. Positions count the Unicode code points of the plain
text of a source, both characters of a Windows end of line included; a byte order mark is not counted.

Cases are taken as people: a case that holds a selection, or a whole source, gives its name to the segments
inside. A case named by the code of a quartier gives it to its sources instead. Variables of a source, and of
the cases of a source, tell its quartier, its date, its kind and its number of people.

Source of the format: REFI-QDA Standard 1.5 and its schemas (Project-mrt2019.xsd, Codebook.xsd),
https://www.qdasoftware.org.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar
from xml.etree.ElementTree import Element

from oqhs.errors import DataError, LayoutError, Problem
from oqhs.sources.archives import Member, open_archive
from oqhs.studies.interviews.codes import Node, codebook_of
from oqhs.studies.interviews.material import Material, RawSegment, RawSource, problem
from oqhs.studies.interviews.refi_texts import Selection, Texts, holder_of, selections_of
from oqhs.studies.interviews.speakers import Turn, speaker_of
from oqhs.studies.interviews.words import attribute_of, quartier_of
from oqhs.studies.interviews.xmltree import child, children, guid, local, parse, words

PROJECT = "project.qde"
_T = TypeVar("_T")


def read_codebook(path: Path) -> Material:
    """Read a codebook (.qdc): codes without sources.

    Raises
    ------
    LayoutError
        The file is not a codebook of the REFI.
    DataError
        The XML is refused (`xmltree.parse`), a code lacks its GUID, or as `codes.called`.
    """
    root = parse(path, path.read_bytes(), "CodeBook")
    _, entries = codebook_of(path, _nodes(path, root))
    return Material(path, codes=entries)


def read_project(path: Path) -> Material:
    """Read a project (.qdpx): its codes, its sources and what is coded in them.

    Raises
    ------
    LayoutError
        The archive has no `project.qde`, or it is not of the format.
    DataError
        The archive (`open_archive`) or the XML (`xmltree.parse`) is refused; the text of a source is not
        there or is not UTF-8; a position is no number; something points to a code, a source, a selection or
        a variable that is not there.
    """
    with open_archive(path) as members:
        return _Project(path, members).material()


def _project_member(path: Path, members: list[Member]) -> Member:
    found = next((member for member in members if member.name.lower() == PROJECT), None)
    if found is None:
        raise LayoutError(
            "this archive is not a REFI-QDA project",
            file=path,
            found=", ".join(member.name for member in members[:5]) or "an empty archive",
            allowed=f"an archive that holds {PROJECT}",
        )
    return found


def _nodes(file: Path, root: Element | None) -> list[Node]:
    """Lay out the tree of the codes, in the order of the file."""
    codes = child(root, "Codes")
    waiting: list[tuple[Element, str | None]] = [(code, None) for code in reversed(children(codes, "Code"))]
    nodes = []
    while waiting:
        code, parent = waiting.pop()
        key = guid(code.get("guid"))
        if not key:
            what = "a code has no GUID"
            raise DataError(what, file=file, found=code.get("name"), todo="export the codebook again")
        description, colour = words(code, "Description"), code.get("color")
        nodes.append(Node(key, code.get("name") or "", key, parent, description, colour))
        waiting += [(below, key) for below in reversed(children(code, "Code"))]
    return nodes


class _Place(NamedTuple):
    """Where a selection lies; a whole source when it has no offsets."""

    source: str
    start: int | None = None
    end: int | None = None


class _Project:
    """A project while it is read: what its GUIDs stand for, and what is wrong with it."""

    def __init__(self, path: Path, members: list[Member]) -> None:
        self.file = path / PROJECT
        self.root = parse(self.file, _project_member(path, members).read(), "Project")
        self.texts = Texts(path, members)
        self.problems: list[Problem] = []
        self.codes, self.entries = codebook_of(self.file, _nodes(self.file, child(self.root, "CodeBook")))
        self.users = {key: one.get("name") for key, one in self._listed("Users", "User").items()}
        variables = self._listed("Variables", "Variable")
        self.variables = {key: one.get("name") or "" for key, one in variables.items()}
        self.cases = self._listed("Cases", "Case")
        notes = self._listed("Notes", "Note")
        self.notes = {key: self.texts.of(self.file, one) for key, one in notes.items()}
        #: Where each case was told to lie, by its GUID, and each selection.
        self.held: dict[str, list[_Place]] = {key: [] for key in self.cases}
        self.selections: dict[str, _Place] = {}

    def material(self) -> Material:
        """Give what the project holds, once everything that points somewhere arrives."""
        elements = self._listed("Sources", None)
        names = Counter((one.get("name") or "").strip() for one in elements.values())
        sources = {key: self._source(key, one, names) for key, one in elements.items()}
        coded = [one for key, source in sources.items() for one in self._coded(source, elements[key])]
        turns = self._turns(sources)
        if self.problems:
            raise DataError.gather(self.problems)
        segments = [replace(one, speaker=speaker_of(turns, one.source, one.start, one.end)) for one in coded]
        return Material(self.file, list(sources.values()), segments, self.entries)

    def _listed(self, group: str, name: str | None) -> dict[str, Element]:
        """Give the elements of a group by their GUIDs, which have to be there once."""
        held = child(self.root, group)
        elements = [] if held is None else [one for one in held if name is None or local(one) == name]
        listed = {guid(one.get("guid")) or "": one for one in elements}
        if len(listed) < len(elements) or "" in listed:
            what = f"two elements of {group} have one GUID, or one has none"
            raise DataError(what, file=self.file, todo="export the project again")
        return listed

    def _source(self, key: str, element: Element, names: Mapping[str, int]) -> RawSource:
        name = (element.get("name") or "").strip()
        # A name that stands twice tells nobody which source is meant.
        called = name if name and names[name] == 1 else key
        text = self.texts.of(self.file, holder_of(self.file, element))
        source = RawSource(called, name or key, key, text)
        for attribute, value in self._values(element):
            source.tell(attribute, value, self.file, key)
        return source

    def _values(self, element: Element) -> Iterator[tuple[str, str | None]]:
        """Give the attributes that the variables of a source or of a case tell."""
        for one in children(element, "VariableValue"):
            name = self._target(child(one, "VariableRef"), self.variables, "variable", element)
            attribute = None if name is None else attribute_of(name)
            if attribute is not None:
                yield attribute, next((held.text for held in one if local(held) != "VariableRef"), None)

    def _coded(self, source: RawSource, element: Element) -> Iterator[RawSegment]:
        """Give the segments of a source; what is coded by a case says where the case lies instead."""
        known = {**self.codes, **dict.fromkeys(self.cases, "")}
        for selection in selections_of(self.file, element, source.text):
            place = _Place(source.source, selection.start, selection.end)
            self.selections[selection.guid] = place
            for coding in children(selection.element, "Coding"):
                reference = child(coding, "CodeRef")
                code = self._target(reference, known, "code", selection.element)
                target = "" if reference is None else guid(reference.get("targetGUID")) or ""
                if target in self.cases:
                    self.held[target].append(place)
                elif code is not None:
                    yield self._segment(place, selection, coding, code)

    def _segment(self, place: _Place, selection: Selection, coding: Element, code: str) -> RawSegment:
        user = guid(coding.get("creatingUser") or selection.element.get("creatingUser")) or ""
        references = [*children(selection.element, "NoteRef"), *children(coding, "NoteRef")]
        notes = [self._target(one, self.notes, "note", selection.element) for one in references]
        # The description of a source coded whole is that of the source.
        whole = local(selection.element).endswith("Source")
        told = None if whole else words(selection.element, "Description")
        memos = dict.fromkeys(memo for memo in (told, *notes) if memo)
        return RawSegment(
            place.source,
            code,
            selection.guid,
            place.start,
            place.end,
            selection.text,
            # Two coders stay two, even where the project does not name them.
            coder=(self.users.get(user) or user).strip() or None,
            memo="\n".join(memos) or None,
            key=f"{place.source}#{selection.guid}",
        )

    def _turns(self, sources: Mapping[str, RawSource]) -> list[Turn]:
        """Take what cases say: who speaks, in which quartier, and what their variables tell."""
        by_name = {one.source: one for one in sources.values()}
        wholes = {key: _Place(one.source) for key, one in sources.items()}
        turns = []
        for key, case in self.cases.items():
            pointed = [
                *(self._target(one, wholes, "source", case) for one in children(case, "SourceRef")),
                *(
                    self._target(one, self.selections, "selection", case)
                    for one in children(case, "SelectionRef")
                ),
            ]
            places = [*self.held[key], *(one for one in pointed if one is not None)]
            name = (case.get("name") or "").strip()
            told = [*self._values(case)]
            if quartier_of(name):
                told.append(("territory", name))
            elif name:
                turns += [_turn(name, place) for place in places]
            for source in dict.fromkeys(place.source for place in places):
                for attribute, value in told:
                    by_name[source].tell(attribute, value, self.file, key)
        return turns

    def _target(
        self, reference: Element | None, known: Mapping[str, _T], what: str, at: Element
    ) -> _T | None:
        """Give what a reference points to, and keep a problem where nothing is there."""
        target = None if reference is None else guid(reference.get("targetGUID"))
        if target is not None and target in known:
            return known[target]
        told, allowed = f"this points to a {what} that is not in the project", f"the GUID of a {what}"
        self.problems.append(problem(told, self.file, guid(at.get("guid")), found=target, allowed=allowed))
        return None


def _turn(name: str, place: _Place) -> Turn:
    if place.start is None or place.end is None:
        return Turn(place.source, name)
    return Turn(place.source, name, place.start, place.end)
