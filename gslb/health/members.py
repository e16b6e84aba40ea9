"""What steering sees of one member address: the verdicts of its checks, combined.

The requirement of the pool says how many of its checks must be good: all of a plain list, one under `any_of`, N under
`at_least`. With `good` up or degraded checks, and as many that could still turn out good (unknown):

    good >= N                  up where N of them are up without a flag, else degraded
    good + unknown >= N        unknown
    else                       down

A check with a soft gate is degraded where it would be down, and up where it is unknown; one without a gate is not
looked at. A check that depends on others is no better than the worst of those. The texts made here are what the
dashboard, the log and `explain` print; they hold no times, so that equal health compares equal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from gslb.health.cadence import changes_in
from gslb.health.damping import is_damped
from gslb.model.checks import Check
from gslb.model.observations import Outcome, Passed
from gslb.model.pools import Member, Requirement
from gslb.model.values import Address, Gate
from gslb.model.verdicts import AddressHealth, Health, State, Verdict, VerdictKey

UNPROBED = AddressHealth(health=Health.UP, changes_in=inf, why="no check: taken as up")
UNGATED = AddressHealth(health=Health.UP, changes_in=inf, why="no check with a gate: taken as up")


@dataclass(slots=True)
class _Judged:
    """One check as the address sees it: the worse of its own verdict and of those it depends on."""

    health: Health
    why: str
    damped: bool


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
    judged: dict[str, _Judged] = {}
    changes_by = ""
    soonest = inf
    loaded, least, most = False, 1.0, 1.0
    for key in keys:
        check, verdict = checks[key.check], verdict_of(key)
        if check.gate is Gate.NONE:
            continue
        if verdict.state is State.UP:
            loaded = loaded or verdict.loaded
            least, most = min(least, verdict.factor), max(most, verdict.factor)
        damped = check.damping and is_damped(verdict, now)
        judged[key.check] = _judged(check, verdict, damped=damped)
        change = changes_in(verdict, check.thresholds, pace_of(key.target), now)
        if change < soonest:
            soonest, changes_by = change, key.check
    if not judged:
        return UNGATED
    needed = _required(member.requirement, judged, checks)
    health, why = _combined(needed, len(needed) if member.requirement is None else member.requirement.at_least)
    return AddressHealth(
        health=health,
        changes_in=soonest,
        why=why,
        changes_by=changes_by,
        damped=health.is_good and any(each.damped for each in needed),
        loaded=health is Health.DEGRADED and loaded,
        factor=least if least < 1.0 else most,  # who lowers goes before who raises
    )


def _judged(check: Check, verdict: Verdict, *, damped: bool) -> _Judged:
    health, why = health_of(verdict), describe(check.name, verdict, damped=damped)
    if check.gate is Gate.HARD:
        return _Judged(health, why, damped)
    return _Judged(_SOFTENED.get(health, health), f"{why} (soft)", damped=False)


_SOFTENED = {Health.DOWN: Health.DEGRADED, Health.UNKNOWN: Health.UP}


def _required(
    requirement: Requirement | None, judged: Mapping[str, _Judged], checks: Mapping[str, Check]
) -> list[_Judged]:
    if requirement is None:  # what they depend on is among them
        return list(judged.values())
    return [_with_parents(name, judged, checks) for name in requirement.of]


def _with_parents(name: str, judged: Mapping[str, _Judged], checks: Mapping[str, Check]) -> _Judged:
    parents = [_with_parents(parent, judged, checks) for parent in checks[name].depends_on if parent in judged]
    return max((judged[name], *parents), key=lambda each: _RANK[each.health])


def _combined(needed: list[_Judged], at_least: int) -> tuple[Health, str]:
    worst = needed[0] if len(needed) == 1 else max(needed, key=lambda each: _RANK[each.health])
    if at_least == len(needed):
        return worst.health, worst.why
    good = sum([each.health.is_good for each in needed])
    up = sum([each.health is Health.UP for each in needed])
    unknown = sum([each.health is Health.UNKNOWN for each in needed])
    told = f"{good} of {len(needed)} good, {at_least} needed: " + ", ".join([each.why for each in needed])
    if good >= at_least:
        return Health.UP if up >= at_least else Health.DEGRADED, told
    return Health.UNKNOWN if good + unknown >= at_least else Health.DOWN, told


_RANK = {Health.UP: 0, Health.DEGRADED: 1, Health.UNKNOWN: 2, Health.DOWN: 3}


def health_of(verdict: Verdict) -> Health:
    """The health that one check alone gives an address."""
    if verdict.state is State.UP:
        return Health.DEGRADED if verdict.degraded else Health.UP
    return Health.DOWN if verdict.state is State.DOWN else Health.UNKNOWN


def is_calm(verdict: Verdict) -> bool:
    """Whether a verdict says "up" and nothing besides: then what it makes of an address is told by its check alone."""
    return (
        verdict.state is _STATE_UP
        and verdict.factor == 1.0
        and not (verdict.failures or verdict.degraded or verdict.loaded)
        and not (verdict.stale or verdict.provisional or verdict.suppressed)
    )


_STATE_UP = State.UP


def describe(check: str, verdict: Verdict, *, damped: bool = False) -> str:
    """`smtp down: greeting_timeout`; the reason is that of the last conclusive outcome, where it explains the state."""
    health = health_of(verdict)
    text = f"{check} {health}"
    if health is Health.UNKNOWN:
        text += ": no result yet"
    elif health is not Health.UP and verdict.last is not None and (reason := _reason(verdict.last)):
        text += f": {reason}"
    if verdict.factor != 1.0 and health.is_good:
        text += f", asks for {verdict.factor:.0%} of its weight" if verdict.factor else ", asks for nothing new"
    if damped:
        text += ", flapping"
    return f"{text}, stale" if verdict.stale else text


def _reason(outcome: Outcome) -> str:
    return "now passing" if isinstance(outcome, Passed) else outcome.reason.value
