"""What steering chose, and why. Reasons are text made once, so that every face prints the same."""

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import NamedTuple

from gslb.model.pasts import NEW, Change, Past
from gslb.model.pools import Member
from gslb.model.values import Address, Family, WhenAllDown


class Mode(StrEnum):
    """How a decision came about."""

    NORMAL = "normal"
    BELOW_MINIMUM = "below_minimum"
    ALL_DOWN = "all_down"
    STARTING = "starting"


NORMAL, BELOW_MINIMUM = Mode.NORMAL, Mode.BELOW_MINIMUM
ALL_DOWN, STARTING = Mode.ALL_DOWN, Mode.STARTING
"""By themselves, for those who ask often (see values.IPV4)."""

LIVE = frozenset({NORMAL, BELOW_MINIMUM})
"""Modes in which some tier has a healthy member."""


class MemberView(NamedTuple):
    """One member as one decision sees it: `addresses` are those that may be answered, `why` says in or out.

    A named tuple, as a decision on a hostname is: there are as many as members, and it is made in a third of the time.

    `share` is its part of answers (0 to 1); 0 when it is out. `tier` counts from 1. `presence`: the part of answers it
    stands in where all are answered, 0 to 1.
    """

    member: Member
    pool: str
    tier: int
    addresses: tuple[Address, ...]
    share: float
    chosen: bool
    why: str
    presence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TierView:
    """One tier as one decision saw it. `share`: its part of the answers, 0 to 1."""

    tier: int
    pool: str
    holds: bool
    why: str
    share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanger:
    """One target of MX or SRV: a hostname with its healthy addresses. `tier` counts from 1.

    `load`: what counts instead of the configured weight where weights are lowered, in the tier's own unit; else 0.
    """

    hostname: bytes
    tier: int
    weight: int
    addresses: tuple[Address, ...]
    load: int = 0

    @property
    def pull(self) -> int:
        """What shares are drawn by, among the exchangers of one tier."""
        return self.load or self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision for one service, seen in one family (ANY: for MX and SRV) from one `view` ("": everybody's).

    `tier` is the one in use (from 1), None when nothing is answered. `answers`: members per answer, 0 for all.
    `action` is set only in Mode.ALL_DOWN; with it, `last_resort` are the addresses of WhenAllDown.LIST. `nodata`: the
    family answers NODATA although the service lives. `exchangers` (family ANY only): all healthy ones of the tier in
    use and later tiers, drawn only in the first. `ttl` in whole seconds; `ttl_why` says what determined it. `members`
    lists every member of every tier, in and out. `sticky`: answers go by the client's network, not by draws.

    Beside the decision itself: `changes` are bound to come, `due` is when it must be looked at again if nothing happens
    before (Unix seconds), `past` is for the next one.
    """

    service: str
    family: Family
    mode: Mode
    tier: int | None
    tiers: tuple[TierView, ...]
    members: tuple[MemberView, ...]
    answers: int
    ttl: int
    ttl_why: str
    nodata: bool = False
    action: WhenAllDown | None = None
    exchangers: tuple[Exchanger, ...] = ()
    reason: str = ""
    sticky: bool = False
    last_resort: tuple[Address, ...] = ()
    view: str = ""
    changes: tuple[Change, ...] = field(default=(), compare=False)
    due: float = field(default=inf, compare=False)
    past: Past = field(default=NEW, compare=False)

    @property
    def shared(self) -> tuple[tuple[int, float], ...]:
        """The tiers that answers are drawn from, each with its part: one alone, but for spill_over and trickle."""
        found = tuple([(tier.tier, tier.share) for tier in self.tiers if tier.share])
        return found if len(found) > 1 or self.tier is None else ((self.tier, 1.0),)

    @property
    def chosen(self) -> tuple[MemberView, ...]:
        """The members that may stand in an answer."""
        return tuple([view for view in self.members if view.chosen])

    @property
    def extended_error(self) -> tuple[int, str] | None:
        """Code and text of the extended DNS error that goes with the answer (RFC 8914 section 4); None: none.

        14 is "not ready"; 3 "stale answer"; 0 is "other", told by its text. A member's name never stands there.
        """
        if self.action is not None and self.action is WhenAllDown.LAST_GOOD:
            return STALE_ANSWER
        return EXTENDED_ERRORS.get(self.mode)


STALE_ANSWER = (3, "")
EXTENDED_ERRORS = {STARTING: (14, ""), ALL_DOWN: (0, "all members down")}


class HostDecision(NamedTuple):
    """What a member's own hostname answers: its healthy addresses, or all when none is healthy."""

    hostname: bytes
    addresses: tuple[Address, ...]
    all_down: bool
    ttl: int
    why: str
    ttl_why: str = ""
