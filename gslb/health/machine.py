"""From one outcome to the next belief: the only place that knows what rise, fall, forgive and min_hold mean.

The shape is gdnsd's: three counters, of which the failure count survives single successes. RULES is the whole
machine; `step` only looks a rule up. Times are Unix seconds.

    state     good outcome                                   bad outcome
    unknown   up, by this one alone                          down, by this one alone
    up        `forgive` in a row clear the failure count     counted; the `fall`th takes it down
    down      `rise` in a row bring it up, after min_hold    the run of successes starts anew

An answer of "later" (busy, temp_reply, auth_temp) is good, for it proves the host alive; but a host that says so to
everybody serves nobody: from the `temp_fail_after`th in a row on it is bad, until an outcome that is good and none of
these. Caps per client, greylisting and a full mailbox never become bad (probes.md 1.2).

A void outcome (inconclusive: our own fault) returns the very same verdict: no counter moves, none is reset.

A saved verdict keeps its counters: one unlucky probe after a restart decides no more than one before it. It is
`saved` until the first conclusive outcome. A provisional verdict (its target was changed by a reload) stands as it
is until the first conclusive outcome, which decides alone, as from unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeAlias

from gslb.health.damping import penalized
from gslb.model.checks import Thresholds
from gslb.model.observations import Degraded, Failed, Inconclusive, Outcome, OutcomeKind, Passed, Reason
from gslb.model.verdicts import State, Verdict

DEGRADED_RUN = 2
"""Outcomes in a row that enter, and that leave, the degraded flag, so that weights do not flutter."""


class Signal(StrEnum):
    """What an outcome says to the machine."""

    GOOD = "good"
    BAD = "bad"
    VOID = "void"


TEMPORARY = frozenset({Reason.BUSY, Reason.TEMP_REPLY, Reason.AUTH_TEMP})
"""Reasons that mean "later", and that count as failures once they come too often in a row."""


def step(verdict: Verdict, outcome: Outcome, thresholds: Thresholds, now: float, temp_fail_after: int = 6) -> Verdict:
    """The belief after one more outcome at `now`; the same object when the outcome is void."""
    known = State.UNKNOWN if verdict.provisional else verdict.state
    heard = escalated(verdict, outcome, temp_fail_after)
    temporary = temporary_run(verdict, outcome)
    after = RULES[known, heard](verdict, outcome, thresholds, now)
    return after if after.temporary == temporary else replace(after, temporary=temporary)


def asked(verdict: Verdict, outcome: Outcome, factor: float | None) -> Verdict:
    """The same belief, with the part of its weight that the member asks for: all of it where it says nothing."""
    asks = 1.0 if factor is None else factor
    if isinstance(outcome, Inconclusive) or asks == verdict.factor:
        return verdict
    return replace(verdict, factor=asks)


def temporary_run(verdict: Verdict, outcome: Outcome) -> int:
    """Answers of "later" in a row, this outcome included: what is good otherwise ends the run, what fails does not."""
    if _is_temporary(outcome):
        return verdict.temporary + 1
    return 0 if signal(outcome) is Signal.GOOD else verdict.temporary


def escalated(verdict: Verdict, outcome: Outcome, temp_fail_after: int) -> Signal:
    """What an outcome says after those before it."""
    late = _is_temporary(outcome) and verdict.temporary + 1 >= temp_fail_after
    return Signal.BAD if late else signal(outcome)


def _is_temporary(outcome: Outcome) -> bool:
    """A notice of it is not: where blame is guesswork (a round trip), nothing comes of many."""
    return isinstance(outcome, Degraded) and outcome.load and outcome.reason in TEMPORARY


def is_settled(verdict: Verdict, outcome: Outcome) -> bool:
    """Whether this outcome, a pass or a notice, says what the last did and moves only the time and the successes."""
    return (
        verdict.state is State.UP
        and _is_more_of(verdict.last, outcome)
        and verdict.degraded is isinstance(outcome, Degraded)
        and verdict.factor == 1.0
        and not (verdict.failures or verdict.degraded_run or verdict.loaded or verdict.loaded_run or verdict.temporary)
        and not (verdict.saved or verdict.stale or verdict.provisional or verdict.suppressed)
    )


def _is_more_of(last: Outcome | None, outcome: Outcome) -> bool:
    if isinstance(outcome, Passed):
        return isinstance(last, Passed)
    return isinstance(outcome, Degraded) and not outcome.load and outcome == last


def settled(verdict: Verdict, now: float) -> Verdict:
    """What `step` makes of it where `is_settled`; most outcomes are this one, so it is not put together thrice."""
    return Verdict(
        state=verdict.state,
        since=min(verdict.since, now),
        successes=verdict.successes + 1,
        degraded=verdict.degraded,
        last=verdict.last,
        last_at=now,
        transitions=verdict.transitions,
        penalty=verdict.penalty,
        penalized_at=verdict.penalized_at,
    )


def signal(outcome: Outcome) -> Signal:
    """A degraded service is alive: good."""
    return _SIGNALS[outcome.kind]


_SIGNALS = {
    OutcomeKind.PASSED: Signal.GOOD,
    OutcomeKind.DEGRADED: Signal.GOOD,
    OutcomeKind.FAILED: Signal.BAD,
    OutcomeKind.INCONCLUSIVE: Signal.VOID,
}


def hold_left(verdict: Verdict, thresholds: Thresholds, now: float) -> float:
    """Seconds a down verdict must still stay down, whatever succeeds.

    Never more than min_hold: a clock that was set back must not hold a member for the length of the step.
    """
    return min(thresholds.min_hold, max(0.0, verdict.since + thresholds.min_hold - now))


def _stand(verdict: Verdict, _outcome: Outcome, _thresholds: Thresholds, _now: float) -> Verdict:
    return verdict


def _first_good(verdict: Verdict, outcome: Outcome, _thresholds: Thresholds, now: float) -> Verdict:
    up = _turned(_heard(verdict, outcome, now), State.UP, now)
    if isinstance(outcome, Degraded) and outcome.reason is Reason.OPEN_RELAY_SUSPECTED:
        return replace(up, degraded_run=1)  # an alarm that is confirmed first, even from the beginning
    return replace(up, degraded=isinstance(outcome, Degraded), loaded=_is_load(outcome))


def _first_bad(verdict: Verdict, outcome: Outcome, thresholds: Thresholds, now: float) -> Verdict:
    if isinstance(outcome, Failed) and outcome.reason is Reason.OPEN_RELAY_SUSPECTED and thresholds.fall > 1:
        return replace(_turned(_heard(verdict, outcome, now), State.UP, now), failures=1)  # to be confirmed, too
    return _turned(_heard(verdict, outcome, now), State.DOWN, now)


def _up_good(verdict: Verdict, outcome: Outcome, thresholds: Thresholds, now: float) -> Verdict:
    heard = _succeeded(_heard(verdict, outcome, now), outcome)
    return replace(heard, failures=0) if heard.successes >= thresholds.forgive else heard


def _up_bad(verdict: Verdict, outcome: Outcome, thresholds: Thresholds, now: float) -> Verdict:
    heard = replace(
        _heard(verdict, outcome, now), failures=verdict.failures + 1, successes=0, degraded_run=0, loaded_run=0
    )
    return _turned(heard, State.DOWN, now) if heard.failures >= thresholds.fall else heard


def _down_good(verdict: Verdict, outcome: Outcome, thresholds: Thresholds, now: float) -> Verdict:
    heard = _succeeded(_heard(verdict, outcome, now), outcome)
    if heard.successes < thresholds.rise or hold_left(heard, thresholds, now) > 0:
        return heard
    return replace(_turned(heard, State.UP, now), degraded=heard.degraded, loaded=heard.loaded)


def _down_bad(verdict: Verdict, outcome: Outcome, _thresholds: Thresholds, now: float) -> Verdict:
    return replace(_heard(verdict, outcome, now), successes=0, **_CLEAR)


Rule: TypeAlias = Callable[[Verdict, Outcome, Thresholds, float], Verdict]

RULES: Mapping[tuple[State, Signal], Rule] = {
    (State.UNKNOWN, Signal.GOOD): _first_good,
    (State.UNKNOWN, Signal.BAD): _first_bad,
    (State.UNKNOWN, Signal.VOID): _stand,
    (State.UP, Signal.GOOD): _up_good,
    (State.UP, Signal.BAD): _up_bad,
    (State.UP, Signal.VOID): _stand,
    (State.DOWN, Signal.GOOD): _down_good,
    (State.DOWN, Signal.BAD): _down_bad,
    (State.DOWN, Signal.VOID): _stand,
}


def _heard(verdict: Verdict, outcome: Outcome, now: float) -> Verdict:
    # A clock set back would leave `since` in the future: the hold is then counted from now.
    since = min(verdict.since, now)
    return replace(verdict, last=outcome, last_at=now, since=since, saved=False, stale=False, provisional=False)


def _turned(verdict: Verdict, state: State, now: float) -> Verdict:
    cleared = replace(verdict, successes=0, failures=0, **_CLEAR)
    if state is verdict.state:  # a provisional belief confirmed: no change, so it keeps its age
        return cleared
    turned = replace(cleared, state=state, since=now, transitions=verdict.transitions + 1)
    if verdict.state is State.UNKNOWN:
        return turned
    penalty, suppressed = penalized(verdict, now)
    return replace(turned, penalty=penalty, penalized_at=now, suppressed=suppressed)


_CLEAR: Mapping[str, Any] = {"degraded": False, "degraded_run": 0, "loaded": False, "loaded_run": 0}


def _succeeded(verdict: Verdict, outcome: Outcome) -> Verdict:
    degraded, degraded_run = _flagged(verdict.degraded, verdict.degraded_run, isinstance(outcome, Degraded))
    loaded, loaded_run = _flagged(verdict.loaded, verdict.loaded_run, _is_load(outcome))
    return replace(
        verdict,
        successes=verdict.successes + 1,
        degraded=degraded,
        degraded_run=degraded_run,
        loaded=loaded,
        loaded_run=loaded_run,
    )


def _flagged(flag: bool, run: int, said: bool) -> tuple[bool, int]:
    """A flag and the outcomes in a row that contradict it, after one more: it turns with DEGRADED_RUN of them."""
    if said is flag:
        return flag, 0
    return (said, 0) if run + 1 >= DEGRADED_RUN else (flag, run + 1)


def _is_load(outcome: Outcome) -> bool:
    return isinstance(outcome, Degraded) and outcome.load
