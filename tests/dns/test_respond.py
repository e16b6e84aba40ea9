"""The responder as a whole: what the RFCs ask of any server, and what no octets may do."""

import struct

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.tsig
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.dns.cookies import Cookies
from gslb.dns.reply import Facts
from gslb.dns.respond import curtailed, respond
from tests.kit.asking import ask, drawn, send
from tests.kit.packets import queries

SMTP = dns.name.from_text("smtp.mail.example.com")
EDNS = {"use_edns": 0}


def reply_to(packet: bytes) -> dns.message.Message:
    """The reply to a packet, parsed."""
    response = send(packet)
    assert response is not None
    return dns.message.from_wire(response.data)


@pytest.mark.parametrize(
    ("rtype", "rcode"),
    [("AXFR", "REFUSED"), ("IXFR", "REFUSED"), ("MAILA", "NOTIMP"), ("MAILB", "NOTIMP"), ("OPT", "FORMERR"),
     ("TSIG", "FORMERR"), ("TKEY", "FORMERR")],
)  # fmt: skip
def test_types_that_are_no_data(rtype: str, rcode: str) -> None:
    """Transfers are refused; types that cannot be asked for say so."""
    assert ask("@", rtype).rcode() == dns.rcode.from_text(rcode)


@pytest.mark.parametrize("rdclass", [dns.rdataclass.CH, dns.rdataclass.ANY, dns.rdataclass.NONE, 65280])
def test_other_classes(rdclass: int) -> None:
    """Only the Internet is served."""
    assert ask("@", "TXT", options={"rdclass": rdclass}).rcode() == dns.rcode.REFUSED


def test_no_table() -> None:
    """Before a table is there: SERVFAIL, with extended error 14 for those who speak EDNS."""
    for options, errors in (({}, []), (EDNS, [14])):
        packet = dns.message.make_query(SMTP, "A", **options).to_wire()
        response = respond(packet, None, drawn(0), Facts())
        assert response is not None
        reply = dns.message.from_wire(response.data)
        assert (reply.rcode(), reply.question[0].name) == (dns.rcode.SERVFAIL, SMTP)
        assert [option.code for option in reply.options if isinstance(option, dns.edns.EDEOption)] == errors


@pytest.mark.parametrize(
    ("name", "stale", "errors"),
    [
        ("smtp", False, []),
        ("smtp", True, [(3, None)]),
        ("down", False, [(0, "all members down")]),
        ("down", True, [(0, "all members down"), (3, None)]),
        ("starting", False, [(14, None)]),
    ],
)
def test_extended_errors(name: str, stale: bool, errors: list[tuple[int, str | None]]) -> None:
    """The entry's own extended error, then 3 for a table that nobody vouches for any more."""
    reply = ask(name, "A", options=EDNS, stale=stale)

    assert [(option.code, option.text) for option in reply.options] == errors


def test_rcodes_of_entries() -> None:
    """Entries may be rcodes; AA is as they say."""
    starting, refusing = ask("starting", "A"), ask("refusing", "A")

    assert (starting.rcode(), refusing.rcode()) == (dns.rcode.SERVFAIL, dns.rcode.REFUSED)
    assert not (starting.flags | refusing.flags) & dns.flags.AA


# RFC 8906 section 8: what a server answers to the unusual


@pytest.mark.parametrize("flags", [dns.flags.RD, dns.flags.AD, dns.flags.CD, 0x0040, dns.flags.TC, dns.flags.AA])
def test_odd_flags(flags: int) -> None:
    """Unknown and meaningless flags are ignored (8.1.4)."""
    made = dns.message.make_query(SMTP, "A", flags=flags)

    reply = reply_to(made.to_wire())

    assert (reply.rcode(), len(reply.answer)) == (dns.rcode.NOERROR, 1)
    assert not reply.flags & (dns.flags.AD | 0x0040 | dns.flags.RA | dns.flags.TC)


@pytest.mark.parametrize("opcode", [1, 2, 3, 4, 5, 6, 15])
def test_unknown_opcodes(opcode: int) -> None:
    """Any other opcode is NOTIMP, header only or not (8.1.3.1)."""
    header = struct.pack("!6H", 7, opcode << 11, 0, 0, 0, 0)
    response = send(header)
    assert response is not None
    assert response.data == struct.pack("!6H", 7, 0x8000 | opcode << 11 | 4, 0, 0, 0, 0)

    packet = bytearray(dns.message.make_query(SMTP, "A", use_edns=0).to_wire())
    packet[2] = opcode << 3
    response = send(bytes(packet))
    assert response is not None
    assert (response.rcode, response.data[5], response.data[11]) == (4, 0, 1)


