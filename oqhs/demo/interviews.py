"""An invented qualitative study: a REFI-QDA project, and the tables that complete it.

Twenty-four interviews, groups, walks and series of open answers in seven quartiers, in 2023 and in 2025. Each
answer is a unit; one coder went through them all, a second one through the units of every third source, and
they do not always agree. Two passages hold what would tell who speaks, so that the check has something to
find; one quartier has a single person heard.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from xml.sax.saxutils import escape, quoteattr

from oqhs.demo import interview_words as said
from oqhs.demo.draws import seeded
from oqhs.demo.rows import lines

PROJECT_FILE = "entretiens_999.qdpx"
SOURCE_FILE = "entretiens_999_sources.csv"
LINK_FILE = "entretiens_999_liens.csv"
VERDICT_FILE = "entretiens_999_verdicts.csv"
FIRST_LINE = "Corpus inventé : personne n'a dit ce qui suit, et ce quartier n'existe pas."

_GUIDS = uuid.UUID("b6f3c1d2-5a0e-4f43-8d0a-99900000e999")
#: Date of the files of the project: the archive has the same bytes whenever it is made.
_DATED = (2025, 7, 1, 0, 0, 0)
_VARIABLES = ("quartier", "date", "type")
#: Part of the units where the second coder sees the same code, and where a unit speaks of two things.
_AGREES, _MEETS = 0.8, 0.5
_EVERY = 3


@dataclass(frozen=True)
class _Unit:
    """An answer: who gives it, where it stands in the text, and the codes each coder gave it."""

    speaker: str
    start: int
    end: int
    codes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Source:
    """An interview: its place in the plan, its name, its text and its units."""

    number: int
    name: str
    text: str
    units: tuple[_Unit, ...]


def interview_files() -> dict[str, bytes]:
    """Give the files of the study, by name.

    Examples
    --------
    >>> sorted(interview_files())[-1]
    'entretiens_999_verdicts.csv'
    """
    sources = [_interview(number) for number in range(1, len(said.PLAN) + 1)]
    told = [
        (source.name, quartier, day, kind, str(persons))
        for source, (quartier, day, kind, persons) in zip(sources, said.PLAN, strict=True)
    ]
    links = [(code, entry[3]) for code, entry in sorted(said.CODES.items()) if entry[3] is not None]
    return {
        PROJECT_FILE: _archive(sources),
        SOURCE_FILE: _table(("source", "qpv_code", "date", "type", "personnes"), told),
        LINK_FILE: _table(("code", "indicateur"), links),
        VERDICT_FILE: _table(("qpv_code", "indicateur", "verdict", "note"), said.JUDGED),
    }


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    return lines([header, *rows]).encode("utf-8")


def _pick(rng: Random, choices: Sequence[str]) -> str:
    return choices[int(rng.random() * len(choices))]


def _interview(number: int) -> _Source:
    """Invent an interview: questions and answers, one theme after the other."""
    quartier, day, kind, persons = said.PLAN[number - 1]
    rng = seeded(f"interview {number}")
    name = f"{said.KIND_WORDS[kind]} {number:02d} {quartier} {day[:4]}"
    themes = sorted(said.THEMES, key=lambda _: rng.random())
    text, units = f"{FIRST_LINE}\n{name}\n", []
    for turn in range(said.UNITS[kind]):
        theme = themes[turn % len(themes)]
        below = [code for code, entry in said.CODES.items() if entry[0] == theme]
        codes, words = _answer(rng, _pick(rng, below))
        if turn == said.UNITS[kind] - 1 and number in said.IDENTIFYING:
            codes, words = (said.IDENTIFYING[number][0],), said.IDENTIFYING[number][1]
        speaker = f"P{number:02d}{'abcdefgh'[turn % persons]}"
        text += f"\n— {said.QUESTIONS[theme]}\n{speaker} : "
        seen = [codes, *([_seen(rng, codes)] if number % _EVERY == 1 else [])]
        units.append(_Unit(speaker, len(text), len(text) + len(words), tuple(seen)))
        text += f"{words}\n"
    return _Source(number, name, text, tuple(units))


def _answer(rng: Random, code: str) -> tuple[tuple[str, ...], str]:
    """Invent what somebody says of something, and sometimes of what goes with it."""
    words = [_pick(rng, said.SAYINGS[code])]
    if code in said.TOGETHER and rng.random() < _MEETS:
        other, more = said.TOGETHER[code]
        return (code, other), " ".join([*words, more])
    end = _pick(rng, said.ENDS)
    return (code,), " ".join([*words, end] if end else words)


def _seen(rng: Random, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Say what the second coder sees: mostly the same; else one code less, or another of the theme."""
    if rng.random() < _AGREES:
        return codes
    if len(codes) > 1:
        return codes[:1]
    theme = said.CODES[codes[0]][0]
    others = [code for code, entry in said.CODES.items() if entry[0] == theme and code != codes[0]]
    return (_pick(rng, others),)


