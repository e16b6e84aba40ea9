"""The parser of queries, beside dnslib."""

import struct

import dns.message
import dns.tsig
import dnslib
import pytest
from dnslib.label import DNSBuffer
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.dns.codes import BADVERS, FORMERR, NOERROR, NOTAUTH, NOTIMP
from gslb.dns.query import Query, name_end, read
from gslb.dns.tsig import BADKEY, unsigned_record

NAME = b"\x04smtp\x04mail\x07example\x03com\0"
QUESTION = NAME + b"\0\x01\0\x01"
OPT = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"
SOA = b"\xc0\x0c\0\x06\0\x01\0\0\0\0\0\0"
SIG0 = b"\0\0\x18\0\xff\0\0\0\0\0\x02\0\0"


def packet(
    *rest: bytes, flags: int = 0, counts: tuple[int, int, int, int] = (1, 0, 0, 0), question: bytes = QUESTION
) -> bytes:
    """A packet of these parts, whatever they claim."""
    return struct.pack("!6H", 0x1234, flags, *counts) + question + b"".join(rest)


def opt(*options: tuple[int, bytes], version: int = 0) -> bytes:
    """An OPT record with these options."""
    data = b"".join(struct.pack("!HH", code, len(value)) + value for code, value in options)
    return struct.pack("!BHHBBHH", 0, 41, 1232, 0, version, 0, len(data)) + data


def tsig(owner: bytes = b"\x03key\0", mac: bytes = b"m" * 32, cut: int = 0) -> bytes:
    """A TSIG record, its rdata cut by so many octets."""
    data = b"\x0bhmac-sha256\0" + bytes(6) + b"\x01\x2c" + struct.pack("!H", len(mac)) + mac + b"\x12\x34\0\0\0\0"
    data = data[: len(data) - cut]
    return owner + struct.pack("!HHIH", 250, 255, 0, len(data)) + data


def test_good_query() -> None:
    """A plain question is read, its name lower-cased, its octets kept."""
    asked = NAME.replace(b"smtp", b"SmTp") + b"\0\x0f\0\x01"

    query = read(packet(question=asked, flags=0x0110))

    assert query == Query(NOERROR, 0x1234, 0x0110, asked, NAME, 15, 1)


@pytest.mark.parametrize("data", [b"", bytes(11), packet(flags=0x8000), packet(flags=0xFFFF)])
def test_no_query(data: bytes) -> None:
    """Less than a header, and answers, are ignored."""
    assert read(data) is None


