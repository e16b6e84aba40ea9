"""A and AAAA: members' addresses, each answer with as many members as the service says."""

from collections.abc import Iterable, Iterator, Sequence

from gslb.answers.drawn import Drawn, Ring, joined
from gslb.answers.records import OWNER, record
from gslb.answers.slots import FAMILIES
from gslb.answers.sticky import winners
from gslb.answers.variants import Pick, led, picks, thinned
from gslb.handoff.layout import STICKY_SLOTS
from gslb.handoff.specs import VariantSpec
from gslb.model.decisions import Decision, MemberView
from gslb.model.values import Address, Family, RecordType, family_of
from gslb.model.verdicts import MemberKey
from gslb.model.zones import ALL


def of_decision(decision: Decision, rtype: RecordType, zone: str, key: str) -> Drawn:
    """The answers of a service: each from one tier, where several share them. `key` is for sticky ones, see there."""
    made = []
    for part, own in by_tier(decision):
        drawn = of_members(own, rtype, answers=decision.answers, ttl=decision.ttl, zone=zone, sticky=decision.sticky)
        if drawn.variants:
            if decision.sticky:
                drawn = drawn._replace(slots=slots_of(decision, own, rtype, key))
            made.append((part, drawn))
    return joined([part for part, _ in made], [drawn for _, drawn in made]) if made else NOBODY


NOBODY = Drawn(widths=(), variants=(), counted=())


def slots_of(decision: Decision, chosen: Sequence[MemberView], rtype: RecordType, key: str) -> tuple[int, ...]:
    """For each slot of clients the number of its member among those chosen that have an address."""
    tiers = {view.tier for view in chosen}
    all_views = [view for view in decision.members if view.tier in tiers and view.member.weight]
    owned = [view for view in chosen if address_records(view.addresses, rtype, 0)]
    places = {(view.pool, view.member.name): number for number, view in enumerate(owned)}
    if len(owned) == 1:
        return (0,) * STICKY_SLOTS
    known = [places.get((view.pool, view.member.name), -1) for view in all_views]
    won = winners(
        key,
        [f"{view.pool}/{view.member.name}" for view in all_views],
        [view.member.weight for view in all_views],
        [view.share if place >= 0 else 0.0 for view, place in zip(all_views, known, strict=True)],
    )
    return tuple([known[number] for number in won])


def by_tier(decision: Decision) -> list[tuple[float, Sequence[MemberView]]]:
    """The members chosen, by the tiers that share the answers, each with its part of them."""
    shared = decision.shared if len(decision.tiers) > 1 else ()
    if len(shared) < 2:
        return [(1.0, decision.chosen)]
    return [(part, [view for view in decision.chosen if view.tier == tier]) for tier, part in shared]


def of_members(
    views: Iterable[MemberView], rtype: RecordType, *, answers: int, ttl: int, zone: str, sticky: bool = False
) -> Drawn:
    """The answers that hold these members' addresses of the type's family, drawn by their shares.

    `sticky`: one for each member, which stands first in it.
    """
    owned = [(view, records) for view in views if (records := address_records(view.addresses, rtype, ttl))]
    keys = [MemberKey(zone, view.pool, view.member.name) for view, _ in owned]
    drawn = led(len(owned), answers) if sticky else _picks([view for view, _ in owned], answers)
    return Drawn(
        widths=tuple([pick.width for pick in drawn]),
        variants=_variants(drawn, [records for _, records in owned]),
        counted=tuple([tuple([keys[number] for number in pick.members]) for pick in drawn]),
    )


def addresses_of_members(
    views: Iterable[MemberView], family: Family, *, answers: int, sticky: bool = False
) -> Iterator[tuple[int, tuple[Address, ...]]]:
    """The same answers as addresses, each with its width on the circle of draws."""
    owned = [(view, tuple(address for address in view.addresses if family_of(address) is family)) for view in views]
    owned = [(view, addresses) for view, addresses in owned if addresses]
    for pick in led(len(owned), answers) if sticky else _picks([view for view, _ in owned], answers):
        turned = pick.members[pick.start :] + pick.members[: pick.start]
        yield pick.width, tuple(dict.fromkeys(address for number in turned for address in owned[number][1]))


def _picks(views: Sequence[MemberView], answers: int) -> tuple[Pick, ...]:
    if answers == ALL and any(view.presence < 1.0 for view in views):
        return thinned(tuple([view.presence for view in views]))
    return picks(tuple([view.share for view in views]), answers)


def of_host(addresses: Iterable[Address], rtype: RecordType, ttl: int) -> Drawn:
    """The answers of a member's own hostname: all of these addresses, in turned order."""
    records = address_records(addresses, rtype, ttl)
    drawn = picks((1.0,) * len(records), ALL)
    return Drawn(
        widths=tuple(pick.width for pick in drawn),
        variants=_variants(drawn, [[record] for record in records]),
        counted=((),) * len(drawn),
    )


def address_records(addresses: Iterable[Address], rtype: RecordType, ttl: int, owner: bytes = OWNER) -> list[bytes]:
    """The records of those addresses that are of the type's family."""
    version = FAMILIES[rtype]
    return [record(owner, rtype, ttl, address.packed) for address in addresses if address.version == version]


def _variants(drawn: Sequence[Pick], records: Sequence[Sequence[bytes]]) -> tuple[VariantSpec, ...]:
    """One variant per pick; picks of the same members share one ring."""
    rings: dict[tuple[int, ...], Ring] = {}
    made = []
    for pick in drawn:
        if len(pick.members) == 1 and len(records[pick.members[0]]) == 1:
            made.append(VariantSpec(records[pick.members[0]][0], 1))
            continue
        ring = rings.get(pick.members)
        if ring is None:
            ring = rings[pick.members] = Ring([records[number] for number in pick.members])
        made.append(ring.turned(pick.start) if len(pick.members) > 1 else ring.whole())
    return tuple(made)
