"""What every service answers, to whom, by which shares: one picture of a configuration, its health and its overrides.

Made by the rooms that make answers: decisions by steering, thresholds by the entries that workers would get. Pools'
own names are passed over, as nobody's service; HTTPS as well, whose hints are drawn as A and AAAA are.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple, TypeAlias

from gslb.answers import entries
from gslb.answers.build import DecisionKey, decision_key
from gslb.answers.entries import Scene
from gslb.answers.slots import FAMILIES, ServiceSlot
from gslb.answers.variants import CIRCLE, inclusion
from gslb.handoff.layout import STICKY_SLOTS
from gslb.model.decisions import Decision, MemberView
from gslb.model.overrides import OverrideOf, nobody
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.values import Address, Family, MxMode, RecordType
from gslb.model.verdicts import AddressHealth, Health, MemberKey
from gslb.model.zones import ALL, Service, Zone
from gslb.steering.decide import decide, resolved
from gslb.steering.draft import HealthOf
from gslb.steering.hosts import hosts

TYPES = (RecordType.A, RecordType.AAAA, RecordType.MX, RecordType.SRV)
GRAIN = 1 << 48
"""In what parts of one shares are laid on the circle of draws, as in answers.variants."""

HEALTHY = AddressHealth(health=Health.UP, why="taken as up")

_ENDS_OF_SLOTS = tuple((slot + 1) * CIRCLE // STICKY_SLOTS - 1 for slot in range(STICKY_SLOTS))

Load: TypeAlias = tuple[tuple[int, float], ...]
"""Whom one answer sends clients to: members by number, with parts that add up to one; nobody: none."""

Wanted: TypeAlias = Callable[[Zone, Service], bool]


class Question(NamedTuple):
    """One type of one service, seen from a view ("": everybody's). `zone` is text; `rtype` one of TYPES."""

    zone: str
    service: str
    rtype: RecordType
    view: str

    def __str__(self) -> str:
        seen = f" for {self.view}" if self.view else ""
        return f"{self.zone}/{self.service} {self.rtype.name}{seen}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a question is answered with. `shares`: the part of clients each member gets, by the decision; parts of one.

    `thresholds`: as in the table, cumulative, one per variant; `loads`: whom each variant sends clients to, by numbers
    of `shares`. Both are empty where nothing is answered, as `shares` is. TTLs in seconds: of answers now, and the most
    that the zone allows. `mode`, `tier` and `reason` are the decision's. `sticky_key`: of a sticky service, which draws
    for a client's network once and for all; its thresholds are the ends of 4,096 slots.
    """

    question: Question
    mode: str
    tier: int | None
    reason: str
    ttl: int
    longest_ttl: int
    shares: tuple[tuple[MemberKey, float], ...]
    thresholds: tuple[int, ...]
    loads: tuple[Load, ...]
    sticky_key: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Every sight, and the decisions behind them; `zones` by text."""

    zones: Mapping[str, Zone]
    sights: Mapping[Question, Sight]
    decisions: Mapping[DecisionKey, Decision]


def all_healthy(_member: Member, _address: Address) -> AddressHealth:
    """Everybody is well, and nothing is about to change."""
    return HEALTHY


def every(_zone: Zone, _service: Service) -> bool:
    """No service is left out."""
    return True


def picture(
    config: Config,
    *,
    health_of: HealthOf = all_healthy,
    override_of: OverrideOf = nobody,
    wanted: Wanted = every,
    types: Sequence[RecordType] = TYPES,
    now: float = 0.0,
) -> Picture:
    """What is answered under this health and these overrides. `now` in Unix seconds.

    Weights are those that members have in the long run: nobody is on the way up from a slow start.
    """
    sights: dict[Question, Sight] = {}
    decisions: dict[DecisionKey, Decision] = {}
    for zone in config.zones:
        scene = entries.scene(zone, 0, frozenset(hosts(zone)))
        for service in zone.services.values():
            if service.pool_name or not wanted(zone, service):
                continue
            for question, slot in _questions(zone, service, types):
                key = decision_key(zone.text, slot.decided_by, slot.family, slot.view)
                if key not in decisions:
                    decider = zone.services[slot.decided_by]
                    decisions[key] = decide(
                        zone,
                        decider,
                        slot.family,
                        health_of,
                        ready=True,
                        override_of=override_of,
                        view=slot.view,
                        now=now,
                    )
                sights[question] = sight(question, slot, decisions[key], scene)
    return Picture(zones={zone.text: zone for zone in config.zones}, sights=sights, decisions=decisions)


def _questions(zone: Zone, service: Service, types: Sequence[RecordType]) -> Iterator[tuple[Question, ServiceSlot]]:
    decider = resolved(zone, service)
    answered = [*service.records, *([RecordType.SRV] if service.srv else ())]
    for rtype in types:
        for view in decider.seen if rtype in answered else ():
            slot = ServiceSlot(
                zone=zone.text,
                service=service.name,
                decided_by=decider.name,
                owner=service.owner,
                rtype=rtype,
                mx=decider.mx,
                view=view,
            )
            yield Question(zone.text, service.name, rtype, view), slot


def sight(question: Question, slot: ServiceSlot, decision: Decision, scene: Scene) -> Sight:
    """What a decision makes of a question: shares by what it says, thresholds by what a table would hold."""
    made = entries.of_service(slot, [decision], scene)
    answering = [view for view in decision.chosen if view.addresses] if made.spec.variants else []
    keys = [MemberKey(slot.zone, view.pool, view.member.name) for view in answering]
    shares = _over_tiers(answering, decision, slot)
    numbers = {key: number for number, key in enumerate(keys)}
    loads = tuple(_load([numbers[key] for key in counted], shares, slot.rtype) for counted in made.counted)
    ends = made.spec.thresholds
    if made.spec.slots:
        ends, loads = _ENDS_OF_SLOTS, tuple(loads[number] for number in array("H", made.spec.slots))
    if slot.family is not Family.ANY and _cut(answering, decision):
        shares = _by_width(ends, loads, len(keys))
    return Sight(
        question=question,
        mode=decision.mode.value,
        tier=decision.tier,
        reason=decision.reason,
        ttl=decision.ttl,
        longest_ttl=scene.zone.ttl,
        shares=tuple(zip(keys, shares, strict=True)),
        thresholds=ends if keys else (),
        loads=loads if keys else (),
        sticky_key=made.spec.sticky_key if made.spec.slots else None,
    )


def _cut(views: Sequence[MemberView], decision: Decision) -> bool:
    """Whether answers of several members are cut as only the table tells: somebody is missing, or each leads some."""
    missing = decision.answers == ALL and any(view.presence < 1 for view in views)
    return missing or (decision.sticky and decision.answers != 1)


def _over_tiers(views: Sequence[MemberView], decision: Decision, slot: ServiceSlot) -> list[float]:
    """Each answer is one tier's, which has its part of them; members are listed by tiers."""
    found: list[float] = []
    for _, group in groupby(views, key=lambda view: view.tier):
        own = list(group)
        part = sum(view.share for view in own)
        found += [part * share for share in expected(own, decision, slot)]
    whole = sum(found)
    return [share / whole for share in found]


def expected(views: Sequence[MemberView], decision: Decision, slot: ServiceSlot) -> list[float]:
    """The part of clients that each of these members of one tier is to get: clients take any address of an answer.

    Of MX, the exchangers with the lowest preference; of SRV, those of the lowest priority, by weight (RFC 2782).
    """
    if slot.family is Family.ANY:
        return _alike(views) if slot.rtype is RecordType.MX and slot.mx is MxMode.EQUAL else _parted(views)
    if decision.answers == 1:
        return _parted(views)
    if decision.answers == ALL or decision.answers >= len(views):
        return [1 / len(views) for _ in views]
    places = inclusion([round(view.share * GRAIN) for view in views], decision.answers)
    return [width / decision.answers / CIRCLE for width in places]


def _parted(views: Sequence[MemberView]) -> list[float]:
    whole = sum(view.share for view in views)
    return [view.share / whole for view in views]


def _alike(views: Sequence[MemberView]) -> list[float]:
    """Exchangers alike, whoever stands behind one of them by their shares."""
    behind: dict[bytes, float] = {}
    for view in views:
        behind[view.member.hostname] = behind.get(view.member.hostname, 0.0) + view.share
    return [view.share / behind[view.member.hostname] / len(behind) for view in views]


def _load(members: Sequence[int], shares: Sequence[float], rtype: RecordType) -> Load:
    if rtype in FAMILIES:
        return tuple((number, 1 / len(members)) for number in members)
    whole = sum(shares[number] for number in members)
    return tuple((number, shares[number] / whole) for number in members)


def _by_width(thresholds: Sequence[int], loads: Sequence[Load], members: int) -> list[float]:
    """Where members are missing from some answers, which answers there are decides."""
    found = [0.0] * members
    for (before, end), load in zip(pairwise((-1, *thresholds)), loads, strict=True):
        for number, part in load:
            found[number] += (end - before) / CIRCLE * part
    return found
