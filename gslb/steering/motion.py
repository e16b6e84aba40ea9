"""Stage 6: weights in motion. A member whose weight is lowered for now has so many tenths of it.

It is lowered by load (the pool's degraded_weight), by its own word (an agent or a file asks for a part of it) or as
it has just come back (slow start); the lowest of these counts. Where nothing else lowers it, its own word may raise it
(an agent with allow_boost). Tenths move one at a time, and not sooner than `min_ttl`
after the last move: no share jumps, and no table is written for less. What comes in anew has at once what it may have.

Slow start: a tenth at first, then as much of the weight as of the window has passed. It begins when a member comes back
from down or drained into a pool where somebody was left, and ends with the window or the next failure. A window shorter
than nine times `min_ttl` lasts that long nevertheless: so long take the steps.
"""

from collections.abc import Set
from dataclasses import replace
from math import inf

from gslb.model.pasts import WHOLE, Change, Level, Past, Spot
from gslb.model.verdicts import Health, MemberKey
from gslb.steering.draft import Draft, Judged, Seen, Tier
from gslb.steering.last_good import stood

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
    past = draft.past
    if _asks(seen.healths[tier.family]):
        seen.aim, seen.lowered = _aim(tier, seen)
    elif not (past.levels or past.absent or past.ramps):
        return  # as nearly always
    spot = Spot(tier.pool.name, seen.member.name)
    back = not past.decided or spot in past.absent
    _ramp(draft, tier, seen, spot)
    level = Level(seen.aim, draft.now) if back else _stepped(past.levels.get(spot, _REST), seen.aim, draft)
    seen.tenths = level.tenths
    rests_until = level.moved + draft.zone.min_ttl
    if level.tenths != WHOLE or rests_until > draft.now:
        draft.levels[spot] = level
    if level.tenths != seen.aim:
        draft.changes.append(Change(rests_until, f"{spot.pool}/{spot.member} moves towards {10 * seen.aim} %"))


def _ramp(draft: Draft, tier: Tier, seen: Seen, spot: Spot) -> None:
    """Lower the aim of a member that has just come back, or did a while ago."""
    window, past = draft.service.slow_start, draft.past
    if not window:
        return
    since = past.ramps.get(spot)
    if spot in past.absent:
        since = draft.now if _had_somebody(draft, tier) else None
    if since is None or draft.now >= since + window:
        return
    since = draft.ramps[spot] = min(since, draft.now)
    reached = max(1, int(WHOLE * (draft.now - since) / window))
    if reached < seen.aim:
        seen.aim, seen.lowered = reached, "slow start"
        step = since + window * (reached + 1) / WHOLE
        draft.changes.append(Change(step, f"{spot.pool}/{spot.member} rises in slow start"))


def _had_somebody(draft: Draft, tier: Tier) -> bool:
    absent, pool = draft.past.absent, tier.pool.name
    return any(Spot(pool, seen.member.name) not in absent for seen in tier.seen if seen.healths[tier.family])


def _stepped(level: Level, aim: int, draft: Draft) -> Level:
    """One tenth nearer to what it is to be, if it has rested long enough (a clock set back makes no rest longer)."""
    rested = draft.now - level.moved
    if level.tenths == aim or 0 <= rested < draft.zone.min_ttl:
        return level if level.moved <= draft.now else level._replace(moved=draft.now)
    return Level(level.tenths + (1 if aim > level.tenths else -1), draft.now)


def _asks(healths: tuple[Judged, ...]) -> bool:
    """Whether anything lowers what a member is to have, or raises it."""
    return bool([health for _, health in healths if health.loaded or health.factor != 1.0])


def _aim(tier: Tier, seen: Seen) -> tuple[int, str]:
    """The tenths a member is on its way to, and why they are not just all."""
    healths = [health for _, health in seen.healths[tier.family] if health.is_answerable]
    asked = min([health.factor for health in healths], default=1.0)
    found = [(tenths(asked), "by its own word")] if asked != 1.0 else [(WHOLE, "")]
    if any(health.loaded for health in healths):
        found.append((tenths(tier.pool.degraded_weight), "degraded by load"))
    return min(found, key=_first)


def _first(found: tuple[int, str]) -> int:
    return found[0]


def tenths(part: float) -> int:
    """A part of a weight, above 0, in tenths: the nearest, and never none."""
    return max(1, round(part * WHOLE))


def welcomed(past: Past, zone: str, members: Set[MemberKey]) -> Past:
    """The same, but that these have not been away: whoever of them is healthy has all of its weight now."""
    if not members:
        return past
    return replace(
        past,
        absent=frozenset(spot for spot in past.absent if MemberKey(zone, *spot) not in members),
        levels={spot: level for spot, level in past.levels.items() if MemberKey(zone, *spot) not in members},
        ramps={spot: since for spot, since in past.ramps.items() if MemberKey(zone, *spot) not in members},
    )


def remembered(draft: Draft) -> Past:
    """What the next decision has to know of this one; before health is known, what this one knew."""
    if not draft.ready:
        return draft.past
    standing, since, good = stood(draft)
    chosen = draft.seat
    seat = None if chosen is None or chosen.number == 1 or not draft.service.failback else chosen.pool.name
    if not (draft.absent or draft.levels or draft.ramps or seat or standing or good):
        return CALM
    return Past(
        decided=True,
        absent=frozenset(draft.absent),
        levels=draft.levels,
        ramps=draft.ramps,
        seat=seat,
        holding=draft.holding,
        standing=standing,
        standing_since=since,
        good=good,
    )
