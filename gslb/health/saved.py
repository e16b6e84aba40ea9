"""Verdicts as plain values that any format can hold, and back.

Reading distrusts all of it: what is not exactly as written here is left out and told, never guessed.

    {"format": 2, "saved_at": 1700000000.0, "outcomes": [{"kind": "passed"}, …],
     "verdicts": {"check": ["smtp", …], "target": ["…", …], "state": ["up", …], "last": [0, …], …}}

In columns, since a start waits for them and most of what verdicts hold they hold alike: `last` is the number of an
outcome. A verdict of format 1, which earlier releases wrote, is a mapping by itself, with its outcome in it.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import repeat
from math import isfinite
from operator import attrgetter
from typing import Any, TypeAlias, TypeGuard

from gslb.model.observations import Degraded, Failed, Inconclusive, Outcome, OutcomeKind, Passed, Phase, Reason
from gslb.model.pasts import MOST, WHOLE
from gslb.model.verdicts import State, Verdict, VerdictKey

FORMAT = 2
ENTRY_BY_ENTRY = 1
"""The format before."""

MAX_AGE = 300.0
"""Seconds after their last save for which saved verdicts count (contract, "Start")."""

_MOST = MOST / WHOLE

Column: TypeAlias = Sequence[Any]
Columns: TypeAlias = Mapping[str, Column]
"""What verdicts hold, by name: one after another, all as long. What is in them is judged before it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What could be read: verdicts by key, and a sentence for each thing left out."""

    verdicts: Mapping[VerdictKey, Verdict]
    ignored: tuple[str, ...] = ()


def to_plain(book: Mapping[VerdictKey, Verdict], now: float) -> dict[str, object]:
    """The known verdicts of a book as dicts, lists, text and numbers. Unknown ones hold nothing worth keeping."""
    known = {key: verdict for key, verdict in book.items() if verdict.state is not _UNKNOWN}
    keys, verdicts = list(known), list(known.values())
    outcomes = dict.fromkeys([verdict.last for verdict in verdicts if verdict.last is not None])
    number = {outcome: place for place, outcome in enumerate(outcomes)}
    columns: dict[str, list[object]] = {
        "check": [key.check for key in keys],
        "target": [key.target for key in keys],
        "state": [verdict.state.value for verdict in verdicts],
        "last": [None if verdict.last is None else number[verdict.last] for verdict in verdicts],
    }
    for name in (*_FLAGS, *_COUNTERS, *_NUMBERS):
        columns[name] = list(map(attrgetter(name), verdicts))
    plain = [_outcome_to_plain(outcome) for outcome in outcomes]
    return {"format": FORMAT, "saved_at": now, "outcomes": plain, "verdicts": columns}


def from_plain(data: object, now: float) -> Saved:
    """The verdicts in `data`, marked saved; none when it is of another format or older than MAX_AGE."""
    if not isinstance(data, dict) or data.get("format") not in (FORMAT, ENTRY_BY_ENTRY):
        return _nothing(f"saved verdicts are not of format {FORMAT}")
    saved_at = data.get("saved_at")
    if not _is_number(saved_at):
        return _nothing("saved verdicts do not tell when they were saved")
    age = now - float(saved_at)
    # A stamp from the future is a clock that was set back: it tells no age at all once it is far off.
    if abs(age) > MAX_AGE:
        return _nothing(f"saved verdicts are {age:.0f} s old, more than {MAX_AGE:.0f} s")
    entries = data.get("verdicts")
    if data["format"] == FORMAT:
        return _columns(entries, data.get("outcomes"), now)
    return _entries(entries, now) if isinstance(entries, list) else _nothing("saved verdicts are no list")


def _nothing(why: str) -> Saved:
    return Saved(verdicts={}, ignored=(why,))


def _columns(plain: object, outcomes: object, now: float) -> Saved:
    """All at once where every column is as it is to be; else entry by entry, to tell which is not."""
    if not _are_columns(plain) or not isinstance(outcomes, list):
        return _nothing("saved verdicts are not in columns")
    missing = _REQUIRED - plain.keys()
    if missing:
        return _nothing(f"saved verdicts lack {', '.join(sorted(missing))}")
    count = len(plain["target"])
    columns = {**{name: [value] * count for name, value in _LATER.items()}, **plain}
    found = _judged(columns, outcomes)
    if found is not None:
        return Saved(verdicts=_verdicts(columns, found, now))
    known = dict(enumerate(outcomes))
    last = [known.get(place, place) if type(place) is int else place for place in columns["last"]]
    rows = zip(*{**columns, "last": last}.values(), strict=True)
    return _entries([dict(zip(columns, row, strict=True)) for row in rows], now)


def _are_columns(plain: object) -> TypeGuard[Columns]:
    if not isinstance(plain, dict) or not all(isinstance(column, list) for column in plain.values()):
        return False
    return len(set(map(len, plain.values()))) == 1


def _judged(columns: Columns, outcomes: Sequence[object]) -> list[Outcome | None] | None:
    """The last outcomes of verdicts that are all as written; None where anything is amiss."""
    last = columns["last"]
    good = (
        all(set(map(type, columns[name])) <= _ALL_TEXT for name in (*_TEXTS, "state"))
        and all(set(map(type, columns[name])) <= _ALL_FLAGS for name in _FLAGS)
        and all(_all_counts(columns[name]) for name in _COUNTERS)
        and all(_all_numbers(columns[name]) for name in _NUMBERS)
        and _STATES.keys() >= set(columns["state"])
        and set(map(type, last)) <= {int, type(None)}
    )
    if not good:
        return None
    try:
        known = dict(enumerate(map(_outcome_from_plain, outcomes)))
        return [None if place is None else known[place] for place in last]
    except (KeyError, TypeError, ValueError):
        return None


def _all_counts(column: Column) -> bool:
    return set(map(type, column)) <= _ALL_COUNTERS and min(column, default=0) >= 0


def _all_numbers(column: Column) -> bool:
    return set(map(type, column)) <= _ALL_NUMBERS and all(map(isfinite, column))


def _verdicts(columns: Columns, last: Sequence[Outcome | None], now: float) -> dict[VerdictKey, Verdict]:
    """Made column by column: setting tens of thousands of frozen fields one by one takes four times as long."""
    made = [_new(Verdict) for _ in last]
    values: dict[str, Iterable[object]] = {
        **columns,
        "state": map(_STATES.__getitem__, columns["state"]),
        **{name: _until(columns[name], now) for name in ("since", "penalized_at", "last_at")},
        "factor": _within(columns["factor"]),
        "last": last,
        "saved": repeat(True),
    }
    for field in fields(Verdict):
        put = getattr(Verdict, field.name).__set__
        deque(map(put, made, values.get(field.name, repeat(field.default))), maxlen=0)
    keys = map(VerdictKey._make, zip(columns["check"], columns["target"], strict=True))
    return dict(zip(keys, made, strict=True))


_new = object.__new__


def _until(column: Column, now: float) -> Column:
    """Nothing was in the future."""
    return column if max(column, default=now) <= now else [min(one, now) for one in column]


def _within(column: Column) -> Column:
    """How much of a weight, 0 to _MOST."""
    if set(column) <= {1.0}:
        return column
    return [min(max(one, 0.0), _MOST) for one in column]


def _entries(entries: list[object], now: float) -> Saved:
    verdicts: dict[VerdictKey, Verdict] = {}
    ignored: list[str] = []
    for number, entry in enumerate(entries, 1):
        try:
            key, verdict = _verdict_from_plain(entry, now)
        except (KeyError, TypeError, ValueError) as error:
            ignored.append(f"saved verdict {number} cannot be read: {error}")
        else:
            verdicts[key] = verdict
    return Saved(verdicts=verdicts, ignored=tuple(ignored))


def _outcome_to_plain(outcome: Outcome) -> dict[str, object]:
    if isinstance(outcome, Passed):
        return {"kind": outcome.kind.value}
    plain: dict[str, object] = {
        "kind": outcome.kind.value,
        "phase": outcome.phase.value,
        "reason": outcome.reason.value,
    }
    return {**plain, "load": outcome.load} if isinstance(outcome, Degraded) else plain


_LATER = {
    "temporary": 0,
    "penalty": 0.0,
    "penalized_at": 0.0,
    "suppressed": False,
    "loaded": False,
    "loaded_run": 0,
    "factor": 1.0,
}
"""Later than the format: files without them are read."""


def _verdict_from_plain(entry: object, now: float) -> tuple[VerdictKey, Verdict]:
    if not isinstance(entry, dict):
        raise TypeError("not a mapping")
    state = _STATES[entry["state"]]
    if not _LATER.keys() <= entry.keys():
        entry = {**_LATER, **entry}
    _judge(entry)
    verdict = Verdict(
        state=state,
        since=min(float(entry["since"]), now),
        successes=entry["successes"],
        failures=entry["failures"],
        degraded=entry["degraded"],
        degraded_run=entry["degraded_run"],
        transitions=entry["transitions"],
        provisional=entry["provisional"],
        temporary=entry["temporary"],
        penalty=float(entry["penalty"]),
        penalized_at=min(float(entry["penalized_at"]), now),
        suppressed=entry["suppressed"],
        loaded=entry["loaded"],
        loaded_run=entry["loaded_run"],
        factor=min(max(float(entry["factor"]), 0.0), _MOST),
        last=_outcome_from_plain(entry["last"]),
        last_at=min(float(entry["last_at"]), now),
        saved=True,
    )
    return VerdictKey(entry["check"], entry["target"]), verdict


_UNKNOWN = State.UNKNOWN
_STATES = {state.value: state for state in (State.UP, State.DOWN)}
_KINDS = {kind.value: kind for kind in OutcomeKind}
_PASSED = Passed()
_TEXTS = ("check", "target")
_FLAGS = ("degraded", "provisional", "suppressed", "loaded")
_COUNTERS = ("successes", "failures", "degraded_run", "transitions", "temporary", "loaded_run")
_NUMBERS = ("since", "penalty", "penalized_at", "factor", "last_at")
_REQUIRED = {*_TEXTS, *_FLAGS, *_COUNTERS, *_NUMBERS, "state", "last"} - _LATER.keys()
_ALL_TEXT, _ALL_FLAGS, _ALL_COUNTERS, _ALL_NUMBERS = ({str}, {bool}, {int}, {float})


def _judge(entry: dict[str, object]) -> None:
    """Raises KeyError, TypeError or ValueError: what is not as written."""
    for names, judge in ((_TEXTS, _text), (_FLAGS, _flag), (_COUNTERS, _counter), (_NUMBERS, _number)):
        for name in names:
            judge(entry[name], name)


def _outcome_from_plain(plain: object) -> Outcome | None:
    if plain is None:
        return None
    if not isinstance(plain, dict):
        raise TypeError("its last outcome is not a mapping")
    kind = _KINDS[plain["kind"]]
    if kind is OutcomeKind.PASSED:
        return _PASSED
    phase, reason = Phase(plain["phase"]), Reason(plain["reason"])
    if kind is OutcomeKind.DEGRADED:
        return Degraded(phase, reason, load=_flag(plain["load"], "load"))
    return Failed(phase, reason) if kind is OutcomeKind.FAILED else Inconclusive(phase, reason)


def _text(value: object, name: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} is not text")


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} is not true or false")
    return value


def _counter(value: object, name: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{name} is not a count")


def _number(value: object, name: str) -> None:
    if not _is_number(value):
        raise TypeError(f"{name} is not a number")


def _is_number(value: object) -> TypeGuard[int | float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number beyond any float
        return False
