"""A large plan in parts: so that a change is encoded, written, checked and mapped with its neighbours, not with all.

Names stay in their order, so what belongs together (a service, its members' names, its pool) mostly shares a part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gslb.answers.slots import DenialSlot, Slot
from gslb.handoff.layout import MAX_PARTS
from gslb.handoff.specs import NodeSpec, ZoneSpec

NAMES = 1000
"""In one part, at the least; twice as many are worth two parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """What a plan holds of names and slots. `slots[part][n]` is what slot n of that part stands for."""

    nodes: tuple[NodeSpec, ...]
    states: tuple[NodeSpec, ...]
    zone_specs: tuple[ZoneSpec, ...]
    slots: tuple[tuple[Slot, ...], ...]


def parted(
    nodes: Sequence[NodeSpec],
    states: Sequence[NodeSpec],
    zone_specs: Sequence[ZoneSpec],
    slots: Sequence[Slot],
    *,
    names: int = NAMES,
) -> Parted:
    """Names and slots, numbered through, over parts: all slots of one name in one, a zone's common answers with its
    apex. No slot belongs to two names."""
    everybody = (*nodes, *states)
    count = max(1, min(MAX_PARTS, len(everybody) // names))
    if count == 1:
        return Parted(nodes=tuple(nodes), states=tuple(states), zone_specs=tuple(zone_specs), slots=(tuple(slots),))
    filling = _Filling(slots, count)
    placed = [filling.node(node, number * count // len(everybody)) for number, node in enumerate(everybody)]
    of_apex = {zone.apex: 0 for zone in zone_specs}
    of_apex.update((node.name, node.part) for node in placed if node.name in of_apex)
    return Parted(
        nodes=tuple(placed[: len(nodes)]),
        states=tuple(placed[len(nodes) :]),
        zone_specs=tuple(filling.zone(zone, of_apex[zone.apex]) for zone in zone_specs),
        slots=tuple(map(tuple, filling.parts)),
    )


class _Filling:
    """Parts as they fill with the slots of one name after another."""

    def __init__(self, slots: Sequence[Slot], count: int) -> None:
        self.slots = slots
        self.denies = any(isinstance(slot, DenialSlot) for slot in slots)
        self.parts: list[list[Slot]] = [[] for _ in range(count)]

    def node(self, node: NodeSpec, part: int) -> NodeSpec:
        """A name whose slots are in this part now."""
        filled = self.parts[part]
        first = len(filled)
        types = []
        for place, (rtype, view, number) in enumerate(node.types, first):
            types.append((rtype, view, place))
            filled.append(self.slots[number])
        if self.denies:
            moved = {number: place for place, (_, _, number) in enumerate(node.types, first)}
            filled[first:] = [_renumbered(slot, moved) for slot in filled[first:]]
        return NodeSpec(node.name, node.zone, part, node.flags, tuple(types), node.wildcard, node.cut)

    def zone(self, zone: ZoneSpec, part: int) -> ZoneSpec:
        """A zone whose common answers are in this part now."""
        filled = self.parts[part]
        filled += (self.slots[zone.nxdomain_slot], self.slots[zone.nodata_slot])
        return replace(zone, part=part, nxdomain_slot=len(filled) - 2, nodata_slot=len(filled) - 1)


def _renumbered(slot: Slot, moved: dict[int, int]) -> Slot:
    if not isinstance(slot, DenialSlot):
        return slot
    return replace(slot, types=tuple([(rtype, moved[number]) for rtype, number in slot.types]))
