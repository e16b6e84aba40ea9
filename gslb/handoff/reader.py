"""Table files in place: nothing is copied or kept per name; every look-up reads the mapped bytes."""

import zlib
from collections import Counter
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from gslb.handoff import layout
from gslb.handoff.clients import Clients
from gslb.handoff.layout import (
    ENTRY,
    HASHED,
    HEADER,
    NAMES_DIRECTORY,
    NODE,
    PART_DIRECTORY,
    TYPE,
    UNIT,
    VARIANT,
    ZONE,
)

Buffer: TypeAlias = memoryview


class Node(NamedTuple):
    """An existing name. `wildcard` and `cut` are node numbers + 1, 0 for none."""

    name_at: int
    name_length: int
    flags: int
    part: int
    first_type: int
    type_count: int
    zone: int
    wildcard: int
    cut: int


class Zone(NamedTuple):
    """A zone: its apex node, the slots of its common negative answers, and its places in both orders of names."""

    apex: int
    nxdomain_slot: int
    nodata_slot: int
    first_in_order: int
    order_count: int
    first_in_hash_order: int
    part: int
    flags: int
    hash_count: int


class Section(NamedTuple):
    """A stretch of authority or additional records: plain and signed lengths in octets, and counts."""

    at: int
    plain_length: int
    plain_count: int
    signed_length: int
    signed_count: int


class Entry(NamedTuple):
    """What one slot answers. `ede` is None or an RFC 8914 code."""

    rcode: int
    flags: int
    draw_kind: int
    variant_count: int
    ede: int | None
    thresholds_at: int
    variants_at: int
    authority: Section
    additional: Section
    ede_text_at: int
    first_counter: int
    sticky_key: int


class Variant(NamedTuple):
    """One ready answer section, inside its chunk."""

    at: int
    start: int
    plain_length: int
    plain_count: int
    signed_length: int
    signed_count: int


class Names:
    """The names file: wire name → node, node → slots."""

    def __init__(self, data: Buffer) -> None:
        self.data = data
        directory = NAMES_DIRECTORY.unpack_from(data, HEADER.size)
        self.buckets = directory[0] * UNIT
        self.mask = directory[1] - 1
        self.index = directory[2] * UNIT
        self.nodes = directory[4] * UNIT
        self.node_count: int = directory[5]
        self.types = directory[6] * UNIT
        self.zones = directory[8] * UNIT
        self.zone_count: int = directory[9]
        self.order = directory[10] * UNIT
        self.hash_order = directory[12] * UNIT
        self.clients = Clients(data)
        self._words = data[: len(data) - len(data) % 4].cast("I")

    def find(self, name: bytes) -> int:
        """The node number of a lower-cased wire name; -1 when the name does not exist."""
        value = zlib.crc32(name)
        words = self._words
        bucket = (self.buckets >> 2) + (value & self.mask)
        index = self.index >> 2
        for record in range(words[bucket], words[bucket + 1]):
            at = index + 2 * record
            if words[at] == value:
                node: int = words[at + 1]
                if self.name(node) == name:
                    return node
        return -1

    def node(self, number: int) -> Node:
        """The node with this number."""
        fields = NODE.unpack_from(self.data, self.nodes + number * NODE.size)
        return Node(*fields[:9])

    def name(self, number: int) -> bytes:
        """The wire name of a node."""
        at, length = NODE.unpack_from(self.data, self.nodes + number * NODE.size)[:2]
        return bytes(self.data[at * UNIT : at * UNIT + length])

    def zone(self, number: int) -> Zone:
        """The zone with this number."""
        return Zone(*ZONE.unpack_from(self.data, self.zones + number * ZONE.size))

    def slot(self, node: Node, rtype: int, view: int = 0) -> int:
        """The slot of a type at a node in a view; -1 when configuration gives the name no such type."""
        for n in range(node.first_type, node.first_type + node.type_count):
            found, in_view, slot = TYPE.unpack_from(self.data, self.types + n * TYPE.size)
            if found == rtype and in_view == view:
                return int(slot)
        return -1

    def types_of(self, node: Node) -> tuple[tuple[int, int, int], ...]:
        """Every (type, view, slot) of a node, in order of type."""
        at = self.types + node.first_type * TYPE.size
        return tuple(TYPE.unpack_from(self.data, at + n * TYPE.size) for n in range(node.type_count))

    def at_order(self, zone: Zone, place: int) -> int:
        """The node number at a place of a zone's canonical order."""
        node: int = self._words[(self.order >> 2) + zone.first_in_order + place]
        return node

    def at_hash(self, zone: Zone, place: int) -> tuple[bytes, int]:
        """NSEC3 hash and node number at a place of a zone's order of hashes."""
        at = self.hash_order + (zone.first_in_hash_order + place) * HASHED.size
        digest, node = HASHED.unpack_from(self.data, at)
        return digest, node

    def in_order(self, zone: Zone) -> tuple[int, ...]:
        """A zone's node numbers in canonical order."""
        at = (self.order >> 2) + zone.first_in_order
        return tuple(self._words[at : at + zone.order_count])


