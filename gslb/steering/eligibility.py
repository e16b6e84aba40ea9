"""Stage 1: who is there, and which of their addresses may be answered as healthy."""

from collections.abc import Sequence

from gslb.model.overrides import Forced, Standing
from gslb.model.pools import Member
from gslb.model.values import ANY, IPV4, IPV6, Family, text_of
from gslb.model.verdicts import AddressHealth, Health
from gslb.steering.draft import OTHER_FAMILY, Draft, HealthOf, Judged, Seen, Tier


def look(draft: Draft) -> None:
    """Fill in the tiers with their members and the accepted addresses, in each family the decision depends on."""
    zone = draft.zone
    # A pool's own name shows the pool alone: what is said of a service does not reach it.
    service = None if draft.service.pool_name else draft.service.name
    draft.tiers = [
        Tier(
            number,
            pool := zone.pools[name],
            [
                _see(member, draft.health_of, draft.override_of(zone.text, service, name, member))
                for member in pool.members
            ],
        )
        for number, name in enumerate(draft.service.pools, 1)
    ]
    _accept(draft.tiers, draft.family)
    if draft.family is not ANY:
        # A pool without an address of one family is judged in the other, and "all down" looks at both.
        _accept(draft.tiers, OTHER_FAMILY[draft.family])
        if draft.service.together:
            _couple(draft.tiers)


def health_text(healths: Sequence[Judged]) -> str:
    """`smtp up`; one text per address where they differ; empty for none."""
    if len(healths) > 1 and len({health.why for _, health in healths}) > 1:
        return "; ".join([f"{text_of(address)}: {health.why}" for address, health in healths])
    return healths[0][1].why if healths else ""


def _see(member: Member, health_of: HealthOf, standing: Standing | None) -> Seen:
    both: tuple[Judged, ...] = tuple([(address, health_of(member, address)) for address in member.addresses])
    if standing is not None:
        both = tuple([(address, overruled(health, standing)) for address, health in both])
    four = tuple([pair for pair in both if pair[0].version == 4])
    six = tuple([pair for pair in both if pair[0].version == 6]) if len(four) < len(both) else ()
    healths = {ANY: both, IPV4: four, IPV6: six}
    override = None if standing is None else standing.override
    drained = override is not None and override.state is Forced.DRAINED
    return Seen(member, healths, eligible=member.weight > 0 and not drained, weight=member.weight, override=override)


def overruled(health: AddressHealth, standing: Standing) -> AddressHealth:
    """The health that counts under an override; both are told. A drain changes no health, only who may be chosen."""
    override, ends_in = standing
    if override.state is Forced.DRAINED:
        return health
    forced = Health.UP if override.state is Forced.FORCED_UP else Health.DOWN
    why = f"{override}; {health.why}"
    return AddressHealth(health=forced, changes_in=ends_in, why=why, changes_by="the override ends")


def _accept(tiers: list[Tier], family: Family) -> None:
    """Unknown addresses are left out while any that may be chosen is known good in the family, else accepted.

    (Contract, "Start": members still unknown.) Damped ones, which are up but flapping, are left out while any other
    of their own pool is good and calm: damping never empties a pool. One that asks for nothing new is left out.
    """
    if _all_calm(tiers, family):
        for tier in tiers:
            for seen in tier.seen:
                seen.accepted[family] = tuple([address for address, _ in seen.healths[family]])
        return
    known = any(_known_good(seen, family) for tier in tiers for seen in tier.seen if seen.eligible)
    for tier in tiers:
        calm = any(_known_good(seen, family, calm=True) for seen in tier.seen if seen.eligible)
        for seen in tier.seen:
            seen.accepted[family] = tuple(
                [
                    address
                    for address, health in seen.healths[family]
                    if (health.is_answerable and not (health.damped and calm))
                    or (health.health is Health.UNKNOWN and not known)
                ]
            )


def _all_calm(tiers: list[Tier], family: Family) -> bool:
    """Whether everybody may be answered, as nearly always: nothing has to be weighed."""
    for tier in tiers:
        for seen in tier.seen:
            for _, health in seen.healths[family]:
                if not health.is_calm:
                    return False
    return True


def _known_good(seen: Seen, family: Family, *, calm: bool = False) -> bool:
    return any(health.is_answerable and not (calm and health.damped) for _, health in seen.healths[family])


def _couple(tiers: list[Tier]) -> None:
    """Withdraw both families of a member that is down in one of them, unless that would leave nobody at all."""
    both = (IPV4, IPV6)
    broken = [seen for tier in tiers for seen in tier.seen if any(_is_down(seen, family) for family in both)]
    broken = [seen for seen in broken if any(seen.accepted[family] for family in both)]
    others = [seen for tier in tiers for seen in tier.seen if seen.eligible and seen not in broken]
    if any(seen.accepted[family] for seen in others for family in both):
        for seen in broken:
            seen.withdrawn = True
            seen.accepted.update(dict.fromkeys(both, ()))


def _is_down(seen: Seen, family: Family) -> bool:
    healths = seen.healths[family]
    return bool(healths) and all(health.health is Health.DOWN for _, health in healths)
