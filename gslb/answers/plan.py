"""What configuration fixes of the table: every name, every type it has, and what each slot stands for.

Health never comes in here: a name exists while it is configured, and its types keep their slots.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from gslb.answers.dnssec.links import linked
from gslb.answers.partition import NAMES, parted
from gslb.answers.records import address_rdata
from gslb.answers.slots import (
    ADDRESS_TYPES,
    FAMILIES,
    HostSlot,
    ReferralSlot,
    ServiceSlot,
    Slot,
    StaticSlot,
    ZoneKind,
    ZoneSlot,
)
from gslb.answers.states import state_slots
from gslb.handoff import layout
from gslb.handoff.specs import NO_VIEWS, ClientsSpec, NodeSpec, ZoneSpec
from gslb.model import names
from gslb.model.settings import Config
from gslb.model.values import RecordType, family_of
from gslb.model.zones import Service, StaticRecord, Zone
from gslb.steering.decide import resolved
from gslb.steering.hosts import Hosts, hosts

Types: TypeAlias = dict[int, Slot]
"""What one name has: type → slot."""

Source: TypeAlias = Iterable[tuple[bytes, int, Slot]]
"""Owners with a type each and what it stands for."""

_NS, _CNAME, _DNAME = RecordType.NS, RecordType.CNAME, RecordType.DNAME
_VERSIONS = [(int(family), rtype) for rtype, family in FAMILIES.items()]
"""By themselves: before Python 3.12, asking an enumeration for a member costs more than what is done with it."""

WILDCARD = b"\x01*"
VIEW = 0
"""The view that everybody is in; those declared are numbered from 1."""

Views: TypeAlias = dict[str, int]
"""The numbers of views, by name."""

_APEX = {RecordType.SOA: ZoneKind.SOA, RecordType.NS: ZoneKind.NS}
_SIGNED_APEX = {
    RecordType.DNSKEY: ZoneKind.DNSKEY,
    RecordType.NSEC3PARAM: ZoneKind.NSEC3PARAM,
    RecordType.CDS: ZoneKind.CDS,
    RecordType.CDNSKEY: ZoneKind.CDNSKEY,
}
"""Types that every zone has at its apex by itself, and those of zones that are to be signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The table's fixed side. `slots[part][n]` is what slot n of that part stands for; `zones` by text.

    `clients`: who is in which view. `states`: keys of state names, which are no names of a zone. `hosts`: the members'
    own names, by zone.
    """

    zones: dict[str, Zone]
    nodes: tuple[NodeSpec, ...]
    zone_specs: tuple[ZoneSpec, ...]
    slots: tuple[tuple[Slot, ...], ...]
    clients: ClientsSpec = NO_VIEWS
    states: tuple[NodeSpec, ...] = ()
    hosts: Mapping[str, Hosts] = field(default_factory=dict)


def plan(config: Config, *, names_in_part: int = NAMES) -> Plan:
    """The plan of an accepted configuration. The same configuration gives the same plan."""
    apexes = frozenset(zone.name for zone in config.zones)
    slots: list[Slot] = []
    nodes: list[NodeSpec] = []
    zone_specs: list[ZoneSpec] = []
    states: list[NodeSpec] = []
    views = {view.name: number for number, view in enumerate(config.views, 1)}
    above: dict[bytes, tuple[tuple[int, int, int], ...]] = {}
    known: dict[str, Hosts] = {}
    for number, zone in enumerate(config.zones):
        spec, below = _zone_spec(zone, slots), nested(zone, apexes)
        found = known[zone.text] = hosts(zone)
        laid = linked(zone, tuple(_nodes(zone, number, _owners(zone, apexes, found), slots, views)), below, slots)
        zone_specs.append(replace(spec, flags=laid.flags, nested=below if laid.flags else (), hashed=laid.hashed))
        nodes.extend(laid.nodes)
        above.update(laid.above)
        states.extend(_states(config, zone, number, slots))
    for place, node in enumerate(nodes):
        if node.name in above:
            nodes[place] = node._replace(types=(*node.types, *above[node.name]))
    made = parted(nodes, states, zone_specs, slots, names=names_in_part)
    return Plan(
        zones={zone.text: zone for zone in config.zones},
        nodes=made.nodes,
        zone_specs=made.zone_specs,
        slots=made.slots,
        states=made.states,
        hosts=known,
        clients=ClientsSpec(
            ranges4=config.clients.ranges4,
            ranges6=config.clients.ranges6,
            classes=tuple((each.held, each.trusts) for each in config.clients.classes),
        ),
    )


def _states(config: Config, zone: Zone, number: int, slots: list[Slot]) -> Iterator[NodeSpec]:
    for key, slot in state_slots(config, zone):
        types = ((RecordType.TXT, VIEW, _number(slots, slot)),)
        yield NodeSpec(name=key, zone=number, flags=layout.NODE_STATE, types=types)


def _zone_spec(zone: Zone, slots: list[Slot]) -> ZoneSpec:
    return ZoneSpec(
        apex=zone.name,
        nxdomain_slot=_number(slots, ZoneSlot(zone=zone.text, kind=ZoneKind.NXDOMAIN)),
        nodata_slot=_number(slots, ZoneSlot(zone=zone.text, kind=ZoneKind.NODATA)),
    )


def _number(slots: list[Slot], slot: Slot) -> int:
    slots.append(slot)
    return len(slots) - 1


def _nodes(
    zone: Zone, number: int, owners: Mapping[bytes, Types], slots: list[Slot], views: Views
) -> Iterator[NodeSpec]:
    """The zone's nodes in canonical order, their slots numbered as they come."""
    cuts = {owner for owner, types in owners.items() if isinstance(types.get(_NS), ReferralSlot)}
    wildcards = {owner for owner in owners if owner.startswith(WILDCARD)}
    for owner in names.in_order(owners, zone.name):
        types = owners[owner]
        numbered = tuple(_numbered(zone, types, slots, views))
        wildcard = WILDCARD + owner if wildcards else owner
        yield NodeSpec(
            owner,
            number,
            0,
            _flags(owner, types, zone, wildcards, cuts) | (len(numbered) > len(types)) * layout.NODE_VIEWS,
            numbered,
            wildcard if wildcard in wildcards else None,
            _cut(owner, zone, cuts) if cuts else None,
        )


