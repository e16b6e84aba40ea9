"""Verdicts as plain values that any format can hold, and back.

Reading distrusts all of it: what is not exactly as written here is left out and told, never guessed.

    {"format": 1, "saved_at": 1700000000.0, "verdicts": [{"check": "smtp", "target": "…", "state": "up", …}]}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
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


def _verdict_from_plain(entry: object, now: float) -> tuple[VerdictKey, Verdict]:
    if not isinstance(entry, dict):
        raise TypeError("not a mapping")
    state = State(entry["state"])
    if state is State.UNKNOWN:
        raise ValueError("an unknown verdict")
    verdict = Verdict(
        state=state,
        since=min(_number(entry, "since"), now),
        successes=_counter(entry, "successes"),
        failures=_counter(entry, "failures"),
        degraded=_flag(entry, "degraded"),
        degraded_run=_counter(entry, "degraded_run"),
        transitions=_counter(entry, "transitions"),
        provisional=_flag(entry, "provisional"),
        # later than the format: files without them are read
        temporary=_counter({"temporary": 0, **entry}, "temporary"),
        penalty=_number({"penalty": 0.0, **entry}, "penalty"),
        penalized_at=min(_number({"penalized_at": 0.0, **entry}, "penalized_at"), now),
        suppressed=_flag({"suppressed": False, **entry}, "suppressed"),
        loaded=_flag({"loaded": False, **entry}, "loaded"),
        loaded_run=_counter({"loaded_run": 0, **entry}, "loaded_run"),
        factor=min(max(_number({"factor": 1.0, **entry}, "factor"), 0.0), 1.0),
        last=_outcome_from_plain(entry["last"]),
        last_at=min(_number(entry, "last_at"), now),
        saved=True,
    )
    return VerdictKey(_text(entry, "check"), _text(entry, "target")), verdict


def _outcome_from_plain(plain: object) -> Outcome | None:
    if plain is None:
        return None
    if not isinstance(plain, dict):
        raise TypeError("its last outcome is not a mapping")
    kind = OutcomeKind(plain["kind"])
    if kind is OutcomeKind.PASSED:
        return Passed()
    phase, reason = Phase(plain["phase"]), Reason(plain["reason"])
    if kind is OutcomeKind.DEGRADED:
        return Degraded(phase, reason, load=_flag(plain, "load"))
    return Failed(phase, reason) if kind is OutcomeKind.FAILED else Inconclusive(phase, reason)


def _text(entry: dict[object, object], name: str) -> str:
    value = entry[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not text")
    return value


def _flag(entry: dict[object, object], name: str) -> bool:
    value = entry[name]
    if not isinstance(value, bool):
        raise TypeError(f"{name} is not true or false")
    return value


def _counter(entry: dict[object, object], name: str) -> int:
    value = entry[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{name} is not a count")
    return value


def _number(entry: dict[object, object], name: str) -> float:
    value = entry[name]
    if not _is_number(value):
        raise TypeError(f"{name} is not a number")
    return float(value)


def _is_number(value: object) -> TypeGuard[int | float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number beyond any float
        return False
