"""How often each member and service was answered: what workers count, put to names.

A worker counts by part, the generation it was made in, and counter; only the table's image knows what those stand for.
What the latest tables had is kept, since a worker reports the last counts of a part after it has swapped to the next
table. Totals go on across tables, reloads and, for members, restarts.
"""

from collections import Counter, deque
from collections.abc import Mapping

from gslb.answers.image import Image
from gslb.answers.slots import ServiceSlot
from gslb.answers.tally import PartCounters
from gslb.handoff.messages import Counts
from gslb.model.verdicts import MemberKey

KEPT = 16
"""Tables whose counters are still understood. Workers report each second and before they let a table go."""


class Answered:
    """Totals since the first start (members) or since this one (services, and by view those not of everybody's).

    `strayed`: counts of unknown tables.
    """

    def __init__(self, members: Mapping[MemberKey, int]) -> None:
        self.members: Counter[MemberKey] = Counter(members)
        self.services: Counter[tuple[str, str, str]] = Counter()
        self.views: Counter[tuple[str, str, str, str]] = Counter()
        self.strayed = 0
        self._known: dict[tuple[int, int], PartCounters] = {}
        self._tables: deque[tuple[tuple[int, int], ...]] = deque()

    def __repr__(self) -> str:
        return f"<Answered {self.members.total()} turns of {len(self.members)} members>"

    def publish(self, image: Image) -> None:
        """A table is about to be announced."""
        parts = tuple(enumerate(image.made))
        self._known.update(zip(parts, image.counters, strict=True))
        self._tables.append(parts)
        if len(self._tables) > KEPT:
            gone = set(self._tables.popleft())
            for parts in self._tables:
                gone.difference_update(parts)
            for part in gone:
                del self._known[part]

    def count(self, counts: Counts) -> None:
        """What a worker sent since its last report."""
        part = self._known.get((counts.part, counts.generation))
        for counter, sent in counts.pairs:
            counted = None if part is None else part.of(counter)
            if counted is None:
                self.strayed += sent
                continue
            for member in counted.members:
                self.members[member] += sent
            if isinstance(counted.slot, ServiceSlot):
                slot = counted.slot
                self.services[slot.zone, slot.service, slot.rtype.name] += sent
                if slot.view:
                    self.views[slot.zone, slot.service, slot.view, slot.rtype.name] += sent
