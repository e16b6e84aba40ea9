"""Zones fetched from a table in memory, message by message, as dnspython's client puts them together."""

from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import dns.xfr
import dns.zone

from gslb.dns.allowed import Allowed
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from gslb.handoff.specs import EntrySpec
from gslb.handoff.table import Table
from gslb.model.names import to_wire
from tests.kit.asking import drawn

NOW = 1_800_000_000
MAIL = "mail.example.com."


def messages(
    query: dns.message.Message, table: Table, *, tcp: bool = True, facts: Facts | None = None
) -> Iterator[bytes]:
    """Every message of the reply to a query for a transfer; anybody may ask, unless `facts` say otherwise."""
    if facts is None:
        facts = Facts(tcp=tcp, transfers={apex: Allowed() for apex in (to_wire(MAIL), *table.transfers)})
    response = respond(query.to_wire(), table, drawn(0), facts, b"\x7f\0\0\1", NOW)
    assert response is not None
    yield response.data
    while response.following is not None and (data := response.following(NOW)) is not None:
        yield data


def query(serial: int | None = None, zone: str = MAIL) -> dns.message.Message:
    """AXFR, or IXFR from a serial."""
    made = dns.message.make_query(zone, "AXFR" if serial is None else "IXFR")
    if serial is not None:
        made.authority.append(dns.rrset.from_text(zone, 0, "IN", "SOA", f". . {serial} 0 0 0 0"))
    return made


def fetched(table: Table, zone: str = MAIL) -> dns.zone.Zone:
    """The whole zone."""
    made = dns.zone.Zone(zone, relativize=False)
    _take(made, table, None)
    return made


def follow(zone: dns.zone.Zone, table: Table) -> int:
    """Bring a zone up to date by IXFR; how many records that took."""
    return _take(zone, table, serial_of(zone))


def _take(zone: dns.zone.Zone, table: Table, serial: int | None) -> int:
    kind = dns.rdatatype.AXFR if serial is None else dns.rdatatype.IXFR
    count = 0
    assert zone.origin is not None
    with dns.xfr.Inbound(zone, kind, serial) as inbound:
        for data in messages(query(serial, zone.origin.to_text()), table):
            message = dns.message.from_wire(data, xfr=True, one_rr_per_rrset=True)
            assert message.rcode() == 0
            count += len(message.answer)
            if inbound.process_message(message):
                break
        else:
            raise AssertionError("the transfer has no end")
    return count


def serial_of(zone: dns.zone.Zone) -> int:
    """The serial of its SOA."""
    assert zone.origin is not None
    return int(zone.find_rdataset(zone.origin, "SOA")[0].serial)


def lines(zone: dns.zone.Zone) -> set[str]:
    """Every record as text."""
    return {
        f"{name} {rdataset.ttl} {dns.rdatatype.to_text(rdataset.rdtype)} {rdata}"
        for name, node in zone.nodes.items()
        for rdataset in node
        for rdata in rdataset
    }


def written(zone: dns.zone.Zone, folder: Path) -> Path:
    """As a master file."""
    path = folder / "fetched.zone"
    zone.to_file(str(path), relativize=False)
    return path


def texts(spec: EntrySpec) -> list[str]:
    """The records of a carried RRset, without their owners."""
    data = b"".join(variant.data for variant in spec.variants)
    count = sum(variant.count for variant in spec.variants)
    question = b"\4mail\7example\3com\0\0\1\0\1"
    head = b"\0\0\x84\0\0\1" + count.to_bytes(2) + bytes(4)
    message = dns.message.from_wire(head + question + data, one_rr_per_rrset=True)
    return [f"{one.ttl} {dns.rdatatype.to_text(one.rdtype)} {one[0]}" for one in message.answer]
