"""Stage 9: how long an answer may be cached: no longer than it is sure to stand, as gdnsd does."""

from collections.abc import Iterable, Iterator
from math import inf
from typing import TypeAlias

from gslb.model.decisions import ALL_DOWN, NORMAL, STARTING
from gslb.model.pools import Member
from gslb.model.values import ANY, Address, text_of
from gslb.model.verdicts import AddressHealth
from gslb.model.zones import Zone
from gslb.steering.draft import Draft

Judged: TypeAlias = tuple[str, Member, Address, AddressHealth]
"""One address of a member of a pool, and its health."""


def limit(draft: Draft) -> None:
    """The least time to a change over the members that took part, clamped to the zone's [min_ttl, ttl]."""
    if draft.mode is STARTING:
        draft.ttl, draft.ttl_why = draft.zone.min_ttl, "the zone's min_ttl: not ready yet"
    else:
        draft.ttl, draft.ttl_why = clamp(draft.zone, _took_part(draft))
        _before_changes(draft)


def _before_changes(draft: Draft) -> None:
    """No longer than to the next change that is bound to come: a step of a weight, a failback."""
    for change in draft.changes:
        if change.at is not None and (left := int(change.at - draft.now)) < draft.ttl:
            draft.ttl = max(left, draft.zone.min_ttl)
            draft.ttl_why = (
                f"{change.what} in {left} s"
                if left >= draft.zone.min_ttl
                else (f"the zone's min_ttl: {change.what} sooner")
            )


def due(draft: Draft) -> float:
    """When to look again: at the next change, and before it each second in which the TTL follows its coming."""
    return min([_look(draft, change.at) for change in draft.changes if change.at is not None], default=inf)


def _look(draft: Draft, at: float) -> float:
    left = at - draft.now
    if left > draft.zone.ttl:
        return at - draft.zone.ttl
    return draft.now + 1 if left > draft.zone.min_ttl else at


def clamp(zone: Zone, healths: Iterable[Judged]) -> tuple[int, str]:
    """Whole seconds, and what determined them: the least time to a change, clamped to the zone's [min_ttl, ttl]."""
    least = inf
    soonest: Judged | None = None
    for entry in healths:
        if entry[3].changes_in < least:
            least, soonest = entry[3].changes_in, entry
    if soonest is None or least >= zone.ttl:
        return zone.ttl, "the zone's ttl: nothing could change sooner"
    pool, member, address, health = soonest
    who = f"{pool}/{member.name} {text_of(address)}"
    if least < zone.min_ttl:
        return zone.min_ttl, f"the zone's min_ttl: {who} could change sooner ({health.changes_by})"
    return int(least), f"{who} could change in {int(least)} s ({health.changes_by})"


def _took_part(draft: Draft) -> Iterator[Judged]:
    """Members of the tiers looked at: up to the one in use, all where later ones are listed or none held."""
    tier = draft.tier
    looked_at = draft.tiers
    if len(draft.tiers) > 1 and draft.mode is NORMAL and tier is not None and draft.family is not ANY:
        last = max([each.number for each in draft.tiers if each.part], default=0)
        looked_at = draft.tiers[:last]
    for each in looked_at:
        family = ANY if draft.mode is ALL_DOWN else each.family
        for seen in each.seen:
            if seen.eligible:
                for address, health in seen.healths[family]:
                    yield each.pool.name, seen.member, address, health
