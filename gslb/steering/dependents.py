"""Which decisions a target has a say in: what must be decided again when its verdict moves."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.verdicts import MemberKey
from gslb.model.zones import Zone
from gslb.steering.decide import resolved
from gslb.steering.hosts import hostnames


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependents:
    """(zone text, service name) of services, aliases and pool names among them; (zone text, wire name) of hosts."""

    services: frozenset[tuple[str, str]] = frozenset()
    hosts: frozenset[tuple[str, bytes]] = frozenset()


NOTHING = Dependents()


def dependents(config: Config) -> Mapping[str, Dependents]:
    """By target id. A target that no service reaches still has its member's hosts."""
    found: dict[str, _Found] = {}
    for zone in config.zones:
        services = _services_by_pool(zone)
        for pool in zone.pools.values():
            for member in pool.members:
                own = {(zone.text, hostname) for hostname in hostnames(zone, pool.name, member)}
                for target in _targets(member):
                    one = found.setdefault(target, _Found())
                    one.services |= services.get(pool.name, set())
                    one.hosts |= own
    return {
        target: Dependents(services=frozenset(one.services), hosts=frozenset(one.hosts))
        for target, one in found.items()
    }


def of_members(config: Config, members: Set[MemberKey], services: Set[tuple[str, str]] = frozenset()) -> Dependents:
    """What must be decided again when something is said of these members, or of these services (no aliases)."""
    if not members:
        return Dependents(services=frozenset(services))
    decided = set(services)
    hosts: set[tuple[str, bytes]] = set()
    by_zone: dict[str, set[tuple[str, str]]] = {}
    for text, pool, name in members:
        by_zone.setdefault(text, set()).add((pool, name))
    for zone in config.zones:
        own = by_zone.get(zone.text, set())
        touched = {pool for pool, _ in own}
        for service in zone.services.values():
            if service.alias_of is None and not touched.isdisjoint(service.every_pool):
                decided.add((zone.text, service.name))
        for name in touched:
            for member in zone.pools[name].members:
                if (name, member.name) in own:
                    hosts |= {(zone.text, hostname) for hostname in hostnames(zone, name, member)}
    return Dependents(services=frozenset(decided), hosts=frozenset(hosts))


@dataclass(slots=True)
class _Found:
    services: set[tuple[str, str]] = field(default_factory=set)
    hosts: set[tuple[str, bytes]] = field(default_factory=set)


def _services_by_pool(zone: Zone) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for service in zone.services.values():
        for pool in resolved(zone, service).every_pool:
            found.setdefault(pool, set()).add((zone.text, service.name))
    return found


def _targets(member: Member) -> Iterator[str]:
    for keys in member.verdicts.values():
        for key in keys:
            yield key.target
