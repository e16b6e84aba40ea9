"""Coming back to an earlier tier: at once, once it has held for a while without a break, or on an operator's word."""

from math import inf

from gslb.model.pasts import Change
from gslb.steering.draft import Draft, Tier


def returned_to(draft: Draft, first: Tier) -> Tier:
    """The tier to answer from, where `first` is the first that holds.

    What answered last goes on while it holds itself; an earlier one that holds waits its time (`Service.failback`).
    """
    wait = draft.service.failback
    last = next((tier for tier in draft.tiers if tier.pool.name == draft.past.seat), None)
    if not wait or last is None or not last.holds or first.number >= last.number:
        return first
    waiting: list[Tier] = []
    for tier in draft.tiers[: last.number - 1]:
        if tier.holds:
            since = min(draft.past.holding.get(tier.pool.name, draft.now), draft.now)
            if draft.now - since >= wait:
                last = tier
                break
            draft.holding[tier.pool.name] = since
            waiting.append(tier)
    if waiting:
        _tell(draft, waiting)
    return last


def _tell(draft: Draft, waiting: list[Tier]) -> None:
    wait, service = draft.service.failback, draft.service.name
    for tier in waiting:
        what = f"failback to tier {tier.number}, {tier.pool.name}"
        if wait == inf:
            draft.changes.append(Change(None, f"{what}, by `gslb failback {draft.zone.text}/{service}`"))
        else:
            draft.changes.append(Change(draft.holding[tier.pool.name] + wait, what))
    draft.waiting = f"tier {waiting[0].number}, {waiting[0].pool.name}, holds again and waits: failback is " + (
        "manual" if wait == inf else f"after {wait:g} s"
    )
