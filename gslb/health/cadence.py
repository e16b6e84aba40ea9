"""How soon a target is probed again, and how soon a verdict could change. Seconds throughout.

`interval` while all is calm. `fast_interval` from the first surprise to the verdict: a failure counted against an up
member (until it is down or forgiven), a success of a down one (until there are enough of them, or it fails again), and
as long as nothing is known. `down_interval` while a down member keeps failing. The fast spell is bounded: a failure is
forgiven after `forgive` successes in a row, and `fall` of them end it.

An open relay is an alarm only once it was seen twice; the second look comes at `fast_interval` (probes.md 1.6.4).

A target that says it is busy, or that we connect too often, is never probed faster than `interval` (probes.md 2.4).
"""

from gslb.health.machine import hold_left
from gslb.model.checks import Thresholds, Timing
from gslb.model.observations import Degraded, Reason
from gslb.model.verdicts import State, Verdict

MANY = 1 << 30

OVERLOADED = frozenset({Reason.BUSY, Reason.PER_CLIENT_LIMIT})


def interval(verdict: Verdict, timing: Timing, rise: int = MANY) -> float:
    """Seconds from the start of the last probe to the start of the next, as the verdict stands after it.

    `rise`: successes that bring a down member up; with so many it is held down by time alone, and nothing is in doubt.
    """
    if verdict.provisional or verdict.state is State.UNKNOWN:
        return timing.fast_interval
    if is_to_confirm(verdict):
        return timing.fast_interval
    if isinstance(verdict.last, Degraded) and verdict.last.reason in OVERLOADED:
        return timing.interval
    if verdict.state is State.UP:
        return timing.fast_interval if verdict.failures else timing.interval
    if verdict.successes >= rise:
        return timing.interval
    return timing.fast_interval if verdict.successes else timing.down_interval


def is_to_confirm(verdict: Verdict) -> bool:
    """Whether an open relay was seen once: the second look comes at `fast_interval`, and only then the alarm."""
    last = verdict.last
    suspected = isinstance(last, Degraded) and last.reason is Reason.OPEN_RELAY_SUSPECTED
    return suspected and not verdict.degraded


def changes_in(verdict: Verdict, thresholds: Thresholds, pace: float, now: float) -> float:
    """Seconds to the earliest possible change: the outcomes still missing × `pace`, the interval now in use.

    A down verdict cannot change before its hold has passed either.
    """
    if verdict.provisional or verdict.state is State.UNKNOWN:
        return pace
    if verdict.state is State.UP:
        return max(1, thresholds.fall - verdict.failures) * pace
    return max(max(1, thresholds.rise - verdict.successes) * pace, hold_left(verdict, thresholds, now))
