"""Stage 5: tiers that share answers, where the service says so.

`spill_over` (the priorities of Envoy): a tier takes as much as is healthy of its weight, scaled up by 1.4, so that 72 %
count as all of it; what it cannot take goes to the next tier that holds, and so on. Where all of them together cannot
take everything, each takes more in proportion.

`trickle`: so much of the answers goes to the next tier that holds even while the one in use is fine, so that it is
known to work before it is needed. All of it (1) is a failover by hand.
"""

from gslb.model.decisions import NORMAL
from gslb.steering.draft import Draft, Tier

SCALE = 1.4


def spill(draft: Draft) -> None:
    """Fill in each tier's part of the answers: all for the one in use, unless others take some of it."""
    tier = draft.tier
    if tier is None:
        return
    tier.part = 1.0
    service = draft.service
    if draft.mode is not NORMAL or draft.nodata or not (service.spill_over or service.trickle):
        return
    able = [each for each in draft.tiers[tier.number - 1 :] if each.holds and each.family is draft.family]
    if len(able) < 2:
        return
    if service.spill_over:
        _overflow(able)
    _trickle(able, service.trickle)
    able = [each for each in able if each.part > 0]
    draft.tier = able[0]
    draft.answering = [seen for each in able for seen in each.active]
    if able != [tier]:
        draft.reason += "; shared: " + ", ".join([f"tier {each.number} {each.part:.1%}" for each in able])


def _overflow(able: list[Tier]) -> None:
    left = 1.0
    for tier in able:
        # with nothing configured of the family but standby members, those in use are all there is to compare with
        tier.part = min(left, SCALE * tier.weight / (tier.configured or tier.weight))
        left -= tier.part
    for tier in able:
        tier.part /= 1.0 - left


def _trickle(able: list[Tier], least: float) -> None:
    first, following = able[0], able[1]
    lacking = min(first.part, max(0.0, least - following.part))
    first.part -= lacking
    following.part += lacking
