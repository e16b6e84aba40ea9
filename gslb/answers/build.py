"""Decisions in, table files out. Only what a changed decision touches is made anew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from gslb.answers import carried, entries, short
from gslb.answers.dnssec.ahead import Ahead
from gslb.answers.dnssec.signatures import Signatures
from gslb.answers.dnssec.signer import Signers
from gslb.answers.dnssec.work import CARRIED, Done, Place, Work
from gslb.answers.entries import Made, Scene
from gslb.answers.image import Image, Pressing
from gslb.answers.parts import Parts
from gslb.answers.plan import Plan
from gslb.answers.slots import KEY_KINDS, DenialSlot, HostSlot, ServiceSlot, Slot, StateSlot, ZoneKind, ZoneSlot
from gslb.answers.states import of_state
from gslb.answers.transfers import Past, Transfers
from gslb.handoff.blocks import Block, block
from gslb.handoff.specs import EntrySpec
from gslb.handoff.writer import names_file
from gslb.model.decisions import Decision, HostDecision
from gslb.model.keys import ZoneKey
from gslb.model.values import Family
from gslb.model.verdicts import MemberKey
from gslb.model.zones import EVERYBODY

Consumers: TypeAlias = tuple[tuple[MemberKey, ...], ...]
"""For whom each variant of an entry is counted."""

DecisionKey: TypeAlias = tuple[str, str, Family] | tuple[str, str, Family, str]
"""Zone text, service name, family; and the view, where it is not everybody's."""

ALL = 1 << 32
"""So many entries that there is no more."""

AS_DECIDED: Mapping[DecisionKey, Decision | None] = {}

_LEAN = Made(spec=EntrySpec())
"""Stands for every entry of which nothing is kept but its block."""

HostKey: TypeAlias = tuple[str, bytes]
"""Zone text, wire name: steering decides a name once for each zone whose members bear it."""


def decision_key(zone: str, service: str, family: Family, view: str = EVERYBODY) -> DecisionKey:
    """The key of one decision."""
    return (zone, service, family) if view == EVERYBODY else (zone, service, family, view)


