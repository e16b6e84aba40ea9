"""Stage 7: each answering member's share."""

from collections.abc import Sequence
from math import inf

from gslb.model.pasts import WHOLE
from gslb.steering.draft import Draft, Seen, Tier

_GRAIN = 1_000_000_000
"""In what parts of one a share that is no ratio of weights is told to those who draw by whole numbers."""

_ROUNDING = 1 - 1e-9


def share(draft: Draft) -> None:
    """Shares are weight ÷ sum of weights over the members that answer, as lowered and capped; they sum to one.

    Presence, where all are answered, is a member's tenths beside those of whoever has most: no answer is empty.
    """
    if draft.tier is None or not draft.answering:
        return
    shared = [tier for tier in draft.tiers if tier.part]
    if len(shared) == 1:
        _share(draft.tier, draft.answering)
        return
    for tier in shared:
        _share(tier, tier.active)


def _share(tier: Tier, members: list[Seen]) -> None:
    """Divide the tier's part of all answers among its members that answer."""
    if not [seen for seen in members if seen.tenths != WHOLE or seen.member.capacity is not None]:
        _share_plainly(tier, members)
        return
    pulls = [seen.weight * seen.tenths for seen in members]
    total = sum(pulls)
    fair = [pull / total for pull in pulls]
    shares = filled(pulls, _limits(tier, members))
    capped = shares != fair
    for seen, pull, part, uncapped in zip(members, pulls, shares, fair, strict=True):
        seen.chosen = True
        seen.share = part * tier.part
        seen.capped = part < uncapped * _ROUNDING
        seen.pull = max(1, round(part * _GRAIN)) if capped else pull
        seen.presence = seen.tenths * min(1.0, part / uncapped)
    most = max([seen.presence for seen in members])
    for seen in members:
        seen.presence = seen.presence / most


def _share_plainly(tier: Tier, members: list[Seen]) -> None:
    """As nearly always: nothing is lowered or capped."""
    total = sum([seen.weight for seen in members])
    for seen in members:
        seen.chosen = True
        seen.share = seen.weight / total * tier.part


def _limits(tier: Tier, members: list[Seen]) -> list[float]:
    """The most each may have: its capacity ÷ the weights configured in the pool, whoever of them is healthy."""
    if all(seen.member.capacity is None for seen in members):
        return []
    ordinary = [seen.weight for seen in tier.seen if not seen.member.standby]
    configured = sum(ordinary) or sum([seen.weight for seen in tier.seen])
    return [inf if seen.member.capacity is None else seen.member.capacity / configured for seen in members]


def filled(pulls: Sequence[int], limits: Sequence[float]) -> list[float]:
    """Parts of one in proportion to `pulls`, none above its limit: the excess goes to those with room.

    Without limits, or where all are at theirs, limits count for nothing.
    """
    total = sum(pulls)
    fair = [pull / total for pull in pulls]
    if not limits:
        return fair
    tightest_first = sorted(range(len(pulls)), key=lambda number: limits[number] / pulls[number])
    parts = [0.0] * len(pulls)
    left, rest = 1.0, total
    for place, number in enumerate(tightest_first):
        if limits[number] * rest >= left * pulls[number] * _ROUNDING:
            # this one has room, and so have all that follow
            for other in tightest_first[place:]:
                parts[other] = left * pulls[other] / rest
            return parts if place else fair
        parts[number] = limits[number]
        left -= limits[number]
        rest -= pulls[number]
    return fair
