"""How often each member and service was answered: what workers count, put to names.

A worker counts by table, part and counter; only the table's image knows what those stand for. Images of the latest
tables are kept, since a worker reports the last counts of a table after it has swapped to the next. Totals go on
across tables, reloads and, for members, restarts.
"""

from collections import Counter
from collections.abc import Mapping

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
        self._tables: dict[int, tuple[PartCounters, ...]] = {}

    def __repr__(self) -> str:
        return f"<Answered {self.members.total()} turns of {len(self.members)} members>"

    def publish(self, generation: int, counters: tuple[PartCounters, ...]) -> None:
        """A table of this generation is about to be announced."""
        self._tables[generation] = counters
        while len(self._tables) > KEPT:
            del self._tables[min(self._tables)]

    def count(self, counts: Counts) -> None:
        """What a worker sent since its last report."""
        parts = self._tables.get(counts.generation, ())
        part = parts[counts.part] if counts.part < len(parts) else None
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
