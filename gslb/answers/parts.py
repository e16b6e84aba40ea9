"""The parts of a table as they were last written: only those that something was put into are written anew."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gslb.answers.entries import Made
from gslb.answers.slots import Slot
from gslb.answers.tally import PartCounters
from gslb.handoff.blocks import Block
from gslb.handoff.writer import part_of_blocks


class PartFile(NamedTuple):
    """One part: the generation it was made in, its bytes, and what its counters count."""

    generation: int
    data: bytes
    counters: PartCounters


class Sheet(NamedTuple):
    """One part to be written: all that stands in it, by slot."""

    number: int
    slots: Sequence[Slot]
    blocks: dict[int, Block]
    counted: Sequence[Made]


class Parts:
    """Blocks by part and slot, and the files made of them."""

    def __init__(self, slots: Sequence[Sequence[Slot]]) -> None:
        self._slots = slots
        self._blocks: list[dict[int, Block]] = [{} for _ in slots]
        self._files: list[PartFile | None] = [None for _ in slots]
        self._dirty = set(range(len(slots)))

    @property
    def files(self) -> tuple[PartFile, ...]:
        """Every part as it was last written; those never written are left out."""
        return tuple([file for file in self._files if file is not None])

    def at(self, part: int, slot: int) -> Block | None:
        """What stands in a slot; None for nothing."""
        return self._blocks[part].get(slot)

    def put(self, part: int, slot: int, block: Block) -> None:
        """Let this stand in a slot."""
        self._blocks[part][slot] = block
        self._dirty.add(part)

    def drop(self, part: int, slot: int) -> None:
        """Let nothing stand in a slot."""
        if self._blocks[part].pop(slot, None) is not None:
            self._dirty.add(part)

    def touch(self, part: int) -> None:
        """What its counters count is another thing, though it may answer the same."""
        self._dirty.add(part)

    def sheets(self, made: Sequence[Sequence[Made]]) -> Iterator[Sheet]:
        """Every part that is not as it was last written; it counts as written from now on."""
        for part in sorted(self._dirty):
            yield Sheet(part, self._slots[part], dict(self._blocks[part]), tuple(made[part]))
        self._dirty.clear()

    def write(self, sheet: Sheet, generation: int) -> None:
        """Make the file of a sheet. In another thread, if need be: it changes nothing but what `files` gives."""
        number, slots, blocks, counted = sheet
        data, firsts = part_of_blocks(blocks, slots=len(slots), generation=generation, number=number)
        counters = PartCounters(firsts, slots, [made.counted for made in counted])
        self._files[number] = PartFile(generation, data, counters)
