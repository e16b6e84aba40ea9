"""Views of zones, services, pools, members and checks, made from the state as it is now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from gslb.answers.build import DecisionKey, decision_key
from gslb.control.key_views import dnssec_status
from gslb.control.memory import Serial
from gslb.control.metrics import total_seconds, type_of
from gslb.control.override_views import OverrideStatus
from gslb.control.recent import Recent
from gslb.control.sightings import sighting
from gslb.control.turns import Stand, stand_of
from gslb.control.views import (
    AddressStatus,
    Changed,
    ChangeStatus,
    CheckStatus,
    FamilyStatus,
    MemberStatus,
    PoolStatus,
    Result,
    ServiceStatus,
    ShareStatus,
    TargetStatus,
    TierStatus,
    VerdictStatus,
    ViewStatus,
    ZoneStatus,
)
from gslb.health.cadence import changes_in
from gslb.health.damping import damped_for
from gslb.health.ledger import Ledger
from gslb.health.overrides import Overrides
from gslb.model.checks import Check
from gslb.model.decisions import Decision, MemberView, Mode
from gslb.model.keys import ZoneKey
from gslb.model.names import to_text
from gslb.model.observations import Observation
from gslb.model.overrides import Forced, Override, Standing
from gslb.model.pools import Member, MinHealthy, Pool
from gslb.model.settings import Config
from gslb.model.values import Address, Family
from gslb.model.verdicts import Health, MemberKey, Transition, VerdictKey
from gslb.model.zones import EVERYBODY, Service, Zone
from gslb.steering.decide import resolved

Decisions: TypeAlias = Mapping[DecisionKey, Decision]

FAMILIES = {Family.ANY: "any", Family.IPV4: "ipv4", Family.IPV6: "ipv6"}

BEST_FIRST = (Health.UP, Health.DEGRADED, Health.UNKNOWN, Health.DOWN)
"""A member is as good as the best of its addresses."""

EFFECTIVE = {Forced.DRAINED: "drained", Forced.FORCED_UP: Health.UP.value, Forced.FORCED_DOWN: Health.DOWN.value}
"""What counts for a member under an override."""

GOOD_MODES = frozenset({Mode.NORMAL, Mode.BELOW_MINIMUM})
"""Modes in which some tier has not failed: it has a healthy member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a survey looks at. `next_probe`: Unix time by target id, None while it runs. `now`: Unix seconds.

    `delays`: of a target, its overruns and the seconds it has waited for slots.
    """

    config: Config
    ledger: Ledger
    decisions: Decisions
    recent: Recent
    answered: Mapping[MemberKey, int]
    serials: Mapping[str, Serial]
    all_down_entered: Mapping[tuple[str, str], int]
    next_probe: Callable[[str], float | None]
    now: float
    overrides: Overrides = field(default_factory=Overrides)
    keys: Mapping[str, Sequence[ZoneKey]] = field(default_factory=dict)
    key_error: str = ""
    delays: Callable[[str], tuple[int, float]] = lambda _: (0, 0.0)

    def frozen(self) -> "Facts":
        """The same facts, standing still: for a survey in another thread."""
        return replace(
            self,
            ledger=self.ledger.frozen(),
            decisions=dict(self.decisions),
            answered=dict(self.answered),
            all_down_entered=dict(self.all_down_entered),
        )


def zones(facts: Facts) -> tuple[ZoneStatus, ...]:
    """Every zone with its services and pools."""
    return tuple(_zone(facts, zone) for zone in facts.config.zones)


RESULTS = 100_000
"""Results told at once, over all targets: with more than 1,500 of those each tells fewer than are kept."""


def checks(facts: Facts, *, results: bool = True) -> tuple[CheckStatus, ...]:
    """Every check with its targets, by name; with the latest results of each target, or without."""
    most = RESULTS // max(1, len(facts.config.targets)) if results else 0
    return tuple(
        _check(facts, facts.config.checks[name], targets, most) for name, targets in targets_of_checks(facts).items()
    )


def targets_of_checks(facts: Facts) -> dict[str, tuple[str, ...]]:
    """The ids of what each check probes, by its name, in the order of the alphabet."""
    targets: dict[str, dict[str, None]] = {name: {} for name in sorted(facts.config.checks)}
    for key in facts.ledger.verdicts():
        targets[key.check][key.target] = None
    return {name: tuple(found) for name, found in targets.items()}


def overrides(facts: Facts) -> tuple[OverrideStatus, ...]:
    """Every override, the latest last."""
    orphans = facts.overrides.orphans(facts.config)
    return tuple(override_status(each, orphaned=each.target in orphans) for each in facts.overrides.all())


def override_status(override: Override, *, orphaned: bool = False) -> OverrideStatus:
    """One word as the faces see it."""
    return OverrideStatus(
        target=override.target,
        state=override.state.value,
        owner=override.owner,
        reason=override.reason,
        since=override.since,
        expires=override.expires,
        orphaned=orphaned,
        text=str(override),
    )


def stand(decisions: Decisions, zone: Zone, service: Service, view: str = EVERYBODY) -> Stand | None:
    """How a service stands in a view, over all its families; None for one that answers nothing there."""
    found = [decision for _, decision in decisions_of(decisions, zone, service, view)]
    return stand_of(found) if found else None


def _zone(facts: Facts, zone: Zone) -> ZoneStatus:
    return ZoneStatus(
        name=zone.text,
        serial=facts.serials[zone.text].serial,
        ttl=zone.ttl,
        min_ttl=zone.min_ttl,
        services=tuple(_service(facts, zone, service) for service in zone.services.values()),
        pools=tuple(_pool(facts, zone, pool) for pool in zone.pools.values()),
        dnssec=dnssec_status(zone, facts.keys.get(zone.text, ()), facts.now, facts.key_error),
    )


def _service(facts: Facts, zone: Zone, service: Service) -> ServiceStatus:
    decider = resolved(zone, service)
    stands = stand(facts.decisions, zone, service)
    mode = stands.mode if stands else Mode.NORMAL
    said = facts.overrides.by_target.get(f"{zone.text}/{decider.name}")
    records = [record.name for record in service.records] + ["SRV"] * bool(service.srv)
    return ServiceStatus(
        zone=zone.text,
        name=service.name,
        fqdn=to_text(service.owner),
        records=tuple(dict.fromkeys(records)),
        alias_of=service.alias_of,
        pool_name=service.pool_name,
        pools=decider.pools,
        mode=mode.value,
        healthy=mode in GOOD_MODES,
        all_down_entered=facts.all_down_entered.get((zone.text, decider.name), 0),
        families=tuple(
            family_status(family, decision) for family, decision in decisions_of(facts.decisions, zone, service)
        ),
        override=None if said is None or service.pool_name else override_status(said),
        views=tuple(_view(facts, zone, service, view) for view in decider.views),
    )


def _view(facts: Facts, zone: Zone, service: Service, view: str) -> ViewStatus:
    found = tuple(decisions_of(facts.decisions, zone, service, view))
    mode = stand_of([decision for _, decision in found]).mode if found else Mode.NORMAL
    return ViewStatus(
        name=view,
        pools=resolved(zone, service).views[view].pools,
        mode=mode.value,
        healthy=mode in GOOD_MODES,
        families=tuple(family_status(family, decision) for family, decision in found),
    )


def decisions_of(
    decisions: Decisions, zone: Zone, service: Service, view: str = EVERYBODY
) -> Iterator[tuple[Family, Decision]]:
    """What was decided of a service in a view, by family."""
    decider = resolved(zone, service)
    for family in FAMILIES:
        decision = decisions.get(decision_key(zone.text, decider.name, family, view))
        if decision is not None:
            yield family, decision


def family_status(family: Family, decision: Decision) -> FamilyStatus:
    """One decision as the faces see it."""
    return FamilyStatus(
        family=FAMILIES[family],
        mode=decision.mode.value,
        action=decision.action.value if decision.action else None,
        tier=decision.tier,
        nodata=decision.nodata,
        ttl=decision.ttl,
        ttl_why=decision.ttl_why,
        reason=decision.reason,
        tiers=tuple(
            TierStatus(number=tier.tier, pool=tier.pool, holds=tier.holds, why=tier.why) for tier in decision.tiers
        ),
        members=tuple(map(_share, decision.members)),
        changes=tuple(ChangeStatus(at=at, what=what) for at, what in decision.changes),
    )


def tiers_in_use(decisions: Decisions, zone: Zone, service: Service) -> dict[str, str]:
    """`{"ipv4": "tier 1, relays"}`, by family."""
    return {
        FAMILIES[family]: f"tier {tier.tier}, {tier.pool}"
        for family, decision in decisions_of(decisions, zone, service)
        for tier in decision.tiers
        if tier.tier == decision.tier
    }


def _share(view: MemberView) -> ShareStatus:
    return ShareStatus(
        member=view.member.name,
        pool=view.pool,
        tier=view.tier,
        chosen=view.chosen,
        share=view.share,
        addresses=tuple(map(str, view.addresses)),
        why=view.why,
    )


def _pool(facts: Facts, zone: Zone, pool: Pool) -> PoolStatus:
    members = tuple(_member(facts, zone, pool, member) for member in pool.members)
    return PoolStatus(
        zone=zone.text,
        name=pool.name,
        checks=pool.checks,
        min_healthy=_least(pool.min_healthy),
        healthy=sum(member.effective in (Health.UP, Health.DEGRADED) for member in members),
        members=members,
    )


def _least(least: MinHealthy) -> str:
    return f"{least.percent:g}%" if least.percent is not None else str(least.members)


def _member(facts: Facts, zone: Zone, pool: Pool, member: Member) -> MemberStatus:
    standing = facts.overrides.of(facts.now)(zone.text, None, pool.name, member)
    addresses = tuple(_address(facts, member, address, standing) for address in member.addresses)
    best = min(addresses, key=lambda each: BEST_FIRST.index(Health(each.real)))
    return MemberStatus(
        zone=zone.text,
        pool=pool.name,
        name=member.name,
        hostname=to_text(member.hostname),
        weight=member.weight,
        standby=member.standby,
        machine=member.machine,
        real=best.real,
        effective=best.effective,
        why=best.why,
        answers_given=facts.answered.get(MemberKey(zone.text, pool.name, member.name), 0),
        addresses=addresses,
        override=None if standing is None else override_status(standing.override),
    )


def _address(facts: Facts, member: Member, address: Address, standing: Standing | None) -> AddressStatus:
    health = facts.ledger.health_of(facts.now)(member, address)
    return AddressStatus(
        address=str(address),
        real=health.health.value,
        effective=EFFECTIVE[standing.override.state] if standing else health.health.value,
        why=f"{standing.override}; {health.why}" if standing else health.why,
        next_change=health.changes_in,
        checks=tuple(_verdict(facts, key) for key in member.verdicts.get(address, ())),
    )


def _verdict(facts: Facts, key: VerdictKey) -> VerdictStatus:
    verdict = facts.ledger.verdict(key)
    thresholds = facts.config.checks[key.check].thresholds
    pace = facts.ledger.interval(key.target)
    last = facts.recent.last(key.target)
    return VerdictStatus(
        check=key.check,
        target=key.target,
        real=verdict.state.value,
        effective=verdict.state.value,
        since=verdict.since,
        degraded=verdict.degraded,
        stale=verdict.stale,
        saved=verdict.saved,
        provisional=verdict.provisional,
        successes=verdict.successes,
        failures=verdict.failures,
        rise=thresholds.rise,
        fall=thresholds.fall,
        transitions=verdict.transitions,
        interval=pace,
        next_probe=facts.next_probe(key.target),
        next_change=changes_in(verdict, thresholds, pace, facts.now),
        last=None if last is None else result(last),
        temporary=verdict.temporary,
        damped_for=damped_for(verdict, facts.now) if facts.config.checks[key.check].damping else 0.0,
        changed=_changed(facts.recent.change(key)),
    )


def _changed(transition: Transition | None) -> Changed | None:
    if transition is None:
        return None
    return Changed(
        at=transition.at,
        old=transition.before.value,
        new=transition.after.value,
        reason=transition.reason.value,
        text=transition.text,
    )


def result(observation: Observation) -> Result:
    """One run as the faces see it."""
    return Result(
        at=observation.started,
        outcome=observation.outcome.kind.value,
        reason=observation.reason.value,
        phase=observation.phase.value if observation.phase else None,
        code=observation.code,
        enhanced=observation.enhanced,
        text=observation.text,
        notices=tuple(notice.value for notice in observation.notices),
        timings=tuple((phase.value, seconds) for phase, seconds in observation.timings),
        total=total_seconds(observation),
        certificate_expires=observation.tls.chain_earliest_not_after if observation.tls else None,
        leaf_expires=observation.tls.leaf_not_after if observation.tls else None,
        metrics=observation.metrics,
    )


def _check(facts: Facts, check: Check, targets: tuple[str, ...], results: int) -> CheckStatus:
    timing, thresholds = check.timing, check.thresholds
    return CheckStatus(
        name=check.name,
        type=type_of(check.settings),
        interval=timing.interval,
        fast_interval=timing.fast_interval,
        down_interval=timing.down_interval,
        timeout=timing.timeout,
        rise=thresholds.rise,
        fall=thresholds.fall,
        forgive=thresholds.forgive,
        min_hold=thresholds.min_hold,
        targets=tuple(_target(facts, VerdictKey(check.name, target), results) for target in targets),
        suspected_since=facts.ledger.doubts.suspected.get(check.name),
    )


def _target(facts: Facts, key: VerdictKey, results: int) -> TargetStatus:
    target = facts.config.targets[key.target]
    overruns, queue_seconds = facts.delays(target.id)
    last = facts.recent.last(target.id)
    return TargetStatus(
        id=target.id,
        address=str(target.address),
        port=target.port,
        verdict=_verdict(facts, key),
        results=tuple(map(result, facts.recent.of(target.id)[-results:])) if results else (),
        counts=facts.recent.counts(target.id) if results else {},
        overruns=overruns,
        queue_seconds=queue_seconds,
        sighting=sighting(last) if results and last is not None else None,
    )
