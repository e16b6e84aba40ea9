"""A query, read strictly. Malformed shapes are values: they say which rcode refuses them, or that nothing is said.

shape                                             answer
shorter than a header; QR set                     none: it is no query, and answering answers makes loops
opcode other than QUERY                           NOTIMP
QDCOUNT of 0 with a cookie                        good: it asks for a cookie alone (RFC 7873 section 5.4)
QDCOUNT other than 1                              FORMERR (RFC 9619 section 4)
a name cut short, over 255 octets, or compressed  FORMERR (nothing stands before a question to point at)
answers, surplus records, trailing octets         FORMERR
OPT twice, out of place, or with broken options   FORMERR (RFC 6891 section 6.1.1, RFC 7871 section 7.1.2)
EDNS version above 0                              BADVERS (RFC 6891 section 6.1.3)
TSIG                                              NOTAUTH with BADKEY, unsigned: we know no key (RFC 8945 5.2.1)
TSIG not last, or with broken rdata               FORMERR (RFC 8945 section 5.1)
SIG(0)                                            ignored: we verify none (RFC 2931 section 3.3)
"""

from struct import Struct
from typing import NamedTuple

from gslb.dns.codes import BADVERS, FORMERR, HEADER_SIZE, NOERROR, NOTAUTH, NOTIMP, OPCODE, OPT, QR, TSIG
from gslb.dns.edns import Edns, read_opt

MAX_NAME = 255
MAX_ADDITIONAL = 2
"""OPT and TSIG or SIG(0); no query has use for more, and unbounded counts cost time."""

_COUNTS = Struct("!HHHHH")
_TYPE_CLASS = Struct("!HH")
_FIXED = Struct("!HHIH")
_BADKEY = Struct("!HH").pack(17, 0)
"""The error, and no other data."""


class Query(NamedTuple):
    """A query, or what could be understood of one.

    `fault` is the rcode that refuses it, NOERROR for a good one. `question` holds the octets to copy, empty when there
    is none to trust, or none at all; `name` is its name lower-cased. `tsig` is the record to append to a reply, mostly
    empty.
    """

    fault: int
    id: int
    flags: int
    question: bytes = b""
    name: bytes = b""
    qtype: int = 0
    qclass: int = 0
    edns: Edns | None = None
    tsig: bytes = b""


def read(packet: bytes) -> Query | None:
    """The query in a packet; None when there is nobody to answer."""
    if len(packet) < HEADER_SIZE:
        return None
    flags, questions, answers, authority, additional = _COUNTS.unpack_from(packet, 2)
    if flags & QR:
        return None
    ident = packet[0] << 8 | packet[1]
    fault = NOTIMP if flags & OPCODE else FORMERR
    end = name_end(packet, HEADER_SIZE) if questions == 1 else 0
    if not end or end + 4 > len(packet):
        asks_cookie = not (questions or answers or authority or flags & OPCODE) and additional == 1
        return _cookie_query(packet, ident, flags) if asks_cookie else Query(fault, ident, flags)
    qtype, qclass = _TYPE_CLASS.unpack_from(packet, end)
    name = packet[HEADER_SIZE:end].lower()
    end += 4
    if end == len(packet) and not (answers or authority or additional):
        rest = _PLAIN
    elif answers or authority > 1 or additional > MAX_ADDITIONAL:
        rest = _BROKEN  # one record of authority: an IXFR query tells its serial there (RFC 1995 section 3)
    else:
        rest = _read_records(packet, end, authority, authority + additional)
    if flags & OPCODE:
        # what other opcodes put there is not ours to read, nor to repeat
        return Query(NOTIMP, ident, flags, edns=rest.edns)
    return Query(rest.fault, ident, flags, packet[HEADER_SIZE:end], name, qtype, qclass, rest.edns, rest.tsig)


def _cookie_query(packet: bytes, ident: int, flags: int) -> Query:
    """A query without a question, good if it carries a cookie."""
    rest = _read_records(packet, HEADER_SIZE, 0, 1)
    if rest.fault or rest.edns is None or not rest.edns.cookie:
        return Query(rest.fault or FORMERR, ident, flags, edns=rest.edns)
    return Query(NOERROR, ident, flags, edns=rest.edns)


def name_end(packet: bytes, at: int) -> int:
    """The offset behind the uncompressed name at `at`; 0 when there is none (RFC 1035 section 3.1)."""
    limit = min(at + MAX_NAME, len(packet))
    while at < limit:
        length = packet[at]
        at += 1
        if not length:
            return at
        if length > 63:
            return 0
        at += length
    return 0


class _Rest(NamedTuple):
    fault: int
    edns: Edns | None = None
    tsig: bytes = b""


_PLAIN = _Rest(NOERROR)
_BROKEN = _Rest(FORMERR)


def _read_records(packet: bytes, at: int, authority: int, count: int) -> _Rest:
    """What stands behind the question: `count` records, of which the first `authority` are no place for OPT."""
    edns: Edns | None = None
    well_formed, tsig = True, b""
    for number in range(count):
        owner, end = at, _owner_end(packet, at)
        at = end + _FIXED.size
        if not end or at > len(packet) or tsig:
            return _Rest(FORMERR, edns)
        rtype, rclass, ttl, length = _FIXED.unpack_from(packet, end)
        data = packet[at : at + length]
        at += length
        if at > len(packet):
            return _Rest(FORMERR, edns)
        if rtype == OPT:
            if number < authority or edns is not None or packet[owner]:
                return _Rest(FORMERR, edns)
            edns, well_formed = read_opt(rclass, ttl, data)
        elif rtype == TSIG:
            tsig = _badkey(packet[owner : end + 8], data)
            well_formed = well_formed and bool(tsig) and number >= authority
    if at != len(packet) or not well_formed:
        return _Rest(FORMERR, edns)
    if edns is not None and edns.version:
        return _Rest(BADVERS, edns, tsig)
    return _Rest(NOTAUTH if tsig else NOERROR, edns, tsig)


def _owner_end(packet: bytes, at: int) -> int:
    """Behind an owner name, which may be a pointer; 0 when it is cut short, or a name that ends in a pointer."""
    if at < len(packet) and packet[at] >= 0xC0:
        return at + 2
    return name_end(packet, at)


def _badkey(head: bytes, data: bytes) -> bytes:
    """The TSIG record that says BADKEY, without a MAC; empty when the query's is malformed (RFC 8945 section 4.2).

    `head` is owner, type, class and TTL. Owner and algorithm go back as they came, so neither may be compressed.
    """
    end = name_end(data, 0)
    if not end or head[0] >= 0xC0 or len(data) < end + 16:
        return b""
    mac = data[end + 8] << 8 | data[end + 9]
    if len(data) < end + 16 + mac:
        return b""
    ident = data[end + 10 + mac : end + 12 + mac]
    said = data[: end + 8] + b"\0\0" + ident + _BADKEY
    return head + len(said).to_bytes(2) + said
