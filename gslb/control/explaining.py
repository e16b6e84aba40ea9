"""Finding the decision behind a name: a service, an alias, a pool, a member's host, or none at all."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import dns.rdatatype

from gslb.answers.build import DecisionKey, decision_key
from gslb.control import clients
from gslb.control.clients import Asked
from gslb.control.deciding import HostKey
from gslb.control.samples import samples, thresholds, told, told_thresholds
from gslb.control.views import Explanation
from gslb.dns.codes import CNAME
from gslb.errors import WireError
from gslb.handoff.table import Table
from gslb.model.decisions import Decision, HostDecision
from gslb.model.names import is_below, to_text, to_wire
from gslb.model.settings import Config
from gslb.model.values import Family, RecordType
from gslb.model.zones import Service, Zone
from gslb.steering import explain
from gslb.steering.decide import resolved


class Coming(NamedTuple):
    """What may happen next to a decision of a service, and to that of a member's own name."""

    of_service: Callable[[Zone, Service, Decision], tuple[str, ...]]
    of_host: Callable[[Zone, bytes], tuple[str, ...]]


class Unexplained(ValueError):  # noqa: N818 - reads as what it is
    """Nothing can be said of this name or type; the text says why, for whoever asked."""


def explanation(
    config: Config,
    decisions: Mapping[DecisionKey, Decision],
    hosts: Mapping[HostKey, HostDecision],
    table: Table | None,
    question: tuple[str, str, Asked],
    coming: Coming,
) -> Explanation:
    """Why `question` (name, type, by whom) is answered as it is. Raises Unexplained.

    The name may be absolute (with or without the final dot), or relative to the only zone that has it.
    """
    text, rtype, asked = question
    zone, name = _place(config, text, hosts)
    absolute = to_text(name)
    aliases = tuple(_aliases(config, zone, name, rtype))
    if aliases:
        zone, name = aliases[-1]
    decider = _decider(zone, name, rtype)
    view = clients.view_of(config, decider, asked)
    made = _made(zone, name, rtype, decisions, hosts, view, coming)
    try:
        found = () if table is None else samples(table, absolute, rtype, asked)
        drawn = () if table is None else thresholds(table, name, rtype, asked)
    except dns.rdatatype.UnknownRdatatype as error:
        raise Unexplained(f"{rtype}: no record type") from error
    lines = tuple(f"{absolute} is an alias (CNAME) on the way to {to_text(name)}" for _ in aliases[:1])
    lines += made.lines() if made else (f"{to_text(name)} {rtype}: no health decides it, in zone {zone.text}",)
    lines += tuple(clients.told(config, decider, asked))
    if decider is not None:
        lines += (clients.scope(config, decider, asked),)
    return Explanation(
        name=absolute,
        type=rtype,
        client=asked.client,
        ecs=None if asked.ecs is None else str(asked.ecs),
        lines=lines + told_thresholds(drawn) + told(found),
        decision=made.as_dict() if made else None,
        samples=found,
        view=view or None,
        thresholds=drawn,
    )


def _place(config: Config, text: str, hosts: Mapping[HostKey, HostDecision]) -> tuple[Zone, bytes]:
    try:
        name = to_wire(text.removesuffix(".") + ".")
        zones = [zone for zone in config.zones if is_below(name, zone.name)]
        if zones:
            return max(zones, key=lambda zone: len(zone.name)), name
        relative = [(zone, to_wire(text, zone.name)) for zone in config.zones]
    except WireError as error:
        raise Unexplained(str(error)) from error
    known = [(zone, name) for zone, name in relative if _is_known(zone, name, hosts)]
    if len(known) == 1:
        return known[0]
    where = ", ".join(zone.text for zone in config.zones)
    raise Unexplained(f"{text}: {'in more than one zone' if known else 'in none of the zones'} here ({where})")


def _aliases(config: Config, zone: Zone, name: bytes, rtype: str) -> Iterator[tuple[Zone, bytes]]:
    """Where static CNAME records lead from a name, inside the zones here; what answers is the last one's decision."""
    seen = {name}
    while rtype != "CNAME":
        found = next((each for each in zone.records if each.owner == name and each.rtype == CNAME), None)
        name = b"" if found is None else found.rdata.lower()
        zones = [] if found is None else [zone for zone in config.zones if is_below(name, zone.name)]
        if not zones or name in seen:
            return
        seen.add(name)
        zone = max(zones, key=lambda zone: len(zone.name))
        yield zone, name


def _is_known(zone: Zone, name: bytes, hosts: Mapping[HostKey, HostDecision]) -> bool:
    """Whether a name exists in a zone: it, or one below it, owns something (RFC 8020)."""
    return any(is_below(owner, name) for owner in _owners(zone, hosts))


def _owners(zone: Zone, hosts: Mapping[HostKey, HostDecision]) -> Iterator[bytes]:
    yield zone.name
    for service in zone.services.values():
        yield service.owner
        yield from (srv.owner for srv in service.srv)
    yield from (hostname for text, hostname in hosts if text == zone.text)
    yield from (record.owner for record in zone.records)
    yield from (server.name for server in zone.nameservers if is_below(server.name, zone.name))


def _made(
    zone: Zone,
    name: bytes,
    rtype: str,
    decisions: Mapping[DecisionKey, Decision],
    hosts: Mapping[HostKey, HostDecision],
    view: str,
    coming: Coming,
) -> explain.Explanation | None:
    known = RecordType.__members__.get(rtype)
    if known is None:
        return None
    family = explain.FAMILIES.get(known, Family.ANY)
    service = _service(zone, name, known)
    if service is not None:
        decision = decisions.get(decision_key(zone.text, resolved(zone, service).name, family, view))
        if decision is None:
            return None
        upcoming = coming.of_service(zone, resolved(zone, service), decision)
        return explain.explain(zone, service, known, decision, changes=upcoming)
    host = hosts.get((zone.text, name))
    if host is None or known not in (RecordType.A, RecordType.AAAA):
        return None
    return explain.explain_host(zone, host, known, changes=coming.of_host(zone, name))


def _decider(zone: Zone, name: bytes, rtype: str) -> Service | None:
    """The service whose decision answers, if one does."""
    known = RecordType.__members__.get(rtype)
    service = None if known is None else _service(zone, name, known)
    return None if service is None else resolved(zone, service)


def _service(zone: Zone, name: bytes, rtype: RecordType) -> Service | None:
    """The service that answers this type under this name."""
    for service in zone.services.values():
        if service.owner == name and rtype in service.records:
            return service
        if rtype is RecordType.SRV and any(srv.owner == name for srv in service.srv):
            return service
    return None
