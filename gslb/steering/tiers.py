"""Stages 2 to 4: what each tier is worth, which one answers, and what happens when none can.

Tiers are judged per family: for A by IPv4 addresses, for AAAA by IPv6 ones, for MX and SRV by any. A pool with no
address of a family at all is judged in the other one, everywhere: it holds, falls short or weighs as much as there,
and when it is the one to answer, this family answers NODATA. So a pool is never passed over, for a later one that
happens to have IPv6, only because it has none.
"""

from gslb.model.decisions import ALL_DOWN, BELOW_MINIMUM, STARTING
from gslb.model.pools import MinHealthy
from gslb.model.values import ANY, Family, WhenAllDown, family_of
from gslb.steering.draft import FAMILY_NAMES, OTHER_FAMILY, Draft, Seen, Tier
from gslb.steering.failback import returned_to
from gslb.steering.last_good import serve_last_good


def judge(draft: Draft) -> None:
    """Stage 2: for each tier its family, the members that would answer, and whether it has `min_healthy`."""
    for tier in draft.tiers:
        tier.family = _judged_in(tier, draft.family)
        ordinary = [seen for seen in tier.seen if seen.counts and not seen.member.standby]
        healthy = [seen for seen in ordinary if seen.eligible and seen.accepted[tier.family]]
        tier.active = healthy or [
            seen for seen in tier.seen if seen.eligible and seen.member.standby and seen.accepted[tier.family]
        ]
        tier.weight = sum([seen.weight for seen in tier.active])
        _measure(tier, ordinary, standing_in=not healthy)
        if tier.family is not draft.family:
            tier.why = judged_elsewhere(draft.family, tier.family, tier.why)


def _judged_in(tier: Tier, family: Family) -> Family:
    if family is ANY or [seen for seen in tier.seen if seen.healths[family]]:
        return family
    return OTHER_FAMILY[family]


def _measure(tier: Tier, ordinary: list[Seen], *, standing_in: bool) -> None:
    """Compare who is healthy with what is configured: the ordinary members that have an address of the family.

    Standby members in use count towards it; a pool of standby members only is measured against those. Drained ones
    are configured, and not healthy.
    """
    declared = ordinary or [seen for seen in tier.seen if seen.counts]
    declared = [seen for seen in declared if seen.healths[tier.family]]
    tier.configured = sum([seen.weight for seen in declared])
    what = "standby" if standing_in and ordinary else ""
    least = tier.pool.min_healthy
    if least.percent is not None:
        tier.holds = bool(tier.active) and tier.weight * 100 >= least.percent * tier.configured
        tier.why = f"{what} weight {tier.weight} of {tier.configured} healthy, {least.percent:g} % needed".lstrip()
        return
    # A family fewer members have than the pool needs is full when all of those are healthy.
    needed = least_of(least, len(declared))
    count = len(tier.active)
    tier.holds = count >= needed
    of = f"{count} standby, 0 of {len(declared)}" if what and count else f"{count} of {len(declared)}"
    tier.why = healthy(of, needed)


def least_of(least: MinHealthy, declared: int) -> int:
    """How many members a tier needs: no more than it has."""
    return max(1, min(least.members or 1, declared))


def healthy(of: str, needed: int) -> str:
    """`2 of 3 members healthy, 1 needed`."""
    return f"{of} members healthy, {needed} needed"


def judged_elsewhere(family: Family, judged_in: Family, why: str) -> str:
    """What is said of a tier without an address of the family."""
    return f"no {FAMILY_NAMES[family]} address, so judged in {FAMILY_NAMES[judged_in]}: {why}"


def choose(draft: Draft) -> None:
    """Stage 3: the first tier that holds; else the one with most healthy weight, flagged."""
    if not draft.ready:
        draft.mode = STARTING
        draft.reason = "not ready: no round of probes has finished yet"
        return
    tier = next((tier for tier in draft.tiers if tier.holds), None)
    if tier is not None:
        tier = returned_to(draft, tier)
    else:
        tier = max(draft.tiers, key=_healthy_weight)
        if not tier.active:
            return
        draft.mode = BELOW_MINIMUM
    draft.tier = draft.seat = tier
    draft.nodata = tier.family is not draft.family
    draft.answering = [] if draft.nodata else tier.active
    draft.reason = f"tier {tier.number}, {tier.pool.name}: {tier.why}"
    if draft.mode is BELOW_MINIMUM:
        draft.reason = f"every tier falls short; most healthy weight has {draft.reason}"
    if draft.waiting:
        draft.reason += f"; {draft.waiting}"
    if draft.nodata:
        draft.reason += "; NODATA"


def _healthy_weight(tier: Tier) -> int:
    return tier.weight


def fall_back(draft: Draft) -> None:
    """Stage 4: no tier has a healthy member in this family: NODATA while the other one has, else all down."""
    if draft.tier is not None or draft.mode is STARTING:
        return
    other = OTHER_FAMILY.get(draft.family)
    if other is not None and any(seen.eligible and seen.accepted[other] for tier in draft.tiers for seen in tier.seen):
        draft.nodata = True
        names = FAMILY_NAMES[draft.family], FAMILY_NAMES[other]
        draft.reason = f"no {names[0]} address is healthy while {names[1]} ones are; NODATA"
        return
    draft.mode = ALL_DOWN
    draft.action = draft.service.when_all_down
    draft.reason = f"all members down: {draft.action}"
    if draft.action is WhenAllDown.LIST:
        _serve_list(draft)
    if draft.action is WhenAllDown.LAST_GOOD and not serve_last_good(draft):
        draft.action = WhenAllDown.SERVE_ALL
        draft.reason += ", but none is known: serve_all"
    if draft.action is WhenAllDown.SERVE_ALL:
        _serve_all(draft)


def _serve_list(draft: Draft) -> None:
    """The addresses of last resort, of the family asked; nobody probes them."""
    of_family = [one for one in draft.service.last_resort if draft.family in (ANY, family_of(one))]
    draft.last_resort = tuple(of_family)
    draft.nodata = not of_family


def _serve_all(draft: Draft) -> None:
    """The ordinary members of the first tier that may be chosen, else its standby, else the next tier, else SERVFAIL.

    The set is one for all families; a family it has no address of answers NODATA.
    """
    for tier in draft.tiers:
        eligible = [seen for seen in tier.seen if seen.may_be_served]
        everybody = [seen for seen in eligible if not seen.member.standby] or eligible
        if everybody:
            draft.tier = tier
            for seen in everybody:
                seen.accepted[draft.family] = seen.servable(draft.family)
            draft.answering = [seen for seen in everybody if seen.accepted[draft.family]]
            draft.nodata = not draft.answering
            return
    draft.action = WhenAllDown.SERVFAIL
    draft.reason = "all members down, and none may be chosen (weight 0, drained or forced down): servfail"
