"""What the faces may know, as frozen records: made on request, from the state as it is at that moment.

The faces turn them into JSON, HTML and text; nothing here is text to be parsed. Times are Unix seconds, durations
seconds, addresses text. `real` is what probes found, `effective` what counts once an operator has spoken: a state of
health, or `drained`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gslb.control.key_views import DnssecStatus
from gslb.control.override_views import OverrideStatus
from gslb.control.sightings import Sighting
from gslb.control.views_node import ConfigStatus, MemoryStatus, ProbingStatus, TableStatus, WorkerStatus
from gslb.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One probe run. `timings`: (phase, seconds) in order; `total` is their sum without the wait for a slot.

    `certificate_expires`: the earliest end in the chain that was sent; `leaf_expires`: that of its first. `metrics`:
    numbers found, by name.
    """

    at: float
    outcome: str
    reason: str
    phase: str | None
    code: str
    enhanced: str
    text: str
    notices: tuple[str, ...]
    timings: tuple[tuple[str, float], ...]
    total: float | None
    certificate_expires: float | None = None
    leaf_expires: float | None = None
    metrics: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The last change of belief: when, from what to what, and what made it."""

    at: float
    old: str
    new: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictStatus:
    """What is believed of one check on one target. `next_change`: seconds to the earliest possible one.

    `temporary`: answers of "later" in a row; `damped_for`: seconds until a flapping target is released, 0 when it is
    not damped.
    """

    check: str
    target: str
    real: str
    effective: str
    since: float
    degraded: bool
    stale: bool
    saved: bool
    provisional: bool
    successes: int
    failures: int
    rise: int
    fall: int
    transitions: int
    interval: float
    next_probe: float | None
    next_change: float
    last: Result | None
    temporary: int = 0
    damped_for: float = 0.0
    changed: Changed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressStatus:
    """One address of a member, over all its checks. `next_change` is inf where nothing probes it."""

    address: str
    real: str
    effective: str
    why: str
    next_change: float
    checks: tuple[VerdictStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberStatus:
    """One member. `real` is the best of its addresses; `answers_given` counts answers that held it.

    `override`: the word that counts for it in every service; one said of a single service stands at that service.
    """

    zone: str
    pool: str
    name: str
    hostname: str
    weight: int
    standby: bool
    machine: str | None
    real: str
    effective: str
    why: str
    answers_given: int
    addresses: tuple[AddressStatus, ...]
    override: OverrideStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatus:
    """One pool. `healthy` counts members whose effective health is good."""

    zone: str
    name: str
    checks: tuple[str, ...]
    min_healthy: str
    healthy: int
    members: tuple[MemberStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierStatus:
    """One tier of a service, as a family's decision saw it. `number` counts from 1."""

    number: int
    pool: str
    holds: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareStatus:
    """One member's part in a family's answers: `share` from 0 to 1."""

    member: str
    pool: str
    tier: int
    chosen: bool
    share: float
    addresses: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStatus:
    """What is bound to change by itself, and when (Unix time); None: when an operator says so."""

    at: float | None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyStatus:
    """The decision of one service in one family: ipv4 (A), ipv6 (AAAA) or any (MX, SRV)."""

    family: str
    mode: str
    action: str | None
    tier: int | None
    nodata: bool
    ttl: int
    ttl_why: str
    reason: str
    tiers: tuple[TierStatus, ...]
    members: tuple[ShareStatus, ...]
    changes: tuple[ChangeStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewStatus:
    """One service as one view sees it, whose chain is its own. See ServiceStatus."""

    name: str
    pools: tuple[str, ...]
    mode: str
    healthy: bool
    families: tuple[FamilyStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """One service. `mode` is the worst of its families; `healthy`: some tier has not failed.

    `override`: what an operator has said of all members as this service sees them.
    All of it is what everybody sees but the clients of `views`.
    """

    zone: str
    name: str
    fqdn: str
    records: tuple[str, ...]
    alias_of: str | None
    pool_name: bool
    pools: tuple[str, ...]
    mode: str
    healthy: bool
    all_down_entered: int
    families: tuple[FamilyStatus, ...]
    override: OverrideStatus | None = None
    views: tuple[ViewStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneStatus:
    """One zone. `dnssec`: None for one that is not signed."""

    name: str
    serial: int
    ttl: int
    min_ttl: int
    services: tuple[ServiceStatus, ...]
    pools: tuple[PoolStatus, ...]
    dnssec: DnssecStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetStatus:
    """One address that a check probes, with its latest results, newest last; `counts`: all results since the start.

    `overruns`: starts that passed while the run before was still under way; `queue_seconds`: spent waiting for a slot;
    both since the start. `sighting`: what the latest run showed.
    """

    id: str
    address: str
    port: int
    verdict: VerdictStatus
    results: tuple[Result, ...]
    counts: dict[str, int] = field(default_factory=dict)
    overruns: int = 0
    queue_seconds: float = 0.0
    sighting: Sighting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStatus:
    """One check, as configured, and all it probes. Times in seconds.

    `suspected_since`: Unix time since which it is suspected itself, and its last verdicts hold.
    """

    name: str
    type: str
    interval: float
    fast_interval: float
    down_interval: float
    timeout: float
    rise: int
    fall: int
    forgive: int
    min_hold: float
    targets: tuple[TargetStatus, ...]
    suspected_since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether this node may be sent queries, and what it still waits for."""

    ready: bool
    waiting_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Everything."""

    node: str
    version: str
    now: float
    started: float
    readiness: Readiness
    config: ConfigStatus
    table: TableStatus
    memory: MemoryStatus
    probing: ProbingStatus
    workers: tuple[WorkerStatus, ...]
    zones: tuple[ZoneStatus, ...]
    checks: tuple[CheckStatus, ...]
    overrides: tuple[OverrideStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHealth:
    """The short word on one service. `healthy`: some tier has not failed.

    `view`: whose chain it is; None for everybody's. `views`: the mode of each view that has one of its own.
    """

    zone: str
    service: str
    healthy: bool
    mode: str
    tier: int | None
    reason: str
    view: str | None = None
    views: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadOutcome:
    """What became of a reload. Refused: `faults` holds everything wrong, and `digest` is that of the old, which runs
    on. `warnings` never refuse."""

    accepted: bool
    digest: str
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One answer that the table gives: `share` of all draws, `records` as text, and the extended error, if any."""

    share: float
    rcode: str
    records: tuple[str, ...]
    extended_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The decision behind one answer: `lines` for people, the rest for programs.

    `decision` is None for names that health does not move. `samples` come from the table that stands. `view`: the one
    whose chain answers `client`; None for everybody's. `thresholds`: what 32-bit draws are held against, cumulative.
    """

    name: str
    type: str
    client: str | None
    lines: tuple[str, ...]
    decision: Mapping[str, object] | None
    samples: tuple[Sample, ...]
    view: str | None = None
    thresholds: tuple[int, ...] = ()
    ecs: str | None = None
