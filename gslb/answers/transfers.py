"""Zones as secondaries fetch them: frozen at a serial, with a journal of the steps that led there.

A serial stands for the same content for ever, while answers move at once. So what is carried is gathered here RRset by
RRset, and frozen whenever the serial rises: with a published change of it, at most once a second. TTLs and shares in
motion are not carried, so they raise nothing.

A place below CARRIED names a carried RRset where others name a slot: part CARRIED, and a number of its own.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from gslb.answers.carried import NOTHING
from gslb.answers.dnssec.copied import Copied
from gslb.answers.dnssec.denial import hashed
from gslb.answers.dnssec.sections import records
from gslb.answers.dnssec.work import CARRIED, Place
from gslb.answers.plan import Plan, nameserver_records, nested
from gslb.answers.records import OWNER, ns_rdata, record
from gslb.answers.slots import DenialSlot, HostSlot, ReferralSlot, ServiceSlot, Slot, StaticSlot, ZoneKind, ZoneSlot
from gslb.handoff.specs import EntrySpec
from gslb.handoff.transfers import Contents, Step, transfer_file
from gslb.model.values import RecordType
from gslb.model.zones import Zone

EVERY = 1.0
"""Seconds between two serials of a zone."""

MOST_STEPS = 128
MOST_OCTETS = 262_144
"""Of a journal. A secondary that is further behind fetches the whole zone."""

VIEW = 0
"""The view that is carried: everybody's."""

Key: TypeAlias = tuple[bytes, int]
"""Owner and type of an RRset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was last carried of a zone, for another plan to go on from. RRsets come with their RRSIGs."""

    serial: int
    soa: bytes
    content: Mapping[Key, bytes]
    steps: tuple[Step, ...]


class _Seat(NamedTuple):
    """One carried RRset: its slot, its key, and whose it is."""

    place: Place
    key: Key
    zone: str


class Transfers:
    """The carried side of one plan. `serials` by zone text; `pasts`: what zones of another plan were last."""

    def __init__(self, plan: Plan, serials: Mapping[str, int], pasts: Mapping[str, Past] | None = None) -> None:
        self.seats: tuple[_Seat, ...] = tuple(_seats(plan))
        self.specs: list[EntrySpec] = [NOTHING] * len(self.seats)
        self._numbers = {seat.place: number for number, seat in enumerate(self.seats)}
        self._chains = _chains(plan)
        self._journals = {
            text: Journal(zone, serials[text], dict(_delegations(plan, zone)), (pasts or {}).get(text))
            for text, zone in plan.zones.items()
            if zone.transfer is not None
        }

    def __repr__(self) -> str:
        return f"<Transfers {list(self._journals.values())}>"

    @property
    def places(self) -> dict[Place, Place]:
        """From each place of ours to the slot it stands beside."""
        return {(CARRIED, number): seat.place for number, seat in enumerate(self.seats)}

    def number(self, place: Place) -> int | None:
        """The number of what is carried of a slot; None for a slot of which nothing is."""
        return self._numbers.get(place)

    def of_zone(self, zone: str) -> list[int]:
        """The numbers of a zone."""
        return [number for number, seat in enumerate(self.seats) if seat.zone == zone]

    def has(self, place: Place) -> bool:
        """Whether anything is carried of a slot now."""
        number = self._numbers.get(place)
        return number is not None and bool(self.specs[number].variants)

    def relinked(self, place: Place, slot: DenialSlot, *, holds: bool) -> tuple[Place, ...]:
        """A name of a carried chain has been looked at, and holds something or nothing: the links to be made anew."""
        chain = self._chains.get(slot.zone)
        return (place,) if chain is None else (place, *chain.turned(place, holds=holds))

    def following(self, place: Place, slot: DenialSlot) -> bytes | None:
        """What comes after a link; None for one that is left out."""
        chain = self._chains.get(slot.zone)
        return slot.following if chain is None else chain.following(place)

    def put(self, number: int, octets: bytes) -> None:
        """From the next serial on these records, owned by OWNER, with their RRSIGs, are carried."""
        seat = self.seats[number]
        self._journals[seat.zone].put(seat.key, _owned(octets, seat.key[0]))

    def raised(self, now: float) -> dict[str, int]:
        """Freeze what has changed, where it is time; the new serials. Their SOA is to be put before `files`."""
        return {text: serial for text, journal in self._journals.items() if (serial := journal.raised(now)) is not None}

    def serials(self) -> dict[str, int]:
        """The serial of each zone now."""
        return {text: journal.serial for text, journal in self._journals.items()}

    @property
    def waits(self) -> bool:
        """Whether something has changed that no serial stands for yet."""
        return any(journal.changed for journal in self._journals.values())

    def files(self, generation: int) -> dict[bytes, bytes]:
        """The transfer files that are new, by apex."""
        return {
            journal.apex: transfer_file(contents, generation=generation)
            for journal in self._journals.values()
            if (contents := journal.written()) is not None
        }

    def pasts(self) -> dict[str, Past]:
        """What each zone was last."""
        return {text: past for text, journal in self._journals.items() if (past := journal.past()) is not None}


