"""What a slot answers now: a decision, or what configuration wrote down, as one entry of the table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from gslb.answers import addresses, bindings, exchangers
from gslb.answers.dnssec.denial import PARAMETERS, nsec3_rdata, nsec_rdata
from gslb.answers.dnssec.signer import Signers
from gslb.answers.drawn import Drawn, chunk
from gslb.answers.plan import nameserver_records
from gslb.answers.records import OWNER, ns_rdata, record, soa_rdata
from gslb.answers.slots import FAMILIES, DenialSlot, HostSlot, ReferralSlot, ServiceSlot, StaticSlot, ZoneKind, ZoneSlot
from gslb.answers.sticky import packed
from gslb.answers.variants import CIRCLE, thresholds
from gslb.handoff.specs import Chunk, EntrySpec, VariantSpec
from gslb.model.decisions import STARTING, Decision, HostDecision
from gslb.model.values import ANY, MxMode, RecordType, WhenAllDown
from gslb.model.verdicts import MemberKey
from gslb.model.zones import StaticRecord, Zone

SERVFAIL, NXDOMAIN, REFUSED = 2, 3, 5

_REFUSALS = {WhenAllDown.SERVFAIL: SERVFAIL, WhenAllDown.REFUSED: REFUSED}

_NOT_READY = 14

_EVERY_DRAW = thresholds((CIRCLE,))


class Made(NamedTuple):
    """An entry and, for each counter it owns, the members whose turn it counts (see tally)."""

    spec: EntrySpec
    counted: tuple[tuple[MemberKey, ...], ...] = ((),)


ABSENT = Made(spec=EntrySpec())
"""Stands for no entry at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the entries of one zone share: its SOA (as rdata, and as authority section of negative answers), the plain
    negative answer, and the hostnames it answers for."""

    zone: Zone
    soa: bytes
    negative: Chunk
    empty: Made
    hostnames: frozenset[bytes]


def scene(zone: Zone, serial: int, hostnames: frozenset[bytes]) -> Scene:
    """The scene of a zone under this SOA serial. The first name server is the primary."""
    soa = soa_rdata(zone.nameservers[0].name, zone.contact, serial, zone.soa, zone.negative_ttl)
    negative = chunk([record(zone.name, RecordType.SOA, zone.negative_ttl, soa)])
    empty = Made(EntrySpec(authority=negative))
    return Scene(zone=zone, soa=soa, negative=negative, empty=empty, hostnames=hostnames)


def not_ready() -> Made:
    """Before health is known: the same for all."""
    return _WAITING


def of_service(slot: ServiceSlot, decisions: Sequence[Decision], scene: Scene) -> Made:
    """What a service's decisions, one for each of the slot's families, make of one of its types."""
    decision = decisions[0] if len(decisions) == 1 else max(decisions, key=lambda one: not one.nodata)
    ede = decision.extended_error
    if decision.mode is STARTING:
        return _failed(SERVFAIL, ede)
    if decision.action is not None:
        refused = _REFUSALS.get(decision.action)
        if refused is not None:
            return _failed(refused, ede)
        if decision.action is WhenAllDown.NODATA:
            return _empty(scene, ede)
    if decision.nodata:
        return _empty(scene, ede)
    drawn = _bound(slot, decisions) if slot.rtype is RecordType.HTTPS else _drawn(slot, decision, scene)
    if drawn is not None:
        return _answered(drawn, ede, crc32(names_key(slot).encode()) if drawn.slots else 0)
    # serve_all with nothing left to serve: a failure that senders try again after, not a word that there is nothing
    return _empty(scene, ede) if decision.action is None else _failed(SERVFAIL, ede)


def _bound(slot: ServiceSlot, decisions: Sequence[Decision]) -> Drawn | None:
    ttl = min(decision.ttl for decision in decisions)
    return bindings.of_service(slot.https, decisions, ttl, names_key(slot))


def _drawn(slot: ServiceSlot, decision: Decision, scene: Scene) -> Drawn | None:
    """The answers; None when there is nothing to answer with."""
    by_address = slot.family is not ANY
    if decision.last_resort and by_address:
        return addresses.of_host(decision.last_resort, slot.rtype, decision.ttl)
    if by_address:
        found = addresses.of_decision(decision, slot.rtype, slot.zone, names_key(slot))
        return found if found.variants else None
    if not decision.exchangers:
        return None
    # of a list, the one exchanger is the service's own name, which answers here as well
    hostnames = scene.hostnames | {decision.exchangers[0].hostname} if decision.last_resort else scene.hostnames
    if slot.rtype is RecordType.SRV:
        return exchangers.services(decision, slot.port, slot.zone, hostnames)
    if slot.mx is MxMode.EQUAL:
        return exchangers.equal(decision, slot.zone, hostnames)
    return exchangers.ranked(decision, slot.zone, hostnames, names_key(slot))


def names_key(slot: ServiceSlot) -> str:
    """What sets the slots of one service's clients apart from those of another's."""
    return f"{slot.zone}/{slot.decided_by}"


def of_host(slot: HostSlot, decision: HostDecision, scene: Scene) -> Made:
    """What a member's own hostname answers in one family."""
    if len(decision.addresses) == 1 and decision.addresses[0].version == FAMILIES[slot.rtype]:
        data = record(OWNER, slot.rtype, decision.ttl, decision.addresses[0].packed)
        return Made(EntrySpec(thresholds=_EVERY_DRAW, variants=(VariantSpec(data, 1),)))
    drawn = addresses.of_host(decision.addresses, slot.rtype, decision.ttl)
    return _answered(drawn, None) if drawn.variants else _empty(scene, None)


