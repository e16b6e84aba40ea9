"""Which decisions a target has a say in: what must be decided again when its verdict moves."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

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
    found: dict[str, list[Dependents]] = {}
    for zone in config.zones:
        services = _services_by_pool(zone)
        for pool in zone.pools.values():
            served = services.get(pool.name, _NO_SERVICE)
            for member in pool.members:
                own = frozenset([(zone.text, hostname) for hostname in hostnames(zone, pool.name, member)])
                one = Dependents(services=served, hosts=own)
                for target in _targets(member):
                    found.setdefault(target, []).append(one)
    return {target: each[0] if len(each) == 1 else joined(each) for target, each in found.items()}


def joined(found: Iterable[Dependents]) -> Dependents:
    """All of them together."""
    each = tuple(found)
    return Dependents(
        services=frozenset().union(*[one.services for one in each]),
        hosts=frozenset().union(*[one.hosts for one in each]),
    )


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


def _services_by_pool(zone: Zone) -> dict[str, frozenset[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for service in zone.services.values():
        for pool in resolved(zone, service).every_pool:
            found.setdefault(pool, []).append((zone.text, service.name))
    return {pool: frozenset(services) for pool, services in found.items()}


_NO_SERVICE: frozenset[tuple[str, str]] = frozenset()


def _targets(member: Member) -> set[str]:
    return {key.target for keys in member.verdicts.values() for key in keys}
