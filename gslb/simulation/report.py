"""What a run of demand tells of each member: its load before and after the change, its peak, and how long it took."""

from dataclasses import dataclass

import numpy as np

from gslb.model.verdicts import MemberKey
from gslb.simulation.demand import Played
from gslb.simulation.expectation import Expected
from gslb.simulation.market import Assumptions, Floats, Market

DONE = 0.05
"""A change is told as done once so much of it is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLoad:
    """One member. Loads in lookups a second that send a client to it: expected, and the mean that was played.

    `peak`: of the busiest step. `moved`: seconds after the change until no more than DONE of it is left, expected; None
    where nothing is to change. `drained`: seconds until the last step in which anything reached a member that is to
    have nothing more, as played. `expected`, `played`: of each step.
    """

    member: MemberKey
    before: float
    after: float
    played_before: float
    played_after: float
    peak: float
    moved: float | None
    drained: float | None
    expected: tuple[float, ...]
    played: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandReport:
    """Members by load, the most first. `lookups` and `queries` a second, in all; `cached`: the part of lookups that
    caches answer, expected and played; `let_go`: seconds until no cache holds an answer from before the change."""

    members: tuple[MemberLoad, ...]
    lookups: float
    queries: float
    cached: float
    played_cached: float
    let_go: float
    step: float
    change_at: float


def report(market: Market, assumed: Assumptions, told: Expected, played: Played) -> DemandReport:
    """All of it, in numbers that are no arrays."""
    rates = played.lookups / assumed.step
    loads = [_member(number, market, assumed, told.lookups[number], rates[number]) for number in _there(market, told)]
    loads.sort(key=lambda load: (-max(load.before, load.after), load.member))
    seen, asked = float(played.lookups.sum()), float(played.queries.sum())
    return DemandReport(
        members=tuple(loads),
        lookups=seen / assumed.duration,
        queries=asked / assumed.duration,
        cached=1 - float(told.queries.sum()) / float(market.resolver_rate.sum()),
        played_cached=1 - asked / seen if seen else 0.0,
        let_go=float(market.ttl[0].max()),
        step=assumed.step,
        change_at=assumed.change_at,
    )


def _there(market: Market, told: Expected) -> list[int]:
    """The numbers of members that anything is to reach."""
    return [number for number in range(len(market.members)) if told.lookups[number].any()]


def _member(number: int, market: Market, assumed: Assumptions, told: Floats, rates: Floats) -> MemberLoad:
    first = min(int(assumed.change_at / assumed.step), len(rates))
    settled = min(int((assumed.change_at + float(market.ttl[0].max())) / assumed.step) + 1, len(rates))
    return MemberLoad(
        member=market.members[number],
        before=float(told[0]),
        after=float(told[-1]),
        played_before=_mean(rates[:first]),
        played_after=_mean(rates[settled:]),
        peak=float(rates.max()),
        moved=_moved(told, first, assumed.step),
        drained=_drained(rates, first, assumed.step) if told[-1] == 0 < told[0] else None,
        expected=_rounded(told),
        played=_rounded(rates),
    )


def _mean(rates: Floats) -> float:
    return float(rates.mean()) if len(rates) else 0.0


def _moved(told: Floats, first: int, step: float) -> float | None:
    change = abs(told[-1] - told[0])
    if change <= 1e-9 * max(told[0], told[-1]):
        return None
    left = np.flatnonzero(np.abs(told - told[-1]) > DONE * change)
    return max(0.0, (int(left[-1]) + 1 - first) * step) if len(left) else 0.0


def _drained(rates: Floats, first: int, step: float) -> float:
    reached = np.flatnonzero(rates)
    return max(0.0, (int(reached[-1]) + 1 - first) * step) if len(reached) else 0.0


def _rounded(rates: Floats) -> tuple[float, ...]:
    return tuple(np.round(rates, 3).tolist())
