"""Operators' patterns over text that a stranger wrote, in time that the stranger cannot stretch.

Whether a pattern is found is asked of Rust's regular expressions (through pydantic-core), whose time is linear in the
text whatever the pattern: they know no look-around and no backreference. A number, though, has to be cut out, and only
Python's own engine gives groups; it backtracks. So the pattern of a number begins with a plain text, is tried only
where that text stands and only on the `WINDOW` characters from there, and config refuses it when it repeats groups,
offers alternatives, or holds more than three quantifiers.
"""

import functools
import re
from math import isfinite
from typing import Final

from pydantic_core import SchemaValidator, core_schema

from gslb.model.extracts import Extract

WINDOW: Final = 200
OCCURRENCES: Final = 8


def is_found(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere in the text."""
    return _searcher(pattern).isinstance_python(text)


def number_of(extract: Extract, text: str) -> float | None:
    """The number that the one group of the pattern holds, where it first holds one. Commas group thousands."""
    anchor, at = extract.anchor, -1
    for _ in range(OCCURRENCES):
        at = text.find(anchor, at + 1)
        if at < 0:
            break
        match = _cutter(extract.pattern).match(text, at, at + WINDOW)
        value = _number(match[1]) if match else None
        if value is not None:
            return value
    return None


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "").replace(",", "")[:20])
    except ValueError:
        return None
    return value if isfinite(value) else None


@functools.lru_cache(maxsize=1024)
def _searcher(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern))


@functools.lru_cache(maxsize=1024)
def _cutter(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
