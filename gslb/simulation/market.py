"""Who asks for what: resolvers with clients, services with popularity, and answers to be drawn. See docs/simulation.md.

Everything is an array, so that 10^9 pairs of a resolver and a service cost no loop. Needs the extra gslb-dns[simulate].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gslb.answers.variants import CIRCLE
from gslb.model.verdicts import MemberKey
from gslb.simulation.pictures import Load, Question, Sight

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

NOBODY = MemberKey("", "", "nobody")
"""Whom clients reach where a service answers nobody."""

_NO_ANSWER: tuple[tuple[int, ...], tuple[Load, ...]] = ((CIRCLE - 1,), ((),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What is supposed of the world. Times in seconds.

    `clients`: of all resolvers together, each with `lookups` lookups a second over all services. Resolver r has a part
    of the clients, service s a part of the lookups, that falls as r^-`resolver_zipf` and s^-`service_zipf`. `ttl`:
    instead of what the decisions say. `overstay`: how much longer than told caches keep an answer. The run goes from 0
    to `duration`, counted in steps of `step`; at `change_at` the second picture takes the place of the first.
    """

    resolvers: int = 1000
    clients: int = 100_000
    lookups: float = 12 / 3600
    resolver_zipf: float = 1.0
    service_zipf: float = 1.0
    ttl: float | None = None
    overstay: float = 0.0
    duration: float = 600.0
    step: float = 5.0
    change_at: float = 300.0
    workers: int = 1

    @property
    def rate(self) -> float:
        """Lookups a second, all in all."""
        return self.clients * self.lookups

    @property
    def steps(self) -> int:
        """How many steps the run has; the last may be cut short."""
        return max(1, int(np.ceil(self.duration / self.step)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The arrays of one run. R resolvers and S services, the busiest first; M members, the last of them NOBODY.

    `resolver_rate` (R): lookups a second. `popularity` (S): parts of one. `ttl` (2, S): seconds that caches keep an
    answer, before and after the change. Answers of all services before, then after: `thresholds` rise through all of
    them, 2^32 to each; `classes` (V): the load of each variant, by number; `load_class`, `load_member`, `load_part`:
    the members of each load. `shares`: per phase, flat: services, members and parts. `sticky` (2, S): services
    that draw for a resolver once and for all.
    """

    questions: tuple[Question, ...]
    members: tuple[MemberKey, ...]
    resolver_rate: Floats
    popularity: Floats
    ttl: Floats
    thresholds: Ints
    classes: Ints
    load_class: Ints
    load_member: Ints
    load_part: Floats
    shares: tuple[tuple[Ints, Ints, Floats], tuple[Ints, Ints, Floats]]
    sticky: Flags

    @property
    def loads(self) -> int:
        """How many different loads there are."""
        return int(self.load_class[-1]) + 1 if len(self.load_class) else 0


def zipf(count: int, exponent: float) -> Floats:
    """`count` parts of one, the first the largest."""
    parts = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    return np.asarray(parts / parts.sum(), dtype=np.float64)


def market(before: Sequence[Sight], after: Sequence[Sight], assumed: Assumptions) -> Market:
    """The services of `before`, the most popular first, and the same ones after the change."""
    phases = (before, after)
    members = tuple(dict.fromkeys(key for phase in phases for sight in phase for key, _ in sight.shares))
    numbers = {key: number for number, key in enumerate((*members, NOBODY))}
    thresholds: list[int] = []
    classes: list[int] = []
    known: dict[tuple[tuple[int, float], ...], int] = {}
    for place, sight in enumerate((*before, *after)):
        keys = [numbers[key] for key, _ in sight.shares]
        ends, loads = (sight.thresholds, sight.loads) if sight.loads else _NO_ANSWER
        for end, load in zip(ends, loads, strict=True):
            thresholds.append(place * CIRCLE + end)
            named = tuple((keys[number], part) for number, part in load) or ((len(members), 1.0),)
            classes.append(known.setdefault(named, len(known)))
    flat = [(number, member, part) for load, number in known.items() for member, part in load]
    return Market(
        questions=tuple(sight.question for sight in before),
        members=(*members, NOBODY),
        resolver_rate=zipf(assumed.resolvers, assumed.resolver_zipf) * assumed.rate,
        popularity=zipf(len(before), assumed.service_zipf),
        ttl=np.array([[_kept(sight, assumed) for sight in phase] for phase in phases]),
        thresholds=np.array(thresholds, dtype=np.int64),
        classes=np.array(classes, dtype=np.int64),
        load_class=np.array([number for number, _, _ in flat], dtype=np.int64),
        load_member=np.array([member for _, member, _ in flat], dtype=np.int64),
        load_part=np.array([part for _, _, part in flat]),
        shares=(_shares(before, numbers), _shares(after, numbers)),
        sticky=np.array([[sight.sticky_key is not None for sight in phase] for phase in phases], dtype=np.bool_),
    )


def _kept(sight: Sight, assumed: Assumptions) -> float:
    return max(0.0, (sight.ttl if assumed.ttl is None else assumed.ttl) + assumed.overstay)


def _shares(phase: Sequence[Sight], numbers: dict[MemberKey, int]) -> tuple[Ints, Ints, Floats]:
    flat = [
        (place, numbers[key], share)
        for place, sight in enumerate(phase)
        for key, share in sight.shares or ((NOBODY, 1.0),)
    ]
    return (
        np.array([place for place, _, _ in flat], dtype=np.int64),
        np.array([member for _, member, _ in flat], dtype=np.int64),
        np.array([share for _, _, share in flat]),
    )