@pytest.mark.parametrize("option", [100, 11, 12, 15, 65001])
def test_unknown_options(option: int) -> None:
    """Unknown, malformed-in-themselves and unsupported options are ignored (8.2.3)."""
    reply = ask("smtp", "A", options={**EDNS, "options": [dns.edns.GenericOption(option, b"\0\1\2")]})

    assert (reply.rcode(), reply.edns, len(reply.answer), reply.options) == (dns.rcode.NOERROR, 0, 1, ())


@pytest.mark.parametrize("version", [1, 2, 255])
def test_unknown_versions(version: int) -> None:
    """EDNS of another version is BADVERS without an answer, with or without unknown options (8.2.2, 8.2.5)."""
    made = dns.message.make_query(SMTP, "A", use_edns=version, options=[dns.edns.GenericOption(100, b"x")])

    reply = reply_to(made.to_wire())

    assert (reply.rcode(), reply.edns, reply.answer) == (dns.rcode.BADVERS, 0, [])


def test_unknown_type() -> None:
    """An unknown type is NODATA (8.1.2)."""
    assert ask("smtp", "TYPE1000").rcode() == dns.rcode.NOERROR


def test_tsig() -> None:
    """A TSIG whose key we cannot know is told so, unsigned (RFC 8945 section 5.2.1)."""
    key = dns.tsig.Key("key", b"secret" * 4)
    made = dns.message.make_query(SMTP, "A")
    made.use_tsig(key)
    response = send(made.to_wire())

    assert response is not None
    assert response.rcode == dns.rcode.NOTAUTH
    with pytest.raises(dns.tsig.PeerBadKey):
        dns.message.from_wire(response.data, keyring={key.name: key}, request_mac=made.mac)


@pytest.mark.parametrize("questions", [0, 2, 65535])
def test_question_count(questions: int) -> None:
    """A query has one question (RFC 9619)."""
    packet = bytearray(dns.message.make_query(SMTP, "A").to_wire())
    packet[4:6] = questions.to_bytes(2)

    reply = reply_to(bytes(packet))

    assert (reply.rcode(), reply.question) == (dns.rcode.FORMERR, [])


# what no octets may do


def is_well_answered(packet: bytes, *, tcp: bool) -> bool:
    """Nothing, or a reply of its id and opcode that fits and that dnspython reads."""
    response = send(packet, tcp=tcp, nsid=b"node", stale=True, draw=len(packet) << 25)
    if response is None:
        return len(packet) < 12 or packet[2] >= 0x80
    head = response.data[:4]
    assert head[:2] == packet[:2]
    assert head[2] & 0x78 == packet[2] & 0x78
    assert head[2] & 0x80
    assert len(response.data) <= (65_535 if tcp else 1232)
    reply = dns.message.from_wire(response.data, keyring=False)  # type: ignore[arg-type] # TSIG unchecked
    return reply.rcode() == response.rcode


@given(st.binary(max_size=700), st.booleans())
@settings(deadline=None)
def test_any_octets(packet: bytes, tcp: bool) -> None:
    """Noise is ignored or answered well."""
    assert is_well_answered(packet, tcp=tcp)


@given(st.data())
@settings(deadline=None, max_examples=400)
def test_mutated_queries(data: st.DataObject) -> None:
    """Queries with octets changed, cut or added are ignored or answered well."""
    packet = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(0, 4))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    del packet[data.draw(st.integers(12, len(packet))) :]
    packet += data.draw(st.binary(max_size=8))

    assert is_well_answered(bytes(packet), tcp=data.draw(st.booleans()))


@pytest.mark.parametrize("tcp", [False, True])
def test_every_kind_of_query(tcp: bool) -> None:
    """Each name with each type, plain, with DO, with options."""
    assert all(is_well_answered(packet, tcp=tcp) for packet in SEEDS)


SEEDS = queries()


COOKIES = Cookies((b"s" * 16,))
CLIENT, NOW = bytes((192, 0, 2, 1)), 1_800_000_000


