"""OPT records, read and written."""

import struct

import dns.edns
import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.dns.edns import Edns, read_opt, write_opt
from tests.kit.asking import ask, send


def option(code: int, data: bytes) -> bytes:
    """One option in wire form."""
    return struct.pack("!HH", code, len(data)) + data


def test_read_plain() -> None:
    """Payload, version and DO come from class and TTL."""
    assert read_opt(1400, 0x8000, b"") == (Edns(1400, 0, True), True)
    assert read_opt(512, 0x0001_0000, b"junk") == (Edns(512, 1, False), True)


GOOD_SUBNETS = (
    b"\0\1\x18\0\xc0\0\2",
    b"\0\1\0\0",
    b"\0\2\x38\0\x20\1\x0d\xb8\0\0\0",
    b"\0\0\0\0",
    b"\0\1\x13\0\xc0\0\xe0",
)
BAD_SUBNETS = {
    "cut short": b"\0\1\x18",
    "an unknown family": b"\0\3\0\0",
    "a prefix too long for IPv4": b"\0\1\x21\0\xc0\0\2\1\0",
    "a prefix without family": b"\0\0\x08\0\x0a",
    "scope in a query": b"\0\1\x18\x18\xc0\0\2",
    "octets missing": b"\0\1\x18\0\xc0\0",
    "octets to spare": b"\0\1\x18\0\xc0\0\2\0",
    "bits behind the prefix": b"\0\1\x13\0\xc0\0\xf0",
}


@pytest.mark.parametrize("subnet", GOOD_SUBNETS)
def test_good_subnet(subnet: bytes) -> None:
    """Well-formed client subnets are kept as they came."""
    assert read_opt(1232, 0, option(8, subnet)) == (Edns(1232, 0, False, False, subnet), True)


@pytest.mark.parametrize("case", BAD_SUBNETS)
def test_bad_subnet(case: str) -> None:
    """Malformed client subnets refuse the query (RFC 7871 section 7.1.2)."""
    assert not read_opt(1232, 0, option(8, BAD_SUBNETS[case]))[1]


def test_first_subnet_counts() -> None:
    """A second client subnet is ignored."""
    edns, fine = read_opt(1232, 0, option(8, GOOD_SUBNETS[0]) + option(8, b"?"))

    assert fine
    assert edns.subnet == GOOD_SUBNETS[0]


@pytest.mark.parametrize("data", [b"\0", b"\0\3\0", b"\0\3\0\1", b"\0\3\0\0\0"])
def test_broken_options(data: bytes) -> None:
    """Options that end behind their record are malformed."""
    assert not read_opt(1232, 0, data)[1]


def test_nsid() -> None:
    """The identity is told when asked, and only then."""
    asked = {"use_edns": 0, "options": [dns.edns.GenericOption(3, b"")]}

    reply = ask("smtp", "A", options=asked, nsid=b"ns1")
    assert [one.to_wire() for one in reply.options] == [b"ns1"]
    assert not ask("smtp", "A", options={"use_edns": 0}, nsid=b"ns1").options


def test_subnet_is_echoed() -> None:
    """A client subnet returns with scope 0: answers do not depend on it."""
    subnet = dns.edns.ECSOption("192.0.2.0", 24)

    reply = ask("smtp", "A", options={"use_edns": 0, "options": [subnet]})

    assert [(one.address, one.srclen, one.scopelen) for one in reply.options] == [("192.0.2.0", 24, 0)]


def test_no_edns_without_edns() -> None:
    """A query without OPT gets a reply without OPT, extended errors or not."""
    assert ask("down", "A").edns == -1


def test_reply_opt() -> None:
    """The reply offers 1232 octets, version 0, DO as asked, no other flag."""
    reply = ask("smtp", "A", options={"use_edns": 0, "ednsflags": 0xFFFF})

    assert (reply.edns, reply.payload, reply.ednsflags) == (0, 1232, 0x8000)


def test_badvers() -> None:
    """An unknown version is told ours (RFC 6891 section 6.1.3)."""
    response = send(dns.message.make_query("smtp.mail.example.com", "A", use_edns=1).to_wire())

    assert response is not None
    reply = dns.message.from_wire(response.data)
    assert (reply.rcode(), reply.edns, response.rcode, reply.answer) == (16, 0, 16, [])


@given(st.binary(max_size=80))
def test_options_never_raise(data: bytes) -> None:
    """Any rdata is a value."""
    edns, _ = read_opt(1232, 0, data)

    assert edns.payload == 1232


@given(st.lists(st.tuples(st.integers(0, 65535), st.text(max_size=20).map(str.encode)), max_size=3).map(tuple))
def test_errors_are_written(errors: tuple[tuple[int, bytes], ...]) -> None:
    """Extended errors reach the client with code and text."""
    opt = write_opt(Edns(1232, 0, False), rcode=0, nsid=b"", errors=errors)

    header = struct.pack("!6H", 1, 0x8000, 0, 0, 0, 1)
    found = dns.message.from_wire(header + opt).options
    assert tuple((int(one.code), (one.text or "").encode()) for one in found) == tuple(
        (code, text.rstrip(b"\0")) for code, text in errors
    )


@pytest.mark.parametrize("length", range(42))
def test_cookie_lengths(length: int) -> None:
    """A cookie is 8 octets, or 16 to 40 with a server's (RFC 7873 section 5.2.2); the first one counts."""
    edns, fine = read_opt(1232, 0, option(10, b"c" * length) + option(10, b"d" * 8))

    assert fine == (length == 8 or 16 <= length <= 40)
    assert not fine or edns.cookie == b"c" * length


def test_keepalive() -> None:
    """Our idle limit is told over TCP when asked, and over UDP never (RFC 7828 section 3.3)."""
    asked = {"use_edns": 0, "options": [dns.edns.GenericOption(11, b"")]}

    assert [one.to_wire() for one in ask("smtp", "A", options=asked, tcp=True).options] == [b"\0\x64"]
    assert not ask("smtp", "A", options=asked).options
    assert not ask("smtp", "A", options={"use_edns": 0}, tcp=True).options


def test_padding_is_ignored() -> None:
    """Padding is for encrypted transports (RFC 7830 section 6): asked for, none comes."""
    asked = {"use_edns": 0, "options": [dns.edns.GenericOption(12, bytes(64))]}

    assert not ask("smtp", "A", options=asked, tcp=True).options
