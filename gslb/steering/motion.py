"""Stage 5: weights in motion. A member whose weight is lowered for now has so many tenths of it.

It is lowered by load (the pool's degraded_weight) or by its own word (an agent or a file asks for a part of it); the
lowest of these counts. Tenths move one at a time, and not sooner than `min_ttl` after the last move: no share jumps,
and no table is written for less. What comes in anew has at once what it is to have.
"""

from math import inf

from gslb.model.pasts import WHOLE, Change, Level, Past, Spot
from gslb.model.verdicts import Health
from gslb.steering.draft import Draft, Seen, Tier

_REST = Level(WHOLE, -inf)
CALM = Past(decided=True)
"""Everybody is there, with all of their weight."""


def move(draft: Draft) -> None:
    """Give every member that may be answered its tenths, and note who may and who may not."""
    for tier in draft.tiers:
        for seen in tier.seen:
            if seen.eligible and seen.accepted[tier.family]:
                _level(draft, tier, seen)
            elif seen.healths[tier.family] and not any(
                health.health is Health.UNKNOWN for _, health in seen.healths[tier.family]
            ):
                draft.absent.add(Spot(tier.pool.name, seen.member.name))


def _level(draft: Draft, tier: Tier, seen: Seen) -> None:
    seen.aim, seen.lowered = _aim(tier, seen)
    if seen.aim == WHOLE and not draft.past.levels:
        return  # as nearly always
    spot = Spot(tier.pool.name, seen.member.name)
    before = draft.past.levels.get(spot, _REST)
    if draft.past.decided and spot not in draft.past.absent:
        level = _stepped(before, seen.aim, draft)
    else:
        level = Level(seen.aim, draft.now)
    seen.tenths = level.tenths
    rests_until = level.moved + draft.zone.min_ttl
    if level.tenths < WHOLE or rests_until > draft.now:
        draft.levels[spot] = level
    if level.tenths != seen.aim:
        draft.changes.append(Change(rests_until, f"{spot.pool}/{spot.member} moves towards {10 * seen.aim} %"))


def _stepped(level: Level, aim: int, draft: Draft) -> Level:
    """One tenth nearer to what it is to be, if it has rested long enough (a clock set back makes no rest longer)."""
    rested = draft.now - level.moved
    if level.tenths == aim or 0 <= rested < draft.zone.min_ttl:
        return level if level.moved <= draft.now else level._replace(moved=draft.now)
    return Level(level.tenths + (1 if aim > level.tenths else -1), draft.now)


def _aim(tier: Tier, seen: Seen) -> tuple[int, str]:
    """The tenths a member is on its way to, and why they are fewer than all."""
    healths = [health for _, health in seen.healths[tier.family] if health.is_answerable]
    found = [(WHOLE, "")]
    if any(health.loaded for health in healths):
        found.append((tenths(tier.pool.degraded_weight), "degraded by load"))
    asked = min([health.factor for health in healths], default=1.0)
    found.append((tenths(asked), "by its own word"))
    return min(found, key=_first)


def _first(found: tuple[int, str]) -> int:
    return found[0]


def tenths(part: float) -> int:
    """A part of a weight, above 0, in tenths: the nearest, and never none."""
    return max(1, round(part * WHOLE))


def remembered(draft: Draft) -> Past:
    """What the next decision has to know of this one; before health is known, what this one knew."""
    if not draft.ready:
        return draft.past
    if not draft.absent and not draft.levels:
        return CALM
    return Past(decided=True, absent=frozenset(draft.absent), levels=draft.levels)
