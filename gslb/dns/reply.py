"""Replies as packets: header, sections, OPT, and what gives way when they do not fit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from struct import Struct

from gslb.dns import cookies
from gslb.dns.allowed import Allowed
from gslb.dns.chain import Answer
from gslb.dns.codes import AA, CD, HEADER_SIZE, NOERROR, OPCODE, QR, RD, SERVFAIL, TC
from gslb.dns.cookies import Cookie, Cookies
from gslb.dns.edns import PAYLOAD, SMALLEST_PAYLOAD, write_opt
from gslb.dns.networks import NOBODY, Networks
from gslb.dns.query import Query
from gslb.dns.tsig import Keys

LARGEST = 65_535
"""Octets of a message over TCP (RFC 1035 section 4.2.2)."""

_HEADER = Struct("!HHHHHH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a reply depends on besides packet, table, draw and client. `stale`: control vouches for the table no longer.

    `cookies`: None while there are no secrets to make them with. `keepalive`: our idle limit over TCP in tenths of a
    second, 0 where the connection is to be closed (RFC 7828 section 3.4). `state`: who may ask for state names.

    `keys`: of TSIG, by name; `reserve`: octets to leave for the TSIG of the reply. `transfers`: who may fetch which
    zone, by its apex; `busy`: no more transfers now.
    """

    tcp: bool = False
    nsid: bytes = b""
    stale: bool = False
    cookies: Cookies | None = None
    keepalive: int = 0
    state: Networks = NOBODY
    keys: Keys = field(default_factory=dict)
    reserve: int = 0
    transfers: Mapping[bytes, Allowed] = field(default_factory=dict)
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """A reply, and what to count: `sent` as (part, counter), `rcode` with its EDNS bits. `cookie`: the query's.
    `sticky`: the answer depends on whose client asks.

    `private`: for the one who asked alone. `following`: gives more messages, each made at a Unix time, until None.
    """

    data: bytes
    rcode: int
    sent: tuple[tuple[int, int], ...] = ()
    truncated: bool = False
    cookie: Cookie = cookies.NONE
    sticky: bool = False
    private: bool = False
    following: Callable[[int], bytes | None] | None = None


def refusal(
    query: Query,
    rcode: int,
    facts: Facts,
    cookie: Cookie = cookies.NONE,
    errors: tuple[tuple[int, bytes], ...] = (),
    *,
    bits: int = 0,
    told: bool = False,
) -> Response:
    """A reply of header, the question where it was readable, and OPT where it was asked. `bits`: more flags, as TC."""
    opt = _opt(query, rcode, facts, cookie, errors, told=told)
    counts = (1 if query.question else 0, 0, 0, bool(opt) + bool(query.tsig))
    head = _HEADER.pack(query.id, _flags(query, rcode) | bits, *counts)
    return Response(head + query.question + opt + query.tsig, rcode, truncated=bool(bits & TC), cookie=cookie)


def pack(
    query: Query,
    answer: Answer,
    facts: Facts,
    cookie: Cookie = cookies.NONE,
    errors: tuple[tuple[int, bytes], ...] = (),
) -> Response:
    """An answer as a packet that fits: additional records are left out first, unless they are a referral's glue,
    which asks for TCP instead (RFC 9471 section 3); what still does not fit is sent empty, with TC.
    """
    opt = _opt(query, answer.rcode, facts, cookie, answer.errors + errors, told=answer.told)
    flags = _flags(query, answer.rcode)
    if answer.authoritative:
        flags |= AA
    room = limit(query, facts) - HEADER_SIZE - len(query.question) - len(opt)
    room -= len(answer.answers) + len(answer.authority)
    additional, additional_count = answer.additional, answer.additional_count
    if len(additional) > room and not answer.referral:
        additional, additional_count = b"", 0
    if len(additional) > room:
        # without extended errors, whose texts could be what is too long
        return refusal(query, answer.rcode, facts, cookie, bits=flags & AA | TC, told=answer.told)
    head = _HEADER.pack(
        query.id, flags, 1, answer.answer_count, answer.authority_count, additional_count + (1 if opt else 0)
    )
    data = head + query.question + answer.answers + answer.authority + additional + opt
    return Response(data, answer.rcode, answer.sent, cookie=cookie, sticky=answer.sticky)


def message(query: Query, facts: Facts, records: bytes, count: int) -> bytes:
    """One message of a transfer: these records as an authoritative answer."""
    opt = _opt(query, NOERROR, facts, cookies.NONE, (), told=False)
    head = _HEADER.pack(query.id, _flags(query, NOERROR) | AA, 1 if query.question else 0, count, 0, 1 if opt else 0)
    return head + query.question + records + opt


def answer_room(query: Query, facts: Facts) -> int:
    """Octets of records that one such message has room for."""
    return limit(query, facts) - len(message(query, facts, b"", 0))


def _opt(
    query: Query, rcode: int, facts: Facts, cookie: Cookie, errors: tuple[tuple[int, bytes], ...], *, told: bool
) -> bytes:
    return (
        b""
        if query.edns is None
        else write_opt(
            query.edns,
            rcode=rcode,
            nsid=facts.nsid,
            errors=errors,
            told=told,
            cookie=cookie.data,
            keepalive=facts.keepalive if facts.tcp else None,
        )
    )


def limit(query: Query, facts: Facts) -> int:
    """The most octets a reply may have (RFC 1035 section 4.2.1, RFC 6891 section 6.2.5), its TSIG not counted."""
    if facts.tcp:
        return LARGEST - facts.reserve
    if query.edns is None:
        return SMALLEST_PAYLOAD - facts.reserve
    return min(max(query.edns.payload, SMALLEST_PAYLOAD), PAYLOAD) - facts.reserve


def servfail(packet: bytes) -> bytes:
    """The least reply to a packet of at least a header: for when answering it failed by our own fault."""
    flags = packet[2] << 8 | packet[3]
    return _HEADER.pack(packet[0] << 8 | packet[1], QR | flags & (OPCODE | RD | CD) | SERVFAIL, 0, 0, 0, 0)


def _flags(query: Query, rcode: int) -> int:
    """Opcode, RD and CD go back as they came (RFC 4035 section 3.1.6); RA, AD and Z are 0."""
    return QR | query.flags & (OPCODE | RD | CD) | rcode & 0xF
