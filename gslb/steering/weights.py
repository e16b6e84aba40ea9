"""Stage 5: each answering member's share."""

from gslb.steering.draft import Draft


def share(draft: Draft) -> None:
    """Shares are weight ÷ sum of weights over the members that answer; they sum to one."""
    total = sum([seen.weight for seen in draft.answering])
    for seen in draft.answering:
        seen.chosen = True
        seen.share = seen.weight / total
