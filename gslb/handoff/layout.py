"""The layout of table files: what control writes once and every worker reads in place.

A table is a manifest that names one *names file* and 1 to 256 *parts*. All are immutable, little-endian and 8-byte
aligned. References are u32 offsets in units of 8 bytes inside the same file, so that `struct.unpack_from` and C read
the same bytes where they lie (words in native order: the machine has to be little-endian too). A reader refuses a file
whose magic, version, length or digest is not as told.

    header   magic 8s · version u32 · reserved u32 · generation u64 · length u64 · digest 32s (BLAKE2b-256)

The digest covers the file with its own 32 octets left out.

Names file: what configuration fixes and changes only with it.

    directory   NAMES_DIRECTORY, at 64
    buckets     u32 × (bucket count + 1): where each bucket's index records start (by number)
    index       (hash u32, node u32) grouped by bucket; hash = CRC-32 of the lower-cased wire name,
                bucket = hash & (bucket count - 1)
    nodes       NODE × n
    types       (type u16, view u16, slot u32), per node sorted by type, then view; type 0 is the node's own NODATA,
                47 (NSEC) or 50 (NSEC3) its link in its zone's chain of denial, and at an apex 65535 its link in the
                chain of the zone above, where that is ours too
    zones       ZONE × n
    order       u32 node numbers, each zone's in canonical order (denial, transfer); with those of zones right below
    hash order  (NSEC3 hash 20s, node u32), each zone's by hash (none unless the zone is denied by NSEC3)
    ranges      client ranges → class, sorted, without gaps, each up to the next one's first address; empty without
                views: IPv4 RANGE4, IPv6 RANGE6. Class 0 is in no view
    classes     CLASS × n
    held        HELD: a class's views, narrowest first, once for each network, then those that trust its ECS (rank 0)
    names       wire names, each at an 8-byte boundary

Grouped buckets rather than open addressing with a chosen seed: CRC-32 is affine, so another seed only permutes the
buckets of names of one length and cannot break up a crowded one; grouping has no chains to bound.

Part: what health moves. All slots of one name lie in one part, so that a type and its bitmap swap together.

    directory   PART_DIRECTORY, at 64
    slots       u32: where the slot's entry stands; 0: no entry
    entries     each a block: ENTRY, its variants, thresholds, texts, and its chunks, which are records in wire form.
                Owners of answers are C00C; names in rdata and owners elsewhere are uncompressed

A chunk's plain form is a prefix of its signed form (all records, then all RRSIGs): the DO bit picks a length only. A
turned order is, unsigned, a start in a chunk written twice; signed, it is a chunk of its own. An entry of NSEC or NSEC3
holds the record as an answer; in authority sections the responder writes the owner before it.

Transfer file, one for each zone that others may fetch: the zone as of one serial, and how it came to it. It is a file
of its own because a serial stands for the same content for ever, while answers move at once; and it is looked at only
by transfers.

    directory   TRANSFER_DIRECTORY, at 64
    apex        wire name
    soa         the SOA record
    records     every other record, owners and all names uncompressed, RRsets with their RRSIGs together
    steps       STEP × n, from the oldest serial on, each beginning where the one before ends; for each the octets of a
                difference (RFC 1995 section 4): SOA before, records gone, SOA after, records new
"""

import struct

MANIFEST = "table.json"
ACCEPTED = "accepted.json"
"""Beside the manifest: the configuration that runs, from control to the control that follows it."""
VERSION = 1
NAMES_MAGIC = b"GSLBNAME"
PART_MAGIC = b"GSLBPART"
TRANSFER_MAGIC = b"GSLBXFER"
UNIT = 8
MAX_PARTS = 256

HEADER = struct.Struct("<8sIIQQ32s")
DIGEST_AT = 32

NAMES_DIRECTORY = struct.Struct("<22I")
"""buckets_at, bucket_count, index_at, index_count, nodes_at, node_count, types_at, type_count, zones_at, zone_count,
order_at, order_count, hash_order_at, hash_order_count, ranges4_at, ranges4_count, ranges6_at, ranges6_count,
classes_at, class_count, names_at, held_at"""

NODE = struct.Struct("<IBBHIHHIIII")
"""name_at, name length, flags, part, first type, type count, zone, wildcard child + 1, zone cut at or above + 1,
reserved, reserved"""

TYPE = struct.Struct("<HHI")

ZONE = struct.Struct("<IIIIIIHHI")
"""apex node, NXDOMAIN slot, NODATA slot, first of order, order count, first of hash order, part, flags, hash count"""

HASHED = struct.Struct("<20sI")
"""NSEC3 hash, node"""

RANGE4 = struct.Struct("<II")
"""first address, class"""
RANGE6 = struct.Struct("<16sII")
"""first address in network order, class, reserved"""
CLASS = struct.Struct("<IHH")
"""first of held, how many views hold the class, how many trust its ECS"""
HELD = struct.Struct("<HBB")
"""view (from 1), rank (the higher, the narrower), cover: a client network is held whole from this prefix length on"""

PART_DIRECTORY = struct.Struct("<6I")
"""slots_at, slot_count, counter_count, part number, reserved, reserved"""

TRANSFER_DIRECTORY = struct.Struct("<10I")
"""serial, apex at, apex length, soa at, soa length, records at, records length, steps at, step count, reserved; lengths
in octets"""
STEP = struct.Struct("<IIII")
"""serial before, serial after, octets at, octets length"""

ENTRY = struct.Struct("<BBBBHHIIIHHHHIHHHHIIII")
"""rcode, flags, draw kind, reserved, variant count, EDE code + 1, thresholds_at, variants_at,
authority: at, plain length, plain count, signed length, signed count,
additional: at, plain length, plain count, signed length, signed count,
EDE text at (u8 length, then UTF-8), first counter, reserved, sticky key"""

VARIANT = struct.Struct("<IHHHHHH")
"""chunk_at, start in octets inside the chunk, plain length, plain count, signed length, signed count, reserved"""

NODE_APEX = 1
NODE_EMPTY = 2
NODE_WILDCARD = 4
NODE_CUT = 8
NODE_CNAME = 16
NODE_DNAME = 32
NODE_VIEWS = 64
NODE_STATE = 128
"""No name of the zone: a key for those who may ask for state, in no zone's order."""

STATE_KEY = b"\x40"
"""What such a key begins with, before the name that is asked: no label is 64 octets long, so no query spells it."""

ZONE_NSEC = 1
ZONE_NSEC3 = 2

ENTRY_AA = 1

DRAW_NONE = 0
DRAW_THRESHOLDS = 1
DRAW_STICKY = 2

STICKY_SLOTS = 4096
"""Of clients, by a hash of their network: u16 variant numbers where thresholds stand otherwise."""

NEGATIVE = 0
"""The pseudo type under which a node keeps its own NODATA entry, where the zone's common one will not do."""

ABOVE = 65_535
"""The pseudo type under which an apex keeps its link in the chain of denial of the zone above."""
