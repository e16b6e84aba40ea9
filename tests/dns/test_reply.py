"""Headers, sizes, and what gives way."""

from typing import Any

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.dns.edns import Edns
from gslb.dns.query import Query
from gslb.dns.reply import Facts, limit, servfail
from tests.kit.asking import ask, send
from tests.kit.tables import Made, answer, rrset, table


def wire(name: str, rtype: str, **options: Any) -> bytes:
    """A query for a name in the zone."""
    return dns.message.make_query(f"{name}.mail.example.com", rtype, **options).to_wire()


@given(st.integers(0, 65535))
def test_flags(flags: int) -> None:
    """QR is set, opcode, RD and CD are copied; RA, AD and Z are 0, whatever was asked."""
    packet = bytearray(wire("ns1", "A"))
    packet[2:4] = (flags & 0x7FFF).to_bytes(2)

    response = send(bytes(packet))

    assert response is not None
    got = response.data[2] << 8 | response.data[3]
    assert got & 0x7910 == flags & 0x7910
    assert got & 0x8000
    assert not got & 0x00E0


@pytest.mark.parametrize(
    ("payload", "tcp", "octets"),
    [
        (None, False, 512),
        (0, False, 512),
        (600, False, 600),
        (4096, False, 1232),
        (512, True, 65535),
        (None, True, 65535),
    ],
)
def test_limit(payload: int | None, tcp: bool, octets: int) -> None:
    """512 without EDNS; else what is asked, no less than 512 and no more than 1232; all of it over TCP."""
    edns = None if payload is None else Edns(payload, 0, False)

    assert limit(Query(0, 0, 0, edns=edns), Facts(tcp=tcp)) == octets


@pytest.mark.parametrize("options", [{}, {"use_edns": 0, "payload": 1232}, {"use_edns": 0, "payload": 4096}])
def test_truncated(options: dict[str, object]) -> None:
    """An answer that does not fit goes out empty with TC, uncounted, OPT kept; TCP takes it whole."""
    response = send(wire("big", "TXT", **options))

    assert response is not None
    reply = dns.message.from_wire(response.data)
    assert (response.truncated, response.sent, reply.answer, reply.authority) == (True, (), [], [])
    assert reply.flags & dns.flags.TC
    assert (reply.edns == 0) == bool(options)
    whole = send(wire("big", "TXT", **options), tcp=True)
    assert whole is not None
    assert (whole.truncated, len(dns.message.from_wire(whole.data).answer[0])) == (False, 12)


def test_additional_gives_way() -> None:
    """Additional records are left out before anything is truncated."""
    reply = ask("big", "MX")

    assert not reply.flags & dns.flags.TC
    assert (len(reply.answer[0]), reply.additional) == (15, [])
    assert len(ask("big", "MX", tcp=True).additional) == 40


def test_glue_does_not_give_way() -> None:
    """A referral whose glue does not fit is truncated (RFC 9471 section 3)."""
    assert ask("x.big-sub", "A").flags & dns.flags.TC
    assert len(ask("x.big-sub", "A", options={"use_edns": 0, "payload": 1232}).additional[0]) == 12


@given(st.integers(500, 1300), st.sampled_from(["smtp", "big", "x.big-sub", "chain", "nothing"]), st.booleans())
def test_never_too_large(payload: int, name: str, do: bool) -> None:
    """No reply is larger than its client allows, whatever it offers."""
    for rtype in ("A", "MX", "TXT", "ANY"):
        response = send(wire(name, rtype, use_edns=0, payload=payload, want_dnssec=do), nsid=b"n" * 40)
        assert response is not None
        assert len(response.data) <= max(512, min(payload, 1232))


def test_long_texts_give_way() -> None:
    """An extended error's text never makes a reply too large."""
    label = "x" * 60
    entry = answer(rrset(30, "A", "192.0.2.1"), ede=0, ede_text="y" * 255)
    made = table(Made("example.", {"example.": {}, f"*.{label}.{label}.{label}.example.": {"A": entry}}))
    packet = dns.message.make_query(f"{label}.{label}.{label}.{label}.example.", "A", use_edns=0, payload=512).to_wire()

    response = send(packet, table=made, nsid=b"n" * 128)

    assert response is not None
    assert len(response.data) <= 512


def test_servfail_of_our_own() -> None:
    """The last resort needs nothing but the header."""
    packet = wire("smtp", "A")

    reply = dns.message.from_wire(servfail(packet))

    assert (reply.rcode(), reply.id, reply.question) == (dns.rcode.SERVFAIL, packet[0] << 8 | packet[1], [])
