from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from gslb.answers.build import Builder
from gslb.answers.entries import of_denial, scene
from gslb.answers.plan import plan
from gslb.answers.records import address_rdata, ns_rdata
from gslb.answers.slots import DenialSlot
from gslb.handoff.layout import ENTRY_AA
from gslb.model.decisions import Decision, HostDecision, Mode
from gslb.model.names import to_wire
from gslb.model.values import Family, RecordType, WhenAllDown
from gslb.model.zones import Dnssec, NameServer, StaticRecord, Zone
from tests.kit.answered import chosen, decision, entry_at, opened, replies, reply, wire
from tests.kit.estate import LOOPBACK, ZONE, config, member, pool, service, zone

SOA = "mail.example.com. 30 IN SOA ns1.mail.example.com. hostmaster.mail.example.com. 2026 3600 600 1209600 30"
RELAY = member("r1", "192.0.2.11")
ESTATE = zone(pool("relays", RELAY), services=(service("smtp", "relays", records=(RecordType.A, RecordType.MX)),))


def builder(estate: Zone = ESTATE) -> Builder:
    """A builder of one zone."""
    return Builder(plan(config(estate)), {estate.text: 2026})


def deciding(made: Decision) -> Builder:
    """A builder that was told this decision on smtp."""
    told = builder()
    told.update({("mail.example.com", "smtp", made.family): made}, {})
    return told


def all_down(action: WhenAllDown, **fields: object) -> Decision:
    """Every member of every tier is down."""
    return decision(**({"mode": Mode.ALL_DOWN, "tier": None, "action": action} | fields))


def told(made: Decision, rtype: str = "A") -> tuple[int, bool, int | None, bytes, int, list[str]]:
    """Of smtp's entry: rcode, AA, extended error and its text, records in the answer, authority."""
    table = opened(deciding(made))
    part, entry = entry_at(table, "smtp", rtype)
    found = replies(table, "smtp", rtype)[0]
    return (
        entry.rcode, bool(entry.flags & ENTRY_AA), entry.ede, part.ede_text(entry),
        len(found.answer), found.authority,
    )  # fmt: skip


DOWN = b"all members down"


@pytest.mark.parametrize("rtype", ["A", "MX"])
def test_before_any_decision(rtype: str) -> None:
    """A service nobody has decided on yet fails, not ready."""
    _, entry = entry_at(opened(builder()), "smtp", rtype)

    assert (entry.rcode, entry.flags & ENTRY_AA, entry.ede) == (2, 0, 14)


def test_starting() -> None:
    """Steering's own word for it is the same."""
    assert told(decision(mode=Mode.STARTING, tier=None)) == (2, False, 14, b"", 0, [])


def test_normal_answers() -> None:
    """One TTL, that of the decision; AA; no error; nothing in authority."""
    assert told(decision(chosen(RELAY))) == (0, True, None, b"", 1, [])
    assert reply(opened(deciding(decision(chosen(RELAY), ttl=17))), "smtp", "A").answer == ["17 192.0.2.11"]


def test_an_emptied_type_is_nodata() -> None:
    """NOERROR with SOA, whether steering says so or has nothing to choose."""
    for made in (decision(nodata=True), decision(), decision(mode=Mode.BELOW_MINIMUM)):
        assert told(made) == (0, True, None, b"", 0, [SOA])
    assert told(decision(family=Family.ANY), "MX") == (0, True, None, b"", 0, [SOA])


def test_all_down() -> None:
    """The service's own choice, with extended error 0 that says why and names nobody."""
    assert told(all_down(WhenAllDown.NODATA)) == (0, True, 0, DOWN, 0, [SOA])
    assert told(all_down(WhenAllDown.SERVFAIL)) == (2, False, 0, DOWN, 0, [])
    assert told(all_down(WhenAllDown.REFUSED)) == (5, False, 0, DOWN, 0, [])
    assert told(all_down(WhenAllDown.SERVE_ALL, members=chosen(RELAY))) == (0, True, 0, DOWN, 1, [])


def test_serve_all_with_nobody_left() -> None:
    """Nothing may be served although something should: SERVFAIL; a family that has nobody by design: NODATA."""
    assert told(all_down(WhenAllDown.SERVE_ALL)) == (2, False, 0, DOWN, 0, [])
    assert told(all_down(WhenAllDown.SERVE_ALL, family=Family.ANY), "MX") == (2, False, 0, DOWN, 0, [])
    assert told(all_down(WhenAllDown.SERVE_ALL, nodata=True)) == (0, True, 0, DOWN, 0, [SOA])


