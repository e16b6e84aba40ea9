"""What is signed ahead of the queries, when it must be signed again, and by whom.

Holds no entries: the builder says which changed, gets work for them, and gives back what was done.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gslb.answers.dnssec.rrsig import REFRESH
from gslb.answers.dnssec.signatures import Signatures
from gslb.answers.dnssec.signer import Signers, signers
from gslb.answers.dnssec.work import Done, Place, Signed, Task, Terms, Work
from gslb.answers.slots import DenialSlot, HostSlot, ReferralSlot, ServiceSlot, Slot, StateSlot, StaticSlot
from gslb.handoff.specs import EntrySpec, NodeSpec
from gslb.model.keys import ZoneKey
from gslb.model.values import RecordType
from gslb.model.zones import Zone

RENEW_EVERY = 60.0
"""Seconds between two looks for signatures that are to be renewed: a walk over all entries."""

RENEWED_AT_ONCE = 1000
"""Entries renewed after one such look; many more than fall due, unless something stood still for days."""


class Ahead:
    """The signed side of one plan. `known`: signatures made before, also for another plan."""

    def __init__(
        self, zones: Mapping[str, Zone], nodes: Iterable[NodeSpec], slots: Sequence[Sequence[Slot]], known: Signatures
    ) -> None:
        self.known = known
        self.who: dict[str, Signers] = {text: Signers() for text, zone in zones.items() if zone.dnssec is not None}
        self.terms: dict[Place, Terms] = dict(_terms(zones, nodes, slots)) if self.who else {}
        self._keys: dict[str, tuple[ZoneKey, ...]] = {}
        self._dirty: dict[Place, Task] = {}
        self._signed: dict[Place, Signed] = {}
        self._looked = 0.0

    def __repr__(self) -> str:
        return f"<Ahead {len(self._signed)} entries signed, {len(self._dirty)} to sign, {self.known}>"

    def is_signed(self, zone: str) -> bool:
        """Whether some key signs this zone's data now."""
        return zone in self.who and bool(self.who[zone].data)

    def takes(self, place: Place, spec: EntrySpec) -> bool:
        """Note an entry that changed; False when it is not to be signed."""
        terms = self.terms.get(place)
        if terms is None or not self.who[terms.zone].data:
            return False
        self._dirty[place] = Task(place, spec, terms, self.who[terms.zone])
        return True

    def forget(self, place: Place) -> None:
        """The entry is no more, or is not signed any more."""
        self._dirty.pop(place, None)
        self._signed.pop(place, None)

    def keys(self, keys: Mapping[str, Sequence[ZoneKey]]) -> None:
        """From now on each zone (by its text) has these keys."""
        self._keys = {zone: tuple(found) for zone, found in keys.items()}

    def turned(self, now: float) -> Iterator[tuple[str, Signers]]:
        """The zones whose keys do something else from now on, and what they did before."""
        for zone, before in self.who.items():
            after = signers(self._keys.get(zone, ()), now)
            if after != before:
                self.who[zone] = after
                yield zone, before

    def due(self, now: float) -> list[Place]:
        """Entries whose signatures are to be renewed; looks at all of them every RENEW_EVERY seconds.

        All that are not valid now, for the clock has jumped; and the first RENEWED_AT_ONCE others.
        """
        if 0 <= now - self._looked < RENEW_EVERY:
            return []
        self._looked = now
        found = [each for each in self._signed.values() if not each.start <= now < each.end]
        found.sort(key=lambda each: each.start <= now < each.end + REFRESH)
        invalid = sum(not each.start <= now < each.end + REFRESH for each in found)
        return [each.task.place for each in found[: max(invalid, RENEWED_AT_ONCE)]]

    def work(self, now: float) -> Work:
        """What is to be signed for the table to be as decided."""
        return Work(tasks=tuple(self._dirty.values()), known=self.known, now=now)

    def accept(self, done: Done) -> Iterator[Signed]:
        """Take signatures over, and the entries that are still as they were when the work was given out."""
        self.known.add(done.made)
        for each in done.signed:
            if self._dirty.get(each.task.place) is each.task:
                del self._dirty[each.task.place]
                self._signed[each.task.place] = each
                yield each

    def prune(self, now: float) -> None:
        """Let signatures go that no entry has had use for in a long time."""
        self.known.prune((name for each in self._signed.values() for name in each.used), now)


def _terms(
    zones: Mapping[str, Zone], nodes: Iterable[NodeSpec], slots: Sequence[Sequence[Slot]]
) -> Iterator[tuple[Place, Terms]]:
    """How each slot of a zone with keys is signed; none for delegations, glue, and names that are in no zone."""
    below = {
        (node.part, number)
        for node in nodes
        if node.cut is not None
        for rtype, _, number in node.types
        if not (node.cut == node.name and rtype in (RecordType.DS, RecordType.NSEC, RecordType.NSEC3))
    }
    for part, numbered in enumerate(slots):
        for number, slot in enumerate(numbered):
            zone = zones[slot.zone]
            if zone.dnssec is not None and (part, number) not in below and not isinstance(slot, StateSlot):
                yield (part, number), Terms(slot.zone, *_owner(slot, zone))


def _owner(slot: Slot, zone: Zone) -> tuple[bytes, int | None]:
    """A service's TTL moves below the zone's `ttl`, which signatures give as the original (RFC 4034 section 3.1.4)."""
    if isinstance(slot, ServiceSlot):
        return slot.owner, zone.ttl
    if isinstance(slot, HostSlot):
        return slot.hostname, zone.ttl
    if isinstance(slot, StaticSlot | DenialSlot | ReferralSlot):
        return slot.owner, None
    return zone.name, None
