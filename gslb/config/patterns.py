"""Operators' patterns: which are taken, so that no page can hold the server up (probes.md 1.3).

Patterns that are looked for are those of Rust's regex crate, linear in time whatever they are: no look-around, no
backreference. A pattern that cuts a number out is one of Python's, which backtracks: it must begin with a plain text
and be simple enough to try on the 200 characters that follow it.
"""

import re
import warnings
from typing import Annotated, TypeAlias

from pydantic_core import SchemaError, SchemaValidator, core_schema

from gslb.config import values
from gslb.config.values import Parsed, shown
from gslb.model.extracts import Extract

LONGEST = 500
SHORTEST_ANCHOR = 3
MOST_QUANTIFIERS = 3

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[0-9,]*\}|.", re.DOTALL)


def parse_pattern(value: object) -> str:
    """A pattern of Rust's regex crate."""
    words = _short(value)
    try:
        SchemaValidator(core_schema.str_schema(pattern=words))
    except SchemaError as error:
        why = str(error).strip().splitlines()[-1].removeprefix("error: ")
        raise ValueError(f"{shown(words)} is no pattern: {why}") from None
    return words


def parse_number_pattern(value: object) -> str:
    """A pattern of Python's re with one group, for `Extract`."""
    words = _short(value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # a pattern that will mean something else one day
            groups = re.compile(words).groups
    except (re.error, OverflowError, RecursionError, FutureWarning) as error:
        raise ValueError(f"{shown(words)} is no pattern: {error}") from None
    if groups != 1:
        raise ValueError(f"{shown(words)} has {groups} groups: one is needed, around the number")
    if len(Extract(name="", pattern=words).anchor) < SHORTEST_ANCHOR:
        raise ValueError(f"{shown(words)} must begin with the text before the number, of {SHORTEST_ANCHOR} letters")
    _refuse_slow(words)
    return words


def _refuse_slow(words: str) -> None:
    """With few quantifiers, none on a group, and one way to go, the tries on a short text are few."""
    tokens = _TOKEN.findall(words)
    quantifiers = [index for index, token in enumerate(tokens) if token[0] in "*+?{"]
    if "|" in tokens:
        raise ValueError(f"{shown(words)}: a pattern of a number has no alternatives")
    if any(tokens[index - 1] in "()" for index in quantifiers):
        raise ValueError(f"{shown(words)}: a pattern of a number repeats no group, and has no (?…)")
    if len(quantifiers) > MOST_QUANTIFIERS:
        raise ValueError(f"{shown(words)} has more than {MOST_QUANTIFIERS} of * + ? and {{}}: shorten it")


def _short(value: object) -> str:
    words = values.parse_text(value)
    if len(words) > LONGEST:
        raise ValueError(f"{shown(words)}: longer than {LONGEST} characters")
    return words


def _pattern_list(value: object) -> tuple[str, ...]:
    return tuple(parse_pattern(item) for item in (value if isinstance(value, list) else [value]))


_REGEX = (("type", "string"), ("format", "regex"))
Pattern: TypeAlias = Annotated[str, Parsed(parse_pattern, _REGEX)]
NumberPattern: TypeAlias = Annotated[str, Parsed(parse_number_pattern, _REGEX)]
Patterns: TypeAlias = Annotated[
    tuple[str, ...], Parsed(_pattern_list, (("type", ["string", "array"]), ("items", {"type": "string"})))
]