def _numbered(zone: Zone, types: Types, slots: list[Slot], views: Views) -> Sequence[tuple[int, int, int]]:
    """Each type with its slot for everybody, and one for each view in which its service answers otherwise."""
    if not views:
        first = len(slots)
        order = sorted(types) if len(types) > 1 else types
        slots += [types[rtype] for rtype in order]
        return [(rtype, VIEW, slot) for slot, rtype in enumerate(order, first)]
    found: list[tuple[int, int, int]] = []
    for rtype in sorted(types):
        slot = types[rtype]
        found.append((rtype, VIEW, _number(slots, slot)))
        if isinstance(slot, ServiceSlot):
            seen = zone.services[slot.decided_by].views
            found += [(rtype, views[name], _number(slots, replace(slot, view=name))) for name in seen]
    return found


def _flags(owner: bytes, types: Types, zone: Zone, wildcards: set[bytes], cuts: set[bytes]) -> int:
    flags = 0 if types else layout.NODE_EMPTY
    if owner == zone.name:
        flags |= layout.NODE_APEX
    if owner in wildcards:
        flags |= layout.NODE_WILDCARD
    if owner in cuts:
        flags |= layout.NODE_CUT
    if _CNAME in types:
        flags |= layout.NODE_CNAME
    if _DNAME in types:
        flags |= layout.NODE_DNAME
    return flags


def _cut(owner: bytes, zone: Zone, cuts: set[bytes]) -> bytes | None:
    """The zone cut at or above a name, the one nearest the apex: what lies under it is not ours to answer."""
    found = None
    while owner != zone.name:
        if owner in cuts:
            found = owner
        owner = names.parent(owner)
    return found


def _owners(zone: Zone, apexes: frozenset[bytes], known: Hosts) -> dict[bytes, Types]:
    """Every existing name of the zone. Configuration allows one source for a type of a name; the first one stands."""
    owners: dict[bytes, Types] = {zone.name: {}}
    for service in zone.services.values():
        if _home(service.owner, apexes) == zone.name:
            owners.setdefault(service.owner, {})
    alone = not any(apex != zone.name and names.is_below(apex, zone.name) for apex in apexes)
    for source in (_apex(zone), _services(zone), _hosts(zone, known), _nameservers(zone), _statics(zone)):
        for owner, rtype, slot in source:
            types = owners.get(owner)
            if types is not None:
                types.setdefault(rtype, slot)
            elif (alone and names.parent(owner) in owners) or _home(owner, apexes) == zone.name:
                owners[owner] = {rtype: slot}
    _fill_gaps(owners, zone, apexes)
    return owners


