"""The complete responder: a packet in, a packet out. No clock, no chance, no IO."""

from gslb.dns.chain import Draw, follow
from gslb.dns.codes import (
    AXFR,
    FORMERR,
    IN,
    IXFR,
    MAILA,
    MAILB,
    NOT_READY,
    NOTIMP,
    OPT,
    REFUSED,
    SERVFAIL,
    STALE_ANSWER,
    TKEY,
    TSIG,
)
from gslb.dns.query import read
from gslb.dns.reply import Facts, Response, pack, refusal
from gslb.handoff.table import Table

REFUSED_TYPES = {
    AXFR: REFUSED, IXFR: REFUSED, MAILA: NOTIMP, MAILB: NOTIMP, OPT: FORMERR, TKEY: FORMERR, TSIG: FORMERR,
}  # fmt: skip
"""Types that are no data: transfers are for secondaries we know; the others are never asked for, or no more."""

_NO_TABLE = ((NOT_READY, b""),)
_STALE = ((STALE_ANSWER, b""),)


def respond(packet: bytes, table: Table | None, draw: Draw, facts: Facts, address: bytes = b"") -> Response | None:
    """The reply to a packet from `table`; None when it is to be ignored. `draw`: see chain.Draw.

    `address`: whose packet it is, 4 or 16 octets, for the views that hold it.
    """
    query = read(packet)
    if query is None:
        return None
    if query.fault:
        return refusal(query, query.fault, facts)
    if query.qclass != IN:
        return refusal(query, REFUSED, facts)
    if query.qtype in REFUSED_TYPES:
        return refusal(query, REFUSED_TYPES[query.qtype], facts)
    if table is None:
        return refusal(query, SERVFAIL, facts, _NO_TABLE)
    answer = follow(table, query, draw, address)
    if answer is None:
        return refusal(query, REFUSED, facts)
    return pack(query, answer, facts, _STALE if facts.stale else ())