class Part:
    """One part: slot → entry, and the chunks that entries point to. `generation`: of the table it was made for."""

    def __init__(self, data: Buffer) -> None:
        self.data = data
        self.generation: int = HEADER.unpack_from(data)[3]
        directory = PART_DIRECTORY.unpack_from(data, HEADER.size)
        self.slots = directory[0] * UNIT
        self.slot_count: int = directory[1]
        self.counter_count: int = directory[2]
        self.number: int = directory[3]
        self._words = data[: len(data) - len(data) % 4].cast("I")

    def entry(self, slot: int) -> Entry | None:
        """The entry of a slot; None where there is none."""
        at = self._words[(self.slots >> 2) + slot]
        if not at:
            return None
        f = ENTRY.unpack_from(self.data, at * UNIT)
        ede = f[5] - 1 if f[5] else None
        return Entry(
            f[0], f[1], f[2], f[4], ede, f[6], f[7],
            Section(*f[8:13]), Section(*f[13:18]), f[18], f[19], f[21],
        )  # fmt: skip

    def choose(self, entry: Entry, draw: int) -> int:
        """The number of the variant that a 32-bit draw picks: the first whose threshold is not below it."""
        if entry.draw_kind != layout.DRAW_THRESHOLDS:
            return 0
        words = self._words
        base = entry.thresholds_at * 2
        low, high = 0, entry.variant_count - 1
        while low < high:
            middle = (low + high) // 2
            if words[base + middle] < draw:
                low = middle + 1
            else:
                high = middle
        return low

    def in_slot(self, entry: Entry, slot: int) -> int:
        """The number of the variant that a slot of clients is given (DRAW_STICKY)."""
        at = entry.thresholds_at * UNIT + 2 * slot
        return self.data[at] | self.data[at + 1] << 8

    def thresholds(self, entry: Entry) -> tuple[int, ...]:
        """Cumulative, one per variant, the last 2**32 - 1; a lone variant has every draw. Slots count as draws."""
        if entry.variant_count < 2:
            return (0xFFFFFFFF,) * entry.variant_count
        if entry.draw_kind == layout.DRAW_STICKY:
            given = Counter(self.in_slot(entry, slot) for slot in range(layout.STICKY_SLOTS))
            counts = accumulate(given[number] for number in range(entry.variant_count))
            return tuple((count << 32) // layout.STICKY_SLOTS - 1 for count in counts)
        base = entry.thresholds_at * 2
        return tuple(self._words[base : base + entry.variant_count])

    def variant(self, entry: Entry, number: int) -> Variant:
        """One variant of an entry."""
        return Variant(*VARIANT.unpack_from(self.data, entry.variants_at * UNIT + number * VARIANT.size)[:6])

    def octets(self, at: int, start: int, length: int) -> bytes:
        """`length` octets of the chunk at `at` (units), from octet `start`."""
        first = at * UNIT + start
        return bytes(self.data[first : first + length])

    def ede_text(self, entry: Entry) -> bytes:
        """The text of the entry's extended error, UTF-8; empty when it has none."""
        if not entry.ede_text_at:
            return b""
        at = entry.ede_text_at * UNIT
        return bytes(self.data[at + 1 : at + 1 + self.data[at]])
