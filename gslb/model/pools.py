"""Pools of members, as declared."""

from collections.abc import Mapping
from dataclasses import dataclass

from gslb.model.values import ANY, Address, Family, family_of
from gslb.model.verdicts import VerdictKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """How many of these checks must be good for an address to be healthy: 1 for any_of."""

    at_least: int
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One instance of a service. Weight 0: still probed, never chosen. `standby`: only when no ordinary one is healthy.

    `capacity`: in the unit of weights, what its share is held to; None: to nothing.

    `hostname` is a wire name (default MEMBER.POOL.ZONE); `hostname_given` tells whether the operator wrote it.
    `verdicts` names, per answered address, the checks that judge it; an address without any is healthy. With a
    `requirement`, those it does not name count only for the checks that depend on them; None: all must be good.
    """

    name: str
    addresses: tuple[Address, ...]
    hostname: bytes
    hostname_given: bool = False
    weight: int = 1
    standby: bool = False
    machine: str | None = None
    capacity: int | None = None
    verdicts: Mapping[Address, tuple[VerdictKey, ...]]
    requirement: Requirement | None = None

    def of_family(self, family: Family) -> tuple[Address, ...]:
        """The member's addresses of one family; of both for ANY."""
        if family is ANY:
            return self.addresses
        if len(self.addresses) == 1:
            return self.addresses if family_of(self.addresses[0]) is family else ()
        return tuple([address for address in self.addresses if family_of(address) is family])


@dataclass(frozen=True, slots=True, kw_only=True)
class MinHealthy:
    """The least a tier needs to answer: a number of members, or a percentage of configured weight (0 < p <= 100)."""

    members: int | None = 1
    percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Members judged by the same checks. `short_form`: its name is its service's. `degraded_weight`: the part of its
    weight that a member keeps while degraded by load, above 0 to 1."""

    name: str
    members: tuple[Member, ...]
    checks: tuple[str, ...] = ()
    min_healthy: MinHealthy = MinHealthy()
    short_form: bool = False
    requirement: Requirement | None = None
    degraded_weight: float = 1.0
