"""Which decisions a target has a say in: what must be decided again when its verdict moves."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.verdicts import MemberKey
from gslb.model.zones import Zone
from gslb.steering.decide import resolved
from gslb.steering.hosts import hostnames


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependents:
    """(zone text, service name) of services, pool names among them; (zone text, wire name) of hosts."""

    services: Set[tuple[str, str]] = frozenset()
    hosts: Set[tuple[str, bytes]] = frozenset()


NOTHING = Dependents()


class Reach:
    """What members bear on, told when it is asked for: of one now and then, and hardly ever of all.

    Aliases show the decision of the service they lead to, so that alone is named.
    """

    def __init__(self, config: Config) -> None:
        self._zones = {zone.text: zone for zone in config.zones}
        self._services = {
            (zone.text, pool): services for zone in config.zones for pool, services in _by_pool(zone).items()
        }

    def of(self, members: Iterable[tuple[MemberKey, Member]]) -> Dependents:
        """A member that no service reaches still has its hosts."""
        services: set[tuple[str, str]] = set()
        hosts: set[tuple[str, bytes]] = set()
        for (zone, pool, _), member in members:
            services |= self._services.get((zone, pool), _NO_SERVICE)
            hosts |= {(zone, hostname) for hostname in hostnames(self._zones[zone], pool, member)}
        return Dependents(services=frozenset(services), hosts=frozenset(hosts))


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


def _by_pool(zone: Zone) -> dict[str, frozenset[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for service in zone.services.values():
        decides = resolved(zone, service)
        for pool in decides.every_pool:
            found.setdefault(pool, set()).add((zone.text, decides.name))
    return {pool: frozenset(services) for pool, services in found.items()}


_NO_SERVICE: frozenset[tuple[str, str]] = frozenset()