def test_hosts() -> None:
    """A member's own name answers its addresses by family; without any of one, NODATA."""
    both = zone(pool("relays", member("r1", "192.0.2.11", "2001:db8::11")))
    made = builder(both)
    host = HostDecision(hostname=wire("r1.relays"), addresses=(RELAY.addresses[0],), all_down=False, ttl=9, why="")

    assert entry_at(opened(made), "r1.relays", "A")[1].ede == 14
    made.update({}, {("mail.example.com", wire("r1.relays")): host})

    table = opened(made, opened(builder(both)).names.data.tobytes(), generation=2)
    assert reply(table, "r1.relays", "A").answer == ["9 192.0.2.11"]
    assert reply(table, "r1.relays", "AAAA").authority == [SOA]


def test_the_zone_itself() -> None:
    """SOA for negative_ttl; NS for static_ttl with glue; the first name server is the primary."""
    servers = NameServer(name=wire("ns1"), addresses=(LOOPBACK,)), NameServer(name=to_wire("ns.example.net."))
    table = opened(builder(replace(ESTATE, nameservers=servers, static_ttl=7200)))

    assert reply(table, "@", "SOA").answer == [SOA.replace("mail.example.com. 30 IN SOA", "30", 1)]
    found = reply(table, "@", "NS")
    assert found.answer == ["7200 ns1.mail.example.com.", "7200 ns.example.net."]
    assert found.additional == ["ns1.mail.example.com. 7200 IN A 127.0.0.1"]
    assert reply(table, "ns1", "A").answer == ["7200 127.0.0.1"]


def test_negative_answers() -> None:
    """NXDOMAIN and NODATA with SOA in authority, authoritative (RFC 2308)."""
    table = opened(builder())
    found = table.names.zone(0)

    for slot, rcode in ((found.nxdomain_slot, 3), (found.nodata_slot, 0)):
        entry = table.parts[found.part].entry(slot)
        assert entry is not None
        assert (entry.rcode, entry.flags, entry.variant_count, entry.authority.plain_count) == (rcode, ENTRY_AA, 0, 1)


def static(name: str, rtype: int, rdata: bytes, ttl: int) -> StaticRecord:
    """A static record."""
    return StaticRecord(owner=wire(name), rtype=rtype, ttl=ttl, rdata=rdata)


def test_static_sets_share_the_least_ttl() -> None:
    """RFC 2181 section 5.2."""
    records = static("t", 16, b"\2hi", 300), static("t", 16, b"\2ho", 60)
    table = opened(builder(replace(ESTATE, records=records)))

    assert reply(table, "t", "TXT").answer == ['60 "hi"', '60 "ho"']


def test_referrals() -> None:
    """NS in authority and glue in additional, AA clear, no answer."""
    records = (
        static("sub", 2, ns_rdata(wire("ns.sub")), 600),
        static("ns.sub", 1, address_rdata(LOOPBACK), 300),
    )
    table = opened(builder(replace(ESTATE, records=records)))

    found = reply(table, "sub", "NS")

    assert entry_at(table, "sub", "NS")[1].flags == 0
    assert found.answer == []
    assert found.authority == ["sub.mail.example.com. 600 IN NS ns.sub.mail.example.com."]
    assert found.additional == ["ns.sub.mail.example.com. 300 IN A 127.0.0.1"]


@pytest.mark.parametrize("denial", ["nsec", "nsec3"])
def test_links_have_the_negative_ttl(denial: Literal["nsec", "nsec3"]) -> None:
    """NSEC and NSEC3 live as long as the absence they prove (RFC 9077 section 3)."""
    signed = replace(zone(), negative_ttl=7, dnssec=Dnssec(keys=Path("keys"), denial=denial))
    rtype = RecordType.NSEC if denial == "nsec" else RecordType.NSEC3
    slot = DenialSlot(zone=ZONE, owner=wire("@"), rtype=rtype, following=wire("@"), types=())

    made = of_denial(slot, (), scene(signed, 1, frozenset()))

    assert made.spec.variants[0].data[6:10] == (7).to_bytes(4)
