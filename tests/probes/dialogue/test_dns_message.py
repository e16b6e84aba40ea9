"""DNS messages as a probe reads them (RFC 1035, 3597, 6891), with dnspython as the judge."""

import struct

import dns.flags
import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.probes.dialogue.dns_message import (
    HEADER,
    Malformed,
    Question,
    Reply,
    is_meant,
    query,
    question_of,
    reply_of,
    type_number,
)

ASKED = question_of("mail.example.com", "MX")
ECHO = ASKED.name + struct.pack("!HH", 15, 1)
C00C = b"\xc0\x0c"


def message(*records, flags=0x8400, number=7, echo=ECHO, counts=None):
    """A reply with these answers."""
    return HEADER.pack(number, flags, 1 if echo else 0, *(counts or (len(records), 0, 0))) + echo + b"".join(records)


def record(kind, rdata, owner=C00C, ttl=60):
    """One record in wire form."""
    return owner + struct.pack("!HHIH", kind, 1, ttl, len(rdata)) + rdata


@pytest.mark.parametrize(("recursion", "edns"), [(False, None), (True, 1232)])
def test_a_query_is_what_others_understand(recursion, edns):
    """dnspython reads back what was asked."""
    seen = dns.message.from_wire(query(ASKED, 4711, recursion=recursion, edns=edns))

    assert (seen.id, seen.question[0].to_text()) == (4711, "mail.example.com. IN MX")
    assert bool(seen.flags & dns.flags.RD) == recursion
    assert (seen.edns, seen.payload) == ((-1, 0) if edns is None else (0, edns))


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("A", "192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:db8::1", "2001:db8::1"),
        ("NS", "ns1.example.com.", "ns1.example.com."),
        ("MX", "10 mx.example.com.", "10 mx.example.com."),
        ("SRV", "1 2 587 mx.example.com.", "1 2 587 mx.example.com."),
        ("TXT", '"v=spf1 " "-all"', "v=spf1 -all"),
        ("SOA", "ns1.example.com. host.example.com. 7 1 2 3 4", "ns1.example.com. host.example.com. 7 1 2 3 4"),
        ("CAA", '0 issue "x"', "\\# 8 0005697373756578"),
        ("TYPE65280", "\\# 0", "\\# 0"),
    ],
)
def test_records_are_shown_as_people_write_them(kind, text, shown):
    """Compressed by dnspython, read here; of an SOA the serial is known."""
    made = dns.message.make_response(dns.message.make_query("mail.example.com", kind))
    made.answer.append(dns.rrset.from_text("mail.example.com.", 60, "IN", kind, text))

    seen = reply_of(made.to_wire())
    assert seen.answers == ((type_number(kind), shown),)
    assert seen.serial == (7 if kind == "SOA" else None)


def test_flags_rcode_and_the_extended_rcode():
    """The upper bits of an rcode stand in OPT (RFC 6891 section 6.1.3)."""
    opt = b"\0" + struct.pack("!HHIH", 41, 1232, 1 << 24, 0)
    plain = reply_of(message(flags=0x8003))
    extended = reply_of(message(opt, counts=(0, 0, 1)))

    assert plain == Reply(rcode="NXDOMAIN", opcode=0, is_reply=True, authoritative=False, truncated=False)
    assert (extended.rcode, extended.authoritative) == ("BADVERS", True)
    assert reply_of(message(record(2, C00C), counts=(0, 1, 0))).answers == ()
    assert reply_of(message(flags=0x800F)).rcode == "RCODE15"


def test_a_truncated_reply_is_read_no_further():
    """It may be cut anywhere."""
    assert reply_of(message(b"\xc0", flags=0x8200)).truncated


@pytest.mark.parametrize(
    ("data", "meant"),
    [
        (b"", False),
        (message(), True),
        (message(number=8), False),
        (message(echo=ECHO.upper().replace(b"\0\x0f", b"\0\x0f")), True),
        (message(echo=ECHO[:-3] + b"\x01\0\x01"), False),
        (message(echo=ECHO[:-1] + b"\x03"), False),
        (message(echo=ECHO[:10]), False),
        (message(flags=0x8001, echo=b""), True),
        (message(flags=0x8000, echo=b""), False),
    ],
)
def test_only_an_echo_of_the_question_is_meant(data, meant):
    """The id, the name without case, type and class; a refusal may do without."""
    assert is_meant(data, ASKED, 7) is meant


LONG = b"".join(b"\x3f" + b"x" * 63 for _ in range(5))


@pytest.mark.parametrize(
    "records",
    [
        (b"\xc0\x0c\0",),
        (record(1, b"\1\2\3\4")[:-1],),
        (record(1, b"\1\2\3"),),
        (record(15, b"\0"),),
        (record(15, b"\0\x0a" + C00C + b"x"),),
        (record(6, b"\0\0" + b"\0" * 19),),
        (record(16, b"\x05abc"),),
        (record(2, b"\xc0\xff"),),
        (record(2, b"\xc0\x00"),),
        (b"\xc0",),
        (b"\xc0" + bytes([12 + len(ECHO)]),),
        (b"\x80",),
        (b"\x3fxx",),
        (LONG + record(1, b"\1\2\3\4", owner=b"\0"),),
        (),
    ],
)
def test_what_is_no_message_is_malformed(records):
    """Cut off, too long for what holds it, pointers that lead forwards or round and round, labels of no kind."""
    with pytest.raises(Malformed):
        reply_of(message(*records, counts=(1, 0, 0)))


def test_pointers_lead_backwards_only():
    """A loop of two, and a chain as long as one likes, end."""
    start = 12 + len(ECHO)
    loop = struct.pack("!HH", 0xC000 | start + 2, 0xC000 | start)

    with pytest.raises(Malformed):
        reply_of(message(record(2, C00C, owner=loop[:2]), counts=(1, 0, 0)))


@pytest.mark.parametrize(("text", "number"), [("a", 1), ("SOA", 6), ("caa", 257), ("TYPE6", 6), ("type65280", 65280)])
def test_types_by_name_and_by_number(text, number):
    """RFC 3597 section 5."""
    assert type_number(text) == number


@pytest.mark.parametrize("text", ["ANY", "AXFR", "TYPE252", "TYPE255", "TYPE41", "TYPE0", "TYPE70000", "TYPE", "7", ""])
def test_types_that_are_never_asked_for(text):
    """Transfers, ANY, what is no type for a question."""
    with pytest.raises(ValueError, match="no type"):
        type_number(text)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_a_reply_or_malformed(noise, echoed):
    """Nothing else is ever raised, and each octet is looked at only a bounded number of times."""
    data = message(noise, counts=(9, 9, 9)) if echoed else noise
    try:
        if is_meant(data, ASKED, 7):
            reply_of(data)
    except Malformed:
        pass


def test_a_question_of_the_root():
    """The shortest name."""
    assert question_of(".", "NS") == Question(name=b"\0", type=2)
