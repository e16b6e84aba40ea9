"""The short way to a decision: one pool, all of it well, nothing remembered and nothing said by an operator.

So it is nearly always. What is decided here is what the stages would have decided, word for word (a law of the tests);
where anything has to be weighed there is no short way, and they take over.
"""

from typing import TypeAlias

from gslb.model.decisions import NORMAL, Decision, Exchanger, MemberView, TierView
from gslb.model.overrides import OverrideOf, nobody
from gslb.model.pasts import NEW, Past
from gslb.model.pools import Member, Pool
from gslb.model.values import ANY, Family, WhenAllDown
from gslb.model.zones import Service, Zone
from gslb.steering.draft import FAMILY_NAMES, OTHER_FAMILY, HealthOf, Judged
from gslb.steering.eligibility import health_text
from gslb.steering.motion import CALM
from gslb.steering.tiers import healthy, judged_elsewhere, least_of
from gslb.steering.ttl import clamp

Well: TypeAlias = list[tuple[Member, list[Judged]]]
"""Every member of a pool, each with its addresses."""

_LAST_GOOD = WhenAllDown.LAST_GOOD


def at_once(
    zone: Zone, service: Service, family: Family, health_of: HealthOf, override_of: OverrideOf, past: Past, view: str
) -> Decision | None:
    """As `decide`, of a service as its view shows it and with health known; None where the stages are needed."""
    if len(service.pools) != 1 or service.when_all_down is _LAST_GOOD or not (past is NEW or past is CALM):
        return None
    pool = zone.pools[service.pools[0]]
    well = _well(zone, service, pool, health_of, override_of)
    if well is None:
        return None
    count, why = len(well), healthy(f"{len(well)} of {len(well)}", least_of(pool.min_healthy, len(well)))
    own = well if family is ANY else _of_family(well, family)
    nodata = not own
    if nodata:
        why = judged_elsewhere(family, OTHER_FAMILY[family], why)
    elif len(own) < count:
        return None
    exchangers = _exchangers(own) if family is ANY else ()
    if exchangers is None:
        return None
    reason = f"tier 1, {pool.name}: {why}"
    ttl, ttl_why = clamp(zone, [(pool.name, member, *each) for member, judged in own or well for each in judged])
    return Decision(
        service=service.name,
        family=family,
        mode=NORMAL,
        tier=1,
        tiers=(TierView(tier=1, pool=pool.name, holds=True, why=why, share=1.0),),
        members=_left_out(pool, well, family) if nodata else _chosen(pool, own),
        answers=service.answers,
        ttl=ttl,
        ttl_why=ttl_why,
        nodata=nodata,
        exchangers=exchangers,
        reason=f"{reason}; NODATA" if nodata else reason,
        sticky=service.sticky,
        view=view,
        past=CALM,
    )


def _well(zone: Zone, service: Service, pool: Pool, health_of: HealthOf, override_of: OverrideOf) -> Well | None:
    """All of the pool's members, where every one of them counts, is up, and has all of its weight."""
    if pool.min_healthy.percent is not None:
        return None
    told = None if service.pool_name else service.name
    found: Well = []
    for member in pool.members:
        plain = member.weight and not member.standby and member.capacity is None and member.addresses
        if not plain or (override_of is not nobody and override_of(zone.text, told, pool.name, member) is not None):
            return None
        judged = [(address, health_of(member, address)) for address in member.addresses]
        for _, health in judged:
            if not health.is_calm or health.loaded or health.factor != 1.0:
                return None
        found.append((member, judged))
    return found or None


def _of_family(well: Well, family: Family) -> Well:
    """Those that have an address of the family, each with these alone."""
    version = int(family)
    found = [(member, [each for each in judged if each[0].version == version]) for member, judged in well]
    return [each for each in found if each[1]]


def _chosen(pool: Pool, own: Well) -> tuple[MemberView, ...]:
    whole = sum([member.weight for member, _ in own])
    return tuple(
        [
            MemberView(
                member=member,
                pool=pool.name,
                tier=1,
                addresses=tuple([address for address, _ in judged]),
                share=member.weight / whole,
                chosen=True,
                why=health_text(judged),
            )
            for member, judged in own
        ]
    )


def _left_out(pool: Pool, well: Well, family: Family) -> tuple[MemberView, ...]:
    why = f"no {FAMILY_NAMES[family]} address"
    return tuple(
        [
            MemberView(member=member, pool=pool.name, tier=1, addresses=(), share=0.0, chosen=False, why=why)
            for member, _ in well
        ]
    )


def _exchangers(own: Well) -> tuple[Exchanger, ...] | None:
    """One for each member; None where several are one."""
    if len({member.hostname for member, _ in own}) < len(own):
        return None
    return tuple(
        [
            Exchanger(
                hostname=member.hostname,
                tier=1,
                weight=member.weight,
                addresses=tuple(dict.fromkeys([address for address, _ in judged])),
            )
            for member, judged in own
        ]
    )
