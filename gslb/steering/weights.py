"""Stage 6: each answering member's share."""

from gslb.model.pasts import WHOLE
from gslb.steering.draft import Draft


def share(draft: Draft) -> None:
    """Shares are weight ÷ sum of weights over the members that answer, as lowered for now; they sum to one.

    Presence, where all are answered, is a member's tenths beside those of whoever has most: no answer is empty.
    """
    total = sum([seen.weight * seen.tenths for seen in draft.answering])
    most = max([seen.tenths for seen in draft.answering], default=WHOLE)
    for seen in draft.answering:
        seen.chosen = True
        seen.presence = seen.tenths / most
        seen.share = seen.weight * seen.tenths / total
