"""What steering sees of one member address: the verdicts of all its checks, combined.

All checks must pass: down if any is down, else unknown if any is unknown, else degraded if any is, else up. The texts
made here are what the dashboard, the log and `explain` print; they hold no times, so that equal health compares equal.
"""

from collections.abc import Callable, Mapping
from math import inf

from gslb.health.cadence import changes_in
from gslb.model.checks import Check
from gslb.model.observations import Outcome, Passed
from gslb.model.pools import Member
from gslb.model.values import Address
from gslb.model.verdicts import AddressHealth, Health, State, Verdict, VerdictKey

UNPROBED = AddressHealth(health=Health.UP, changes_in=inf, why="no check: taken as up")


def address_health(
    member: Member,
    address: Address,
    *,
    verdict_of: Callable[[VerdictKey], Verdict],
    pace_of: Callable[[str], float],
    checks: Mapping[str, Check],
    now: float,
) -> AddressHealth:
    """The combined health of one address of a member. `pace_of`: the interval now in use of a target, by its id."""
    keys = member.verdicts.get(address, ())
    if not keys:
        return UNPROBED
    worst = Health.UP
    why, changes_by = "", ""
    soonest = inf
    for key in keys:
        verdict = verdict_of(key)
        health = health_of(verdict)
        if not why or _RANK[health] > _RANK[worst]:
            worst, why = health, describe(key.check, verdict)
        change = changes_in(verdict, checks[key.check].thresholds, pace_of(key.target), now)
        if change < soonest:
            soonest, changes_by = change, key.check
    return AddressHealth(health=worst, changes_in=soonest, why=why, changes_by=changes_by)


_RANK = {Health.UP: 0, Health.DEGRADED: 1, Health.UNKNOWN: 2, Health.DOWN: 3}


def health_of(verdict: Verdict) -> Health:
    """The health that one check alone gives an address."""
    if verdict.state is State.UP:
        return Health.DEGRADED if verdict.degraded else Health.UP
    return Health.DOWN if verdict.state is State.DOWN else Health.UNKNOWN


def describe(check: str, verdict: Verdict) -> str:
    """`smtp down: greeting_timeout`; the reason is that of the last conclusive outcome, where it explains the state."""
    health = health_of(verdict)
    text = f"{check} {health}"
    if health is Health.UNKNOWN:
        text += ": no result yet"
    elif health is not Health.UP and verdict.last is not None and (reason := _reason(verdict.last)):
        text += f": {reason}"
    return f"{text}, stale" if verdict.stale else text


def _reason(outcome: Outcome) -> str:
    return "now passing" if isinstance(outcome, Passed) else outcome.reason.value
