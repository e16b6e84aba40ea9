"""The sections of one answer: the entry that was found, and what its aliases lead to inside our zones.

Chunks come ready from the table. Their records are owned by C00C, the question's name; behind an alias the owner is
patched to point to where the alias's target stands in the message. AA tells of the first owner (RFC 1035 section
4.1.1), the rcode of the last (RFC 6604 section 3).
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from gslb.dns.clients import NOBODY, Asker, network_of
from gslb.dns.codes import CNAME, HEADER_SIZE, IN, NOERROR, NXDOMAIN, RRSIG, YXDOMAIN
from gslb.dns.denial import owned, proofs
from gslb.dns.lookup import Hit, Kind, find, nodata
from gslb.dns.query import Query
from gslb.dns.sticky import slot_of
from gslb.dns.wire import MAX_NAME
from gslb.handoff.layout import DRAW_NONE, DRAW_STICKY, ENTRY_AA
from gslb.handoff.reader import Section
from gslb.handoff.table import Table

Draw: TypeAlias = Callable[[int], int]
"""From the key of an entry to 32 bits that pick one of its variants; asked only where there is a choice."""

MAX_ALIASES = 8
FIXED = 12
"""Octets of a record before its rdata: a pointer of two as owner, type, class, TTL and rdata length."""
_FOLLOWED = (Kind.ALIAS, Kind.DNAME)
_NO_RECORDS = (b"", 0)
_PROVED = (NOERROR, NXDOMAIN)
"""A failure proves nothing and is not signed."""


class Answer(NamedTuple):
    """What stands in a reply but header, question and OPT. Records come with their count.

    `errors` are extended errors, code and text. `sent` names the counters to raise, as (part, counter). `referral`:
    the additional section is glue that must not be left out. `told`: the answer depends on what ECS told (RFC 7871).
    `sticky`: it depends on whose client asks.
    """

    rcode: int
    authoritative: bool
    answers: bytes
    answer_count: int
    authority: bytes = b""
    authority_count: int = 0
    additional: bytes = b""
    additional_count: int = 0
    errors: tuple[tuple[int, bytes], ...] = ()
    sent: tuple[tuple[int, int], ...] = ()
    referral: bool = False
    told: bool = False
    sticky: bool = False


def entry_key(part: int, slot: int) -> int:
    """The key under which an entry draws: unlike any other entry's, and steady while configuration is."""
    return part << 32 | slot


def follow(table: Table, query: Query, draw: Draw, address: bytes = b"") -> Answer | None:
    """The answer to a good query of class IN from an address; None when its name is in none of our zones."""
    asker = Asker(address, b"" if query.edns is None else query.edns.subnet)
    hit = find(table, query.name, query.qtype, asker)
    return None if hit is None else _Walk(table, query, draw, asker).run(hit)


def of_hit(table: Table, query: Query, draw: Draw, hit: Hit) -> Answer:
    """The answer to a good query from an entry found elsewhere (see state)."""
    return _Walk(table, query, draw, NOBODY).run(hit)