class Journal:
    """One zone: what is carried now, what was frozen, and how it came to it."""

    def __init__(self, zone: Zone, serial: int, delegations: Mapping[Key, bytes], past: Past | None) -> None:
        self.apex = zone.name
        self.serial = serial
        self.changed: set[Key] = set()
        self._soa_key = (zone.name, int(RecordType.SOA))
        self._now: dict[Key, bytes] = dict(delegations)
        self._frozen: dict[Key, bytes] = {} if past is None else dict(past.content)
        self._before = past
        self._soa = b"" if past is None else past.soa
        self._steps = deque(() if past is None else past.steps)
        self._raised_at: float | None = None
        self._pending: tuple[int, list[bytes], list[bytes]] | None = None

    def __repr__(self) -> str:
        return f"<Journal {self.serial} steps={len(self._steps)} changed={len(self.changed)}>"

    def put(self, key: Key, octets: bytes) -> None:
        """Carry this from the next serial on; nothing, where it is empty."""
        if self._now.get(key, b"") != octets:
            self._now[key] = octets
            if key != self._soa_key:
                self.changed.add(key)

    def raised(self, now: float) -> int | None:
        """The serial that stands for what is carried now, where it is a new one, and time for it."""
        if self._raised_at is None:
            return self._first(now)
        if not self.changed or 0 <= now - self._raised_at < EVERY or self._pending is not None:
            return None
        return self._freeze(self.changed, max(self.serial + 1, int(now)), now)

    def _first(self, now: float) -> int:
        """Under a new configuration the serial has risen already; what was carried by a control before is not known."""
        keys = (self._now.keys() | self._frozen.keys()) - {self._soa_key}
        past = self._before
        fresh = past is not None and (
            self.serial != past.serial or all(self._now.get(k, b"") == self._frozen.get(k, b"") for k in keys)
        )
        return self._freeze(keys, self.serial if fresh else max(self.serial + 1, int(now)), now)

    def _freeze(self, keys: Iterable[Key], serial: int, now: float) -> int:
        gone: list[bytes] = []
        new: list[bytes] = []
        for key in sorted(keys):
            _differ(self._frozen.get(key, b""), self._now.get(key, b""), gone, new)
            self._frozen[key] = self._now.get(key, b"")
        before, self.serial = self.serial if self._before is None else self._before.serial, serial % 2**32
        known = bool(self._soa)
        self._pending = (before, gone, new) if known else (self.serial, [], [])
        self._before = None
        self._raised_at = now
        self.changed = set()
        return self.serial

    def written(self) -> Contents | None:
        """What is to be written for a serial that has risen; the SOA, with its RRSIG, has been put meanwhile."""
        if self._pending is None:
            return None
        before, gone, new = self._pending
        self._pending = None
        soa, old = self._now.get(self._soa_key, b""), self._frozen.get(self._soa_key, b"")
        first, former = _split(soa)[0], self._soa
        if before != self.serial:
            _differ(b"".join(_split(old)[1:]), b"".join(_split(soa)[1:]), gone, new)
            self._steps.append(Step(before, self.serial, b"".join((former, *gone, first, *new))))
        while len(self._steps) > MOST_STEPS or sum(len(step.octets) for step in self._steps) > MOST_OCTETS:
            self._steps.popleft()
        self._frozen[self._soa_key], self._soa = soa, first
        records_ = b"".join(
            (soa[len(first) :], *(found for key, found in self._frozen.items() if key != self._soa_key))
        )
        return Contents(self.apex, self.serial, first, records_, tuple(self._steps))

    def past(self) -> Past | None:
        """What was last written; None before the first time."""
        if not self._soa or self._pending is not None:
            return None
        return Past(serial=self.serial, soa=self._soa, content=dict(self._frozen), steps=tuple(self._steps))


