"""NOTIFY: telling a secondary that a zone has changed (RFC 1996), and understanding what it says to that."""

from struct import Struct
from typing import NamedTuple

from gslb.dns.codes import AA, HEADER_SIZE, IN, OPCODE, QR, SOA, TSIG
from gslb.dns.tsig import Keys, Signed, judge, read_tsig
from gslb.dns.wire import name_end, owner_end, whole_name

NOTIFY = 4 << 11
_HEADER = Struct("!HHHHHH")
_FIXED = Struct("!HHIH")


class Answered(NamedTuple):
    """A reply to a NOTIFY: its rcode, and whether it was signed as it had to be."""

    rcode: int
    trusted: bool


def notify(apex: bytes, soa: bytes, ident: int) -> bytes:
    """The message; `soa`: the zone's SOA record, a hint for who hears it (RFC 1996 section 3.7)."""
    question = apex + SOA.to_bytes(2) + IN.to_bytes(2)
    return _HEADER.pack(ident, NOTIFY | AA, 1, 1, 0, 0) + question + soa


def answered(packet: bytes, ident: int, *, keys: Keys, asked: bytes, now: int) -> Answered | None:
    """What a packet says to our NOTIFY of this id; None for one that is no reply to it.

    `keys`: the one it was signed with, or none, `asked` its MAC.
    """
    if len(packet) < HEADER_SIZE or int.from_bytes(packet[:2]) != ident:
        return None
    flags = packet[2] << 8 | packet[3]
    if not flags & QR or flags & OPCODE != NOTIFY:
        return None
    signed = _signed(packet)
    trusted = not keys or (signed is not None and judge(packet, signed, keys, now, asked).error == 0)
    return Answered(flags & 0xF, trusted)


def _signed(packet: bytes) -> Signed | None:
    """The TSIG of a reply, its last record; None where there is none that can be read."""
    questions, *counts = _HEADER.unpack_from(packet)[2:]
    at = HEADER_SIZE
    for _ in range(questions):
        at = name_end(packet, at) + 4
    for left in range(sum(counts), 0, -1):
        owner, end = at, owner_end(packet, at)
        if not end or end + _FIXED.size > len(packet):
            return None
        rtype, rclass, ttl, length = _FIXED.unpack_from(packet, end)
        at = end + _FIXED.size + length
        if rtype == TSIG and left == 1 and at == len(packet):
            return read_tsig(whole_name(packet, owner), (rclass, ttl), packet[at - length : at], owner)
    return None
