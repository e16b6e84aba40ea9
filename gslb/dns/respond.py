"""The complete responder: a packet in, a packet out. No clock, no chance, no IO."""

from dataclasses import replace

from gslb.dns.chain import Answer, Draw, follow, of_hit
from gslb.dns.clients import unmapped
from gslb.dns.codes import (
    AXFR,
    BADCOOKIE,
    FORMERR,
    IN,
    IXFR,
    MAILA,
    MAILB,
    NOERROR,
    NOT_AUTHORITATIVE,
    NOT_READY,
    NOT_SUPPORTED,
    NOTAUTH,
    NOTIMP,
    OPT,
    REFUSED,
    SERVFAIL,
    STALE_ANSWER,
    TC,
    TKEY,
    TSIG,
)
from gslb.dns.cookies import CLIENT_SIZE, NONE, Cookie
from gslb.dns.query import Query, read
from gslb.dns.reply import Facts, Response, pack, refusal
from gslb.dns.state import MARK, find_state
from gslb.dns.transfer import fetch
from gslb.dns.tsig import BADTIME, Judged, Signed, Signer, judge, unsigned_record
from gslb.handoff.table import Table

REFUSED_TYPES = {
    MAILA: NOTIMP, MAILB: NOTIMP, OPT: FORMERR, TKEY: FORMERR, TSIG: FORMERR,
}  # fmt: skip
"""Types that are no data, and are never asked for, or no more."""

TRANSFERS = frozenset((AXFR, IXFR))

_NO_TABLE = ((NOT_READY, b""),)
STALE = ((STALE_ANSWER, b""),)
_WHY = {NOTIMP: ((NOT_SUPPORTED, b""),)}
_NOT_OURS = ((NOT_AUTHORITATIVE, b""),)


def respond(
    packet: bytes, table: Table | None, draw: Draw, facts: Facts, address: bytes = b"", now: int = 0
) -> Response | None:
    """The reply to a packet from `table`; None when it is to be ignored. `draw`: see chain.Draw.

    `address`: whose packet it is, 4 or 16 octets, for its cookie and the views that hold it. `now`: Unix time.
    """
    query = read(packet)
    if query is None:
        return None
    if query.signed is None:
        return _reply(query, table, draw, facts, address, now)
    judged = judge(packet, query.signed, facts.keys, now)
    if judged.rcode or judged.key is None:
        return _distrusted(query, query.signed, judged, facts, _cookie(query, facts, address, now), now)
    signer = Signer(judged.key, query.signed.mac)
    query = query._replace(fault=NOERROR if query.fault == NOTAUTH else query.fault)
    response = _reply(query, table, draw, replace(facts, reserve=judged.key.reserve), address, now, signer)
    return replace(response, data=signer.sign(response.data, now), private=True)


def _distrusted(query: Query, signed: Signed, judged: Judged, facts: Facts, cookie: Cookie, now: int) -> Response:
    """The reply to a query whose TSIG is not good (RFC 8945 sections 5.2 and 5.3.2)."""
    if judged.key is None:
        tsig = unsigned_record(signed, judged.error) if judged.error else b""
        return refusal(query._replace(tsig=tsig), judged.rcode, facts, cookie)
    response = refusal(query, judged.rcode, replace(facts, reserve=judged.key.reserve), cookie)
    late = judged.error == BADTIME
    data = Signer(judged.key, signed.mac).sign(
        response.data, signed.time if late else now, error=judged.error, other=now.to_bytes(6) if late else b""
    )
    return replace(response, data=data, private=True)


def _reply(
    query: Query,
    table: Table | None,
    draw: Draw,
    facts: Facts,
    address: bytes,
    now: int,
    signer: Signer | None = None,
) -> Response:
    """The reply to a query that is not signed, or signed as it should be."""
    cookie = _cookie(query, facts, address, now)
    if query.fault:
        return refusal(query, query.fault, facts, cookie, _WHY.get(query.fault, ()))
    if not query.question:
        return _only_cookie(query, facts, cookie)
    if query.qclass != IN:
        return refusal(query, REFUSED, facts, cookie, _WHY[NOTIMP])
    if query.qtype in TRANSFERS:
        return fetch(query, table, facts, signer, address)
    if query.qtype in REFUSED_TYPES:
        rcode = REFUSED_TYPES[query.qtype]
        return refusal(query, rcode, facts, cookie, _WHY.get(rcode, ()))
    if table is None:
        return refusal(query, SERVFAIL, facts, cookie, _NO_TABLE)
    answer = _state(table, query, draw, facts, address) if MARK in query.name else None
    answer = answer or follow(table, query, draw, address)
    if answer is None:
        return refusal(query, REFUSED, facts, cookie, _NOT_OURS)
    return pack(query, answer, facts, cookie, STALE if facts.stale else ())


def curtailed(packet: bytes, facts: Facts, response: Response) -> Response:
    """In place of a reply that rate limiting holds back: one no longer than the query that asks for proof.

    A client that sent a cookie is told that it was not good enough (RFC 7873 section 5.2.3), any other one to come by
    TCP.
    """
    query = read(packet)
    if query is None:
        raise AssertionError("there was a reply to it")
    if response.cookie.data:
        return refusal(query, BADCOOKIE, facts, response.cookie)
    return refusal(query, response.rcode, facts, bits=TC)


def _state(table: Table, query: Query, draw: Draw, facts: Facts, address: bytes) -> Answer | None:
    """What is told of state to one who may ask; None where the zone is to answer."""
    hit = find_state(table, query.name, query.qtype) if facts.state and address in facts.state else None
    return None if hit is None else of_hit(table, query, draw, hit)


def _cookie(query: Query, facts: Facts, address: bytes, now: int) -> Cookie:
    if facts.cookies is None or query.edns is None or not query.edns.cookie:
        return NONE
    return facts.cookies.take(query.edns.cookie, unmapped(address), now)


def _only_cookie(query: Query, facts: Facts, cookie: Cookie) -> Response:
    """The reply to a query without a question, which asks for a cookie or has one checked (RFC 7873 section 5.4)."""
    if not cookie.data:
        return refusal(query, FORMERR, facts)
    bad = query.edns is not None and len(query.edns.cookie) > CLIENT_SIZE and not cookie.valid
    return refusal(query, BADCOOKIE if bad else NOERROR, facts, cookie)
