"""Verdicts as plain values that any format can hold, and back.

Reading distrusts all of it: what is not exactly as written here is left out and told, never guessed.

    {"format": 1, "saved_at": 1700000000.0, "verdicts": [{"check": "smtp", "target": "…", "state": "up", …}]}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from operator import itemgetter
from typing import TypeGuard

from gslb.model.observations import Degraded, Failed, Inconclusive, Outcome, OutcomeKind, Passed, Phase, Reason
from gslb.model.verdicts import State, Verdict, VerdictKey

FORMAT = 1
MAX_AGE = 300.0
"""Seconds after their last save for which saved verdicts count (contract, "Start")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What could be read: verdicts by key, and a sentence for each thing left out."""

    verdicts: Mapping[VerdictKey, Verdict]
    ignored: tuple[str, ...] = ()


def to_plain(book: Mapping[VerdictKey, Verdict], now: float) -> dict[str, object]:
    """The known verdicts of a book as dicts, lists, text and numbers. Unknown ones hold nothing worth keeping."""
    known = [_verdict_to_plain(key, verdict) for key, verdict in book.items() if verdict.state is not State.UNKNOWN]
    return {"format": FORMAT, "saved_at": now, "verdicts": known}


def from_plain(data: object, now: float) -> Saved:
    """The verdicts in `data`, marked saved; none when it is of another format or older than MAX_AGE."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return Saved(verdicts={}, ignored=(f"saved verdicts are not of format {FORMAT}",))
    saved_at = data.get("saved_at")
    if not _is_number(saved_at):
        return Saved(verdicts={}, ignored=("saved verdicts do not tell when they were saved",))
    age = now - float(saved_at)
    # A stamp from the future is a clock that was set back: it tells no age at all once it is far off.
    if abs(age) > MAX_AGE:
        return Saved(verdicts={}, ignored=(f"saved verdicts are {age:.0f} s old, more than {MAX_AGE:.0f} s",))
    entries = data.get("verdicts")
    if not isinstance(entries, list):
        return Saved(verdicts={}, ignored=("saved verdicts are no list",))
    return _entries(entries, now)


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


def _verdict_to_plain(key: VerdictKey, verdict: Verdict) -> dict[str, object]:
    return {
        "check": key.check,
        "target": key.target,
        "state": verdict.state.value,
        "since": verdict.since,
        "successes": verdict.successes,
        "failures": verdict.failures,
        "degraded": verdict.degraded,
        "degraded_run": verdict.degraded_run,
        "transitions": verdict.transitions,
        "provisional": verdict.provisional,
        "temporary": verdict.temporary,
        "penalty": verdict.penalty,
        "penalized_at": verdict.penalized_at,
        "suppressed": verdict.suppressed,
        "loaded": verdict.loaded,
        "loaded_run": verdict.loaded_run,
        "factor": verdict.factor,
        "last_at": verdict.last_at,
        "last": None if verdict.last is None else _outcome_to_plain(verdict.last),
    }


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
        factor=min(max(float(entry["factor"]), 0.0), 1.0),
        last=_outcome_from_plain(entry["last"]),
        last_at=min(float(entry["last_at"]), now),
        saved=True,
    )
    return VerdictKey(entry["check"], entry["target"]), verdict


_STATES = {state.value: state for state in (State.UP, State.DOWN)}
_KINDS = {kind.value: kind for kind in OutcomeKind}
_PASSED = Passed()
_TEXTS = ("check", "target")
_FLAGS = ("degraded", "provisional", "suppressed", "loaded")
_COUNTERS = ("successes", "failures", "degraded_run", "transitions", "temporary", "loaded_run")
_NUMBERS = ("since", "penalty", "penalized_at", "factor", "last_at")
_texts, _flags, _counters, _numbers = (itemgetter(*names) for names in (_TEXTS, _FLAGS, _COUNTERS, _NUMBERS))
_ALL_TEXT, _ALL_FLAGS, _ALL_COUNTERS, _ALL_NUMBERS = ({str}, {bool}, {int}, {float})


def _judge(entry: dict[str, object]) -> None:
    """Raises KeyError, TypeError or ValueError: what is not as written. At a start that is asked of tens of thousands
    of verdicts, so each kind of value is asked for at once, and only what is amiss there one by one."""
    if not (
        set(map(type, _texts(entry))) == _ALL_TEXT
        and set(map(type, _flags(entry))) == _ALL_FLAGS
        and set(map(type, counters := _counters(entry))) == _ALL_COUNTERS
        and min(counters) >= 0
        and set(map(type, numbers := _numbers(entry))) == _ALL_NUMBERS
        and all(map(isfinite, numbers))
    ):
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
