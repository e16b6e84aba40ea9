"""The members' own names: MEMBER.POOL.ZONE and the hostnames given that lie in the zone.

They ignore drain, weight and tiers (contract, "Never empty by health"): a sender that still holds an MX answer from
before must be able to finish with it. A member that is forced up or down is so here, too.
"""

from collections.abc import Mapping

from gslb.model import names
from gslb.model.decisions import HostDecision
from gslb.model.overrides import OverrideOf, nobody
from gslb.model.pools import Member
from gslb.model.values import text_of
from gslb.model.zones import Zone
from gslb.steering.draft import HealthOf
from gslb.steering.eligibility import overruled
from gslb.steering.ttl import Judged, clamp

Hosts = Mapping[bytes, tuple[tuple[str, Member], ...]]
"""Hostname in wire form to the (pool name, member) pairs that stand behind it, in the order declared."""


def hosts(zone: Zone) -> Hosts:
    """Every hostname in the zone that members answer to."""
    found: dict[bytes, tuple[tuple[str, Member], ...]] = {}
    for pool in zone.pools.values():
        for member in pool.members:
            for hostname in hostnames(zone, pool.name, member):
                found[hostname] = (*found.get(hostname, ()), (pool.name, member))
    return found


def hostnames(zone: Zone, pool: str, member: Member) -> tuple[bytes, ...]:
    """The names in the zone that one member answers to: MEMBER.POOL.ZONE and, if it lies there, the one given."""
    given = member.hostname
    if not member.hostname_given:
        return (given,)
    own = names.to_wire(member.name if pool == "@" else f"{member.name}.{pool}", zone.name)
    return (own, given) if names.is_below(given, zone.name) and given != own else (own,)


def decide_host(
    zone: Zone, hostname: bytes, health_of: HealthOf, *, known: Hosts | None = None, override_of: OverrideOf = nobody
) -> HostDecision:
    """The healthy addresses behind a hostname, or all when none is healthy. KeyError if the zone has no such host.

    Both families together: with one healthy address of either, only healthy ones are answered. `known` is
    `hosts(zone)`, for callers that decide many.
    """
    members = (hosts(zone) if known is None else known)[hostname]
    judged = _judge(zone, members, health_of, override_of)
    if len(judged) == 1:
        return _alone(zone, hostname, judged[0])
    everything = tuple(dict.fromkeys([address for _, _, address, _ in judged]))
    bad = {address for _, _, address, health in judged if not health.health.is_good}
    healthy = tuple([address for address in everything if address not in bad]) if bad else everything
    ttl, ttl_why = clamp(zone, judged)
    return HostDecision(
        hostname=hostname,
        addresses=healthy or everything,
        all_down=not healthy,
        ttl=ttl,
        why="; ".join([f"{text_of(address)}: {health.why}" for _, _, address, health in judged]),
        ttl_why=ttl_why,
    )


def _alone(zone: Zone, hostname: bytes, judged: Judged) -> HostDecision:
    """Behind most names there is one address, which is answered in any case."""
    _, member, address, health = judged
    ttl, ttl_why = clamp(zone, (judged,))
    addresses = member.addresses if len(member.addresses) == 1 else (address,)
    return HostDecision(
        hostname, addresses, not health.health.is_good, ttl, f"{text_of(address)}: {health.why}", ttl_why
    )


def _judge(
    zone: Zone, members: tuple[tuple[str, Member], ...], health_of: HealthOf, override_of: OverrideOf
) -> list[Judged]:
    judged: list[Judged] = []
    for pool, member in members:
        standing = None if override_of is nobody else override_of(zone.text, None, pool, member)
        for address in member.addresses:
            health = health_of(member, address)
            judged.append((pool, member, address, health if standing is None else overruled(health, standing)))
    return judged
