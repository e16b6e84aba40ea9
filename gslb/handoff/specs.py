"""What a builder hands to the writers: nodes, zones and entries, before they become bytes (see layout).

What there is one of for each name or entry is a named tuple: it is made in a third of the time.
"""

from dataclasses import dataclass
from typing import NamedTuple

from gslb.handoff.layout import DRAW_NONE, DRAW_STICKY, DRAW_THRESHOLDS


class NodeSpec(NamedTuple):
    """One existing name. `types` holds (type, view, slot); `wildcard` and `cut` are wire names of other nodes."""

    name: bytes
    zone: int
    part: int = 0
    flags: int = 0
    types: tuple[tuple[int, int, int], ...] = ()
    wildcard: bytes | None = None
    cut: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSpec:
    """One zone: its apex and the slots of its common negative answers, all in `part`.

    `nested`: apexes of zones right below, for the order of names. `hashed`: NSEC3 hashes (20 octets) with their names.
    """

    apex: bytes
    nxdomain_slot: int
    nodata_slot: int
    part: int = 0
    flags: int = 0
    nested: tuple[bytes, ...] = ()
    hashed: tuple[tuple[bytes, bytes], ...] = ()


class Chunk(NamedTuple):
    """Records in wire form. `data[:plain_length]` is served without DO; all of it, with `signed_count`, with DO.

    For unsigned data leave `signed_count` at None.
    """

    data: bytes = b""
    plain_count: int = 0
    plain_length: int | None = None
    signed_count: int | None = None


class VariantSpec(NamedTuple):
    """One ready answer section: `length` octets of `data` from `start`, holding `count` records.

    `signed_length` and `signed_count` default to the plain ones. Equal `data` is stored once.
    """

    data: bytes = b""
    count: int = 0  # type: ignore[assignment]  # of records: nobody asks how often a tuple holds a value
    start: int = 0
    length: int | None = None
    signed_length: int | None = None
    signed_count: int | None = None


class EntrySpec(NamedTuple):
    """One type of one name in one view: variants to draw from, and the tail they share.

    `thresholds` are cumulative, the last 2**32 - 1: variant i is chosen by the first threshold not below the draw.
    `slots` instead: for each of STICKY_SLOTS the number of its variant, u16; `sticky_key` keys the hash of clients.
    """

    rcode: int = 0
    authoritative: bool = True
    ede: int | None = None
    ede_text: str = ""
    thresholds: tuple[int, ...] = ()
    slots: bytes = b""
    sticky_key: int = 0
    variants: tuple[VariantSpec, ...] = ()
    authority: Chunk = Chunk()
    additional: Chunk = Chunk()

    @property
    def draw_kind(self) -> int:
        """How a variant is picked: not at all where there is one or none."""
        if len(self.variants) < 2:
            return DRAW_NONE
        return DRAW_STICKY if self.slots else DRAW_THRESHOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientsSpec:
    """Who is in which view: RANGE4 and RANGE6 records, and for each class its HELD records and its trusting views."""

    ranges4: bytes = b""
    ranges6: bytes = b""
    classes: tuple[tuple[tuple[tuple[int, int, int], ...], tuple[int, ...]], ...] = (((), ()),)


NO_VIEWS = ClientsSpec()