class Builder:
    """Keeps the entries of one plan. Until its decision comes, a service or hostname is not ready (SERVFAIL).

    Zones that are to be signed are so once `sign` has told their keys. A type and the bitmap that lists it are in one
    image, or neither is.
    """

    def __init__(
        self,
        plan: Plan,
        serials: Mapping[str, int],
        signatures: Signatures | None = None,
        pasts: Mapping[str, Past] | None = None,
    ) -> None:
        """`serials`: the SOA serial of each zone, by its text. `signatures`: those made before, for any plan; `pasts`:
        what was carried before, of any plan."""
        self.plan = replace(plan, nodes=(), states=())
        self.transfers = Transfers(plan, serials, pasts)
        known = Signatures() if signatures is None else signatures
        self.ahead = Ahead(plan.zones, plan.nodes, plan.slots, known, self.transfers.places)
        self._scenes = _scenes(plan, serials)
        self._made: list[list[Made]] = [[] for _ in plan.slots]
        self._whole = {
            text for text, zone in plan.zones.items() if zone.dnssec is not None or zone.transfer is not None
        }
        self._parts = Parts(plan.slots)
        self._service_slots: dict[DecisionKey, list[tuple[Place, ServiceSlot]]] = {}
        self._host_slots: dict[HostKey, tuple[Place, ...]] = {}
        self._state_slots: dict[tuple[str, str], list[tuple[Place, StateSlot]]] = {}
        self._decisions: dict[DecisionKey, Decision] = {}
        self._carried: dict[DecisionKey, Decision | None] = {}
        self._links: dict[Place, list[tuple[Place, DenialSlot]]] = {}
        # made first, so that the room names take is there for all that follows
        self._names: bytes | None = names_file(
            (*plan.nodes, *plan.states), plan.zone_specs, generation=0, clients=plan.clients
        )
        self._encoded: tuple[EntrySpec, Block] | None = None
        for part, slots in enumerate(plan.slots):
            for number, slot in enumerate(slots):
                made = self._first((part, number), slot)
                self._made[part].append(made)
                if self.transfers.seats:
                    self._carry((part, number), carried.as_answered(made.spec))
                if made is not entries.ABSENT:
                    self._parts.put(part, number, self._block(made.spec))

    def _first(self, place: Place, slot: Slot) -> Made:
        """A slot's entry before any decision; the slot is noted under what will decide it."""
        if isinstance(slot, ServiceSlot):
            for family in slot.families:
                key = decision_key(slot.zone, slot.decided_by, family, slot.view)
                self._service_slots.setdefault(key, []).append((place, slot))
            return entries.not_ready()
        if isinstance(slot, HostSlot):
            key_of_host = (slot.zone, slot.hostname)
            self._host_slots[key_of_host] = (*self._host_slots.get(key_of_host, ()), place)
            return entries.not_ready()
        if isinstance(slot, StateSlot):
            self._state_slots.setdefault((slot.zone, slot.decided_by), []).append((place, slot))
            return Made(spec=of_state(slot, ()))
        if isinstance(slot, DenialSlot):
            for _, listed in slot.types:
                self._links.setdefault((place[0], listed), []).append((place, slot))
            return entries.ABSENT
        return entries.of_configuration(slot, self._scenes[slot.zone])

    def update(
        self,
        decisions: Mapping[DecisionKey, Decision],
        hosts: Mapping[HostKey, HostDecision],
        instead: Mapping[DecisionKey, Decision | None] = AS_DECIDED,
    ) -> bool:
        """Take over these decisions; those not named stand. Whether any entry differs from before.

        A decision that the plan has no slot for is passed over. `instead`: what transfers carry in place of a decision.
        """
        changed = False
        for key, other in instead.items():
            if self._carried.get(key) != other:
                self._carried[key] = other
                changed |= key not in decisions and self._carry_service(key)
        for key, decision in decisions.items():
            if self._decisions.get(key) != decision:
                self._decisions[key] = decision
                for place, slot in self._service_slots.get(key, ()):
                    changed |= self._put_service(place, slot, decision)
                changed |= self._carry_service(key)
                changed |= self._restate(key[0], key[1])
        for host_key, host in hosts.items():
            for place in self._host_slots.get(host_key, ()):
                changed |= self._put_host(place, host)
        return changed

    def _put_service(self, place: Place, slot: ServiceSlot, decision: Decision) -> bool:
        found = None if slot.zone in self._whole else short.of_service(slot, decision)
        return self._put(place, self._of_service(slot, decision)) if found is None else self._put_block(place, *found)

    def _put_host(self, place: Place, host: HostDecision) -> bool:
        slot = self.plan.slots[place[0]][place[1]]
        if not isinstance(slot, HostSlot):
            raise AssertionError("only slots of hosts are noted under hosts")
        found = None if slot.zone in self._whole else short.of_host(slot, host)
        if found is not None:
            return self._put_block(place, *found)
        changed = self._put(place, entries.of_host(slot, host, self._scenes[slot.zone]))
        if self.transfers.number(place) is not None:
            changed |= self._carry(place, carried.of_host(slot, host, self._scenes[slot.zone]))
        return changed

    def _carry_service(self, key: DecisionKey) -> bool:
        """Carry what a service's decisions say now."""
        changed = False
        if not self.transfers.seats:
            return changed
        for place, slot in self._service_slots.get(key, ()):
            if self.transfers.number(place) is not None:
                keys = [decision_key(slot.zone, slot.decided_by, family) for family in slot.families]
                found = [self._carried.get(each) or self._decisions[each] for each in keys if each in self._decisions]
                whole = found if len(found) == len(keys) else ()
                changed |= self._carry(place, carried.of_service(slot, whole, self._scenes[slot.zone]))
        return changed

    def _carry(self, place: Place, spec: EntrySpec) -> bool:
        """Carry this RRset of a slot, once it is signed where it is to be."""
        number = self.transfers.number(place)
        if number is None or spec == self.transfers.specs[number]:
            return False
        before, self.transfers.specs[number] = self.transfers.specs[number], spec
        self._encode_carried(number, renewed=False)
        if bool(before.variants) != bool(spec.variants):
            for link, slot in self._links.get(place, ()):
                self._link(link, slot)
        return True

    def _encode_carried(self, number: int, *, renewed: bool) -> None:
        own, spec = (CARRIED, number), self.transfers.specs[number]
        if not spec.variants or not self.ahead.takes(own, spec, renewed=renewed):
            self.ahead.forget(own)
            self.transfers.put(number, spec.variants[0].data if spec.variants else b"")

    def _of_service(self, slot: ServiceSlot, made: Decision) -> Made:
        """The entry of a service's type, of which this decision was made; not ready until all of them have come."""
        if len(slot.families) == 1:
            return entries.of_service(slot, (made,), self._scenes[slot.zone])
        keys = [decision_key(slot.zone, slot.decided_by, family, slot.view) for family in slot.families]
        decisions = [self._decisions[key] for key in keys if key in self._decisions]
        if len(decisions) < len(keys):
            return entries.not_ready()
        return entries.of_service(slot, decisions, self._scenes[slot.zone])

    def _restate(self, zone: str, service: str) -> bool:
        """Tell the state of a service anew, as it is for everybody."""
        slots = self._state_slots.get((zone, service), ())
        if not slots:
            return False
        found = [self._decisions.get(decision_key(zone, service, family)) for family in Family]
        decisions = [decision for decision in found if decision is not None]
        return sum(self._put(place, Made(spec=of_state(slot, decisions))) for place, slot in slots) > 0

    def sign(self, keys: Mapping[str, Sequence[ZoneKey]], now: float) -> bool:
        """Sign with these keys from now on (by zone text), as their dates say. Whether any entry differs from before.

        A zone of which no key signs data now is served unsigned.
        """
        self.ahead.keys(keys)
        return self.look(now)

    def look(self, now: float) -> bool:
        """Time has passed: keys begin and end, signatures grow old. Whether any entry differs from before."""
        changed = False
        for zone, before in self.ahead.turned(now):
            changed = True
            self._resign(zone, before)
        for part, number in self.ahead.due(now):
            spec = self.transfers.specs[number] if part == CARRIED else self._made[part][number].spec
            changed |= self.ahead.takes((part, number), spec, renewed=True)
        return changed

    def _resign(self, zone: str, before: Signers) -> None:
        """A zone's keys do something else: its keys' entries change, and whatever they sign is signed anew."""
        who = self.ahead.who[zone]
        places = [
            (part, number, slot)
            for part, slots in enumerate(self.plan.slots)
            for number, slot in enumerate(slots)
            if slot.zone == zone
        ]
        for part, number, slot in places:
            if isinstance(slot, ZoneSlot) and slot.kind in KEY_KINDS:
                self._put((part, number), entries.of_keys(slot.kind, who, self._scenes[zone]))
        if (before.data, before.keys) == (who.data, who.keys):
            return
        renewed = bool(before.data and who.data)
        for part, number, slot in places:
            if isinstance(slot, DenialSlot):
                self._link((part, number), slot)
            self._encode((part, number), self._made[part][number], renewed=renewed)
        for number in self.transfers.of_zone(zone):
            self._encode_carried(number, renewed=renewed)

    def _put_block(self, place: Place, ready: Block, counted: Consumers) -> bool:
        """Of a zone that is neither signed nor fetched, the block alone is kept."""
        part, number = place
        kept = self._made[part]
        before = kept[number].counted
        kept[number] = _LEAN if counted == _LEAN.counted else Made(_LEAN.spec, counted)
        if ready == self._parts.at(part, number):
            return self._counts_other(part, before, counted)
        self._parts.put(part, number, ready)
        return True

    def _put(self, place: Place, made: Made) -> bool:
        part, number = place
        if self.plan.slots[part][number].zone not in self._whole:
            return self._put_block(place, self._block(made.spec), made.counted)
        before = self._made[part][number]
        self._made[part][number] = made
        if made.spec == before.spec:
            return self._counts_other(part, before.counted, made.counted)
        self._encode(place, made)
        if isinstance(self.plan.slots[part][number], ZoneSlot):
            self._carry(place, carried.as_answered(made.spec))
        if entries.is_there(made.spec) != entries.is_there(before.spec):
            for link, slot in self._links.get(place, ()):
                self._link(link, slot)
        return True

    def _counts_other(self, part: int, before: Consumers, after: Consumers) -> bool:
        """The octets are the same. Sent for other members now, they are counted for those: that wants a table, too."""
        if before != after:
            self._parts.touch(part)
        return before != after

    def _encode(self, place: Place, made: Made, *, renewed: bool = False) -> None:
        """Into the table with it: at once, or once it is signed (`renewed`: see Ahead.takes)."""
        part, number = place
        if made is entries.ABSENT:
            self.ahead.forget(place)
            self._parts.drop(part, number)
        elif not self.ahead.takes(place, made.spec, renewed=renewed):
            self.ahead.forget(place)
            self._parts.put(part, number, self._block(made.spec))

    def _block(self, spec: EntrySpec) -> Block:
        """Encoded once where many in a row are the same: the empty ones of a zone, and those that are not ready."""
        if self._encoded is None or self._encoded[0] is not spec:
            self._encoded = spec, block(spec)
        return self._encoded[1]

    def _link(self, place: Place, slot: DenialSlot) -> None:
        """A link of the chain of denial lists the types that its name has now; it is gone while nothing is signed."""
        made = entries.ABSENT
        if self.ahead.is_signed(slot.zone):
            there = [rtype for rtype, number in slot.types if entries.is_there(self._made[place[0]][number].spec)]
            made = entries.of_denial(slot, there, self._scenes[slot.zone])
        self._put(place, made)
        if self.transfers.number(place) is not None:
            holds = bool(slot.always) or any(self.transfers.has((place[0], number)) for _, number in slot.types)
            for other in self.transfers.relinked(place, slot, holds=holds):
                self._carry_link(other)

    def _carry_link(self, place: Place) -> None:
        """Carry a link as a copy has it."""
        slot, spec = self.plan.slots[place[0]][place[1]], entries.ABSENT.spec
        if not isinstance(slot, DenialSlot):
            raise AssertionError("only slots of denial are links")
        following = self.transfers.following(place, slot)
        if following is not None and self.ahead.is_signed(slot.zone):
            there = [rtype for rtype, number in slot.types if self.transfers.has((place[0], number))]
            spec = entries.of_denial(replace(slot, following=following), there, self._scenes[slot.zone]).spec
        self._carry(place, spec)

    def work(self, now: float, renewed: int = ALL) -> Work:
        """What is to be signed before the next image: to be done anywhere, then to be given to `accept`.

        With it go so many of those entries whose signatures only grow old; the image does not wait for these.
        """
        return self.ahead.work(now, renewed)

    def accept(self, done: Done) -> None:
        """Take over what was signed; entries that changed meanwhile are to be signed again."""
        for part, number, made in [(*each.task.place, each.made) for each in self.ahead.accept(done)]:
            if isinstance(made, Block):
                self._parts.put(part, number, made)
            else:
                self.transfers.put(number, made)

    def raise_serials(self, now: float) -> dict[str, int]:
        """Freeze what transfers carry, of each zone of which it has changed, where it is time; the new serials.

        Nothing while entries wait to be signed: an RRset and the bitmap that lists it rise together.
        """
        raised = {} if self.ahead.waiting[0] else self.transfers.raised(now)
        for zone, serial in raised.items():
            self._tell_serial(zone, serial)
        return raised

    def _tell_serial(self, zone: str, serial: int) -> None:
        """Put the zone's SOA under a new serial wherever it stands."""
        old = self._scenes[zone]
        new = self._scenes[zone] = entries.scene(old.zone, serial, old.hostnames)
        empty: dict[EntrySpec, EntrySpec] = {}
        for part, slots in enumerate(self.plan.slots):
            for number, slot in enumerate(slots):
                made = self._made[part][number]
                if slot.zone != zone:
                    continue
                if isinstance(slot, ZoneSlot) and slot.kind is ZoneKind.SOA:
                    self._put((part, number), entries.of_configuration(slot, new))
                elif made.spec.authority is old.negative:
                    spec = empty.setdefault(made.spec, made.spec._replace(authority=new.negative))
                    self._put((part, number), made._replace(spec=spec))

    def image(self, generation: int, now: float = 0.0, renewed: int = ALL, *, ready: bool = True) -> Image:
        """The files of the table as it stands. Each generation is to be higher than any before.

        Signs what is left to be signed, as of `now`; `renewed`: as in `work`. `ready`: it carries health; one that does
        not has nothing to be fetched.
        """
        return self.pressing(generation, now, renewed, ready=ready).image()

    def pressing(self, generation: int, now: float = 0.0, renewed: int = ALL, *, ready: bool = True) -> Pressing:
        """What `image` makes, still to be made: anywhere, before the next is asked for."""
        self.accept(self.work(now, renewed).done())
        if ready and self.raise_serials(now):
            self.accept(self.work(now, 0).done())
        names, self._names = self._names, None
        return Pressing(
            generation=generation,
            names=names,
            parts=self._parts,
            sheets=tuple(self._parts.sheets(self._made)),
            transfers=self.transfers.files(generation),
            waits=ready and self.transfers.waits,
        )


def _scenes(plan: Plan, serials: Mapping[str, int]) -> dict[str, Scene]:
    hostnames: dict[str, set[bytes]] = {text: set() for text in plan.zones}
    for slots in plan.slots:
        for slot in slots:
            if isinstance(slot, HostSlot):
                hostnames[slot.zone].add(slot.hostname)
    return {text: entries.scene(zone, serials[text], frozenset(hostnames[text])) for text, zone in plan.zones.items()}
