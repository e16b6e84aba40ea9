"""Proofs that go with an answer from a signed zone, for those who ask with DO (RFC 4035 section 3.1.3, RFC 5155 7.2).

the answer                     NSEC                                   NSEC3
no such type                   the name's own, or, for an empty       the name's own
                               non-terminal, the one that covers it
no such name                   covering the name, and the wildcard    the closest encloser's; covering the next closer
                               that would match                       name, and the wildcard
by a wildcard                  covering the name                      covering the next closer name
no such type, by a wildcard    covering the name; the wildcard's own  the closest encloser's; covering the next closer
                                                                      name; the wildcard's own
a referral                     the cut's DS, else its own             the cut's DS, else its own

Every record was made and signed by control; here its owner is put before it, compressed against the name asked. Names
do not come and go with health, so links are found by searching the orders that the names file holds.
"""

from base64 import b32hexencode
from collections.abc import Iterator
from hashlib import sha1
from typing import NamedTuple

from gslb.dns.clients import Asker
from gslb.dns.codes import DS, NSEC, NSEC3
from gslb.dns.lookup import Hit, Kind, slot_of
from gslb.handoff.layout import ABOVE, ZONE_NSEC, ZONE_NSEC3
from gslb.handoff.reader import Zone
from gslb.handoff.table import Table

WILDCARD = b"\x01*"
POINTER = 2
"""Octets of an owner that is a pointer alone, as records have it in the table."""
POINTABLE = 0x4000
"""Octets of a message that a pointer can point to."""


class Proof(NamedTuple):
    """One RRset with its RRSIGs, `number` records in all, owners still as in the table.

    `owner`, a whole wire name, is what they are to be; `key` names the entry; `told`: as in lookup.Hit.
    """

    key: tuple[int, int]
    owner: bytes
    records: bytes
    number: int
    told: bool


def proofs(table: Table, hit: Hit, name: bytes, asker: Asker, *, empty: bool) -> Iterator[Proof]:
    """What proves an answer to `name` (lower-cased). `empty`: the entry that was hit gave no records.

    Nothing where the zone is not signed.
    """
    zone = table.names.zone(hit.zone)
    if hit.node < 0 and hit.encloser < 0:
        return  # a table that lacks an entry: nothing is known that could be proved
    if zone.flags & ZONE_NSEC:
        yield from _Chain(table, zone, asker).proofs(hit, name, empty=empty)
    elif zone.flags & ZONE_NSEC3:
        yield from _HashedChain(table, zone, asker).proofs(hit, name, empty=empty)


def owned(proof: Proof, name: bytes, at: int) -> bytes:
    """The records of a proof as they go into a message that has `name` (lower-cased), uncompressed, at octet `at`."""
    owner = _compressed(proof.owner, name, at)
    found = bytearray()
    start = 0
    while start < len(proof.records):
        length_at = start + POINTER + 8
        end = length_at + 2 + (proof.records[length_at] << 8 | proof.records[length_at + 1])
        found += owner + proof.records[start + POINTER : end]
        start = end
    return bytes(found)


def _compressed(owner: bytes, name: bytes, at: int) -> bytes:
    """An owner with its longest end that `name` has too as a pointer (RFC 1035 section 4.1.4)."""
    ends = {}
    place = 0
    while name[place] and at + place < POINTABLE:
        ends[name[place:]] = at + place
        place += 1 + name[place]
    place = 0
    while owner[place]:
        found = ends.get(owner[place:])
        if found is not None:
            return owner[:place] + (0xC000 | found).to_bytes(2)
        place += 1 + owner[place]
    return owner


