"""The last healthy set that stood unchanged for a minute: what `when_all_down: last_good` answers."""

from gslb.model.decisions import LIVE
from gslb.model.pasts import Past, Served, Spot
from gslb.model.values import Address, Family, WhenAllDown
from gslb.steering.draft import Draft, Seen, Tier

STOOD = 60.0
"""Seconds. What stood for less was on its way down already."""


def known(past: Past, now: float) -> frozenset[Served]:
    """The set, as of now; empty for none."""
    return past.standing if past.standing and now - past.standing_since >= STOOD else past.good


def serve_last_good(draft: Draft) -> bool:
    """Answer the last good set, less who is drained or forced down; False where that leaves nobody."""
    found = known(draft.past, draft.now)
    for tier in draft.tiers:
        for seen in tier.seen:
            addresses = _of(found, tier, seen, draft.family)
            if addresses and seen.may_be_served:
                seen.accepted[draft.family] = addresses
                draft.answering.append(seen)
                draft.tier = draft.tier or tier
    return bool(draft.answering)


def _of(found: frozenset[Served], tier: Tier, seen: Seen, family: Family) -> tuple[Address, ...]:
    spot = Spot(tier.pool.name, seen.member.name)
    return tuple([address for address in seen.servable(family) if Served(spot, address) in found])


def stood(draft: Draft) -> tuple[frozenset[Served], float, frozenset[Served]]:
    """What stands now and since when, and the last good set, for the next decision."""
    past = draft.past
    if draft.service.when_all_down is not WhenAllDown.LAST_GOOD:
        return frozenset(), 0.0, frozenset()
    standing: frozenset[Served] = frozenset()
    if draft.mode in LIVE:
        pool = {id(seen): tier.pool.name for tier in draft.tiers for seen in tier.seen}
        standing = frozenset(
            Served(Spot(pool[id(seen)], seen.member.name), address)
            for seen in draft.answering
            for address in seen.accepted[draft.family]
        )
    if standing == past.standing:
        return standing, past.standing_since, past.good
    return standing, draft.now, known(past, draft.now)
