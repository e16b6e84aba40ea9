"""What decisions remember, as plain values that any format can hold, and back.

Reading distrusts all of it: an entry that is not exactly as written here is left out, and told by its number.

    [{"of": ["mail.example.com", "smtp", 4], "absent": [["relays", "r1"]], "levels": [["relays", "r2", 5, 1.7e9]]}]
"""

from collections.abc import Mapping
from ipaddress import ip_address
from math import isfinite
from typing import Any, TypeAlias

from gslb.model.pasts import MOST, Level, Past, Served, Spot
from gslb.model.values import Family

Key: TypeAlias = tuple[Any, ...]
"""Zone text, service name, family, and what more tells one decision from another, as text."""


def to_plain(pasts: Mapping[Key, Past]) -> list[object]:
    """As lists, text and numbers."""
    return [{"of": [*key], **_plain(past)} for key, past in pasts.items()]


def _plain(past: Past) -> dict[str, object]:
    return {
        "absent": sorted([*spot] for spot in past.absent),
        "levels": [[*spot, *level] for spot, level in past.levels.items()],
        "ramps": [[*spot, since] for spot, since in past.ramps.items()],
        "seat": past.seat,
        "holding": dict(past.holding),
        "standing": _set_plain(past.standing),
        "standing_since": past.standing_since,
        "good": _set_plain(past.good),
    }


def _set_plain(served: frozenset[Served]) -> list[list[str]]:
    return sorted([*spot, str(address)] for spot, address in served)


def from_plain(data: object, now: float) -> tuple[dict[Key, Past], tuple[str, ...]]:
    """What can be read, and a sentence for each thing left out. Moments that lie ahead (a clock set back) are now."""
    if not isinstance(data, list):
        return {}, () if data is None else ("what decisions remembered is no list; ignored",)
    pasts: dict[Key, Past] = {}
    ignored = []
    for number, entry in enumerate(data, 1):
        try:
            pasts[_key(entry["of"])] = _past(entry, now)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            ignored.append(f"what decision {number} remembered cannot be read: {error!r}")
    return pasts, tuple(ignored)


def _key(words: list[Any]) -> Key:
    zone, service, family, *more = words
    return (_text(zone), _text(service), Family(family), *map(_text, more))


def _past(entry: Mapping[str, Any], now: float) -> Past:
    return Past(
        decided=True,
        absent=frozenset(Spot(*map(_text, spot)) for spot in entry.get("absent", [])),
        levels=dict(_level(row, now) for row in entry.get("levels", [])),
        ramps={Spot(_text(pool), _text(name)): _moment(at, now) for pool, name, at in entry.get("ramps", [])},
        seat=None if entry.get("seat") is None else _text(entry["seat"]),
        holding={pool: _moment(at, now) for pool, at in dict(entry.get("holding", {})).items()},
        standing=_set(entry.get("standing", [])),
        standing_since=_moment(entry.get("standing_since", 0.0), now),
        good=_set(entry.get("good", [])),
    )


def _set(rows: list[Any]) -> frozenset[Served]:
    return frozenset(Served(Spot(_text(pool), _text(name)), ip_address(_text(address))) for pool, name, address in rows)


def _level(row: list[Any], now: float) -> tuple[Spot, Level]:
    pool, member, tenths, moved = row
    if not isinstance(tenths, int) or not 1 <= tenths <= MOST:
        raise ValueError(f"{tenths} is no number of tenths")
    return Spot(_text(pool), _text(member)), Level(tenths, _moment(moved, now))


def _moment(at: Any, now: float) -> float:
    if isinstance(at, bool) or not isinstance(at, int | float) or not isfinite(at):
        raise TypeError(f"{at!r} is no moment")
    return min(float(at), now)


def _text(word: Any) -> str:
    if not isinstance(word, str):
        raise TypeError(f"{word!r} is no text")
    return word
