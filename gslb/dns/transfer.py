"""Zones as secondaries fetch them: AXFR (RFC 5936) and IXFR (RFC 1995), from the transfer file of a table.

asked                                    answered
by who may not                           REFUSED, extended error 18
a zone without a file yet                SERVFAIL, extended error 14: no health is known
too many at once                         SERVFAIL: the secondary tries again
AXFR over UDP                            FORMERR (RFC 5936 section 4.2)
IXFR without an SOA                      FORMERR
AXFR                                     SOA, everything else, SOA
IXFR from our serial or a later one      SOA
IXFR from a serial that the file knows   SOA, each step, SOA; as AXFR where that is shorter
IXFR from any other                      as AXFR
IXFR over UDP, more than fits            SOA: come by TCP (RFC 1995 section 2)

The file is of one serial and never changes, so a transfer that takes its time is whole, whatever is published
meanwhile. Messages hold about 16 KiB and are made one at a time, when the one before has left.
"""

from collections.abc import Callable, Iterator

from gslb.dns.codes import AXFR, FORMERR, NOT_READY, PROHIBITED, REFUSED, SERVFAIL
from gslb.dns.query import Query
from gslb.dns.reply import Facts, Response, answer_room, message, refusal
from gslb.dns.tsig import Signer
from gslb.dns.wire import record_end
from gslb.handoff.table import Table
from gslb.handoff.transfers import TransferFile

MESSAGE = 16_384
"""Octets of records in one message; a record that is longer goes alone."""

_NOT_ALLOWED = ((PROHIBITED, b""),)
_NO_FILE = ((NOT_READY, b""),)

Messages = Callable[[int], bytes | None]
"""Gives the next message of an answer, made at that Unix time; None when there is none left."""


def fetch(query: Query, table: Table | None, facts: Facts, signer: Signer | None, address: bytes) -> Response:
    """The reply to a good query for AXFR or IXFR; the first message of many. It is not signed yet, the others are."""
    allowed = facts.transfers.get(query.name)
    if allowed is None or not allowed.admits(address, signer):
        return refusal(query, REFUSED, facts, errors=_NOT_ALLOWED)
    if (query.serial is None and query.qtype != AXFR) or (query.qtype == AXFR and not facts.tcp):
        return refusal(query, FORMERR, facts)
    file = None if table is None else table.transfers.get(query.name)
    if file is None or facts.busy:
        return refusal(query, SERVFAIL, facts, errors=() if file else _NO_FILE)
    pieces = _pieces(query, file)
    if not facts.tcp and sum(map(len, pieces)) > answer_room(query, facts):
        pieces = (memoryview(file.soa),)
    rest = _messages(query, facts, signer, pieces)
    return Response(next(rest)(0), 0, private=True, following=_following(rest) if facts.tcp else None)


def _pieces(query: Query, file: TransferFile) -> tuple[memoryview, ...]:
    """The records of the answer, in order."""
    soa = memoryview(file.soa)
    if query.qtype != AXFR and query.serial is not None:
        if not is_later(file.serial, query.serial):
            return (soa,)
        steps = file.since(query.serial)
        if steps is not None and sum(map(len, steps)) <= len(file.records):
            return (soa, *steps, soa)
    return soa, file.records, soa


def is_later(serial: int, other: int) -> bool:
    """Whether a serial is later than another one (RFC 1982 section 3.2)."""
    return 0 < (serial - other) % 2**32 < 2**31


def _following(rest: "Iterator[Callable[[int], bytes]]") -> Messages:
    def following(now: int) -> bytes | None:
        made = next(rest, None)
        return None if made is None else made(now)

    return following


def _messages(
    query: Query, facts: Facts, signer: Signer | None, pieces: tuple[memoryview, ...]
) -> Iterator[Callable[[int], bytes]]:
    """Each message, to be made at a time; all but the first are signed (that is done with every reply)."""
    bare = query._replace(question=b"")
    first = True
    for records, count in _filled(pieces):
        octets = message(query if first else bare, facts, records, count)
        signing = None if first else signer
        yield lambda now, octets=octets, by=signing: octets if by is None else by.sign(octets, now)  # type: ignore[misc] # defaults bind the loop's values
        first = False


def _filled(pieces: tuple[memoryview, ...]) -> Iterator[tuple[bytes, int]]:
    """Records for one message after another, with their number."""
    waiting: list[memoryview] = []
    size = count = 0
    for piece in pieces:
        start = at = 0
        while at < len(piece):
            end = record_end(piece, at)
            if count and size + end - at > MESSAGE:
                yield b"".join([*waiting, piece[start:at]]), count
                waiting, size, count, start = [], 0, 0, at
            size, count, at = size + end - at, count + 1, end
        waiting.append(piece[start:])
    yield b"".join(waiting), count
