"""Whether this prober is cut off: the canaries the operator named fail (contract, "A check suspected itself").

While all of them fail, verdicts freeze; LONGEST seconds at most, then the facts are accepted as they come, until a
canary answers again. With no canary there is no guard. Times are Unix seconds.
"""

from dataclasses import dataclass, replace

from gslb.health.machine import Signal, signal
from gslb.model.observations import Outcome

LONGEST = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """`canaries`: target ids; `failing`: those whose last conclusive outcome was bad; `since`: when all were."""

    canaries: frozenset[str] = frozenset()
    failing: frozenset[str] = frozenset()
    since: float | None = None


def heard(state: Isolation, target: str, outcome: Outcome, now: float) -> Isolation:
    """The state after an outcome of any target; what is no canary, or inconclusive, changes nothing."""
    said = signal(outcome)
    if target not in state.canaries or said is Signal.VOID:
        return state
    failing = state.failing | {target} if said is Signal.BAD else state.failing - {target}
    if failing != state.canaries:
        return replace(state, failing=failing, since=None)
    return replace(state, failing=failing, since=now if state.since is None else state.since)


def is_frozen(state: Isolation, now: float) -> bool:
    """Whether verdicts stand still now. A clock that was set back does not freeze for longer than LONGEST."""
    return state.since is not None and abs(now - state.since) < LONGEST


def renamed(state: Isolation, canaries: frozenset[str]) -> Isolation:
    """The state under another configuration: canaries that stay keep what was heard of them."""
    if canaries == state.canaries:
        return state
    failing = state.failing & canaries
    all_fail = bool(canaries) and failing == canaries
    return Isolation(canaries=canaries, failing=failing, since=state.since if all_fail else None)