FAULTS = {
    "no question": (packet(counts=(0, 0, 0, 0), question=b""), FORMERR),
    "two questions": (packet(QUESTION, counts=(2, 0, 0, 0)), FORMERR),
    "a question that is not there": (packet(question=b""), FORMERR),
    "a name cut short": (packet(question=NAME[:7]), FORMERR),
    "a name without its root": (packet(question=NAME[:-1]), FORMERR),
    "no class": (packet(question=QUESTION[:-2]), FORMERR),
    "a pointer": (packet(question=b"\xc0\x0c\0\x01\0\x01"), FORMERR),
    "an extended label": (packet(question=b"\x41\x01\0\0\x01\0\x01"), FORMERR),
    "a name of 256 octets": (packet(question=(b"\x3f" + b"a" * 63) * 3 + b"\x3e" + b"a" * 62 + b"\0\0\1\0\1"), FORMERR),
    "a trailing octet": (packet(b"\0"), FORMERR),
    "a trailing octet behind OPT": (packet(OPT, b"\0", counts=(1, 0, 0, 1)), FORMERR),
    "an answer": (packet(SOA, counts=(1, 1, 0, 0)), FORMERR),
    "two records of authority": (packet(SOA, SOA, counts=(1, 0, 2, 0)), FORMERR),
    "three additional records": (packet(OPT, SIG0, SIG0, counts=(1, 0, 0, 3)), FORMERR),
    "a record that is not there": (packet(counts=(1, 0, 0, 1)), FORMERR),
    "a record cut short": (packet(OPT[:-1], counts=(1, 0, 0, 1)), FORMERR),
    "rdata cut short": (packet(SIG0[:-1], counts=(1, 0, 0, 1)), FORMERR),
    "an owner cut short": (packet(b"\x05ab", counts=(1, 0, 0, 1)), FORMERR),
    "half a pointer": (packet(b"\xc0", counts=(1, 0, 0, 1)), FORMERR),
    "two OPT": (packet(OPT, OPT, counts=(1, 0, 0, 2)), FORMERR),
    "OPT with an owner": (packet(b"\x01a" + OPT, counts=(1, 0, 0, 1)), FORMERR),
    "OPT in authority": (packet(OPT, counts=(1, 0, 1, 0)), FORMERR),
    "EDNS version 1": (packet(opt(version=1), counts=(1, 0, 0, 1)), BADVERS),
    "an option cut short": (packet(opt()[:-2] + b"\0\3\0\3\0", counts=(1, 0, 0, 1)), FORMERR),
    "a broken subnet": (packet(opt((8, b"\0\1\x18\0")), counts=(1, 0, 0, 1)), FORMERR),
    "TSIG": (packet(tsig(), counts=(1, 0, 0, 1)), NOTAUTH),
    "OPT and TSIG": (packet(OPT, tsig(), counts=(1, 0, 0, 2)), NOTAUTH),
    "TSIG before OPT": (packet(tsig(), OPT, counts=(1, 0, 0, 2)), FORMERR),
    "TSIG in authority": (packet(tsig(), counts=(1, 0, 1, 0)), FORMERR),
    "TSIG with a compressed owner": (packet(tsig(b"\xc0\x0c"), counts=(1, 0, 0, 1)), NOTAUTH),
    "TSIG with an owner that points ahead": (packet(tsig(b"\xc1\x0c"), counts=(1, 0, 0, 1)), FORMERR),
    "TSIG without an algorithm": (packet(tsig(cut=57), counts=(1, 0, 0, 1)), FORMERR),
    "TSIG cut in the time": (packet(tsig(cut=40), counts=(1, 0, 0, 1)), FORMERR),
    "TSIG cut behind the MAC": (packet(tsig(cut=3), counts=(1, 0, 0, 1)), FORMERR),
    "NOTIFY": (packet(flags=4 << 11), NOTIMP),
    "UPDATE": (packet(SOA, counts=(1, 0, 1, 0), flags=5 << 11), NOTIMP),
    "opcode 15, header only": (packet(question=b"", counts=(0, 0, 0, 0), flags=15 << 11), NOTIMP),
    "opcode 15, nonsense": (packet(b"junk", counts=(1, 9, 9, 9), flags=15 << 11), NOTIMP),
}


@pytest.mark.parametrize("case", FAULTS)
def test_fault(case: str) -> None:
    """Each malformed or foreign shape says which rcode refuses it, and keeps its id."""
    data, rcode = FAULTS[case]

    query = read(data)

    assert query is not None
    assert (query.fault, query.id) == (rcode, 0x1234)


@pytest.mark.parametrize(
    "rest", [(OPT,), (SIG0,), (OPT, SIG0), (b"\x01a\0\0\x01\0\x01\0\0\0\0\0\0",), (opt((10, b"c" * 8), (12, b"")),)]
)
def test_harmless_records(rest: tuple[bytes, ...]) -> None:
    """OPT with any options, SIG(0) and stray records do not refuse a query."""
    query = read(packet(*rest, counts=(1, 0, 0, len(rest))))

    assert query is not None
    assert query.fault == NOERROR
    assert (query.edns is not None) == any(one.startswith(OPT[:3]) for one in rest)


def test_ixfr_serial() -> None:
    """The one record of authority that an IXFR query carries is accepted."""
    query = read(packet(SOA, OPT, counts=(1, 0, 1, 1), question=NAME + b"\0\xfb\0\x01"))

    assert query is not None
    assert (query.fault, query.edns is not None) == (NOERROR, True)


