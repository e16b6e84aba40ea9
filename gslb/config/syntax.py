"""What libyaml says of a broken text, as a sentence that tells what to do about it.

Its own words name the grammar ("did not find expected key"); an operator looks for a tab, a quote, a colon, a column.
What no rule here knows keeps libyaml's words.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import yaml

_BARE_WORD = re.compile(r"[^\s,\]}]+")
_NO_BLANK = re.compile(r"\s*(?:- +)?([\w.@-]+):([^\s:].*)")
_NO_BREAK_SPACES = "\u00a0\u2007\u202f"


class Told(NamedTuple):
    """A place, line and column from 1, and the sentence."""

    line: int
    column: int
    message: str


class _Mark(NamedTuple):
    """A place as libyaml counts: from 0."""

    line: int
    column: int


class _Case(NamedTuple):
    """A fault with what stands around it: its mark, the mark of what was being read, the lines of the text."""

    at: Any
    begun: Any
    lines: Sequence[str]

    def line(self, mark: Any) -> str:
        """The line a mark stands in."""
        return self.lines[mark.line] if mark.line < len(self.lines) else ""

    def rest(self, mark: Any) -> str:
        """What stands at a mark and behind it on its line."""
        return self.line(mark)[mark.column :]

    def begins_line(self, mark: Any) -> bool:
        """Whether nothing but blanks stands before a mark."""
        return not self.line(mark)[: mark.column].strip()


_Rule: TypeAlias = Callable[[_Case], tuple[Any, str]]


def explained(text: str, error: yaml.MarkedYAMLError) -> Told:
    """One fault of syntax for people."""
    at = error.problem_mark
    case = _Case(at, error.context_mark or at, text.split("\n"))
    rule = _RULES.get(str(error.problem))
    if rule is None or at is None:
        words = " ".join(str(part) for part in (error.context, error.problem) if part)
        return Told(*_place(at), f"not YAML: {words}")
    mark, message = rule(case)
    return Told(*_place(mark), f"not YAML: {message}")


def _place(mark: Any) -> tuple[int, int]:
    return (0, 0) if mark is None else (mark.line + 1, mark.column + 1)


def _tab(case: _Case) -> tuple[Any, str]:
    return case.at, "a tab indents this line: indent with blanks only"


def _bare(case: _Case, mark: Any) -> tuple[Any, str]:
    found = _BARE_WORD.match(case.rest(mark))
    if not found:
        return mark, "nothing stands here: a value is missing, or a bracket closes that never opened"
    word = found[0].removesuffix(":") if case.rest(mark).startswith(("@", "`")) else found[0]
    return mark, f'{word} cannot stand here without quotes: write "{word}"'


def _first_character(case: _Case) -> tuple[Any, str]:
    return _tab(case) if case.rest(case.at).startswith("\t") else _bare(case, case.at)


def _bare_from_begin(case: _Case) -> tuple[Any, str]:
    return _bare(case, case.begun)


def _no_colon(case: _Case) -> tuple[Any, str]:
    told = _wrong_blank(case.line(case.begun))
    return case.begun, told or "neither a key nor a list item: a key ends in a colon and a blank"


def _wrong_blank(line: str) -> str:
    """What is wrong with the blank behind the colon of a line that should be a key and its value."""
    if any(space in line for space in _NO_BREAK_SPACES):
        return "a no-break space stands in this line: write plain blanks"
    found = _NO_BLANK.match(line)
    return f"no blank behind the colon: write {found[1]}: {found[2].strip()}" if found else ""


def _colon(case: _Case) -> tuple[Any, str]:
    if ": " in case.line(case.at)[: case.at.column]:
        return case.at, 'a second colon on one line: a text that holds ": " or ends in a colon wants quotes'
    above = _Mark(max(case.at.line - 1, 0), 0)
    told = _wrong_blank(case.line(above))
    if told:
        return above, told
    return case.at, "the line above goes on here: it lacks its colon, or this line is indented too far"


def _no_key(case: _Case) -> tuple[Any, str]:
    first = case.rest(case.at)[:1]
    if first in ("}", "]"):
        return case.at, f"{first} closes what never opened"
    if not case.begins_line(case.at):
        return case.at, "a value ended before this: put the whole of it in quotes (' within '…' is written twice)"
    if first == "-":
        return case.at, "a list item among the keys of a table: names stand here, without a dash"
    return case.at, f"no table above has its keys in column {case.at.column + 1}: check the indentation"


def _no_item(case: _Case) -> tuple[Any, str]:
    return case.at, "no item of the list above: begin with a dash, or check the indentation"


def _open_bracket(case: _Case) -> tuple[Any, str]:
    opens = case.rest(case.begun)[:1]
    closes = {"{": "}", "[": "]"}.get(opens, "a bracket")
    where = f"line {case.at.line + 1}, column {case.at.column + 1}"
    return case.begun, f"{opens} opens here: a comma or {closes} is missing before {where}"


def _open_quote(case: _Case) -> tuple[Any, str]:
    return case.begun, "a quote opens here and never closes"


def _escape(case: _Case) -> tuple[Any, str]:
    return case.at, "in double quotes \\ begins an escape: write \\\\, or use single quotes"


def _block(case: _Case) -> tuple[Any, str]:
    return case.at, "a text after | or > begins on the line below, indented"


def _dash(case: _Case) -> tuple[Any, str]:
    return case.at, "a list does not begin on its key's line: write [one, two], or each item on a line below"


_RULES: dict[str, _Rule] = {
    "block sequence entries are not allowed in this context": _dash,
    "mapping keys are not allowed in this context": lambda case: _bare(case, case.at),
    "found character that cannot start any token": _first_character,
    "found a tab character that violates indentation": _tab,
    "found a tab character where an indentation space is expected": _tab,
    "did not find expected node content": lambda case: _bare(case, case.at),
    "did not find expected alphabetic or numeric character": _bare_from_begin,
    "found unexpected ':'": _bare_from_begin,
    "found undefined tag handle": _bare_from_begin,
    "could not find expected ':'": _no_colon,
    "mapping values are not allowed in this context": _colon,
    "did not find expected key": _no_key,
    "did not find expected '-' indicator": _no_item,
    "did not find expected ',' or '}'": _open_bracket,
    "did not find expected ',' or ']'": _open_bracket,
    "found unexpected end of stream": _open_quote,
    "found unknown escape character": _escape,
    "did not find expected comment or line break": _block,
}
"""libyaml's word for the problem, and who explains it."""
