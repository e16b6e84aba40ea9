"""What fuzzing throws octets at, and what must hold whatever they are."""

from gslb.dns.cookies import Cookies
from gslb.dns.networks import Networks
from gslb.dns.query import name_end, read
from gslb.dns.rates import kind_of
from gslb.dns.reply import Facts, limit
from gslb.dns.respond import curtailed, respond
from gslb.handoff.table import Table
from tests.kit.mailzone import mail_table

COOKIES = Cookies((b"s" * 16,))
STATE = Networks(("192.0.2.0/24",))
UDP = Facts(nsid=b"ns1", cookies=COOKIES, state=STATE)
TCP = Facts(nsid=b"ns1", cookies=COOKIES, state=STATE, tcp=True, keepalive=100)
ADDRESSES = (b"\xc0\x00\x02\x01", bytes(10) + b"\xff\xff\xc0\x00\x02\x01", b"\x20\x01\x0d\xb8" + bytes(12))
NOW = 1_800_000_000
TABLE = mail_table()


def one(packet: bytes, table: Table | None = TABLE) -> None:
    """Read and answer one packet over UDP and TCP. Raises AssertionError, or whatever our own bug raises."""
    query = read(packet)
    for facts in (UDP, TCP):
        draw = sum(packet[:2]) << 23
        address = ADDRESSES[len(packet) % 3]
        response = respond(packet, table, lambda _key, draw=draw: draw, facts, address, NOW)  # type: ignore[misc]
        assert (response is None) == (query is None)
        if response is None or query is None:
            continue
        _check(packet, response.data, limit(query, facts))
        kind_of(response.data)
        stub = curtailed(packet, facts, response)
        _check(packet, stub.data, limit(query, facts))
        assert len(stub.data) <= len(packet) + 200


def _check(packet: bytes, reply: bytes, most: int) -> None:
    """A reply to this very packet, whole, and no longer than it may be."""
    assert reply[:2] == packet[:2]
    assert reply[2] & 0x80
    assert (reply[2] ^ packet[2]) & 0x79 == 0, "opcode and RD come back"
    assert len(reply) <= most
    questions, *records = (int.from_bytes(reply[at : at + 2]) for at in (4, 6, 8, 10))
    at = 12
    for _ in range(questions):
        at = name_end(reply, at) + 4
    for _ in range(sum(records)):
        at = _record_end(reply, at)
    assert at == len(reply)


def _record_end(reply: bytes, at: int) -> int:
    if reply[at] >= 0xC0:
        assert (reply[at] & 0x3F) << 8 | reply[at + 1] < at, "pointers point back"
        at += 2
    else:
        at = name_end(reply, at)
        assert at
    return at + 10 + int.from_bytes(reply[at + 8 : at + 10])
