"""Entries as blocks: encoded once, put into every part that is written until they change.

A block is an entry with all that it points to, in this order: ENTRY, its variants (the head), then thresholds, texts
and chunks. Offsets count from the block's own start; moving it adds its place to each of them. The head is kept as
one whole number, so that one multiplication moves all offsets at once: every 32-bit field that is an offset has a one
in `moved`, and no sum runs over into its neighbour, for a part has fewer than 2**32 units.
"""

from array import array
from functools import lru_cache
from typing import NamedTuple

from gslb.handoff import layout
from gslb.handoff.layout import ENTRY, UNIT, VARIANT
from gslb.handoff.specs import Chunk, EntrySpec, VariantSpec

_WORD = 4
_FIRST_COUNTER = 11
_OFFSETS = (2, 3, 4, 7, 10)
"""Which 32-bit fields of ENTRY are offsets: thresholds, variants, authority, additional, text."""


class Block(NamedTuple):
    """`head` and `moved` as little-endian whole numbers of `head_length` octets; `rest` follows; all 8-byte aligned."""

    head: int
    moved: int
    head_length: int
    rest: bytes
    counters: int

    @property
    def units(self) -> int:
        """Its size, in units of 8 bytes."""
        return (self.head_length + len(self.rest)) // UNIT

    def placed(self, at: int, first_counter: int) -> bytes:
        """The head of this block where it starts at unit `at` and owns counters from `first_counter` on."""
        head = self.head + at * self.moved + (first_counter << 8 * _WORD * _FIRST_COUNTER)
        return head.to_bytes(self.head_length, "little")


class _Head(NamedTuple):
    """What Block says beside `rest`: the same for all entries of one shape, whatever their records say."""

    head: int
    moved: int
    length: int


_heads: dict[tuple[object, ...], _Head] = {}
"""By shape, of shapes that are many."""

_KEPT = 4096


def block(entry: EntrySpec) -> Block:
    """Encode one entry."""
    rcode, authoritative, ede, text, steps, slots, sticky_key, variants, authority, additional = entry
    if slots or text:
        return _encoded(entry)
    pieces = [variant[0] for variant in variants]
    tail: tuple[object, ...] = ()
    if authority.data or additional.data:
        pieces = [*[section.data for section in (authority, additional) if section.data], *pieces]
        tail = (_measured(authority), _measured(additional))
    if len(variants) > 1:
        pieces.insert(0, _packed(steps))
    if len(pieces) > 1 and len(set(pieces)) < len(pieces):
        return _encoded(entry)
    shape = (
        rcode, authoritative, ede, sticky_key, tail, *[(len(variant[0]), variant[1:]) for variant in variants]
    )  # fmt: skip
    known = _heads.get(shape)
    if known is None:
        made = _encoded(entry)
        if len(_heads) < _KEPT:  # pragma: no branch - memory that is full
            _heads[shape] = _Head(made.head, made.moved, made.head_length)
        return made
    rest = b"".join([one if len(one) % UNIT == 0 else one + bytes(-len(one) % UNIT) for one in pieces])
    return Block(known.head, known.moved, known.length, rest, max(1, len(variants)))


def _measured(chunk: Chunk) -> tuple[int | None, ...]:
    return (len(chunk.data), *chunk[1:]) if chunk.data else ()


def _encoded(entry: EntrySpec) -> Block:
    """Any entry, piece by piece."""
    count = len(entry.variants)
    head_length = ENTRY.size + VARIANT.size * count
    rest = _Rest(head_length // UNIT)
    thresholds_at = rest.put(entry.slots or _packed(entry.thresholds)) if count > 1 else 0
    text = entry.ede_text.encode()[:255]
    head = ENTRY.pack(
        entry.rcode, layout.ENTRY_AA if entry.authoritative else 0, entry.draw_kind, 0,
        count, 0 if entry.ede is None else entry.ede + 1,
        thresholds_at, ENTRY.size // UNIT if count else 0,
        *_section(rest, entry.authority), *_section(rest, entry.additional),
        rest.put(bytes((len(text),)) + text) if text else 0, 0, 0, entry.sticky_key,
    )  # fmt: skip
    head += b"".join([_variant(rest, variant) for variant in entry.variants])
    return Block(
        head=int.from_bytes(head, "little"),
        moved=_moved(head),
        head_length=head_length,
        rest=bytes(rest.body),
        counters=max(1, count),
    )


@lru_cache(4096)
def _packed(thresholds: tuple[int, ...]) -> bytes:
    return array("I", thresholds).tobytes()


def _moved(head: bytes) -> int:
    """A one in each offset that points anywhere: 0 stands for "nothing there" and stays."""
    words = memoryview(head).cast("I")
    offsets = (*_OFFSETS, *range(ENTRY.size // _WORD, len(words), VARIANT.size // _WORD))
    return _ones(len(head), tuple([word for word in offsets if words[word]]))


@lru_cache(4096)
def _ones(size: int, words: tuple[int, ...]) -> int:
    """A number of so many octets with a one in each of these 32-bit words. Heads of one shape share it."""
    mask = array("I", bytes(size))
    for word in words:
        mask[word] = 1
    return int.from_bytes(mask.tobytes(), "little")


def _section(rest: "_Rest", chunk: Chunk) -> tuple[int, int, int, int, int]:
    if not chunk.data:
        return 0, 0, 0, 0, 0
    plain = len(chunk.data) if chunk.plain_length is None else chunk.plain_length
    signed = chunk.plain_count if chunk.signed_count is None else chunk.signed_count
    return rest.put(chunk.data), plain, chunk.plain_count, len(chunk.data), signed


def _variant(rest: "_Rest", variant: VariantSpec) -> bytes:
    length = len(variant.data) - variant.start if variant.length is None else variant.length
    signed_length = length if variant.signed_length is None else variant.signed_length
    signed_count = variant.count if variant.signed_count is None else variant.signed_count
    at = rest.put(variant.data) if variant.data else 0
    return VARIANT.pack(at, variant.start, length, variant.count, signed_length, signed_count, 0)


class _Rest:
    """What follows the head. Equal bytes stand once."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.body = bytearray()
        self.known: dict[bytes, int] = {}

    def put(self, data: bytes) -> int:
        """Where `data` stands, in units from the block's start."""
        at = self.known.get(data)
        if at is None:
            at = self.known[data] = self.first + len(self.body) // UNIT
            self.body += data
            self.body += bytes(-len(data) % UNIT)
        return at
