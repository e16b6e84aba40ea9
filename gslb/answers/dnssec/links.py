"""The chain of denial of a zone, laid over its nodes: which names are links, and what each may list.

Every name with data is a link, and every zone cut, with NS and DS alone (RFC 4035 section 2.3); what lies below a cut
is not ours. Empty non-terminals are links of NSEC3 only (RFC 5155 section 7.1). A zone right below that is ours, too,
is a cut like any other: its apex is a node of that zone, so the link stands there under a type of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from gslb.answers.dnssec.denial import hashed, hashed_owner
from gslb.answers.slots import DenialSlot, Slot, StaticSlot
from gslb.handoff import layout
from gslb.handoff.specs import NodeSpec
from gslb.model import names
from gslb.model.values import RecordType
from gslb.model.zones import Zone

VIEW = 0

Types: TypeAlias = tuple[tuple[int, int, int], ...]
"""(type, view, slot), as nodes have them."""


class Linked(NamedTuple):
    """A zone's nodes with their links. `above`: what the apexes of zones right below get besides."""

    nodes: tuple[NodeSpec, ...]
    above: dict[bytes, Types]
    flags: int = 0
    hashed: tuple[tuple[bytes, bytes], ...] = ()


class _Link(NamedTuple):
    """One name of the chain: its types, those that need no slot to be listed, and whether it is a cut."""

    name: bytes
    types: Types
    always: tuple[int, ...] = ()
    delegates: bool = False


def linked(zone: Zone, nodes: Sequence[NodeSpec], nested: Iterable[bytes], slots: list[Slot]) -> Linked:
    """Lay the chain. New slots are put at the end of `slots`; `nested`: the apexes of zones right below."""
    below = {apex: tuple(_ds(zone, apex, slots)) for apex in nested}
    if zone.dnssec is None:
        return Linked(tuple(nodes), {apex: types for apex, types in below.items() if types})
    by_hash = zone.dnssec.denial == "nsec3"
    links = [link for node in nodes if (link := _link(node)) and (by_hash or link.types)]
    links += [_Link(apex, types, (RecordType.NS,), delegates=True) for apex, types in below.items()]
    chain = dict(_chain(zone, links, slots, by_hash=by_hash))
    rtype = RecordType.NSEC3 if by_hash else RecordType.NSEC
    return Linked(
        nodes=tuple(
            node._replace(types=(*node.types, *((rtype, view, slot) for view, slot in chain.get(node.name, ()))))
            for node in nodes
        ),
        above={
            apex: (*types, *((layout.ABOVE, view, slot) for view, slot in chain[apex])) for apex, types in below.items()
        },
        flags=layout.ZONE_NSEC3 if by_hash else layout.ZONE_NSEC,
        hashed=tuple((hashed(link.name), link.name) for link in links) if by_hash else (),
    )


def _ds(zone: Zone, apex: bytes, slots: list[Slot]) -> Iterator[tuple[int, int, int]]:
    """What this zone says of the keys of a zone right below."""
    found = tuple(record for record in zone.records if record.owner == apex and record.rtype == RecordType.DS)
    if found:
        slots.append(StaticSlot(zone=zone.text, owner=apex, rtype=RecordType.DS, records=found))
        yield RecordType.DS, VIEW, len(slots) - 1


def _link(node: NodeSpec) -> _Link | None:
    if node.cut is None:
        return _Link(node.name, node.types)
    if node.cut == node.name:
        return _Link(
            node.name,
            tuple(found for found in node.types if found[0] in (RecordType.NS, RecordType.DS)),
            delegates=True,
        )
    return None


def _chain(
    zone: Zone, links: Sequence[_Link], slots: list[Slot], *, by_hash: bool
) -> Iterator[tuple[bytes, list[tuple[int, int]]]]:
    """Each name's slots, as (view, slot): one for every view in which it has types of its own."""
    if by_hash:
        order = sorted((hashed(link.name), link) for link in links)
    else:
        order = [(link.name, link) for link in sorted(links, key=lambda link: names.canonical_key(link.name))]
    for (at, link), (following, _) in pairwise([*order, order[0]]):
        placed = []
        for view in sorted({VIEW, *(view for _, view, _ in link.types)}):
            slots.append(
                DenialSlot(
                    zone=zone.text,
                    owner=hashed_owner(at, zone.name) if by_hash else link.name,
                    rtype=RecordType.NSEC3 if by_hash else RecordType.NSEC,
                    following=following,
                    types=_in_view(link.types, view),
                    always=link.always,
                    delegates=link.delegates,
                )
            )
            placed.append((view, len(slots) - 1))
        yield link.name, placed


def _in_view(types: Types, view: int) -> tuple[tuple[int, int], ...]:
    """Type → slot as a client of this view finds them: its own, else everybody's."""
    found = {rtype: slot for rtype, of, slot in types if of == VIEW}
    found.update((rtype, slot) for rtype, of, slot in types if of == view)
    return tuple(sorted(found.items()))
