"""What a counter of a part counts: workers send (part, counter, sent), figures want services and members."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gslb.answers.slots import Slot
from gslb.model.verdicts import MemberKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One counter's meaning. `members` is empty where no member's turn is counted.

    A and AAAA of services: the members in the answer. Ranked MX: those behind the first exchanger. Equal MX and SRV:
    all in use.
    """

    slot: Slot
    variant: int
    members: tuple[MemberKey, ...]


class PartCounters:
    """The counters of one part as it was written. Immutable."""

    __slots__ = ("_counted", "_firsts", "_slots")

    def __init__(
        self,
        firsts: Mapping[int, int],
        slots: Sequence[Slot],
        counted: Sequence[tuple[tuple[MemberKey, ...], ...]],
    ) -> None:
        """`firsts`: slot → first counter, rising; `slots` and `counted` by slot."""
        self._firsts = tuple(firsts.values())
        self._slots = tuple(slots[slot] for slot in firsts)
        self._counted = tuple(counted[slot] for slot in firsts)

    def of(self, counter: int) -> Counted | None:
        """What this counter counts; None for one that the part never had."""
        place = bisect_right(self._firsts, counter) - 1
        if place < 0:
            return None
        variant = counter - self._firsts[place]
        if variant >= len(self._counted[place]):
            return None
        return Counted(slot=self._slots[place], variant=variant, members=self._counted[place][variant])
