"""What operators say of members, in a line each."""

from gslb.health.overrides import Overrides
from gslb.model.overrides import Forced, Override
from tests.kit.controlled import NOW
from tests.kit.estate import ZONE


def word(
    state: Forced = Forced.DRAINED, *, lasts: float | None = None, owner: str = "anna", reason: str = ""
) -> Override:
    """A word of anna's, said NOW."""
    expires = None if lasts is None else NOW + lasts
    return Override(target="", state=state, owner=owner, reason=reason, since=NOW, expires=expires)


def said(
    *targets: str, state: Forced = Forced.DRAINED, lasts: float | None = None, over: Overrides | None = None
) -> Overrides:
    """The book with one more word on each of these targets, written without their zone."""
    full = [target if ":" in target else f"{ZONE}/{target}" for target in targets]
    return (over or Overrides()).said(full, word(state, lasts=lasts))
