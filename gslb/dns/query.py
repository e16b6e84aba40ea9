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
TSIG                                              NOTAUTH, until its key has been found good (see tsig)
TSIG not last, or with broken rdata               FORMERR (RFC 8945 section 5.1)
SIG(0)                                            ignored: we verify none (RFC 2931 section 3.3)
"""

from struct import Struct
from typing import NamedTuple

from gslb.dns.codes import BADVERS, FORMERR, HEADER_SIZE, NOERROR, NOTAUTH, NOTIMP, OPCODE, OPT, QR, SOA, TSIG
from gslb.dns.edns import Edns, read_opt
from gslb.dns.tsig import Signed, read_tsig
from gslb.dns.wire import name_end, owner_end, whole_name

MAX_ADDITIONAL = 2
"""OPT and TSIG or SIG(0); no query has use for more, and unbounded counts cost time."""

_COUNTS = Struct("!HHHHH")
_TYPE_CLASS = Struct("!HH")
_FIXED = Struct("!HHIH")
_SHORTEST_SOA = 22


class Query(NamedTuple):
    """A query, or what could be understood of one.

    `fault` is the rcode that refuses it, NOERROR for a good one. `question` holds the octets to copy, empty when there
    is none to trust, or none at all; `name` is its name lower-cased. `signed`: its TSIG, with the fault NOTAUTH as long
    as nobody has judged it. `tsig` is the record to append to a reply as it stands, mostly empty. `serial`: of an SOA
    in the authority section, which an IXFR query tells.
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
    signed: Signed | None = None
    serial: int | None = None


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
    question = packet[HEADER_SIZE:end]
    return Query(rest.fault, ident, flags, question, name, qtype, qclass, rest.edns, b"", rest.signed, rest.serial)


def _cookie_query(packet: bytes, ident: int, flags: int) -> Query:
    """A query without a question, good if it carries a cookie."""
    rest = _read_records(packet, HEADER_SIZE, 0, 1)
    if rest.fault or rest.edns is None or not rest.edns.cookie:
        return Query(rest.fault or FORMERR, ident, flags, edns=rest.edns)
    return Query(NOERROR, ident, flags, edns=rest.edns)


class _Rest(NamedTuple):
    fault: int
    edns: Edns | None = None
    signed: Signed | None = None
    serial: int | None = None


_PLAIN = _Rest(NOERROR)
_BROKEN = _Rest(FORMERR)


def _read_records(packet: bytes, at: int, authority: int, count: int) -> _Rest:
    """What stands behind the question: `count` records, of which the first `authority` are no place for OPT."""
    edns: Edns | None = None
    well_formed, signed, serial = True, None, None
    for number in range(count):
        owner, end = at, owner_end(packet, at)
        at = end + _FIXED.size
        if not end or at > len(packet) or signed:
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
            signed = read_tsig(whole_name(packet, owner), (rclass, ttl), data, owner)
            well_formed = well_formed and signed is not None and number >= authority
        elif rtype == SOA and number < authority and length >= _SHORTEST_SOA:
            serial = int.from_bytes(data[-20:-16])
    if at != len(packet) or not well_formed:
        return _Rest(FORMERR, edns)
    if edns is not None and edns.version:
        return _Rest(BADVERS, edns, signed)
    return _Rest(NOTAUTH if signed else NOERROR, edns, signed, serial)