def _archive(sources: Sequence[_Source]) -> bytes:
    """Pack the project; nothing is compressed, since compressors do not all give the same bytes."""
    files = {"project.qde": "\n".join(_project(sources)) + "\n"}
    files |= {f"Sources/{_guid('source', source.name)}.txt": source.text for source in sources}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _DATED), content.encode("utf-8"))
    return stream.getvalue()


def _guid(*parts: object) -> str:
    return str(uuid.uuid5(_GUIDS, " / ".join(map(str, parts))))


def _project(sources: Sequence[_Source]) -> Iterator[str]:
    """Write the project, its elements in the order of the schema."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<Project xmlns="urn:QDA-XML:project:1.0" name="Étude inventée, département 999" origin="OQHS">'
    yield "<Users>"
    yield from (f'<User guid="{_guid("user", name)}" name={quoteattr(name)}/>' for name in said.CODERS)
    yield "</Users>"
    yield "<CodeBook><Codes>"
    for theme, colour in said.THEMES.items():
        guid, name = _guid("code", theme), quoteattr(theme)
        yield f'<Code guid="{guid}" name={name} isCodable="false" color="{colour}">'
        yield from _codes(theme, colour)
        yield "</Code>"
    yield "</Codes></CodeBook>"
    yield "<Variables>"
    for name in _VARIABLES:
        yield f'<Variable guid="{_guid("variable", name)}" name="{name}" typeOfVariable="Text"/>'
    yield "</Variables>"
    yield "<Cases>"
    for source in sources:
        yield from _cases(source)
    yield "</Cases>"
    yield "<Sources>"
    for source in sources:
        yield from _source(source)
    yield "</Sources>"
    yield "<Description>Étude inventée : aucune de ces personnes n'existe.</Description>"
    yield "</Project>"


def _codes(theme: str, colour: str) -> Iterator[str]:
    for code, (above, definition, exclude, _) in said.CODES.items():
        if above == theme:
            example = said.SAYINGS[code][0]
            told = [definition, *([f"Exclure : {exclude}"] if exclude else []), f"Exemple : {example}"]
            guid, name = _guid("code", code), quoteattr(code)
            yield f'<Code guid="{guid}" name={name} isCodable="true" color="{colour}">'
            yield f"<Description>{escape(chr(10).join(told))}</Description></Code>"


def _cases(source: _Source) -> Iterator[str]:
    """Write the people of a source, each with what they say."""
    for speaker in sorted({unit.speaker for unit in source.units}):
        yield f'<Case guid="{_guid("case", speaker)}" name="{speaker}">'
        for unit in source.units:
            if unit.speaker == speaker:
                yield f'<SelectionRef targetGUID="{_guid(source.number, unit.start)}"/>'
        yield "</Case>"


def _source(source: _Source) -> Iterator[str]:
    guid = _guid("source", source.name)
    yield f'<TextSource guid="{guid}" name={quoteattr(source.name)} plainTextPath="internal://{guid}.txt">'
    for unit in source.units:
        key = _guid(source.number, unit.start)
        yield f'<PlainTextSelection guid="{key}" startPosition="{unit.start}" endPosition="{unit.end}">'
        for coder, codes in zip(said.CODERS, unit.codes, strict=False):
            user = _guid("user", coder)
            for code in codes:
                yield f'<Coding guid="{_guid(key, coder, code)}" creatingUser="{user}">'
                yield f'<CodeRef targetGUID="{_guid("code", code)}"/></Coding>'
        yield "</PlainTextSelection>"
    for name, value in zip(_VARIABLES, said.PLAN[source.number - 1], strict=False):
        yield f'<VariableValue><VariableRef targetGUID="{_guid("variable", name)}"/>'
        yield f"<TextValue>{value}</TextValue></VariableValue>"
    yield "</TextSource>"
