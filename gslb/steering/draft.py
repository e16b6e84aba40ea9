"""The sheet one decision is worked out on: made, filled in by the stages, read once and thrown away within `decide`.

It is the only thing in this room that changes; nothing of it leaves the room.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from gslb.model.decisions import Exchanger, Mode
from gslb.model.overrides import Forced, Override, OverrideOf, nobody
from gslb.model.pasts import NEW, WHOLE, Change, Level, Past, Spot
from gslb.model.pools import Member, Pool
from gslb.model.values import Address, Family, WhenAllDown
from gslb.model.verdicts import AddressHealth
from gslb.model.zones import Service, Zone

HealthOf: TypeAlias = Callable[[Member, Address], AddressHealth]
"""The health of one address of one member, as of the moment of the decision."""

Judged: TypeAlias = tuple[Address, AddressHealth]

OTHER_FAMILY = {Family.IPV4: Family.IPV6, Family.IPV6: Family.IPV4}
FAMILY_NAMES = {Family.ANY: "any", Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


@dataclass(slots=True, eq=False)
class Seen:
    """One member in one tier. `healths`: per family (ANY: both), its addresses in the order declared.

    `accepted`: those of them that may be answered as healthy, in the families the decision depends on.

    `eligible`: of weight above 0 and not drained. Under a forced state `healths` hold that state, not the verdict.
    `weight` is the configured one; the member has so many `tenths` of it for now, on its way to `aim`, because it is
    `lowered`. `pull`: what whole numbers draw it by, 0 for weight × tenths. `capped`: held below that by its capacity.
    """

    member: Member
    healths: dict[Family, tuple[Judged, ...]]
    eligible: bool
    weight: int
    accepted: dict[Family, tuple[Address, ...]] = field(default_factory=dict)
    share: float = 0.0
    chosen: bool = False
    override: Override | None = None
    tenths: int = WHOLE
    aim: int = WHOLE
    lowered: str = ""
    presence: float = 1.0
    capped: bool = False
    withdrawn: bool = False
    pull: int = 0

    @property
    def counts(self) -> bool:
        """Whether `min_healthy` is measured against it: an operator's drain takes nothing off what is configured."""
        return self.member.weight > 0

    @property
    def may_be_served(self) -> bool:
        """Whether it may be answered when all are down: neither drained nor forced down, nor by its own word."""
        forced_down = self.override is not None and self.override.state is Forced.FORCED_DOWN
        return self.eligible and not forced_down and bool(self.servable(Family.ANY))

    def servable(self, family: Family) -> tuple[Address, ...]:
        """What may be answered of it when all are down: every address that does not ask for nothing new."""
        return tuple([address for address, health in self.healths[family] if health.factor > 0])


@dataclass(slots=True, eq=False)
class Tier:
    """One pool in its place (from 1). `family`: the one it is judged in; `active`: who would answer for it.

    `weight` is the sum over `active`, `configured` over all it is measured against; `part`: of the answers, 0 to 1.
    """

    number: int
    pool: Pool
    seen: list[Seen]
    family: Family = Family.ANY
    active: list[Seen] = field(default_factory=list)
    weight: int = 0
    configured: int = 0
    part: float = 0.0
    holds: bool = False
    why: str = ""


@dataclass(slots=True, eq=False)
class Draft:
    """`service` is the one that decides (an alias is resolved before); `answering` are the members of the answer.

    `past` is what the decision before this one remembered; `absent`, `levels` and `ramps` what this one will; `changes`
    are bound to come by themselves. `seat`: the tier chosen for its health, before any part of it is given to others.
    """

    zone: Zone
    service: Service
    family: Family
    health_of: HealthOf
    ready: bool
    override_of: OverrideOf = nobody
    past: Past = NEW
    now: float = 0.0
    tiers: list[Tier] = field(default_factory=list)
    mode: Mode = Mode.NORMAL
    tier: Tier | None = None
    seat: Tier | None = None
    answering: list[Seen] = field(default_factory=list)
    nodata: bool = False
    action: WhenAllDown | None = None
    reason: str = ""
    exchangers: tuple[Exchanger, ...] = ()
    ttl: int = 0
    ttl_why: str = ""
    absent: set[Spot] = field(default_factory=set)
    levels: dict[Spot, Level] = field(default_factory=dict)
    ramps: dict[Spot, float] = field(default_factory=dict)
    holding: dict[str, float] = field(default_factory=dict)
    waiting: str = ""
    last_resort: tuple[Address, ...] = ()
    changes: list[Change] = field(default_factory=list)