class _Walk:
    """One answer in the making. `owner_at` is where the name now asked stands in the message, `end` where it ends."""

    __slots__ = (
        "answers",
        "asker",
        "count",
        "draw",
        "end",
        "errors",
        "name",
        "owner_at",
        "proofs",
        "qtype",
        "seen",
        "sent",
        "signed",
        "sticky",
        "table",
        "told",
    )

    def __init__(self, table: Table, query: Query, draw: Draw, asker: Asker) -> None:
        self.table = table
        self.asker = asker
        self.told = False
        self.sticky = False
        self.qtype = query.qtype
        self.draw = draw
        self.signed = query.edns is not None and query.edns.do
        self.name = query.name
        self.owner_at = HEADER_SIZE
        self.end = HEADER_SIZE + len(query.question)
        self.seen = [query.name]
        self.answers = b""
        self.count = 0
        self.errors: tuple[tuple[int, bytes], ...] = ()
        self.proofs: dict[tuple[int, int], tuple[bytes, int]] = {}
        self.sent: tuple[tuple[int, int], ...] = ()

    def run(self, hit: Hit) -> Answer:
        """Take entries in until one is no alias, or leads nowhere."""
        authoritative = bool(hit.entry.flags & ENTRY_AA)
        while True:
            records, count = self._take(hit)
            self._prove(hit, empty=not count)
            if not count or hit.kind not in _FOLLOWED:
                return self._finish(hit, records, count, authoritative)
            following = self._alias(records, count) if hit.kind is Kind.ALIAS else self._dname(hit, records, count)
            if not isinstance(following, Hit):
                return Answer(
                    following,
                    authoritative,
                    self.answers,
                    self.count,
                    *self._proved(b"", 0),
                    errors=self.errors,
                    sent=self.sent,
                    told=self.told,
                    sticky=self.sticky,
                )
            hit = following

    def _take(self, hit: Hit) -> tuple[bytes, int]:
        """The drawn records of an entry; counts them and notes the entry's extended error."""
        entry, part = hit.entry, self.table.parts[hit.part]
        self.told |= hit.told
        if entry.ede is not None:
            self.errors += ((entry.ede, part.ede_text(entry)),)
        number = 0
        if entry.draw_kind == DRAW_STICKY:
            self.sticky = True
            number = part.in_slot(entry, slot_of(network_of(self.asker, told=hit.told), entry.sticky_key))
        elif entry.draw_kind != DRAW_NONE:
            number = part.choose(entry, self.draw(entry_key(hit.part, hit.slot)))
        self.sent += ((hit.part, entry.first_counter + number),)
        if not entry.variant_count:
            return _NO_RECORDS
        variant = part.variant(entry, number)
        if self.qtype == RRSIG and hit.kind is Kind.ANSWER:
            start, length = variant.start + variant.plain_length, variant.signed_length - variant.plain_length
            return part.octets(variant.at, start, length), variant.signed_count - variant.plain_count
        if self.signed:
            return part.octets(variant.at, variant.start, variant.signed_length), variant.signed_count
        return part.octets(variant.at, variant.start, variant.plain_length), variant.plain_count

    def _finish(self, hit: Hit, records: bytes, count: int, authoritative: bool) -> Answer:
        """End with this entry's records and tail."""
        tail, entry = hit, hit.entry
        if not (count or entry.rcode or entry.authority.plain_count):
            # one empty variant among others: the tail they share does not say so
            tail = nodata(self.table, hit.zone)
        self._add(records, count)
        additional = _NO_RECORDS if self.qtype == RRSIG else self._section(tail.part, tail.entry.additional)
        return Answer(
            entry.rcode,
            authoritative,
            self.answers,
            self.count,
            *self._proved(*self._section(tail.part, tail.entry.authority)),
            *additional,
            self.errors,
            self.sent,
            hit.kind is Kind.REFERRAL,
            self.told,
            self.sticky,
        )

    def _prove(self, hit: Hit, *, empty: bool) -> None:
        """Note what proves this step of the answer, for those who asked for signatures."""
        if self.signed and hit.entry.rcode in _PROVED:
            for proof in proofs(self.table, hit, self.name, self.asker, empty=empty):
                self.told |= proof.told
                if proof.key not in self.proofs:
                    self.proofs[proof.key] = owned(proof, self.name, self.owner_at), proof.number

    def _proved(self, authority: bytes, count: int) -> tuple[bytes, int]:
        """An authority section with the proofs behind it."""
        for records, more in self.proofs.values():
            authority += records
            count += more
        return authority, count

    def _section(self, part: int, section: Section) -> tuple[bytes, int]:
        if not section.at:
            return _NO_RECORDS
        if self.signed:
            return self.table.parts[part].octets(section.at, 0, section.signed_length), section.signed_count
        return self.table.parts[part].octets(section.at, 0, section.plain_length), section.plain_count

    def _add(self, records: bytes, count: int) -> None:
        """Append records owned by C00C, pointing their owners to the name now asked."""
        if self.owner_at != HEADER_SIZE:
            records = _owned(records, self.owner_at)
        self.answers += records
        self.count += count

    def _dname(self, hit: Hit, records: bytes, count: int) -> "Hit | int":
        """The DNAME itself, then the alias it makes of the name asked (RFC 6672 section 3.1)."""
        prefix = self.name[: len(self.name) - hit.owner_length]
        asked_at = self.owner_at
        self.owner_at += len(prefix)
        self._add(records, count)
        self.end += len(records)
        self.owner_at = asked_at
        target = prefix + _rdata(records)
        if len(target) > MAX_NAME:
            return YXDOMAIN
        made = _alias_record(records[6:10], target)
        if self.qtype == CNAME:
            self._add(made, 1)  # what was asked for: nothing to follow
            return NOERROR
        return self._alias(made, 1)

    def _alias(self, records: bytes, count: int) -> "Hit | int":
        """Add an alias and look its target up; the rcode to end with where that leaves our zones or goes in circles."""
        self._add(records, count)
        self.owner_at = self.end + FIXED
        self.end += len(records)
        self.name = _rdata(records).lower()
        if self.name in self.seen or len(self.seen) > MAX_ALIASES:
            return NOERROR
        self.seen.append(self.name)
        return find(self.table, self.name, self.qtype, self.asker) or NOERROR


def _rdata(record: bytes) -> bytes:
    """The rdata of the first record, whose owner is a pointer."""
    return record[FIXED : FIXED + (record[FIXED - 2] << 8 | record[FIXED - 1])]


def _alias_record(ttl: bytes, target: bytes) -> bytes:
    head = b"\xc0\x0c" + CNAME.to_bytes(2) + IN.to_bytes(2)
    return head + ttl + len(target).to_bytes(2) + target


def _owned(records: bytes, owner_at: int) -> bytes:
    """The same records with every owner, a pointer of two octets, turned to `owner_at`."""
    pointer = (0xC000 | owner_at).to_bytes(2)
    patched = bytearray(records)
    at = 0
    while at < len(patched):
        patched[at : at + 2] = pointer
        at += FIXED + (patched[at + FIXED - 2] << 8 | patched[at + FIXED - 1])
    return bytes(patched)
