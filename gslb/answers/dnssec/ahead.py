"""What is signed ahead of the queries, when it must be signed again, and by whom.

Holds no entries: the builder says which changed, gets work for them, and gives back what was done.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

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

NOWHERE: Mapping[Place, Place] = {}


class Ahead:
    """The signed side of one plan. `known`: signatures made before, also for another plan."""

    def __init__(
        self,
        zones: Mapping[str, Zone],
        nodes: Iterable[NodeSpec],
        slots: Sequence[Sequence[Slot]],
        known: Signatures,
        beside: Mapping[Place, Place] = NOWHERE,
    ) -> None:
        """`beside`: more places, each signed as the slot it stands beside."""
        self.known = known
        self.who: dict[str, Signers] = {text: Signers() for text, zone in zones.items() if zone.dnssec is not None}
        self.terms: dict[Place, Terms] = dict(_terms(zones, nodes, slots)) if self.who else {}
        self.terms |= {place: self.terms[slot] for place, slot in beside.items() if slot in self.terms}
        self._keys: dict[str, tuple[ZoneKey, ...]] = {}
        self._dirty: dict[Place, Task] = {}
        self._stale: dict[Place, Task] = {}
        self._signed: dict[Place, Signed] = {}
        self._looked = 0.0

    def __repr__(self) -> str:
        waiting = f"{len(self._dirty)} to sign, {len(self._stale)} to renew"
        return f"<Ahead {len(self._signed)} entries signed, {waiting}, {self.known}>"

    @property
    def waiting(self) -> tuple[int, int]:
        """How many entries are to be signed, and how many to be renewed."""
        return len(self._dirty), len(self._stale)

    @property
    def expires(self) -> float:
        """When the first signature of all entries ends, Unix time; 0 without any."""
        return min((each.end + REFRESH for each in self._signed.values()), default=0.0)

    def is_signed(self, zone: str) -> bool:
        """Whether some key signs this zone's data now."""
        return zone in self.who and bool(self.who[zone].data)

    def takes(self, place: Place, spec: EntrySpec, *, renewed: bool = False) -> bool:
        """Note an entry that changed; False when it is not to be signed.

        `renewed`: it says what it said, and its signatures are good for a while yet. It may stand as it is until there
        is time.
        """
        terms = self.terms.get(place)
        if terms is None or not self.who[terms.zone].data:
            return False
        task = Task(place, spec, terms, self.who[terms.zone])
        if renewed and place in self._signed and place not in self._dirty:
            self._stale[place] = task
        else:
            self._stale.pop(place, None)
            self._dirty[place] = task
        return True

    def forget(self, place: Place) -> None:
        """The entry is no more, or is not signed any more."""
        self._dirty.pop(place, None)
        self._stale.pop(place, None)
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

    def work(self, now: float, renewed: int) -> Work:
        """What is to be signed for the table to be as decided, and so many of those to be renewed."""
        tasks = (*self._dirty.values(), *islice(self._stale.values(), renewed))
        return Work(tasks=tasks, known=self.known, now=now)

    def accept(self, done: Done) -> Iterator[Signed]:
        """Take signatures over, and the entries that are still as they were when the work was given out."""
        self.known.add(done.made)
        for each in done.signed:
            place = each.task.place
            for waiting in (self._dirty, self._stale):
                if waiting.get(place) is each.task:
                    del waiting[place]
                    self._signed[place] = each
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
