"""What a decision remembers of those before it: why the same health may be answered differently today and tomorrow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from gslb.model.values import Address

WHOLE = 10
"""Tenths of a weight that is neither lowered nor raised."""

MOST = 26
"""Tenths that a member may have by its own word, where its agent may raise it: HAProxy's 256 %."""


class Spot(NamedTuple):
    """A member as one service sees it: a pool of its chain, and the member's name there."""

    pool: str
    member: str


class Level(NamedTuple):
    """How much of its weight a member has: tenths, 1 to MOST, and when they last moved (Unix seconds)."""

    tenths: int
    moved: float


class Served(NamedTuple):
    """One address of a healthy set."""

    spot: Spot
    address: Address


Levels: TypeAlias = Mapping[Spot, Level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Of one service in one family. Times are Unix seconds.

    `decided`: there was a decision, with health known. `absent`: members that were down or drained, not merely unknown.
    `levels` holds the members whose weight is lowered, or moved a moment ago; all others have the whole. `ramps`:
    since when a member that came back has been rising.

    For failback, where it is not immediate: `seat` is the pool that answered last, if it is not the first; `holding`:
    since when earlier pools have held again. For last_good: the healthy set that is `standing`, and the last one that
    stood long enough (`good`).
    """

    decided: bool = False
    absent: frozenset[Spot] = frozenset()
    levels: Levels = field(default_factory=dict)
    ramps: Mapping[Spot, float] = field(default_factory=dict)
    seat: str | None = None
    holding: Mapping[str, float] = field(default_factory=dict)
    standing: frozenset[Served] = frozenset()
    standing_since: float = 0.0
    good: frozenset[Served] = frozenset()


NEW = Past()
"""Nothing was decided before."""


class Change(NamedTuple):
    """What is bound to change by itself: when (Unix seconds; None: when an operator says so), and what."""

    at: float | None
    what: str
