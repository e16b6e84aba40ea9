"""What the next change of a decision would be, when at the soonest, and what would be answered then.

Three things change decisions by time alone or by what probes find: a verdict that falls or rises, an override that
ends, a weight or a tier on its way. The soonest of each is told; what follows is what `decide` says of it.
"""

from dataclasses import dataclass
from math import inf

from gslb.model.decisions import Decision, Mode
from gslb.model.overrides import OverrideOf, Standing
from gslb.model.pools import Member
from gslb.model.values import Address
from gslb.model.verdicts import AddressHealth, Health
from gslb.model.zones import Service, Zone
from gslb.steering.decide import decide
from gslb.steering.draft import HealthOf
from gslb.steering.hosts import decide_host, hosts

NOTHING_PROBES = "next change: none in sight; nothing probes these members"

SHOWN = 5
"""Members told of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a decision was made from, as of `now` (Unix seconds)."""

    zone: Zone
    service: Service
    health_of: HealthOf
    override_of: OverrideOf
    now: float
    ready: bool = True


def upcoming(scene: Scene, decision: Decision) -> tuple[str, ...]:
    """Sentences, the soonest first; one alone where nothing is going to change."""
    if decision.mode is Mode.STARTING:
        return ("next change: when the first round of probes is over",)
    found = [each for each in (_verdict(scene, decision), _ending(scene, decision)) if each is not None]
    for change in decision.changes:
        within = inf if change.at is None else max(0.0, change.at - scene.now)
        when = ", when an operator says so" if change.at is None else f" in {_seconds(within)}"
        found.append((within, f"{change.what}{when}"))
    told = [f"next change: {what}" for _, what in sorted(found)]
    return tuple(told) or (NOTHING_PROBES,)


def upcoming_of_host(zone: Zone, hostname: bytes, health_of: HealthOf, override_of: OverrideOf) -> tuple[str, ...]:
    """The same of a member's own name, which goes by health alone."""
    found: tuple[float, str, Member, Address, AddressHealth] | None = None
    for pool, member in hosts(zone)[hostname]:
        standing = override_of(zone.text, None, pool, member)
        for address in member.addresses:
            health = health_of(member, address)
            within = standing.ends_in if standing is not None and _forces(standing) else health.changes_in
            if within < (found[0] if found else inf):
                found = within, pool, member, address, health
    if found is None:
        return (NOTHING_PROBES,)
    within, pool, member, address, health = found
    forced = override_of(zone.text, None, pool, member)
    if forced is not None and _forces(forced):
        what = f"{pool}/{member.name} is no longer {forced.override.state.replace('_', ' ')} in {_seconds(within)}"
        then = decide_host(zone, hostname, health_of, override_of=_all_but(override_of, forced))
    else:
        turned = Health.DOWN if health.health.is_good else Health.UP
        what = _may_turn(f"{pool}/{member.name} {address}", turned, health)
        then = decide_host(zone, hostname, _turned(health_of, member, address, turned), override_of=override_of)
    now = decide_host(zone, hostname, health_of, override_of=override_of).addresses
    same = then.addresses == now
    told = "the answer stays as it is" if same else ", ".join(map(str, then.addresses))
    return (f"next change: {what}; then {told}",)


def _verdict(scene: Scene, decision: Decision) -> tuple[float, str] | None:
    """The member address that may turn soonest, of those that no operator has forced."""
    soonest: tuple[float, str, Member, Address, AddressHealth] | None = None
    for view in decision.members:
        if _forces(scene.override_of(*_seat(scene, view.pool), view.member)):
            continue
        for address in view.member.of_family(decision.family):
            health = scene.health_of(view.member, address)
            if health.changes_in < (soonest[0] if soonest else inf):
                soonest = health.changes_in, view.pool, view.member, address, health
    if soonest is None:
        return None
    within, pool, member, address, health = soonest
    turned = Health.DOWN if health.health.is_good else Health.UP
    then = _decided(scene, decision, _turned(scene.health_of, member, address, turned), scene.override_of)
    what = _may_turn(f"{pool}/{member.name} {address}", turned, health)
    return within, f"{what}; then {_told(decision, then)}"


def _may_turn(who: str, turned: Health, health: AddressHealth) -> str:
    by = f" ({health.changes_by})" if health.changes_by else ""
    return f"{who} may be {turned} in {_seconds(health.changes_in)}{by}"


def _turned(health_of: HealthOf, member: Member, address: Address, turned: Health) -> HealthOf:
    """The same health, but for one address."""

    def other(one: Member, at: Address) -> AddressHealth:
        if one is member and at == address:
            return AddressHealth(health=turned, why=f"turned {turned}")
        return health_of(one, at)

    return other


def _ending(scene: Scene, decision: Decision) -> tuple[float, str] | None:
    """The override that ends first, of those that stand on the members."""
    found: dict[int, tuple[float, Standing, str]] = {}
    for view in decision.members:
        standing = scene.override_of(*_seat(scene, view.pool), view.member)
        if standing is not None and standing.ends_in < inf:
            found.setdefault(standing.override.number, (standing.ends_in, standing, f"{view.pool}/{view.member.name}"))
    if not found:
        return None
    within, first, name = min(found.values(), key=lambda each: each[0])
    then = _decided(scene, decision, scene.health_of, _all_but(scene.override_of, first))
    state = first.override.state.replace("_", " ")
    return within, f"{name} is no longer {state} in {_seconds(within)}; then {_told(decision, then)}"


def _all_but(override_of: OverrideOf, ended: Standing) -> OverrideOf:
    """The same words, but for one."""

    def without(zone: str, service: str | None, pool: str, member: Member) -> Standing | None:
        standing = override_of(zone, service, pool, member)
        return None if standing is not None and standing.override.number == ended.override.number else standing

    return without


def _decided(scene: Scene, decision: Decision, health_of: HealthOf, override_of: OverrideOf) -> Decision:
    return decide(
        scene.zone,
        scene.service,
        decision.family,
        health_of,
        ready=scene.ready,
        override_of=override_of,
        view=decision.view,
        past=decision.past,
        now=scene.now,
    )


def _seat(scene: Scene, pool: str) -> tuple[str, str | None, str]:
    return scene.zone.text, None if scene.service.pool_name else scene.service.name, pool


def _forces(standing: Standing | None) -> bool:
    return standing is not None and standing.override.state.value != "drained"


def _told(before: Decision, after: Decision) -> str:
    outlook = _outlook(after)
    return "the answer stays as it is" if outlook == _outlook(before) else outlook


def _outlook(decision: Decision) -> str:
    if decision.mode is Mode.ALL_DOWN:
        return f"all members are down: {decision.action}"
    if not decision.chosen:
        return "NODATA"
    chosen, tiers = decision.chosen, [str(tier) for tier, _ in decision.shared]
    who = f"tier {tiers[0]} answers" if len(tiers) == 1 else f"tiers {' and '.join(tiers)} answer"
    alone = len(tiers) == 1
    names = [view.member.name if alone else f"{view.pool}/{view.member.name}" for view in chosen[:SHOWN]]
    shares = ", ".join([f"{name} {view.share:.1%}" for name, view in zip(names, chosen, strict=False)])
    more = f" and {len(chosen) - SHOWN} more" if len(chosen) > SHOWN else ""
    return f"{who}: {shares}{more}"


def _seconds(within: float) -> str:
    return f"{within:.0f} s"
