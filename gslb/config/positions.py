"""YAML 1.2 (core schema) to plain values, and the line and column of any key when there is a fault to point at.

PyYAML reads YAML 1.1, where `no` is false and `010` is eight. Only its event stream is used here (libyaml, in C);
what a plain scalar means is decided by the core schema (YAML 1.2.2 section 10.3.2). Keys of tables are always text.

Loading makes no positions. They are made by a second pass over the same events, and only for a text with a fault.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from sys import intern
from typing import Any, NamedTuple, TypeAlias

import yaml

from gslb.config import syntax

Path: TypeAlias = tuple[str | int, ...]

MAX_DEPTH = 40
"""Tables within tables; the contract needs 6."""

MAX_ALIASED = 100_000
"""Values that aliases (`*name`) may add to one file: a few lines of nested anchors can otherwise fill any memory."""

MAX_DIGITS = 40

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_SCALAR, _MAPPING, _MAPPING_END = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.MappingEndEvent
_STRING_TAGS = ("!", "tag:yaml.org,2002:str")


class Place(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


NOWHERE = Place(0, 0)


class SyntaxFault(NamedTuple):
    """Where a text is not what this project reads as YAML, and why."""

    place: Place
    message: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """The value of a text (None when empty), with every fault of syntax and every key written twice."""

    value: object
    faults: tuple[SyntaxFault, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Positions by key path. `keys`: of the key (or list item); `values`: of what follows it; `blocks`: `|` texts."""

    keys: dict[Path, Place]
    values: dict[Path, Place]
    blocks: frozenset[Path]

    def of(self, path: Path) -> Place:
        """The place of the nearest enclosing key that exists; a missing key is told at its table."""
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, NOWHERE)


class _Stop(Exception):  # noqa: N818 - leaves the recursion with a fault in hand
    def __init__(self, mark: Any, message: str) -> None:
        super().__init__(message)
        self.fault = SyntaxFault(_place(mark), message)


def read(text: str) -> Tree:
    """The plain value of one YAML text. Never raises: what is wrong is in `faults`."""
    reader = _Reader(text, track=False)
    value = reader.run()
    if reader.faults:
        reader = _Reader(text, track=True)
        reader.run()
    return Tree(value, tuple(reader.faults))


def places(text: str) -> Places:
    """Positions of every key of a text (as far as it can be read)."""
    reader = _Reader(text, track=True)
    reader.run()
    return Places(reader.keys, reader.values, frozenset(reader.blocks))


