"""Control's parts over a small estate, with a clock set by hand and folders of the test's own."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from gslb.control.desk import Desk, Schedule
from gslb.control.owner import Owner
from gslb.control.reload import Reloader
from gslb.handoff.messages import Ack, Hello, Message
from gslb.model.observations import Failed, Observation, Outcome, Passed, Phase, Reason
from gslb.model.settings import Config
from gslb.model.targets import target_id
from gslb.model.values import RecordType
from gslb.model.zones import Service
from gslb.probes.schedule import ScheduleStats
from tests.kit.estate import check, config, member, pool, service, zone

T = TypeVar("T")

NOW = 1_800_000_000.0
ZONE = "mail.example.com"
PASSED = Passed()
REFUSED = Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)

SMTP = check("smtp", interval=15.0, fast_interval=3.0, down_interval=30.0, min_hold=20.0)
RELAY1, RELAY2, SPARE = "192.0.2.11", "192.0.2.12", "192.0.2.21"


def two_tiers(*more: Service) -> Config:
    """Two weighted relays in front of a spare; `smtp`, its alias `mx`, and whatever services come on top."""
    relays = pool("relays", member("relay1", RELAY1, weight=60), member("relay2", RELAY2, weight=40))
    spares = pool("spares", member("spare1", SPARE))
    smtp = service("smtp", "relays", "spares", records=(RecordType.MX, RecordType.A, RecordType.AAAA))
    return config(zone(relays, spares, services=(smtp, service("mx", alias_of="smtp"), *more)), checks=(SMTP,))


def placed(estate: Config, folder: Path, *, digest: str = "0123456789abcdef") -> Config:
    """The same, with state_dir and run_dir below a folder."""
    for name in ("state", "run"):
        (folder / name).mkdir(exist_ok=True)
    node = replace(estate.node, state_dir=folder / "state", run_dir=folder / "run")
    return replace(estate, node=node, directory=folder, digest=digest)


def target(address: str) -> str:
    """The id of the smtp target at an address."""
    return target_id(SMTP.settings, ip_address(address))


def seen(address: str, outcome: Outcome = PASSED, **facts: object) -> Observation:
    """One run of the smtp check at an address."""
    timings = ((Phase.CONNECT, 0.01), (Phase.TOTAL, 0.02))
    made = Observation(target=target(address), outcome=outcome, started=NOW, timings=timings)
    return replace(made, **facts)  # type: ignore[arg-type] # a test's own


@dataclass
class Clock:
    """Unix time, set by hand."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Run what waits for nothing but its next turn."""
    while True:
        try:
            work.send(None)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # what a coroutine returns comes with its end


@dataclass
class Controlled:
    """An owner whose workers only listen: `told` holds what they were sent."""

    config: Config
    clock: Clock = field(default_factory=Clock)
    told: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.owner = Owner(self.config, tell=self.told.append, clock=self.clock)
        self.reloader = Reloader(self.config.directory, current=lambda: self.owner.config, accept=self.owner.accept)
        stats = ScheduleStats(
            targets=3, running=1, queued=0, started=7, overruns=0, saturated=0, stalls=0, queue_seconds=0.0
        )
        self.desk = Desk(
            self.owner,
            self.reloader,
            Schedule(stats=lambda: stats, next_probe=lambda _target: NOW + 5, delays=lambda _target: (2, 0.5)),
        )

    def round(self, outcome_of: Callable[[str], Outcome] = lambda _address: PASSED) -> None:
        """The first round: every target once."""
        for address in (RELAY1, RELAY2, SPARE):
            self.owner.observe(seen(address, outcome_of(address)))
        to_its_end(self.owner.first_round_over(complete=True))

    async def serving(self) -> None:
        """Start, finish the first round, publish, and have the one worker acknowledge."""
        self.owner.start(None)
        self.round()
        await self.owner.publisher.publish()
        self.owner.hear(1, Hello(worker=1, pid=100))
        self.owner.hear(1, Ack(worker=1, generation=self.owner.publisher.generation))


def failed_over(made: Controlled) -> None:
    """Let smtp's first tier fail and hold again, with a manual failback."""
    zone = made.config.zones[0]
    services = {**zone.services, "smtp": replace(zone.services["smtp"], failback=inf)}
    made.owner.accept(replace(made.config, zones=(replace(zone, services=services),)))
    for address in (RELAY1, RELAY2):
        for _ in range(3):
            made.owner.observe(seen(address, REFUSED))
    for second in (40, 80):
        made.clock.now = NOW + second
        made.owner.observe(seen(RELAY1))
