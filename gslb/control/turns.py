"""When a service as a whole changes its stand: enters or leaves all down, or answers from another tier."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gslb.model.decisions import Decision, Mode

_WORST_LAST = (Mode.NORMAL, Mode.BELOW_MINIMUM, Mode.ALL_DOWN, Mode.STARTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How a service stands over all its families: the worst mode, its tier, and why."""

    mode: Mode
    tier: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A service has changed its stand, as seen from one view ("": everybody's). `before`: None for one that is new."""

    zone: str
    service: str
    before: Stand | None
    after: Stand
    view: str = ""

    @property
    def enters_all_down(self) -> bool:
        """Whether this is the moment the last healthy member went."""
        return self.after.mode is Mode.ALL_DOWN and (self.before is None or self.before.mode is not Mode.ALL_DOWN)

    @property
    def leaves_all_down(self) -> bool:
        """Whether a member is healthy again."""
        return self.before is not None and self.before.mode is Mode.ALL_DOWN and self.after.mode is not Mode.ALL_DOWN


def stand_of(decisions: Sequence[Decision]) -> Stand:
    """The stand of a service from its decisions, one or more: that of the family that is worst off."""
    worst = (
        decisions[0] if len(decisions) == 1 else max(decisions, key=lambda decision: _WORST_LAST.index(decision.mode))
    )
    return Stand(mode=worst.mode, tier=worst.tier, reason=worst.reason)


def turns(zone: str, service: str, before: Stand | None, after: Stand, *, view: str = "") -> Iterator[Turn]:
    """The turn between two stands, if there is one worth telling: another mode or tier, not another reason.

    A service that is new, or that was starting, and answers from its first tier is as it should be: nothing to tell.
    """
    if before is not None and (before.mode, before.tier) == (after.mode, after.tier):
        return
    fresh = before is None or before.mode is Mode.STARTING
    if fresh and (after.mode is Mode.STARTING or (after.mode is Mode.NORMAL and after.tier == 1)):
        return
    yield Turn(zone=zone, service=service, before=before, after=after, view=view)
