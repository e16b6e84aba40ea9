"""What the DNS compliance testers ask of a server, in every combination (RFC 8906 section 8, ISC's EDNS tests).

Each query is SOA, or a type that nobody knows, at an apex of ours; what varies is everything else.
"""

import struct
from itertools import product

import dns.edns
import dns.flags
import dns.message
import dns.rdatatype
import pytest

from gslb.dns.cookies import Cookies
from tests.kit.asking import send

APEX = b"\x04mail\x07example\x03com\x00"
SOA, UNKNOWN = 6, 1000
COOKIES = Cookies((b"s" * 16,))
HEADER = {
    "none": 0,
    "aa": 0x0400,
    "tc": 0x0200,
    "rd": 0x0100,
    "ra": 0x0080,
    "z": 0x0040,
    "ad": 0x0020,
    "cd": 0x0010,
    "every": 0x07F0,
}
OPTIONS = {
    "none": b"",
    "unknown": struct.pack("!HH4s", 100, 4, b"what"),
    "nsid": struct.pack("!HH", 3, 0),
    "subnet": struct.pack("!HHHBB", 8, 4, 1, 0, 0),
    "expire": struct.pack("!HH", 9, 0),
    "cookie": struct.pack("!HH8s", 10, 8, b"clientck"),
    "keepalive": struct.pack("!HH", 11, 0),
    "padding": struct.pack("!HH8x", 12, 8),
}
OPTIONS["list"] = b"".join(OPTIONS[name] for name in ("nsid", "subnet", "expire", "cookie"))
OPTIONS["every"] = b"".join(value for name, value in OPTIONS.items() if name not in ("none", "list"))
ECHOED = {"nsid": {3}, "subnet": {8}, "cookie": {10}, "list": {3, 8, 10}, "every": {3, 8, 10}}
VERSIONS, SIZES, FLAGS = (0, 1, 255), (0, 512, 1232, 4096, 65535), (0, 0x8000, 0x0040, 0xFFFF)


def query(rtype: int, flags: int, opt: bytes = b"") -> bytes:
    """A query as octets: dnspython would not say some of this."""
    return struct.pack("!6H", 7, flags, 1, 0, 0, bool(opt)) + APEX + struct.pack("!HH", rtype, 1) + opt


def opt(version: int, size: int, flags: int, options: bytes) -> bytes:
    """An OPT record."""
    return struct.pack("!BHHBBHH", 0, 41, size, 0, version, flags, len(options)) + options


def ask(packet: bytes, *, tcp: bool) -> dns.message.Message:
    """The reply, parsed; it has no octet too many, and over UDP none that was not offered."""
    response = send(packet, tcp=tcp, nsid=b"ns1", cookies=COOKIES, address=bytes(4), now=1_800_000_000)
    assert response is not None
    return dns.message.from_wire(response.data)


def check_head(reply: dns.message.Message, flags: int) -> None:
    """RD and CD come back, all else is ours to say: QR, and neither TC, RA, AD nor the last reserved bit."""
    assert reply.id == 7
    assert reply.flags & ~dns.flags.AA == dns.flags.QR | flags & (dns.flags.RD | dns.flags.CD)


def check_data(reply: dns.message.Message, rtype: int) -> None:
    """The SOA, or NODATA with it, with authority."""
    assert (reply.rcode(), bool(reply.flags & dns.flags.AA)) == (0, True)
    section = reply.answer if rtype == SOA else reply.authority
    assert [rrset.rdtype for rrset in section] == [dns.rdatatype.SOA]
    assert not (rtype == UNKNOWN and reply.answer)


@pytest.mark.parametrize("tcp", [False, True])
def test_plain(tcp: bool) -> None:
    """Without EDNS, whatever the header's bits: the data, and no OPT (8.1.1 to 8.1.3, 8.1.5)."""
    for rtype, flags in product((SOA, UNKNOWN), HEADER.values()):
        reply = ask(query(rtype, flags), tcp=tcp)
        check_head(reply, flags)
        check_data(reply, rtype)
        assert reply.edns == -1


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("tcp", [False, True])
def test_edns(tcp: bool, options: str) -> None:
    """EDNS 0 in every combination: the data, DO as it was, no other flag, and known options (8.2.1 to 8.2.10)."""
    for rtype, head, size, flags in product((SOA, UNKNOWN), HEADER.values(), SIZES, FLAGS):
        reply = ask(query(rtype, head, opt(0, size, flags, OPTIONS[options])), tcp=tcp)
        check_head(reply, head)
        check_data(reply, rtype)
        assert (reply.edns, reply.ednsflags, reply.payload) == (0, flags & 0x8000, 1232)
        keepalive = {11} if tcp and options in ("keepalive", "every") else set()
        assert {int(one.otype) for one in reply.options} == ECHOED.get(options, set()) | keepalive


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("version", VERSIONS[1:])
def test_another_version(version: int, options: str) -> None:
    """A version we do not speak: BADVERS with ours, no data, whatever else is asked (8.2.2, 8.2.5 and on)."""
    for tcp, head, size, flags in product((False, True), HEADER.values(), SIZES, FLAGS):
        reply = ask(query(SOA, head, opt(version, size, flags, OPTIONS[options])), tcp=tcp)
        check_head(reply, head)
        assert (reply.rcode(), reply.edns, reply.ednsflags & 0xFFFF) == (16, 0, flags & 0x8000)
        assert (reply.answer, reply.authority, reply.options) == ([], [], ())


@pytest.mark.parametrize("edns", [b"", opt(0, 1232, 0, b""), opt(1, 512, 0x8000, OPTIONS["every"])])
@pytest.mark.parametrize("opcode", range(1, 16))
def test_opcodes(opcode: int, edns: bytes) -> None:
    """Other opcodes come back with NOTIMP and without data or AA (8.1.4), whatever the flags."""
    for tcp, head in product((False, True), HEADER.values()):
        reply = ask(query(SOA, opcode << 11 | head, edns), tcp=tcp)
        assert (reply.opcode(), reply.rcode()) == (opcode, 4)
        assert not reply.flags & (dns.flags.AA | dns.flags.TC | dns.flags.RA | dns.flags.AD | 0x40)
        assert (reply.answer, reply.authority) == ([], [])
        assert (reply.edns == -1) == (not edns)


@pytest.mark.parametrize("rtype", [*range(1, 100), 256, 257, 666, 1000, 32768, 65280, 65534])
def test_every_type(rtype: int) -> None:
    """Any type of data is answered with data or with NODATA; none with silence or an error."""
    reply = ask(query(rtype, 0, opt(0, 1232, 0, b"")), tcp=False)

    assert reply.rcode() == (1 if rtype == 41 else 0)
    assert bool(reply.answer or reply.authority) == (rtype != 41)


@pytest.mark.parametrize("size", [0, 512, 513, 1000, 1232, 4096])
@pytest.mark.parametrize("flags", FLAGS)
def test_truncated(size: int, flags: int) -> None:
    """What does not fit comes back with TC, the question and OPT, within what was offered (8.2.7)."""
    packet = query(16, 0, opt(0, size, flags, b"")).replace(APEX, b"\x03big" + APEX)
    response = send(packet)
    assert response is not None
    reply = dns.message.from_wire(response.data)

    assert len(response.data) <= max(512, min(size, 1232))
    assert (bool(reply.flags & dns.flags.TC), reply.edns, len(reply.question)) == (not reply.answer, 0, 1)
