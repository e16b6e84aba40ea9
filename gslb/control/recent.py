"""The latest results of each target, for the faces: how it went, and how long each phase took.

The newest is kept whole. Of those before it only what a trend needs is kept, in a form a tenth as large, so that ten
thousand targets with 64 results each fit into a hundred megabytes.
"""

from collections import deque
from collections.abc import Container
from sys import intern
from typing import NamedTuple

from gslb.model.observations import Observation, Outcome, Phase, Reason
from gslb.model.verdicts import Transition, VerdictKey

KEPT = 64
"""Results kept per target."""


class Past(NamedTuple):
    """A result that is no longer the newest: `started` in Unix seconds, `total` seconds."""

    outcome: Outcome
    started: float
    total: float | None
    code: str
    enhanced: str
    text: str
    notices: tuple[Reason, ...]


class _Ring:
    __slots__ = ("counts", "last", "past")

    def __init__(self, last: Observation) -> None:
        self.last = last
        self.counts = {last.reason: 1}
        self.past: deque[Past] = deque(maxlen=KEPT - 1)


class Recent:
    """By target id, oldest first. Other threads may read: whatever is walked over is copied first, in one step."""

    def __init__(self) -> None:
        self._rings: dict[str, _Ring] = {}
        self._changes: dict[VerdictKey, Transition] = {}

    def __repr__(self) -> str:
        return f"<Recent {len(self._rings)} targets>"

    def note(self, observation: Observation) -> None:
        """Remember a result; the oldest beyond KEPT goes."""
        ring = self._rings.get(observation.target)
        if ring is None:
            self._rings[observation.target] = _Ring(observation)
            return
        ring.counts[observation.reason] = ring.counts.get(observation.reason, 0) + 1
        ring.past.append(_past(ring.last))
        ring.last = observation

    def of(self, target: str) -> tuple[Observation, ...]:
        """The results of a target; all but the last with no timing but the total."""
        ring = self._rings.get(target)
        if ring is None:
            return ()
        return (*(_whole(target, past) for past in tuple(ring.past)), ring.last)

    def last(self, target: str) -> Observation | None:
        """The latest result of a target."""
        ring = self._rings.get(target)
        return None if ring is None else ring.last

    def counts(self, target: str) -> dict[str, int]:
        """All results of a target since the start, by reason."""
        ring = self._rings.get(target)
        return {} if ring is None else {reason.value: count for reason, count in tuple(ring.counts.items())}

    def turned(self, transition: Transition) -> None:
        """Remember the last change of a belief."""
        self._changes[transition.key] = transition

    def change(self, key: VerdictKey) -> Transition | None:
        """The last change of a belief since the start."""
        return self._changes.get(key)

    def keep_only(self, targets: Container[str]) -> None:
        """Forget targets that are no longer configured."""
        self._rings = {target: ring for target, ring in self._rings.items() if target in targets}
        self._changes = {key: change for key, change in self._changes.items() if key.target in targets}


def _past(seen: Observation) -> Past:
    phase, seconds = seen.timings[-1] if seen.timings else (None, 0.0)
    total = seconds if phase is Phase.TOTAL else None
    return Past(seen.outcome, seen.started, total, intern(seen.code), seen.enhanced, intern(seen.text), seen.notices)


def _whole(target: str, past: Past) -> Observation:
    return Observation(
        target=target,
        outcome=past.outcome,
        started=past.started,
        code=past.code,
        enhanced=past.enhanced,
        text=past.text,
        notices=past.notices,
        timings=() if past.total is None else ((Phase.TOTAL, past.total),),
    )