def cookie_query(*data: bytes, question: bool = True) -> bytes:
    """A query with cookie options of this data; without a question it asks for a cookie alone."""
    options = [dns.edns.GenericOption(10, one) for one in data]
    made = dns.message.make_query("smtp.mail.example.com", "A", use_edns=0, options=options)
    if not question:
        made.question = []
    return made.to_wire()


def with_cookie(packet: bytes) -> tuple[int, list[bytes | None], int, bool]:
    """Rcode, cookies, answers, and whether the cookie proved the client."""
    response = send(packet, cookies=COOKIES, address=CLIENT, now=NOW)
    assert response is not None
    reply = dns.message.from_wire(response.data)
    return reply.rcode(), [one.to_wire() for one in reply.options], len(reply.answer), response.cookie.valid


def cookie(option: bytes = b"clientck", *, question: bool = True) -> tuple[int, bytes, int, bool]:
    """The same for one cookie."""
    rcode, (full,), answers, valid = with_cookie(cookie_query(option, question=question))
    assert full is not None
    return rcode, full, answers, valid


def test_cookies() -> None:
    """A client cookie is answered with a full one, which then is good and comes back as it is."""
    rcode, full, answers, valid = cookie()
    assert (rcode, full[:8], len(full), answers, valid) == (0, b"clientck", 24, 1, False)

    assert cookie(full) == (0, full, 1, True)


def test_bad_cookie() -> None:
    """A server cookie that is not ours is as none: answered, with a good one (RFC 7873 section 5.2.4)."""
    assert cookie(b"clientck" + b"x" * 16) == cookie()


@pytest.mark.parametrize("length", [1, 7, 9, 15, 41])
def test_malformed_cookie(length: int) -> None:
    """Other lengths are malformed, and no cookie comes back (RFC 7873 section 5.2.2)."""
    assert with_cookie(cookie_query(b"c" * length)) == (dns.rcode.FORMERR, [], 0, False)


def test_cookie_alone() -> None:
    """A query without a question asks for a cookie, or has one checked (RFC 7873 section 5.4)."""
    _, full, _, _ = cookie()

    assert cookie(question=False) == (0, full, 0, False)
    assert cookie(full, question=False) == (0, full, 0, True)
    assert cookie(full[:-1] + b"?", question=False) == (dns.rcode.BADCOOKIE, full, 0, False)


def test_no_question_and_no_cookie() -> None:
    """Without a question there must be a cookie, and we must do cookies."""
    nothing = dns.message.make_query("x.", "A", use_edns=0)
    nothing.question = []
    assert with_cookie(nothing.to_wire())[0] == dns.rcode.FORMERR
    response = send(cookie_query(b"clientck", question=False))

    assert response is not None
    assert response.rcode == dns.rcode.FORMERR


def test_curtailed() -> None:
    """A reply held back is one with TC or BADCOOKIE, no longer than the query and a cookie."""
    for packet, rcode, tc in ((cookie_query(), 0, True), (cookie_query(b"clientck"), dns.rcode.BADCOOKIE, False)):
        response = send(packet, cookies=COOKIES, address=CLIENT, now=NOW)
        assert response is not None
        stub = curtailed(packet, Facts(cookies=COOKIES), response)
        assert (stub.rcode, stub.truncated, len(stub.data) <= len(packet) + 16) == (rcode, tc, True)


@pytest.mark.parametrize(
    ("name", "rtype", "codes"),
    [
        ("www.example.net.", "A", [20]),
        ("smtp", "AXFR", [18]),
        ("smtp", "MAILB", [21]),
        ("smtp", "TKEY", []),
        ("nothing", "A", []),
    ],
)
def test_why(name: str, rtype: str, codes: list[int]) -> None:
    """Refusals say why, where RFC 8914 has a code that is true, and name nobody."""
    errors = [one for one in ask(name, rtype, options=EDNS).options if isinstance(one, dns.edns.EDEOption)]

    assert [(int(one.code), one.text) for one in errors] == [(code, None) for code in codes]


def test_why_not_this() -> None:
    """Another class, and another opcode, are told to be no business of ours."""
    status = dns.message.make_query("mail.example.com", "SOA", use_edns=0)
    status.set_opcode(dns.opcode.STATUS)
    for made in (dns.message.make_query("smtp.mail.example.com", "A", "CH", use_edns=0), status):
        assert [int(one.code) for one in reply_to(made.to_wire()).options if isinstance(one, dns.edns.EDEOption)] == [
            21
        ]
