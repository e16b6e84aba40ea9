"""What the faces may know of this node itself: workers, the table, the configuration, what is kept, the prober."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    """One worker. `generation`: the table it answers from; `behind`: tables published since."""

    number: int
    pid: int
    connected: bool
    generation: int
    behind: int
    refused: str
    totals: dict[str, int] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStatus:
    """The table that stands in run_dir. `age`: seconds since it was written. `error`: why the last write failed."""

    generation: int
    carries_health: bool
    written: float
    age: float
    published: int
    errors: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigStatus:
    """The configuration that runs. `last_reload_good`: None before the first reload."""

    directory: str
    digest: str
    loaded_at: float
    warnings: tuple[str, ...]
    last_reload_at: float | None
    last_reload_good: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryStatus:
    """What is kept in state_dir. `saved_at`: the last good save, None before the first."""

    directory: str
    saved_at: float | None
    errors: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbingStatus:
    """The schedule as a whole. `loop_lag`: seconds the loop was late at the last tick; `loop_late`: the
    most since the start.

    `isolated`: the canaries fail, and verdicts stand still. `bad_logins`: refused everywhere, so that their password is
    wrong and not the servers.
    """

    targets: int
    running: int
    queued: int
    started: int
    overruns: int
    saturated: int
    stalls: int
    queue_seconds: float
    loop_lag: float
    loop_late: float = 0.0
    isolated: bool = False
    bad_logins: tuple[str, ...] = ()
