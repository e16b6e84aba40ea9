"""The files of a table, and what they are still to be made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gslb.answers.parts import Parts, Sheet
from gslb.answers.tally import PartCounters

SHORT = 5000
"""Entries that are put into files in some ten milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A table's files. `names` is None when it is the file of the image before. `made`: the generation that each part
    was made in; the same one, the same bytes. `counters` tells, per part, what workers will count. `transfers`: files
    of zones whose serial has risen, by apex; `waits`: one is to rise soon."""

    generation: int
    names: bytes | None
    parts: tuple[bytes, ...]
    made: tuple[int, ...]
    counters: tuple[PartCounters, ...]
    transfers: Mapping[bytes, bytes] = field(default_factory=dict)
    waits: bool = False


class Pressing(NamedTuple):
    """An image to be made: `sheets` of parts that are not as they were; `names`: their file, where it is new."""

    generation: int
    names: bytes | None
    parts: Parts
    sheets: tuple[Sheet, ...]
    transfers: Mapping[bytes, bytes]
    waits: bool

    @property
    def is_long(self) -> bool:
        """Whether making it takes more than some ten milliseconds."""
        return sum(len(sheet.blocks) for sheet in self.sheets) > SHORT

    def image(self) -> Image:
        """The files."""
        for sheet in self.sheets:
            self.parts.write(sheet, self.generation)
        files = self.parts.files
        return Image(
            generation=self.generation,
            names=self.names,
            parts=tuple(file.data for file in files),
            made=tuple(file.generation for file in files),
            counters=tuple(file.counters for file in files),
            transfers=self.transfers,
            waits=self.waits,
        )