def _answered(drawn: Drawn, ede: tuple[int, str] | None, sticky_key: int = 0) -> Made:
    if ede is None and not drawn.slots:
        plain = EntrySpec(thresholds=thresholds(drawn.widths), variants=drawn.variants, additional=drawn.additional)
        return Made(plain, drawn.counted)
    code, text = ede or (None, "")
    spec = EntrySpec(
        ede=code,
        ede_text=text,
        thresholds=() if drawn.slots else thresholds(drawn.widths),
        slots=packed(drawn.slots),
        sticky_key=sticky_key,
        variants=drawn.variants,
        additional=drawn.additional,
    )
    return Made(spec=spec, counted=drawn.counted)


def _empty(scene: Scene, ede: tuple[int, str] | None) -> Made:
    """NOERROR without answers, SOA in the authority section (RFC 2308 section 2.2)."""
    if ede is None:
        return scene.empty
    code, text = ede
    return Made(spec=EntrySpec(ede=code, ede_text=text, authority=scene.negative))


def _failed(rcode: int, ede: tuple[int, str] | None) -> Made:
    code, text = ede or (None, "")
    return Made(spec=EntrySpec(rcode=rcode, authoritative=False, ede=code, ede_text=text))


def of_configuration(slot: ZoneSlot | StaticSlot | ReferralSlot, scene: Scene) -> Made:
    """What health never moves."""
    if isinstance(slot, StaticSlot):
        return Made(spec=_plain(_rrset(slot.records, OWNER)))
    if isinstance(slot, ReferralSlot):
        return Made(spec=_referral(slot))
    made = _ZONE_ENTRIES.get(slot.kind)
    return ABSENT if made is None else Made(spec=made(scene))


def of_keys(kind: ZoneKind, who: Signers, scene: Scene) -> Made:
    """What a zone's keys put at its apex, now."""
    types = {
        ZoneKind.DNSKEY: (RecordType.DNSKEY, who.dnskey),
        ZoneKind.CDS: (RecordType.CDS, who.cds),
        ZoneKind.CDNSKEY: (RecordType.CDNSKEY, who.cdnskey),
        ZoneKind.NSEC3PARAM: (RecordType.NSEC3PARAM, (PARAMETERS,) if who.data and _by_hash(scene) else ()),
    }
    rtype, rdatas = types[kind]
    answers = [record(OWNER, rtype, scene.zone.static_ttl, rdata) for rdata in rdatas]
    return Made(spec=_plain(answers)) if answers else ABSENT


def _by_hash(scene: Scene) -> bool:
    return scene.zone.dnssec is not None and scene.zone.dnssec.denial == "nsec3"


def of_denial(slot: DenialSlot, there: Iterable[int], scene: Scene) -> Made:
    """A name's link in the chain of denial, `there` being the types it has now; its TTL is RFC 9077's."""
    types = {*there, *slot.always}
    if slot.rtype == RecordType.NSEC:
        rdata = nsec_rdata(slot.following, types)
    else:
        signed = types - {RecordType.NS} if slot.delegates else types
        rdata = nsec3_rdata(slot.following, {*types, RecordType.RRSIG} if signed else types)
    return Made(spec=_plain([record(OWNER, slot.rtype, scene.zone.negative_ttl, rdata)]))


def is_there(spec: EntrySpec) -> bool:
    """Whether a bitmap lists the type: it has records, or cannot be told now and must not be denied."""
    return bool(spec.variants or spec.rcode or not spec.authoritative)


def _nxdomain(scene: Scene) -> EntrySpec:
    """RFC 2308 section 2.1."""
    return EntrySpec(rcode=NXDOMAIN, authority=scene.negative)


def _nodata(scene: Scene) -> EntrySpec:
    return EntrySpec(authority=scene.negative)


def _start_of_authority(scene: Scene) -> EntrySpec:
    return _plain([record(OWNER, RecordType.SOA, scene.zone.negative_ttl, scene.soa)])


def _name_servers(scene: Scene) -> EntrySpec:
    zone = scene.zone
    answers = [record(OWNER, RecordType.NS, zone.static_ttl, ns_rdata(server.name)) for server in zone.nameservers]
    glue = [record(found.owner, found.rtype, found.ttl, found.rdata) for found in nameserver_records(zone)]
    return _plain(answers, glue)


_WAITING = _failed(SERVFAIL, (_NOT_READY, ""))

_ZONE_ENTRIES = {
    ZoneKind.NXDOMAIN: _nxdomain,
    ZoneKind.NODATA: _nodata,
    ZoneKind.SOA: _start_of_authority,
    ZoneKind.NS: _name_servers,
}


def _referral(slot: ReferralSlot) -> EntrySpec:
    """AA clear, nothing in the answer (RFC 1034 section 4.3.2, step 3b)."""
    glue = [record(found.owner, found.rtype, found.ttl, found.rdata) for found in slot.glue]
    return EntrySpec(authoritative=False, authority=chunk(_rrset(slot.records, slot.owner)), additional=chunk(glue))


def _rrset(records: Sequence[StaticRecord], owner: bytes) -> list[bytes]:
    """One TTL for all, the least (RFC 2181 section 5.2)."""
    ttl = min(found.ttl for found in records)
    return [record(owner, found.rtype, ttl, found.rdata) for found in records]


def _plain(answers: Sequence[bytes], additional: Sequence[bytes] = ()) -> EntrySpec:
    kept = chunk(answers)
    variant = VariantSpec(data=kept.data, count=kept.plain_count)
    return EntrySpec(variants=(variant,), additional=chunk(additional))
