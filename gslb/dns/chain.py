"""The sections of one answer: the entry that was found, and what its aliases lead to inside our zones.

Chunks come ready from the table. Their records are owned by C00C, the question's name; behind an alias the owner is
patched to point to where the alias's target stands in the message. AA tells of the first owner (RFC 1035 section
4.1.1), the rcode of the last (RFC 6604 section 3).
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from gslb.dns.codes import CNAME, HEADER_SIZE, IN, NOERROR, YXDOMAIN
from gslb.dns.lookup import Hit, Kind, find, nodata
from gslb.dns.query import MAX_NAME, Query
from gslb.handoff.layout import DRAW_NONE, ENTRY_AA
from gslb.handoff.reader import Entry, Part, Section
from gslb.handoff.table import Table

Draw: TypeAlias = Callable[[int], int]
"""From the key of an entry to 32 bits that pick one of its variants; asked only where there is a choice."""

MAX_ALIASES = 8
FIXED = 10
"""Octets of type, class, TTL and rdata length; the owner before them is a pointer of two."""
_NO_RECORDS = (b"", 0)


class Answer(NamedTuple):
    """What stands in a reply but header, question and OPT. Records come with their count.

    `errors` are extended errors, code and text. `sent` names the counters to raise, as (part, counter). `referral`:
    the additional section is glue that must not be left out.
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


def entry_key(part: int, slot: int) -> int:
    """The key under which an entry draws: unlike any other entry's, and steady while configuration is."""
    return part << 32 | slot


def follow(table: Table, query: Query, draw: Draw) -> Answer | None:
    """The answer to a good query of class IN; None when its name is in none of our zones."""
    hit = find(table, query.name, query.qtype)
    if hit is None:
        return None
    walk = _Walk(table, query, draw, bool(hit.entry.flags & ENTRY_AA))
    while hit is not None:
        hit = walk.step(hit)
    return walk.answer


class _Walk:
    """One answer in the making. `owner_at` is where the name now asked stands in the message, `end` where it ends."""

    def __init__(self, table: Table, query: Query, draw: Draw, authoritative: bool) -> None:
        self.table = table
        self.qtype = query.qtype
        self.draw = draw
        self.signed = query.edns is not None and query.edns.do
        self.name = query.name
        self.owner_at = HEADER_SIZE
        self.end = HEADER_SIZE + len(query.question)
        self.seen = [query.name]
        self.errors: tuple[tuple[int, bytes], ...] = ()
        self.sent: tuple[tuple[int, int], ...] = ()
        self.answer = Answer(NOERROR, authoritative, *_NO_RECORDS)

    def step(self, hit: Hit) -> Hit | None:
        """Take one entry in; the entry that its alias leads to, or None at the end."""
        if hit.kind is Kind.ALIAS:
            return self._alias(hit)
        if hit.kind is Kind.DNAME:
            return self._dname(hit)
        self._last(hit, *self._take(hit))
        return None

    def _take(self, hit: Hit) -> tuple[bytes, int]:
        """The drawn records of an entry; counts them and notes the entry's extended error."""
        entry, part = hit.entry, self.table.parts[hit.part]
        if entry.ede is not None:
            self.errors += ((entry.ede, part.ede_text(entry)),)
        number = 0
        if entry.draw_kind != DRAW_NONE:
            number = part.choose(entry, self.draw(entry_key(hit.part, hit.slot)))
        self.sent += ((hit.part, entry.first_counter + number),)
        return self._variant(part, entry, number) if entry.variant_count else _NO_RECORDS

    def _variant(self, part: Part, entry: Entry, number: int) -> tuple[bytes, int]:
        variant = part.variant(entry, number)
        if self.signed:
            return part.octets(variant.at, variant.start, variant.signed_length), variant.signed_count
        return part.octets(variant.at, variant.start, variant.plain_length), variant.plain_count

    def _last(self, hit: Hit, records: bytes, count: int) -> None:
        """End with this entry's records and tail."""
        tail = hit
        if not (count or hit.entry.rcode or hit.entry.authority.plain_count):
            # one empty variant among others: the shared tail says nothing of it
            tail = nodata(self.table, hit.zone)
        self._add(records, count)
        part = self.table.parts[tail.part]
        authority, additional = tail.entry.authority, tail.entry.additional
        self._end(
            rcode=hit.entry.rcode,
            authority=self._section(part, authority) if authority.at else _NO_RECORDS,
            additional=self._section(part, additional) if additional.at else _NO_RECORDS,
            referral=hit.kind is Kind.REFERRAL,
        )

    def _section(self, part: Part, section: Section) -> tuple[bytes, int]:
        if self.signed:
            return part.octets(section.at, 0, section.signed_length), section.signed_count
        return part.octets(section.at, 0, section.plain_length), section.plain_count

    def _end(
        self,
        *,
        rcode: int,
        authority: tuple[bytes, int] = _NO_RECORDS,
        additional: tuple[bytes, int] = _NO_RECORDS,
        referral: bool = False,
    ) -> None:
        so_far = self.answer
        self.answer = Answer(
            rcode, so_far.authoritative, so_far.answers, so_far.answer_count,
            *authority, *additional, self.errors, self.sent, referral,
        )  # fmt: skip

    def _add(self, records: bytes, count: int) -> None:
        """Append records owned by C00C, pointing their owners to the name now asked."""
        if self.owner_at != HEADER_SIZE:
            records = _owned(records, self.owner_at)
        so_far = self.answer
        if so_far.answers:
            records, count = so_far.answers + records, so_far.answer_count + count
        self.answer = so_far._replace(answers=records, answer_count=count)

    def _alias(self, hit: Hit) -> Hit | None:
        records, count = self._take(hit)
        if not count:
            self._last(hit, records, count)
            return None
        return self._go_on(records, count, target=_rdata(records), target_at=2 + FIXED)

    def _dname(self, hit: Hit) -> Hit | None:
        """The DNAME itself, then the alias it makes of the name asked (RFC 6672 section 3.1)."""
        records, count = self._take(hit)
        if not count:
            self._last(hit, records, count)
            return None
        prefix = self.name[: len(self.name) - hit.owner_length]
        owner, self.owner_at = self.owner_at, self.owner_at + len(prefix)
        self._add(records, count)
        self.end += len(records)
        self.owner_at = owner
        target = prefix + _rdata(records)
        if len(target) > MAX_NAME:
            self._end(rcode=YXDOMAIN)
            return None
        alias = _alias_record(records[6:10], target)
        return self._go_on(alias, 1, target=target, target_at=2 + FIXED)

    def _go_on(self, records: bytes, count: int, *, target: bytes, target_at: int) -> Hit | None:
        """Add an alias and look its target up; None, and the end, where that leaves our zones or goes in circles."""
        self._add(records, count)
        self.owner_at = self.end + target_at
        self.end += len(records)
        self.name = target.lower()
        hit = None
        if self.name not in self.seen and len(self.seen) <= MAX_ALIASES:
            self.seen.append(self.name)
            hit = find(self.table, self.name, self.qtype)
        if hit is None:
            self._end(rcode=NOERROR)
        return hit


def _rdata(record: bytes) -> bytes:
    """The rdata of the first record, whose owner is a pointer."""
    return record[12 : 12 + (record[10] << 8 | record[11])]


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
        at += 12 + (patched[at + 10] << 8 | patched[at + 11])
    return bytes(patched)
