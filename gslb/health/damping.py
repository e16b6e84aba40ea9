"""Flap damping: who changes too often is believed up again only once it has calmed down (probes.md 2.7).

Each change between up and down adds PENALTY, and half of what there is goes every HALF_LIFE. Above SUPPRESS the target
is damped, until it has come below RELEASE. Damping delays only the return to up, and never empties a pool: steering
leaves a damped address out only while another member of its pool is good. Times are Unix seconds.
"""

from math import log2

from gslb.model.verdicts import State, Verdict

PENALTY = 1000.0
HALF_LIFE = 300.0
SUPPRESS = 3000.0
RELEASE = 1500.0


def penalty(verdict: Verdict, now: float) -> float:
    """What is left of the penalty; a clock that was set back takes nothing away and adds nothing."""
    age = max(0.0, now - verdict.penalized_at)
    return float(verdict.penalty * 0.5 ** (age / HALF_LIFE))


def penalized(verdict: Verdict, now: float) -> tuple[float, bool]:
    """The penalty after one more change at `now`, and whether it suppresses."""
    total = penalty(verdict, now) + PENALTY
    return total, total > SUPPRESS or damped_for(verdict, now) > 0


def damped_for(verdict: Verdict, now: float) -> float:
    """Seconds until a suppressed target is released; 0 when it is not suppressed."""
    if not verdict.suppressed:
        return 0.0
    left = penalty(verdict, now)
    return HALF_LIFE * log2(left / RELEASE) if left > RELEASE else 0.0


def is_damped(verdict: Verdict, now: float) -> bool:
    """Whether an up verdict is not to be relied on yet."""
    return verdict.state is State.UP and damped_for(verdict, now) > 0
