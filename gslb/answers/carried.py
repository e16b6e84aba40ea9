"""What a transfer carries of a slot: one RRset for everybody, in place of variants that are drawn from.

A service's is the full healthy set of the tier in use, its TTL the zone's `ttl`: A and AAAA with every member, HTTPS
with every hint, SRV with configured weights, MX by descending weight in place of drawn orders (later tiers behind, as
in every answer). Weights in motion change nothing here. When all are down, the decisions given are those of serve_all,
whatever the service answers itself.
"""

from collections.abc import Sequence
from dataclasses import replace

from gslb.answers import addresses, bindings, exchangers
from gslb.answers.entries import Scene
from gslb.answers.slots import HostSlot, ServiceSlot
from gslb.handoff.specs import EntrySpec, VariantSpec
from gslb.model.decisions import Decision, Exchanger, HostDecision, MemberView, Mode
from gslb.model.values import Address, Family, MxMode, RecordType, WhenAllDown, family_of
from gslb.model.zones import ALL

NOTHING = EntrySpec()
"""No record."""

_FAILURES = frozenset({WhenAllDown.SERVFAIL, WhenAllDown.REFUSED})


def of_service(slot: ServiceSlot, decisions: Sequence[Decision], scene: Scene) -> EntrySpec:
    """What a service's decisions, one for each of the slot's families, make of one of its types."""
    if not decisions or any(decision.mode is Mode.STARTING for decision in decisions):
        return NOTHING
    whole = [_whole(_told(decision), scene.zone.ttl) for decision in decisions]
    decision = max(whole, key=lambda one: not one.nodata)
    if decision.nodata:
        return NOTHING
    if slot.rtype is RecordType.HTTPS:
        drawn = bindings.of_service(slot.https, whole, decision.ttl)
        return NOTHING if drawn is None else EntrySpec(variants=drawn.variants[:1])
    if slot.family is not Family.ANY:
        members = [address for view in decision.chosen for address in view.addresses]
        return _rrset(addresses.address_records((*decision.last_resort, *members), slot.rtype, decision.ttl))
    if not decision.exchangers:
        return NOTHING
    if slot.rtype is RecordType.SRV:
        return EntrySpec(variants=exchangers.services(decision, slot.port, slot.zone, frozenset()).variants)
    return _rrset(exchangers.by_weight(decision, ranked=slot.mx is MxMode.RANKED))


def _told(decision: Decision) -> Decision:
    """The same; in place of a failure, everybody of the first tier, standby members only where there are no others."""
    if decision.action not in _FAILURES:
        return decision
    first = [view for view in decision.members if view.tier == 1]
    everybody = [view for view in first if not view.member.standby] or first
    members = tuple(
        view._replace(chosen=True, addresses=_in_family(view.member.addresses, decision.family)) for view in everybody
    )
    return replace(
        decision,
        action=WhenAllDown.SERVE_ALL,
        tier=1,
        members=members,
        nodata=not any(view.addresses for view in members),
        exchangers=_named(members) if decision.family is Family.ANY else (),
    )


def _in_family(found: Sequence[Address], family: Family) -> tuple[Address, ...]:
    return tuple(address for address in found if family in (Family.ANY, family_of(address)))


def _named(members: Sequence[MemberView]) -> tuple[Exchanger, ...]:
    """Each hostname once, with the weights of its members together."""
    weights: dict[bytes, int] = {}
    for view in members:
        hostname = view.member.hostname
        weights[hostname] = weights.get(hostname, 0) + view.member.weight
    return tuple(
        Exchanger(hostname=hostname, tier=1, weight=weight, addresses=()) for hostname, weight in weights.items()
    )


def _whole(decision: Decision, ttl: int) -> Decision:
    """The same with nobody left out, and no weight lowered."""
    return replace(
        decision,
        ttl=ttl,
        answers=ALL,
        sticky=False,
        members=tuple(view._replace(presence=1.0) for view in decision.chosen if view.tier == decision.tier),
        exchangers=tuple(replace(one, load=0) for one in decision.exchangers),
    )


def of_host(slot: HostSlot, decision: HostDecision, scene: Scene) -> EntrySpec:
    """What a member's own hostname answers in one family."""
    return _rrset(addresses.address_records(decision.addresses, slot.rtype, scene.zone.ttl))


def as_answered(spec: EntrySpec) -> EntrySpec:
    """What configuration, keys and chains of denial give: the one RRset that is answered, or referred to."""
    if spec.variants:
        return EntrySpec(variants=spec.variants[:1])
    if spec.authority.data and not spec.authoritative:
        return EntrySpec(variants=(VariantSpec(data=spec.authority.data, count=spec.authority.plain_count),))
    return NOTHING


def _rrset(records: Sequence[bytes]) -> EntrySpec:
    kept = tuple(dict.fromkeys(records))
    data = b"".join(kept)
    return EntrySpec(variants=(VariantSpec(data=data, count=len(kept)),)) if kept else NOTHING
