"""From health to decision: what one service answers in one family, and why.

STAGES is the whole of it, in order. Each is a plain function that reads and fills in the draft: a client's view in
`look`, a last good set and a list of addresses in `fall_back`, a delayed failback in `choose`. Where there is nothing
to weigh, `calm` has a short way to what they would come to.
"""

from collections.abc import Callable
from dataclasses import replace

from gslb.model.decisions import ALL_DOWN, Decision, MemberView, TierView
from gslb.model.overrides import OverrideOf, nobody
from gslb.model.pasts import NEW, WHOLE, Past
from gslb.model.values import Family
from gslb.model.verdicts import Health
from gslb.model.zones import EVERYBODY, Service, Zone
from gslb.steering.calm import at_once
from gslb.steering.draft import FAMILY_NAMES, OTHER_FAMILY, Draft, HealthOf, Seen, Tier
from gslb.steering.eligibility import health_text, look
from gslb.steering.motion import move, remembered
from gslb.steering.mx import exchange
from gslb.steering.spill import spill
from gslb.steering.tiers import choose, fall_back, judge
from gslb.steering.ttl import due, limit
from gslb.steering.weights import share

STAGES: tuple[Callable[[Draft], None], ...] = (look, judge, choose, fall_back, spill, move, share, exchange, limit)


def decide(
    zone: Zone,
    service: Service,
    family: Family,
    health_of: HealthOf,
    *,
    ready: bool,
    override_of: OverrideOf = nobody,
    view: str = EVERYBODY,
    past: Past = NEW,
    now: float = 0.0,
) -> Decision:
    """What `service` of `zone` answers in `family` (ANY: for MX and SRV). `ready`: whether health is known at all.

    `view`: whose answer; the view's chain takes the place of the service's, and stands alone as that does.
    `past`: what the decision before this one remembered (its field of that name); `now` in Unix seconds.
    """
    shown = resolved(zone, service).seen_from(view)
    made = at_once(zone, shown, family, health_of, override_of, past, view) if ready else None
    if made is None:
        made = by_stages(Draft(zone, shown, family, health_of, ready, override_of, past=past, now=now), view)
    return made if service.alias_of is None else replace(made, service=service.name)


def by_stages(draft: Draft, view: str = EVERYBODY) -> Decision:
    """The decision that the stages come to, whatever there is to be weighed."""
    for stage in STAGES:
        stage(draft)
    return Decision(
        service=draft.service.name,
        family=draft.family,
        mode=draft.mode,
        tier=None if draft.tier is None else draft.tier.number,
        tiers=tuple(
            [
                TierView(tier=tier.number, pool=tier.pool.name, holds=tier.holds, why=tier.why, share=tier.part)
                for tier in draft.tiers
            ]
        ),
        members=tuple([_view(draft, tier, seen) for tier in draft.tiers for seen in tier.seen]),
        answers=draft.service.answers,
        ttl=draft.ttl,
        ttl_why=draft.ttl_why,
        nodata=draft.nodata,
        action=draft.action,
        exchangers=draft.exchangers,
        reason=draft.reason,
        last_resort=draft.last_resort,
        sticky=draft.service.sticky,
        view=view,
        changes=tuple(draft.changes),
        due=due(draft),
        past=remembered(draft),
    )


def resolved(zone: Zone, service: Service) -> Service:
    """The service that decides for this one: itself, or what its alias leads to (config refuses cycles)."""
    while service.alias_of is not None:
        service = zone.services[service.alias_of]
    return service


def _view(draft: Draft, tier: Tier, seen: Seen) -> MemberView:
    return MemberView(
        member=seen.member,
        pool=tier.pool.name,
        tier=tier.number,
        addresses=seen.accepted[draft.family],
        share=seen.share,
        chosen=seen.chosen,
        why=_why(draft, tier, seen),
        presence=seen.presence,
    )


def _why(draft: Draft, tier: Tier, seen: Seen) -> str:
    health = health_text(seen.healths[draft.family])
    if seen.chosen:
        if draft.mode is ALL_DOWN:
            return f"served although {health}"
        return health if seen.tenths == seen.aim == WHOLE and not seen.capped else f"{health}{_lowered(seen)}"
    if not health:
        return f"no {FAMILY_NAMES[draft.family]} address"
    if not seen.eligible and seen.override is not None and seen.member.weight:
        return f"{seen.override}; {health}"
    if not seen.eligible:
        return f"weight 0: drained, never chosen; {health}"
    if seen.withdrawn and any(state.health is not Health.DOWN for _, state in seen.healths[draft.family]):
        return f"withdrawn together with its {FAMILY_NAMES[OTHER_FAMILY[draft.family]]} address; {health}"
    if not seen.accepted[draft.family] and not seen.servable(draft.family):
        return f"drained by its own word; {health}"
    if not seen.accepted[draft.family]:
        unknown = any(state.health is Health.UNKNOWN for _, state in seen.healths[draft.family])
        damped = any(state.damped and state.health.is_good for _, state in seen.healths[draft.family])
        return f"{health}; left out while another is known good" if unknown or damped else health
    return f"{_passed_over(draft, tier, seen)}; {health}"


def _lowered(seen: Seen) -> str:
    return _tenths(seen) + ("; held to its capacity" if seen.capped else "")


def _tenths(seen: Seen) -> str:
    if seen.tenths == seen.aim == WHOLE:
        return ""
    towards = "" if seen.tenths == seen.aim else f", moving to {10 * seen.aim} %"
    return f"; at {10 * seen.tenths} % of its weight{towards}{f': {seen.lowered}' if seen.lowered else ''}"


def _passed_over(draft: Draft, tier: Tier, seen: Seen) -> str:
    """Why a healthy member that may be chosen is not."""
    if draft.tier is None:
        return "nothing is answered yet"
    if seen not in tier.active:
        return "standby: an ordinary member is healthy"
    if tier.number < draft.tier.number:
        if not tier.holds:
            return f"tier {tier.number} falls short"
        waits = tier.pool.name in draft.holding
        return f"tier {tier.number} waits to come back" if waits else f"tier {tier.number} gives all to the next"
    return f"listed after tier {draft.tier.number}" if draft.exchangers else f"tier {draft.tier.number} answers"