def _home(name: bytes, apexes: frozenset[bytes]) -> bytes:
    """The apex of the zone that answers for a name: the deepest at or above it; the root when there is none."""
    while name not in apexes and name != names.ROOT:
        name = names.parent(name)
    return name


def _fill_gaps(owners: dict[bytes, Types], zone: Zone, apexes: frozenset[bytes]) -> None:
    """Empty non-terminals (RFC 8020, RFC 4592 section 2.2.2), also above zones nested in this one.

    A resolver that minimises its questions would take an NXDOMAIN on the way for the whole subtree.
    """
    for owner in [*owners, *nested(zone, apexes)]:
        above = owner
        while above != zone.name and (above := names.parent(above)) not in owners:
            owners[above] = {}


def nested(zone: Zone, apexes: frozenset[bytes]) -> tuple[bytes, ...]:
    """The apexes of our zones right below this one."""
    found = (apex for apex in apexes if apex != names.ROOT and _home(names.parent(apex), apexes) == zone.name)
    return tuple(sorted(found))


def _apex(zone: Zone) -> Source:
    for rtype, kind in _APEX.items() if zone.dnssec is None else (*_APEX.items(), *_SIGNED_APEX.items()):
        yield zone.name, rtype, ZoneSlot(zone=zone.text, kind=kind)


def _services(zone: Zone) -> Source:
    for service in zone.services.values():
        decided_by = resolved(zone, service)
        for rtype in service.records:
            yield service.owner, rtype, _service_slot(zone, service, decided_by, service.owner, rtype)
        for srv in service.srv:
            yield (
                srv.owner,
                RecordType.SRV,
                _service_slot(zone, service, decided_by, srv.owner, RecordType.SRV, srv.port),
            )


def _service_slot(
    zone: Zone, service: Service, decided_by: Service, owner: bytes, rtype: RecordType, port: int = 0
) -> ServiceSlot:
    return ServiceSlot(
        zone=zone.text,
        service=service.name,
        decided_by=decided_by.name,
        owner=owner,
        rtype=rtype,
        mx=decided_by.mx,
        port=port,
        https=service.https,
    )


def _hosts(zone: Zone, known: Hosts) -> Source:
    for hostname, members in known.items():
        versions = [address.version for _, member in members for address in member.addresses]
        for version, rtype in _VERSIONS:
            if version in versions:
                yield hostname, rtype, HostSlot(zone=zone.text, hostname=hostname, rtype=rtype)


def _nameservers(zone: Zone) -> Source:
    return _static_slots(zone, nameserver_records(zone))


def _statics(zone: Zone) -> Source:
    return _static_slots(zone, zone.records)


def _static_slots(zone: Zone, records: Iterable[StaticRecord]) -> Source:
    glue = (*nameserver_records(zone), *zone.records)
    for (owner, rtype), found in _rrsets(records).items():
        if rtype == RecordType.NS and owner != zone.name:
            yield owner, rtype, _referral(zone, owner, found, glue)
        else:
            yield owner, rtype, StaticSlot(zone=zone.text, owner=owner, rtype=rtype, records=found)


def nameserver_records(zone: Zone) -> tuple[StaticRecord, ...]:
    """The address records of the zone's own name servers."""
    return tuple(
        StaticRecord(
            owner=server.name,
            rtype=ADDRESS_TYPES[family_of(address)],
            ttl=zone.static_ttl,
            rdata=address_rdata(address),
        )
        for server in zone.nameservers
        for address in server.addresses
    )


def _rrsets(records: Iterable[StaticRecord]) -> dict[tuple[bytes, int], tuple[StaticRecord, ...]]:
    sets: dict[tuple[bytes, int], dict[bytes, StaticRecord]] = {}
    for record in records:
        sets.setdefault((record.owner, record.rtype), {}).setdefault(record.rdata, record)
    return {key: tuple(found.values()) for key, found in sets.items()}


def _referral(
    zone: Zone, owner: bytes, records: tuple[StaticRecord, ...], known: tuple[StaticRecord, ...]
) -> ReferralSlot:
    targets = {record.rdata.lower() for record in records}
    glue = tuple(
        record for record in known if record.owner in targets and record.rtype in (RecordType.A, RecordType.AAAA)
    )
    return ReferralSlot(zone=zone.text, owner=owner, records=records, glue=glue)
