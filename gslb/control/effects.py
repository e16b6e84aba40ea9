"""What follows from an event, in one value: what to log, count, save and publish."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from gslb.control.turns import Turn
from gslb.health.doubts import Suspicion
from gslb.model.decisions import Decision, HostDecision
from gslb.model.overrides import Override
from gslb.model.verdicts import Transition, VerdictKey


class Publish(IntEnum):
    """Whether the table must be published: not at all, with the next batch (a TTL only), or at once."""

    NOT = 0
    SOON = 1
    NOW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What follows from one event. `decided`: how many decisions were looked at again; `stale`: newly so.

    `suspicions`: checks that came under suspicion or are believed again; `isolated`: what has become of the prober's
    being cut off, None where nothing has; `open_relays`: newly confirmed; `ended`: overrides whose time is over.
    """

    transitions: tuple[Transition, ...] = ()
    turns: tuple[Turn, ...] = ()
    stale: tuple[VerdictKey, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    isolated: bool | None = None
    open_relays: tuple[VerdictKey, ...] = ()
    ended: tuple[Override, ...] = ()
    decided: int = 0
    publish: Publish = Publish.NOT


NONE = Effects()


def together(steps: Iterable[Effects]) -> Effects:
    """What follows from steps that only decide: their turns, how much was decided, and whether to publish."""
    each = tuple(steps)
    return Effects(
        turns=tuple(turn for one in each for turn in one.turns),
        decided=sum(one.decided for one in each),
        publish=max((one.publish for one in each), default=Publish.NOT),
    )


def urgency(before: Decision | HostDecision | None, after: Decision | HostDecision) -> Publish:
    """A TTL can wait for the next batch, another answer cannot, and words alone are not in the table."""
    if before is None or _answered(before) != _answered(after):
        return Publish.NOW
    return Publish.SOON if before.ttl != after.ttl else Publish.NOT


def _answered(decision: Decision | HostDecision) -> tuple[object, ...]:
    if isinstance(decision, HostDecision):
        return (decision.addresses,)
    chosen = tuple((view.member.name, view.pool, view.addresses, view.share, view.presence) for view in decision.chosen)
    return decision.mode, decision.tier, decision.nodata, decision.action, decision.exchangers, chosen
