"""Answer sections ready to be drawn from, laid out in chunks."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from gslb.answers.sticky import TIER, among
from gslb.answers.variants import CIRCLE, parted, split
from gslb.handoff.specs import Chunk, VariantSpec
from gslb.model.verdicts import MemberKey

MOST = 60_000
"""Octets of one section: what lies beyond could not leave even over TCP, where a message ends at 65,535."""


NOTHING = Chunk()


class Drawn(NamedTuple):
    """Variants with the width each has on the circle of draws, whose turn each is, and the tail they share.

    `slots`: for a sticky service the number of the variant that each slot of clients is given.
    """

    widths: tuple[int, ...]
    variants: tuple[VariantSpec, ...]
    counted: tuple[tuple[MemberKey, ...], ...]
    additional: Chunk = NOTHING
    slots: tuple[int, ...] = ()


def joined(parts: Sequence[float], drawn: Sequence[Drawn], additional: Chunk = NOTHING) -> Drawn:
    """One entry of several, each drawn in its part of all answers (0 to 1, of a sum of one)."""
    if len(drawn) == 1:
        return drawn[0]._replace(additional=additional) if additional.data else drawn[0]
    slots = joined_slots(parts, [one.slots for one in drawn], [len(one.variants) for one in drawn])
    if slots:
        return Drawn(
            widths=tuple(width for one in drawn for width in one.widths),
            variants=tuple(variant for one in drawn for variant in one.variants),
            counted=tuple(counted for one in drawn for counted in one.counted),
            additional=additional,
            slots=slots,
        )
    widths = parted(parts, [one.widths for one in drawn])
    rows = [
        (width, variant, counted)
        for own, one in zip(widths, drawn, strict=True)
        for width, variant, counted in zip(own, one.variants, one.counted, strict=True)
        if width
    ]
    return Drawn(
        widths=tuple(width for width, _, _ in rows),
        variants=tuple(variant for _, variant, _ in rows),
        counted=tuple(counted for _, _, counted in rows),
        additional=additional,
    )


def joined_slots(parts: Sequence[float], each: Sequence[tuple[int, ...]], counts: Sequence[int]) -> tuple[int, ...]:
    """What each slot of clients is given of several lists of answers laid end to end, of so many answers each.

    `each`: what it is given within a list; none where one of them is not sticky.
    """
    if not all(each):
        return ()
    firsts = [0, *accumulate(counts)]
    tiers = among(tuple(split(CIRCLE, [round(part * CIRCLE) for part in parts])), TIER)
    return tuple(firsts[tier] + each[tier][slot] for slot, tier in enumerate(tiers))


class Ring:
    """One RRset written twice, so that it can be read in full from the first record of any set it was made of.

    A record that stands already is not written again (RFC 2181 section 5).
    """

    def __init__(self, sets: Iterable[Sequence[bytes]]) -> None:
        records: dict[bytes, None] = {}
        self.length = 0
        self.starts: list[int] = []
        for one in sets:
            self.starts.append(self.length)
            for record in one:
                if record not in records and self.length + len(record) <= MOST:
                    records[record] = None
                    self.length += len(record)
        self.count = len(records)
        self.data = b"".join(records)
        self.twice = self.data * 2

    def whole(self) -> VariantSpec:
        """In the order it was made."""
        return VariantSpec(data=self.data, count=self.count)

    def turned(self, start: int) -> VariantSpec:
        """From the set of this number on, all around."""
        at = self.starts[start] % self.length
        return VariantSpec(data=self.twice, count=self.count, start=at, length=self.length)


def fitting(records: Iterable[bytes]) -> list[bytes]:
    """As many records as one section takes, each once."""
    kept = list(dict.fromkeys(records))
    return kept if sum(map(len, kept)) <= MOST else kept[: bisect_right(list(accumulate(map(len, kept))), MOST)]


def chunk(records: Iterable[bytes]) -> Chunk:
    """An authority or additional section."""
    kept = fitting(records)
    return Chunk(data=b"".join(kept), plain_count=len(kept))
