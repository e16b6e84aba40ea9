"""Table files from specs. Pure: bytes out; publishing them is table.publish's business."""

import zlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from gslb.handoff import layout
from gslb.handoff.blocks import Block, block
from gslb.handoff.integrity import digest
from gslb.handoff.layout import (
    CLASS,
    HASHED,
    HEADER,
    HELD,
    NAMES_DIRECTORY,
    NODE,
    PART_DIRECTORY,
    RANGE4,
    RANGE6,
    TYPE,
    UNIT,
    ZONE,
)
from gslb.handoff.specs import NO_VIEWS, ClientsSpec, EntrySpec, NodeSpec, ZoneSpec

CROWDED = 8
"""A bucket with more records than this makes the writer double the buckets, up to four per name."""


def names_file(
    nodes: Sequence[NodeSpec], zones: Sequence[ZoneSpec], *, generation: int, clients: ClientsSpec = NO_VIEWS
) -> bytes:
    """The names file of these nodes, zones and views. Names must be lower-cased wire names, each once."""
    out = Sections(layout.NAMES_MAGIC, NAMES_DIRECTORY.size)
    number = {node.name: n for n, node in enumerate(nodes)}
    starts, index = _index([node.name for node in nodes])
    padded = [node.name + bytes(-len(node.name) % UNIT) for node in nodes]
    first_at = out.put(b"".join(padded))
    names_at = list(accumulate([len(name) // UNIT for name in padded], initial=first_at))
    types = bytearray()
    records = bytearray()
    first_type = 0
    for at, (name, zone, part, flags, has, wildcard, cut) in zip(names_at, nodes, strict=False):
        count = len(has)
        records += NODE.pack(
            at,
            len(name),
            flags,
            part,
            first_type,
            count,
            zone,
            0 if wildcard is None else number[wildcard] + 1,
            0 if cut is None else number[cut] + 1,
            0,
            0,
        )
        first_type += count
        for entry in sorted(has) if count > 1 else has:
            types += TYPE.pack(*entry)
    order, first = _canonical_order(nodes, zones, number)
    hashed, first_hashed = _hash_order(zones, number)
    zone_records = b"".join(
        ZONE.pack(
            number[z.apex], z.nxdomain_slot, z.nodata_slot, *first[n], first_hashed[n], z.part, z.flags, len(z.hashed)
        )
        for n, z in enumerate(zones)
    )
    classes, held = _classes(clients)
    directory = (
        out.put(starts.tobytes()), len(starts) - 1,
        out.put(index.tobytes()), len(nodes),
        out.put(bytes(records)), len(nodes),
        out.put(types), len(types) // TYPE.size,
        out.put(zone_records), len(zones),
        out.put(order.tobytes()), len(order),
        out.put(hashed), len(hashed) // HASHED.size,
        out.put(clients.ranges4), len(clients.ranges4) // RANGE4.size,
        out.put(clients.ranges6), len(clients.ranges6) // RANGE6.size,
        out.put(classes), len(clients.classes),
        first_at if nodes else 0, out.put(held),
    )  # fmt: skip
    return out.finish(NAMES_DIRECTORY.pack(*directory), generation)


def _index(names: Sequence[bytes]) -> tuple["array[int]", "array[int]"]:
    """Where each bucket starts, and (hash, number) grouped by bucket: counted first, then filled in place."""
    hashes = array("I", [zlib.crc32(name) for name in names])
    count = 1
    while count < 2 * len(names):
        count *= 2
    limit = 2 * count
    while True:
        sizes = array("I", bytes(4 * (count + 1)))
        for value in hashes:
            sizes[(value & (count - 1)) + 1] += 1
        if count >= limit or max(sizes) <= CROWDED:
            break
        count *= 2
    starts = array("I", accumulate(sizes))
    following, index = starts[:], array("I", bytes(8 * len(names)))
    for n, value in enumerate(hashes):
        at = following[value & (count - 1)]
        following[value & (count - 1)] = at + 1
        index[2 * at], index[2 * at + 1] = value, n
    return starts, index


def _classes(clients: ClientsSpec) -> tuple[bytes, bytes]:
    classes, held = bytearray(), bytearray()
    for views, trusts in clients.classes:
        classes += CLASS.pack(len(held) // HELD.size, len(views), len(trusts))
        held += b"".join([HELD.pack(*one) for one in views])
        held += b"".join([HELD.pack(view, 0, 0) for view in trusts])
    return bytes(classes), bytes(held)


def _canonical_order(
    nodes: Sequence[NodeSpec], zones: Sequence[ZoneSpec], number: Mapping[bytes, int]
) -> tuple["array[int]", list[tuple[int, int]]]:
    by_zone: list[list[int]] = [[number[apex] for apex in zone.nested] for zone in zones]
    for n, node in enumerate(nodes):
        if not node.flags & layout.NODE_STATE:
            by_zone[node.zone].append(n)
    order = array("I")
    first = []
    for zone, members in zip(zones, by_zone, strict=True):
        # a plan gives them in order, and keys of half a million names would weigh more than the names
        key = _canonical(len(zone.apex))
        if any(one > other for one, other in pairwise(key(nodes[n].name) for n in members)):
            members.sort(key=lambda n: key(nodes[n].name))
        first.append((len(order), len(members)))
        order.extend(members)
    return order, first


def _hash_order(zones: Sequence[ZoneSpec], number: Mapping[bytes, int]) -> tuple[bytes, list[int]]:
    pieces: list[bytes] = []
    first = []
    for zone in zones:
        first.append(len(pieces))
        pieces += [HASHED.pack(digest, number[name]) for digest, name in sorted(zone.hashed)]
    return b"".join(pieces), first


def _canonical(shared: int) -> Callable[[bytes], tuple[bytes, ...]]:
    """The sort key of RFC 4034 section 6.1, without the octets of the apex that all names share; they are lower-cased
    already. What stands above a name is looked at once for neighbours."""

    @lru_cache(1024)
    def above(wire: bytes) -> tuple[bytes, ...]:
        return key(wire)

    def key(wire: bytes) -> tuple[bytes, ...]:
        if len(wire) <= shared:
            return ()
        end = 1 + wire[0]
        return (*above(wire[end:]), wire[1:end])

    return key


def part_file(
    entries: Mapping[int, EntrySpec], *, slots: int, generation: int, number: int = 0
) -> tuple[bytes, dict[int, int]]:
    """The part that holds `entries` (slot → entry), and the first counter of each slot.

    An entry owns as many counters as it has variants, at least one; they are numbered in slot order.
    """
    blocks = {slot: block(entry) for slot, entry in entries.items()}
    return part_of_blocks(blocks, slots=slots, generation=generation, number=number)


def part_of_blocks(
    blocks: Mapping[int, Block], *, slots: int, generation: int, number: int = 0
) -> tuple[bytes, dict[int, int]]:
    """part_file, of entries encoded before."""
    table = array("I", [0]) * slots
    counters: dict[int, int] = {}
    pieces: list[bytes] = []
    following = 0
    slots_at = (HEADER.size + PART_DIRECTORY.size) // UNIT
    at = slots_at + -(-slots * table.itemsize // UNIT)
    for slot in sorted(blocks):
        one = blocks[slot]
        counters[slot] = following
        table[slot] = at
        pieces += (one.placed(at, following), one.rest)
        at += one.units
        following += one.counters
    out = Sections(layout.PART_MAGIC, PART_DIRECTORY.size)
    out.put(table.tobytes())
    out.put(b"".join(pieces))
    return out.finish(PART_DIRECTORY.pack(slots_at, slots, following, number, 0, 0), generation), counters


class Sections:
    """A file under construction: header and directory first, then sections at 8-byte boundaries."""

    def __init__(self, magic: bytes, directory_size: int) -> None:
        self.magic = magic
        self.directory_size = directory_size
        self.body = bytearray(HEADER.size + directory_size)

    def put(self, data: bytes | bytearray) -> int:
        """Append; the answer is the offset in units."""
        self.body += bytes(-len(self.body) % UNIT)
        at = len(self.body) // UNIT
        self.body += data
        return at

    def finish(self, directory: bytes, generation: int) -> bytes:
        """The whole file."""
        body = self.body
        body += bytes(-len(body) % UNIT)
        body[HEADER.size : HEADER.size + self.directory_size] = directory
        HEADER.pack_into(body, 0, self.magic, layout.VERSION, 0, generation, len(body), bytes(32))
        body[layout.DIGEST_AT : HEADER.size] = digest(body)
        return bytes(body)
