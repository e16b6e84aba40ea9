"""Where the faces ask: every answer is a frozen record of control.views, made from the state as it is now."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

import structlog
from prometheus_client import generate_latest

from gslb.control import explaining, overriding, survey
from gslb.control.clients import Asked
from gslb.control.gauges import gauges
from gslb.control.override_views import OverrideOutcome, OverrideRequest, OverrideStatus
from gslb.control.owner import Owner
from gslb.control.reload import Reloader
from gslb.control.views import (
    Explanation,
    Readiness,
    ReloadOutcome,
    ServiceHealth,
    Status,
)
from gslb.control.views_node import ConfigStatus, MemoryStatus, ProbingStatus, TableStatus, WorkerStatus
from gslb.model.decisions import Decision
from gslb.model.settings import HttpListener
from gslb.model.values import Network
from gslb.model.zones import EVERYBODY, Service, Zone
from gslb.probes.schedule import ScheduleStats
from gslb.steering.decide import resolved
from gslb.steering.upcoming import Scene, upcoming, upcoming_of_host

log = structlog.get_logger("gslb.control")

SERVED = 2.0
"""Seconds that a reload waits for workers to take the table it made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is asked of the prober. `next_probe`: Unix time by target id; None while it runs, or unknown.

    `delays`: of a target, its overruns and the seconds it has waited for slots.
    """

    stats: Callable[[], ScheduleStats]
    next_probe: Callable[[str], float | None]
    delays: Callable[[str], tuple[int, float]]


class Desk:
    """Answers for one owner."""

    def __init__(self, owner: Owner, reloader: Reloader, schedule: Schedule) -> None:
        self._owner = owner
        self._reloader = reloader
        self._schedule = schedule
        self._version = _version()

    def __repr__(self) -> str:
        return f"<Desk of {self._owner}>"

    @property
    def http(self) -> HttpListener:
        """For whom HTTP is served, as configured now."""
        return self._owner.config.node.http

    def readiness(self) -> Readiness:
        """Whether this node may be sent queries, and what it waits for."""
        waiting = tuple(self._waiting_for())
        return Readiness(ready=not waiting, waiting_for=waiting)

    def _waiting_for(self) -> Iterator[str]:
        owner = self._owner
        if owner.stopping:
            yield "the server is stopping"
        if owner.publisher.first_health is None:
            yield owner.publisher.error or (
                "a table to be written" if owner.pipeline.ready else "the first round of probes"
            )
            return
        yield from owner.workers.missing(
            expected=owner.config.node.workers, first_health=owner.publisher.first_health, now=owner.clock()
        )

    def service_health(self, zone: str, service: str, view: str = EVERYBODY) -> ServiceHealth | None:
        """The short word on one service, as one of its views sees it; None for one that does not exist."""
        found = next((each for each in self._owner.config.zones if each.text == zone), None)
        declared = found.services.get(service) if found else None
        if found is None or declared is None:
            return None
        decisions = self._owner.pipeline.decisions
        stand = survey.stand(decisions, found, declared, view)
        if stand is None:
            return None
        views = {name: survey.stand(decisions, found, declared, name) for name in resolved(found, declared).views}
        return ServiceHealth(
            zone=zone,
            service=service,
            healthy=stand.mode in survey.GOOD_MODES,
            mode=stand.mode.value,
            tier=stand.tier,
            reason=stand.reason,
            view=view or None,
            views={name: each.mode.value for name, each in views.items() if each is not None},
        )

    def explain(self, name: str, rtype: str, client: str | None, ecs: Network | None = None) -> Explanation | str:
        """The decision behind one answer, or in a sentence why there is nothing to explain.

        `ecs`: as if `client` told that it asks for somebody there.
        """
        pipeline = self._owner.pipeline
        question = (name, rtype, Asked(client, ecs))
        try:
            return explaining.explanation(
                pipeline.config,
                pipeline.decisions,
                pipeline.hosts,
                self._owner.publisher.table,
                question,
                explaining.Coming(self._next_changes, self._next_of_host),
            )
        except explaining.Unexplained as error:
            return str(error)

    def _next_changes(self, zone: Zone, service: Service, decision: Decision) -> tuple[str, ...]:
        pipeline, now = self._owner.pipeline, self._owner.clock()
        scene = Scene(
            zone=zone,
            service=service,
            health_of=pipeline.ledger.health_of(now),
            override_of=pipeline.overrides.of(now),
            now=now,
            ready=pipeline.ready,
        )
        return upcoming(scene, decision)

    def _next_of_host(self, zone: Zone, hostname: bytes) -> tuple[str, ...]:
        pipeline, now = self._owner.pipeline, self._owner.clock()
        return upcoming_of_host(zone, hostname, pipeline.ledger.health_of(now), pipeline.overrides.of(now))

    def believe(self, check: str) -> bool:
        """The operator says that a suspected check is right; False when it was not suspected."""
        return self._owner.believe(check)

    async def override(self, request: OverrideRequest) -> OverrideOutcome:
        """An operator speaks of a TARGET: done at once, unless a service would lose its last healthy member."""
        return await overriding.act(self._owner, request)

    def overrides(self) -> tuple[OverrideStatus, ...]:
        """Every override that stands."""
        return survey.overrides(self._facts())

    def failback(self, zone: str, service: str) -> dict[str, str] | None:
        """Have a service come back to an earlier tier now; {} where none waits, None for no such service."""
        found = next((each for each in self._owner.config.zones if each.text == zone), None)
        declared = found.services.get(service) if found else None
        if found is None or declared is None:
            return None
        decider = resolved(found, declared)
        if not self._owner.failback(zone, decider.name):
            return {}
        return survey.tiers_in_use(self._owner.pipeline.decisions, found, decider)

    async def reload(self) -> ReloadOutcome:
        """Take the files as they are now, all or nothing; done when workers answer from them, or SERVED has passed."""
        outcome = await self._reloader.reload()
        self._owner.metrics.reloaded(outcome)
        if outcome.accepted:
            await self._served(outcome.digest)
        return outcome

    async def _served(self, digest: str) -> None:
        owner = self._owner
        wanted: int | None = None
        try:
            async with asyncio.timeout(SERVED):
                while wanted is None or not owner.workers.serve(wanted):
                    owner.moved.clear()
                    manifest = owner.publisher.manifest
                    if wanted is None and manifest is not None and manifest.config == digest:
                        wanted = manifest.generation
                    else:
                        await owner.moved.wait()
        except TimeoutError:
            log.warning("the reload is accepted, and not every worker serves it yet", digest=digest)

    async def metrics_text(self) -> bytes:
        """Everything measured, in Prometheus' text format.

        Put together in a thread, as `surveyed`.
        """
        owner, facts = self._owner, self._facts()
        read = (self._outline(facts), facts.frozen(), owner.answered, owner.pipeline.expires)
        counted = await asyncio.to_thread(generate_latest, owner.metrics.registry)
        return counted + await asyncio.to_thread(gauges, *read)

    def status(self, *, results: bool = True) -> Status:
        """Everything; with the latest results of each target, or without."""
        facts = self._facts()
        return _surveyed(self._outline(facts), facts, results)

    async def surveyed(self, *, results: bool = True) -> Status:
        """The status, put together in a thread: with 10,000 members that takes seconds, and probes must go on."""
        facts = self._facts()
        return await asyncio.to_thread(_surveyed, self._outline(facts), facts.frozen(), results)

    def _outline(self, facts: survey.Facts) -> Status:
        """Everything but what is surveyed."""
        return Status(
            node=facts.config.node.name,
            version=self._version,
            now=facts.now,
            started=self._owner.started,
            readiness=self.readiness(),
            config=self._config(),
            table=self._table(facts.now),
            memory=self._memory(),
            probing=self._probing(),
            workers=tuple(self._workers()),
            zones=(),
            checks=(),
        )

    def _facts(self) -> survey.Facts:
        owner = self._owner
        return survey.Facts(
            config=owner.config,
            ledger=owner.pipeline.ledger,
            decisions=owner.pipeline.decisions,
            recent=owner.recent,
            answered=owner.answered.members,
            serials=owner.serials,
            all_down_entered=owner.all_down_entered,
            next_probe=self._schedule.next_probe,
            delays=self._schedule.delays,
            now=owner.clock(),
            overrides=owner.pipeline.overrides,
            keys=owner.notary.keys,
            key_error=owner.notary.error,
        )

    def _config(self) -> ConfigStatus:
        config = self._owner.config
        outcome = self._reloader.outcome
        return ConfigStatus(
            directory=str(config.directory),
            digest=config.digest,
            loaded_at=self._owner.loaded_at,
            warnings=tuple(map(str, config.warnings)),
            last_reload_at=self._reloader.ended_at,
            last_reload_good=outcome.accepted if outcome else None,
        )

    def _table(self, now: float) -> TableStatus:
        publisher = self._owner.publisher
        manifest = publisher.manifest
        return TableStatus(
            generation=publisher.generation,
            carries_health=manifest is not None and manifest.carries_health,
            written=manifest.written if manifest else 0.0,
            age=max(0.0, now - manifest.written) if manifest else 0.0,
            published=publisher.published,
            errors=publisher.errors,
            error=publisher.error,
        )

    def _memory(self) -> MemoryStatus:
        keeper = self._owner.keeper
        return MemoryStatus(
            directory=str(keeper.memory.state_dir), saved_at=keeper.saved_at, errors=keeper.errors, error=keeper.error
        )

    def _probing(self) -> ProbingStatus:
        stats = self._schedule.stats()
        return ProbingStatus(
            targets=stats.targets,
            running=stats.running,
            queued=stats.queued,
            started=stats.started,
            overruns=stats.overruns,
            saturated=stats.saturated,
            stalls=stats.stalls,
            queue_seconds=stats.queue_seconds,
            loop_lag=self._owner.loop_lag,
            loop_late=self._owner.metrics.lag.most,
            isolated=self._owner.pipeline.ledger.doubts.is_isolated(self._owner.clock()),
            bad_logins=self._owner.watch.told,
        )

    def _workers(self) -> Iterator[WorkerStatus]:
        for worker in self._owner.workers.all():
            yield WorkerStatus(
                number=worker.number,
                pid=worker.pid,
                connected=worker.left is None,
                generation=worker.generation,
                behind=self._owner.publisher.generation - worker.generation,
                refused=worker.refused,
                totals=self._owner.workers.totals(worker.number),
                gauges=dict(worker.gauges),
            )


def _surveyed(outline: Status, facts: survey.Facts, results: bool) -> Status:
    return replace(
        outline,
        zones=survey.zones(facts),
        checks=survey.checks(facts, results=results),
        overrides=survey.overrides(facts),
    )


def _version() -> str:
    try:
        return version("gslb-dns")
    except PackageNotFoundError:
        return "unknown"