def test_foreign_opcode_with_edns() -> None:
    """A foreign opcode's OPT is seen, so that the reply carries one (RFC 6891 section 6.1.1)."""
    query = read(packet(OPT, counts=(1, 0, 0, 1), flags=4 << 11))

    assert query is not None
    assert query.edns is not None


def test_tsig_reply_record() -> None:
    """The record that answers a TSIG names key and algorithm, has no MAC and says BADKEY."""
    made = dns.message.make_query("smtp.mail.example.com", "A")
    made.use_tsig({dns.name.from_text("key"): dns.tsig.Key("key", b"secret" * 4)})

    query = read(made.to_wire())

    assert query is not None
    assert query.signed is not None
    told = unsigned_record(query.signed, BADKEY)
    record = dnslib.DNSRecord.parse(struct.pack("!6H", made.id, 0x8009, 1, 0, 0, 1) + query.question + told).ar[0]
    assert (str(record.rname), record.rtype, record.rclass) == ("key.", 250, 255)
    said = record.rdata.data
    assert said.startswith(b"\x0bhmac-sha256\0")
    assert said[-8:] == b"\0\0" + struct.pack("!HHH", made.id, 17, 0)


labels = st.lists(st.binary(min_size=1, max_size=63), max_size=6)


@given(labels, st.integers(0, 65535), st.integers(0, 65535), st.integers(0, 65535), st.booleans())
@settings(deadline=None)
def test_agrees_with_dnslib(parts: list[bytes], qtype: int, qclass: int, ident: int, edns: bool) -> None:
    """What dnslib writes is read as it was meant, where the name is of lawful length."""
    made = dnslib.DNSRecord(
        dnslib.DNSHeader(id=ident), q=dnslib.DNSQuestion(dnslib.DNSLabel(tuple(parts)), qtype, qclass)
    )
    if edns:
        made.add_ar(dnslib.EDNS0(udp_len=1400, flags="do"))
    if sum(len(part) + 1 for part in parts) > 254:
        return

    query = read(made.pack())

    assert query is not None
    name = b"".join(bytes((len(part),)) + part for part in parts) + b"\0"
    assert query[:2] == (NOERROR, ident)
    assert query[3:7] == (name + struct.pack("!HH", qtype, qclass), name.lower(), qtype, qclass)
    assert (query.edns is not None and query.edns[:3]) == (edns and (1400, 0, True))


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_never_laxer_than_dnslib(data: st.DataObject) -> None:
    """Of mutated packets, what is taken for a good query dnslib reads as the same question.

    (Octets up to 127: dnslib wants labels to be UTF-8.)
    """
    seed = bytearray(packet(opt((3, b""), (8, b"\0\1\x18\0\xc0\0\2")), counts=(1, 0, 0, 1)))
    for _ in range(data.draw(st.integers(1, 3))):
        seed[data.draw(st.integers(0, len(seed) - 1))] = data.draw(st.integers(0, 127))
    mutated = bytes(seed)

    query = read(mutated)

    if query is not None and not query.fault:
        octets = DNSBuffer(mutated)
        header, judge = dnslib.DNSHeader.parse(octets), dnslib.DNSQuestion.parse(octets)
        assert (header.id, header.q, judge.qtype, judge.qclass) == (query.id, 1, query.qtype, query.qclass)
        name = b"".join(bytes((len(part),)) + part for part in judge.qname.label) + b"\0"
        assert name.lower() == query.name


@given(st.binary(max_size=600))
def test_any_octets(data: bytes) -> None:
    """No octets raise; whoever sent a header of a query hears an rcode or is understood."""
    query = read(data)

    assert (query is None) == (len(data) < 12 or data[2] >= 0x80)


def test_name_end_of_the_longest() -> None:
    """255 octets are a name; the root is one too."""
    longest = (b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"a" * 61 + b"\0"

    assert name_end(longest, 0) == 255 == len(longest)
    assert name_end(b"\0", 0) == 1
