"""What follows from a configuration alone: worked out once when it is accepted, looked up at each event."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from gslb.answers.plan import Plan, plan
from gslb.answers.slots import ServiceSlot
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.values import Address, Family
from gslb.model.verdicts import MemberKey, VerdictKey
from gslb.steering.dependents import NOTHING, Dependents, Reach
from gslb.steering.hosts import Hosts

CROWD = 128
"""Members of a pool beyond which a change is decided with those that come with it: each takes a look at all members, so
that a thousand that fail in one moment would be a million looks."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Keyed by zone text (and service name) or by target id. `longest_ttl`: of all zones, in seconds.

    `crowded`: targets of members of large pools, for which many changes are decided together.
    """

    config: Config
    plan: Plan
    families: Mapping[tuple[str, str], tuple[Family, ...]]
    hosts: Mapping[str, Hosts]
    uses: Mapping[str, Sequence["Use"]]
    reach: Reach
    crowded: Set[str]
    longest_ttl: float

    def members_of(self, target: str) -> tuple[MemberKey, ...]:
        """The members that a target judges, each once."""
        return tuple(dict.fromkeys([use.key for use in self.uses.get(target, ())]))

    def places(self, target: str) -> tuple[tuple[Member, Address], ...]:
        """The member addresses that a target has a say in; of those judged by the same checks, the first."""
        found: dict[tuple[VerdictKey, ...], tuple[Member, Address]] = {}
        for use in self.uses.get(target, ()):
            found.setdefault(use.member.verdicts[use.address], (use.member, use.address))
        return tuple(found.values())

    def dependents_of(self, target: str) -> Dependents:
        """What is to be decided again when a target's verdict moves."""
        return self.reach.of([(use.key, use.member) for use in self.uses.get(target, ())])


def scene_of(config: Config) -> Scene:
    """The scene of a configuration."""
    made = plan(config)
    return Scene(
        config=config,
        plan=made,
        families=_families(made),
        hosts=made.hosts,
        uses=_uses(config),
        reach=Reach(config),
        crowded=_crowded(config),
        longest_ttl=max((zone.ttl for zone in config.zones), default=0),
    )


def _families(made: Plan) -> dict[tuple[str, str], tuple[Family, ...]]:
    """The families in which each service is decided: those that its types show."""
    found: dict[tuple[str, str], tuple[Family, ...]] = {}
    for slots in made.slots:
        for slot in slots:
            if isinstance(slot, ServiceSlot):
                key, shown = (slot.zone, slot.decided_by), slot.families
                before = found.get(key, shown)
                found[key] = shown if before == shown else tuple(sorted({*before, *shown}))
    return found


def everything(scene: Scene) -> Dependents:
    """Every service that decides, and every host: as declared, for what stands together in memory is found faster."""
    hosts_of_all = dict.fromkeys([(zone, hostname) for zone, known in scene.hosts.items() for hostname in known])
    return Dependents(services=scene.families.keys(), hosts=hosts_of_all.keys())


def slices(whole: Dependents, size: int) -> Iterator[Dependents]:
    """The same in pieces: so many services, or hosts, in each."""
    for first in range(0, len(services := sorted(whole.services)), size):
        yield Dependents(services=frozenset(services[first : first + size]))
    for first in range(0, len(found := sorted(whole.hosts)), size):
        yield Dependents(hosts=frozenset(found[first : first + size]))


def steps(scene: Scene, size: int) -> Iterator[Dependents]:
    """Everything in pieces, none of which takes long: services of large pools stand alone, others and hosts so many."""
    whole = everything(scene)
    large = frozenset(
        (zone.text, service.name)
        for zone in scene.config.zones
        for service in zone.services.values()
        if any(len(zone.pools[pool].members) > CROWD for pool in service.every_pool)
    )
    for service in sorted(large & whole.services):
        yield Dependents(services=frozenset((service,)))
    yield from slices(Dependents(services=whole.services - large, hosts=whole.hosts), size)


def parted(whole: Dependents, size: int) -> tuple[Dependents, Dependents]:
    """So many of its services, or hosts, and what is left."""
    if len(whole.services) + len(whole.hosts) <= size:
        return whole, NOTHING
    some = next(slices(whole, size))
    return some, Dependents(services=whole.services - some.services, hosts=whole.hosts - some.hosts)


class Use(NamedTuple):
    """Where a target has a say: a member, and one of its addresses."""

    key: MemberKey
    member: Member
    address: Address


def _uses(config: Config) -> dict[str, Sequence[Use]]:
    found: dict[str, Sequence[Use]] = {}
    for zone in config.zones:
        for pool in zone.pools.values():
            for member in pool.members:
                whose = MemberKey(zone.text, pool.name, member.name)
                for address, keys in member.verdicts.items():
                    alone = (Use(whose, member, address),)  # which most targets have
                    for _, target in keys:
                        before = found.setdefault(target, alone)
                        if isinstance(before, list):
                            before += alone
                        elif before is not alone:
                            found[target] = [*before, *alone]
    return found


def _crowded(config: Config) -> frozenset[str]:
    large = (pool for zone in config.zones for pool in zone.pools.values() if len(pool.members) > CROWD)
    return frozenset(
        key.target for pool in large for member in pool.members for keys in member.verdicts.values() for key in keys
    )


def keys_of(places: tuple[tuple[Member, Address], ...], target: str) -> Iterator[VerdictKey]:
    """The verdicts of one target in these places."""
    for member, address in places:
        for key in member.verdicts[address]:
            if key.target == target:
                yield key
