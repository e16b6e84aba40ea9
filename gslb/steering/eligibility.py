"""Stage 1: who is there, and which of their addresses may be answered as healthy."""

from gslb.model.pools import Member
from gslb.model.values import Family
from gslb.model.verdicts import Health
from gslb.steering.draft import OTHER_FAMILY, Draft, HealthOf, Seen, Tier


def look(draft: Draft) -> None:
    """Fill in the tiers with their members and the accepted addresses, in each family the decision depends on."""
    zone, health_of = draft.zone, draft.health_of
    draft.tiers = [
        Tier(number, pool := zone.pools[name], [_see(member, health_of) for member in pool.members])
        for number, name in enumerate(draft.service.pools, 1)
    ]
    for family in _families(draft.family):
        _accept(draft.tiers, family)


def _families(family: Family) -> tuple[Family, ...]:
    # A pool without an address of one family is judged in the other, and "all down" looks at both.
    return (family,) if family is Family.ANY else (family, OTHER_FAMILY[family])


def _see(member: Member, health_of: HealthOf) -> Seen:
    both = tuple([(address, health_of(member, address)) for address in member.addresses])
    healths = {
        Family.ANY: both,
        Family.IPV4: tuple([pair for pair in both if pair[0].version == 4]),
        Family.IPV6: tuple([pair for pair in both if pair[0].version == 6]),
    }
    return Seen(member, healths, eligible=member.weight > 0, weight=member.weight)


def _accept(tiers: list[Tier], family: Family) -> None:
    """Unknown addresses are left out while any that may be chosen is known good in the family, else accepted.

    (Contract, "Start": members still unknown.) Damped ones, which are up but flapping, are left out while any other
    of their own pool is good and calm: damping never empties a pool.
    """
    known = any(_known_good(seen, family) for tier in tiers for seen in tier.seen if seen.eligible)
    for tier in tiers:
        calm = any(_known_good(seen, family, calm=True) for seen in tier.seen if seen.eligible)
        for seen in tier.seen:
            seen.accepted[family] = tuple(
                [
                    address
                    for address, health in seen.healths[family]
                    if (health.health.is_good and not (health.damped and calm))
                    or (health.health is Health.UNKNOWN and not known)
                ]
            )


def _known_good(seen: Seen, family: Family, *, calm: bool = False) -> bool:
    return any(health.health.is_good and not (calm and health.damped) for _, health in seen.healths[family])