def _differ(old: bytes, now: bytes, gone: list[bytes], new: list[bytes]) -> None:
    before, after = _split(old), _split(now)
    gone += [one for one in before if one not in after]
    new += [one for one in after if one not in before]


def _split(octets: bytes) -> list[bytes]:
    """One record after another."""
    return [record(owner, rtype, ttl, rdata) for owner, rtype, ttl, rdata in records(octets)]


def _owned(octets: bytes, owner: bytes) -> bytes:
    return b"".join(
        [record(owner if at == OWNER else at, rtype, ttl, rdata) for at, rtype, ttl, rdata in records(octets)]
    )


def _seats(plan: Plan) -> Iterator[_Seat]:
    """What is carried of zones that may be fetched: every type of every name, as everybody has it."""
    for node in plan.nodes:
        for _, view, number in node.types:
            slot = plan.slots[node.part][number]
            if view == VIEW and plan.zones[slot.zone].transfer is not None:
                yield _Seat((node.part, number), _key(slot, plan.zones[slot.zone]), slot.zone)


def _chains(plan: Plan) -> dict[str, Copied]:
    """Of zones with NSEC3 that may be fetched."""
    links: dict[str, list[tuple[bytes, bytes, Place]]] = {}
    for node in plan.nodes:
        for _, view, number in node.types:
            slot = plan.slots[node.part][number]
            by_hash = view == VIEW and isinstance(slot, DenialSlot) and slot.rtype == RecordType.NSEC3
            if by_hash and plan.zones[slot.zone].transfer is not None:
                links.setdefault(slot.zone, []).append((hashed(node.name), node.name, (node.part, number)))
    return {text: Copied(plan.zones[text].name, found) for text, found in links.items()}


_KINDS = {
    ZoneKind.SOA: RecordType.SOA,
    ZoneKind.NS: RecordType.NS,
    ZoneKind.DNSKEY: RecordType.DNSKEY,
    ZoneKind.CDS: RecordType.CDS,
    ZoneKind.CDNSKEY: RecordType.CDNSKEY,
    ZoneKind.NSEC3PARAM: RecordType.NSEC3PARAM,
}


def _key(slot: Slot, zone: Zone) -> Key:
    match slot:
        case ServiceSlot() | StaticSlot() | DenialSlot():
            return slot.owner, int(slot.rtype)
        case HostSlot():
            return slot.hostname, int(slot.rtype)
        case ReferralSlot():
            return slot.owner, int(RecordType.NS)
        case ZoneSlot():
            return zone.name, int(_KINDS[slot.kind])
        case _:
            raise AssertionError("a state name is no name of a zone")


def _delegations(plan: Plan, zone: Zone) -> Iterator[tuple[Key, bytes]]:
    """NS and glue of zones right below that are ours, too: here they are one table, at a secondary they are cut off."""
    inner = nested(zone, frozenset(one.name for one in plan.zones.values()))
    for below in plan.zones.values():
        if below.name in inner:
            servers = [record(below.name, RecordType.NS, below.static_ttl, ns_rdata(s.name)) for s in below.nameservers]
            yield (below.name, int(RecordType.NS)), b"".join(servers)
            glue: dict[Key, bytes] = {}
            for one in nameserver_records(below):
                key = (one.owner, int(one.rtype))
                glue[key] = glue.get(key, b"") + record(one.owner, one.rtype, one.ttl, one.rdata)
            yield from glue.items()
