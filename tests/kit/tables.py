"""Tables for tests, written down as records in master-file text; dnspython turns them into wire form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from gslb.handoff import layout
from gslb.handoff.specs import Chunk, EntrySpec, NodeSpec, VariantSpec, ZoneSpec
from gslb.handoff.table import Table, in_memory
from gslb.handoff.writer import names_file, part_file
from gslb.model.names import canonical_key, is_below, parent, to_wire

OWNER = b"\xc0\x0c"
LAST = 0xFFFF_FFFF


def record(owner: str | bytes, ttl: int, rtype: str, text: str) -> bytes:
    """One record in wire form, nothing compressed; `owner` as text, or as bytes to stand there."""
    kind = dns.rdatatype.from_text(rtype)
    rdata = dns.rdata.from_text(dns.rdataclass.IN, kind, text, origin=dns.name.root, relativize=False).to_wire()
    head = owner if isinstance(owner, bytes) else to_wire(owner)
    return head + int(kind).to_bytes(2) + b"\0\x01" + ttl.to_bytes(4) + len(rdata).to_bytes(2) + rdata


def rrset(ttl: int, rtype: str, *texts: str, signed: str = "") -> VariantSpec:
    """The records of an answer; `signed` is the text of an RRSIG that goes with them under DO."""
    plain = b"".join(record(OWNER, ttl, rtype, text) for text in texts)
    if not signed:
        return VariantSpec(data=plain, count=len(texts))
    data = plain + record(OWNER, ttl, "RRSIG", signed)
    return VariantSpec(
        data=data, count=len(texts), length=len(plain), signed_length=len(data), signed_count=len(texts) + 1
    )


def section(*records: bytes) -> Chunk:
    """Authority or additional records."""
    return Chunk(data=b"".join(records), plain_count=len(records))


def answer(*variants: VariantSpec, **fields: object) -> EntrySpec:
    """An entry whose variants are drawn evenly."""
    count = len(variants)
    thresholds = tuple(LAST * (n + 1) // count for n in range(count)) if count > 1 else ()
    return EntrySpec(variants=variants, thresholds=thresholds, **fields)  # type: ignore[arg-type] # a test's own


@dataclass(slots=True)
class Made:
    """A zone for tests: `entries` is owner → type → entry, all as text; type "NODATA" is for the name's own.

    `missing`: (owner, type) whose slot has no entry. `negatives`: whether NXDOMAIN and NODATA have one.
    """

    name: str
    entries: Mapping[str, Mapping[str, EntrySpec]]
    cuts: Iterable[str] = ()
    missing: Iterable[tuple[str, str]] = field(default_factory=tuple)
    negatives: bool = True

    @property
    def soa(self) -> bytes:
        """The SOA of its negative answers."""
        return record(self.name, 30, "SOA", f"ns1.{self.name} hostmaster.{self.name} 1 3600 600 1209600 30")


def table(*zones: Made, generation: int = 1) -> Table:
    """A verified table of these zones, in one part."""
    names, part = files(*zones, generation=generation)
    return in_memory(names, [part])


def files(*zones: Made, generation: int = 1) -> tuple[bytes, bytes]:
    """The names file and the part of these zones."""
    entries: dict[int, EntrySpec] = {}
    nodes: list[NodeSpec] = []
    specs: list[ZoneSpec] = []
    slots = 0
    for number, zone in enumerate(zones):
        if zone.negatives:
            entries[slots] = EntrySpec(rcode=3, authority=section(zone.soa))
            entries[slots + 1] = EntrySpec(authority=section(zone.soa))
        specs.append(ZoneSpec(apex=to_wire(zone.name), nxdomain_slot=slots, nodata_slot=slots + 1))
        slots += 2
        for node, made in _nodes(zone, number):
            types = []
            for rtype, entry in made.items():
                kind = layout.NEGATIVE if rtype == "NODATA" else int(dns.rdatatype.from_text(rtype))
                types.append((kind, 0, slots))
                if (node.name, rtype) not in {(to_wire(owner), gone) for owner, gone in zone.missing}:
                    entries[slots] = entry
                slots += 1
            nodes.append(
                NodeSpec(
                    name=node.name,
                    zone=number,
                    flags=node.flags,
                    types=tuple(types),
                    wildcard=node.wildcard,
                    cut=node.cut,
                )
            )
    part, _ = part_file(entries, slots=slots, generation=generation)
    return names_file(nodes, specs, generation=generation), part


def _nodes(zone: Made, number: int) -> Iterable[tuple[NodeSpec, Mapping[str, EntrySpec]]]:
    apex = to_wire(zone.name)
    owners = {to_wire(owner): made for owner, made in zone.entries.items()}
    for owner in tuple(owners):
        above = owner
        while above != apex:
            above = parent(above)
            owners.setdefault(above, {})
    cuts = [to_wire(cut) for cut in zone.cuts]
    for owner in sorted(owners, key=canonical_key):
        made = owners[owner]
        flags = layout.NODE_APEX * (owner == apex) | layout.NODE_EMPTY * (not made)
        flags |= layout.NODE_CNAME * ("CNAME" in made) | layout.NODE_DNAME * ("DNAME" in made)
        flags |= layout.NODE_CUT * (owner in cuts) | layout.NODE_WILDCARD * owner.startswith(b"\x01*")
        wildcard = b"\x01*" + owner
        yield (
            NodeSpec(
                name=owner,
                zone=number,
                flags=flags,
                wildcard=wildcard if wildcard in owners else None,
                cut=next((cut for cut in cuts if is_below(owner, cut)), None),
            ),
            made,
        )