def scalar(text: str) -> object:
    """What a plain (unquoted) scalar means in the core schema."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in "+-.0123456789" else text


def _number(text: str) -> object:
    if len(text) > MAX_DIGITS or text.count(".") > 1:  # the latter: an address, as most of these are
        return text
    if text.isascii() and text.isdigit():
        return int(text)
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEX.fullmatch(text):
        return int(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    return _SPECIAL.get(text, text)


def _place(mark: Any) -> Place:
    return NOWHERE if mark is None else Place(mark.line + 1, mark.column + 1)


class _Reader:
    """One pass over the events of a text; recursive, with a bounded depth.

    A file of many services is some 50 events to each: what most of them are is looked for first, and where it stands.
    """

    def __init__(self, text: str, *, track: bool) -> None:
        self.text = text
        self.track = track
        self.faults: list[SyntaxFault] = []
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.blocks: set[Path] = set()
        self.anchors: dict[str, tuple[object, int]] = {}
        self.open_anchors: set[str] = set()
        self.aliased = 0
        self.size = 0
        self.events: Iterator[Any] = iter(())

    def run(self) -> object:
        try:
            # not yaml.parse: what that puts between costs a quarter of all
            self.events = iter(yaml.CSafeLoader(self.text).get_event, None)
            return self._document()
        except _Stop as stop:
            self.faults.append(stop.fault)
        except yaml.MarkedYAMLError as error:
            line, column, message = syntax.explained(self.text, error)
            self.faults.append(SyntaxFault(Place(line, column), message))
        except yaml.reader.ReaderError as error:
            self.faults.append(_unreadable(self.text, error))
        except UnicodeEncodeError as error:
            self.faults.append(SyntaxFault(_at(self.text, error.start), "not text: half a surrogate pair"))
        return None

    def _document(self) -> object:
        value: object = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Stop(event.start_mark, "a second document (---): one document to a file")
                value = self._value(next(self.events), (), 0)
        return value

    def _value(self, event: Any, path: Path, depth: int) -> object:
        if self.track and path:
            self.values[path] = _place(event.start_mark)
        if event.__class__ is _SCALAR:
            self.size += 1
            return self._anchored(event, self._scalar(event, path), 1)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if depth >= MAX_DEPTH:
            raise _Stop(event.start_mark, f"nested deeper than {MAX_DEPTH} levels")
        if event.tag not in (None, "!"):
            self._refuse_tag(event, path)
        before = self.size
        self.size += 1
        inside = self._mapping if event.__class__ is _MAPPING else self._sequence
        if not event.anchor:
            return inside(path, depth)
        self.open_anchors.add(event.anchor)
        value = inside(path, depth)
        self.open_anchors.discard(event.anchor)
        return self._anchored(event, value, self.size - before)

    def _anchored(self, event: Any, value: object, size: int) -> object:
        if event.anchor:
            self.anchors[event.anchor] = (value, size)
        return value

    def _alias(self, event: Any) -> object:
        if event.anchor in self.open_anchors:
            raise _Stop(event.start_mark, f"*{event.anchor} stands inside its own anchor")
        if event.anchor not in self.anchors:
            raise _Stop(event.start_mark, f"*{event.anchor}: no such anchor above")
        value, size = self.anchors[event.anchor]
        self.size += size
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise _Stop(event.start_mark, f"aliases add more than {MAX_ALIASED} values to this file")
        return value

    def _scalar(self, event: Any, path: Path) -> object:
        if event.tag is not None and event.tag not in _STRING_TAGS:
            self._refuse_tag(event, path)
        if self.track and event.style == "|":
            self.blocks.add(path)
        if not event.style and event.tag is None:
            return scalar(event.value)
        return event.value

    def _refuse_tag(self, event: Any, path: Path) -> None:
        self.faults.append(SyntaxFault(_place(event.start_mark), f"{event.tag}: tags are not used here", path))

    def _sequence(self, path: Path, depth: int) -> list[object]:
        items: list[object] = []
        for event in self.events:
            if event.__class__ is yaml.SequenceEndEvent:
                break
            inner = (*path, len(items)) if self.track else ()
            if self.track:
                self.keys[inner] = _place(event.start_mark)
            items.append(self._value(event, inner, depth + 1))
        return items

    def _mapping(self, path: Path, depth: int) -> dict[str, object]:
        table: dict[str, object] = {}
        events, track = self.events, self.track
        for event in events:
            if event.__class__ is _MAPPING_END:
                break
            key = self._key(event)
            if track or key in table or key == "<<":
                self._watched(event, key, table, path, depth)
                continue
            found = next(events)
            if found.__class__ is _SCALAR and not (found.style or found.anchor or found.tag):
                self.size += 1
                table[key] = scalar(found.value)
            else:
                table[key] = self._value(found, (), depth + 1)
        return table

    def _watched(self, event: Any, key: str, table: dict[str, object], path: Path, depth: int) -> None:
        """A key whose place is asked for, or that may be refused, and its value."""
        inner = (*path, key) if self.track else ()
        refused = self._refused_key(event, inner, key in table) if key == "<<" or key in table else ""
        if refused:
            self.faults.append(SyntaxFault(_place(event.start_mark), refused, inner))
        elif self.track:
            self.keys[inner] = _place(event.start_mark)
        value = self._value(next(self.events), () if refused else inner, depth + 1)
        if not refused:
            table[key] = value

    def _refused_key(self, event: Any, path: Path, twice: bool) -> str:
        if event.value == "<<" and not event.style:
            return "YAML 1.2 has no merge keys: write the keys out"
        if not twice:
            return ""
        first = self.keys.get(path)
        return "written twice in this table" + (f", first in line {first.line}" if first else "")

    def _key(self, event: Any) -> str:
        if event.__class__ is not _SCALAR:
            raise _Stop(event.start_mark, 'a key is plain text: put a text with brackets in quotes, like "[::1]:53"')
        self.size += 1
        if event.anchor:
            self.anchors[event.anchor] = (event.value, 1)
        return intern(event.value)  # the same few words, again and again


def _unreadable(text: str, error: yaml.reader.ReaderError) -> SyntaxFault:
    return SyntaxFault(_at(text, error.position), f"not text YAML allows: {error.reason}")


def _at(text: str, offset: int) -> Place:
    before = text[:offset]
    return Place(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)
