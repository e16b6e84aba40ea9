"""The steps of a tcp check as an operator writes them: a text, {hex: …}, {regex: …}, and between them {send: …}."""

from typing import Annotated, Any, TypeAlias

from gslb.config.patterns import parse_pattern
from gslb.config.schema_check_values import octets_of
from gslb.config.values import Parsed, shown
from gslb.model.plain import Matching, Say

MOST = 50
"""Steps of one check."""


def _expected(value: object) -> tuple[bytes | Matching | Say, ...]:
    steps = tuple(map(_step, _items(value)))
    if steps and isinstance(steps[-1], Say):
        raise ValueError("the last step sends: what is said last, and not answered, is quit")
    return steps


def _rejected(value: object) -> tuple[bytes | Matching, ...]:
    return tuple(map(_heard, _items(value)))


def _items(value: object) -> list[object]:
    items = value if isinstance(value, list) else [value]
    if len(items) > MOST:
        raise ValueError(f"{len(items)} steps: {MOST} at most")
    return items


def _step(item: object) -> bytes | Matching | Say:
    if isinstance(item, dict) and list(item) == ["send"]:
        return Say(octets_of(item["send"]))
    return _heard(item)


def _heard(item: object) -> bytes | Matching:
    if isinstance(item, dict) and list(item) == ["regex"]:
        return Matching(parse_pattern(item["regex"]))
    if isinstance(item, dict) and list(item) == ["hex"]:
        return _hex(item["hex"])
    if isinstance(item, dict):
        raise ValueError(f'{shown(item)} is no step: write a text, {{regex: "^250 "}} or {{hex: "0d0a"}}')
    return octets_of(item)


def _hex(value: object) -> bytes:
    try:
        data = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        data = b""
    if not data:
        raise ValueError(f'{shown(value)} is no hex: write "0d0a", in quotes, two digits to an octet')
    return data


_TEXT = {"type": "string"}


def _table(*keys: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict.fromkeys(keys, _TEXT),
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _schema(*keys: str) -> tuple[tuple[str, Any], ...]:
    step = {"anyOf": [_TEXT, _table(*keys)]}
    return (("anyOf", [*step["anyOf"], {"type": "array", "items": step, "maxItems": MOST}]),)


Expected: TypeAlias = Annotated[tuple[bytes | Matching | Say, ...], Parsed(_expected, _schema("regex", "hex", "send"))]
Rejected: TypeAlias = Annotated[tuple[bytes | Matching, ...], Parsed(_rejected, _schema("regex", "hex"))]