class _Links:
    """What both kinds of chain share: taking a link out of its slot."""

    rtype: int

    def __init__(self, table: Table, zone: Zone, asker: Asker) -> None:
        self.asker = asker
        self.table = table
        self.names = table.names
        self.zone = zone
        self.apex = table.names.name(zone.apex)

    def delegation(self, node: int) -> Iterator[Proof]:
        """DS of the name at a cut, else its link."""
        found = self.rrset(node, DS, self.names.name(node))
        if found is not None:
            yield found
        else:
            yield from self.own(node)

    def own(self, node: int) -> Iterator[Proof]:
        """A name's own link; of the apex of a zone below, the one that this zone keeps there."""
        facts = self.names.node(node)
        above = self.names.zone(facts.zone).apex != self.zone.apex
        found = self.rrset(node, ABOVE if above else self.rtype, self.owner(self.names.name(node)))
        if found is not None:
            yield found

    def rrset(self, node: int, rtype: int, owner: bytes) -> Proof | None:
        facts = self.names.node(node)
        slot, told = slot_of(self.table, facts, rtype, self.asker)
        entry = None if slot < 0 else self.table.parts[facts.part].entry(slot)
        if entry is None or not entry.variant_count:
            return None
        part = self.table.parts[facts.part]
        variant = part.variant(entry, 0)
        records = part.octets(variant.at, variant.start, variant.signed_length)
        return Proof((facts.part, slot), owner, records, variant.signed_count, told)

    def owner(self, name: bytes) -> bytes:
        return name


class _Chain(_Links):
    """NSEC: in canonical order of names."""

    rtype = NSEC

    def proofs(self, hit: Hit, name: bytes, *, empty: bool) -> Iterator[Proof]:
        if hit.kind is Kind.REFERRAL:
            yield from self.delegation(hit.node)
        elif hit.encloser < 0:
            if empty:
                yield from self.own_or_covering(hit.node, name)
        else:
            yield from self.covering(name)
            if hit.node < 0:
                yield from self.covering(WILDCARD + self.names.name(hit.encloser))
            elif empty:
                yield from self.own(hit.node)

    def own_or_covering(self, node: int, name: bytes) -> Iterator[Proof]:
        found = tuple(self.own(node))
        yield from found or self.covering(name)

    def covering(self, name: bytes) -> Iterator[Proof]:
        """The link whose name is the last one not after `name`; names that are no links are passed over."""
        names, zone, sought = self.names, self.zone, _key(name)
        low, high = 0, zone.order_count - 1
        while low < high:
            middle = (low + high + 1) // 2
            if _key(names.name(names.at_order(zone, middle))) <= sought:
                low = middle
            else:
                high = middle - 1
        for place in range(low, -1, -1):
            found = tuple(self.own(names.at_order(zone, place)))
            if found:
                yield from found
                return


class _HashedChain(_Links):
    """NSEC3: in order of hashes."""

    rtype = NSEC3

    def owner(self, name: bytes) -> bytes:
        return _hashed_owner(_hash(name), self.apex)

    def proofs(self, hit: Hit, name: bytes, *, empty: bool) -> Iterator[Proof]:
        if hit.kind is Kind.REFERRAL:
            yield from self.delegation(hit.node)
        elif hit.encloser < 0:
            if empty:
                yield from self.own(hit.node)
        else:
            encloser = self.names.name(hit.encloser)
            if empty:
                yield from self.own(hit.encloser)
            yield from self.covering(_next_closer(name, encloser))
            if hit.node < 0:
                yield from self.covering(WILDCARD + encloser)
            elif empty:
                yield from self.own(hit.node)

    def covering(self, name: bytes) -> Iterator[Proof]:
        """The link with the last hash not after that of `name`; before the first comes the last, for it is a ring."""
        sought, count = _hash(name), self.zone.hash_count
        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            if self.names.at_hash(self.zone, middle)[0] <= sought:
                low = middle + 1
            else:
                high = middle
        yield from self.own(self.names.at_hash(self.zone, (low - 1) % count)[1])


def _key(wire: bytes) -> list[bytes]:
    """The sort key of canonical name order (RFC 4034 section 6.1) of a lower-cased name."""
    labels = []
    at = 0
    while wire[at]:
        end = at + 1 + wire[at]
        labels.append(wire[at + 1 : end])
        at = end
    labels.reverse()
    return labels


def _hash(name: bytes) -> bytes:
    """Zero iterations, no salt (RFC 5155 section 5, RFC 9276 section 3.1)."""
    return sha1(name, usedforsecurity=False).digest()


def _hashed_owner(digest: bytes, apex: bytes) -> bytes:
    label = b32hexencode(digest).lower()
    return bytes((len(label),)) + label + apex


def _next_closer(name: bytes, encloser: bytes) -> bytes:
    """The name one label longer than the closest encloser of `name` (RFC 5155 section 1.3)."""
    at = 0
    while len(name) - at - 1 - name[at] > len(encloser):
        at += 1 + name[at]
    return name[at:]
