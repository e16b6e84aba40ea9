"""What the supervisor does about what happens: events -> actions. Pure; `now` is monotonic seconds.

    RUNNING --stop asked--> LAME_DUCK --time--> ENDING --time--> KILLING --time--> OVER
                                                   +------ all have ended ----------^

A second request to stop skips what is left of LAME_DUCK, a third kills. Children are numbers: 0 is control, 1 to N
are the workers. `take` notes an event; `advance` acts on the clock and is called after each batch of events, so that
a heartbeat which waited in its pipe is counted before anybody is judged silent.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from signal import SIGHUP, SIGKILL, SIGTERM, Signals
from typing import Any, NamedTuple, TypeAlias

from gslb.supervisor.restart import Life, Phase, Rules, end, excuse, fresh, hear, kill, start, wake
from gslb.supervisor.words import (
    Action,
    CloseListeners,
    Ended,
    Event,
    Heard,
    Report,
    Send,
    Start,
    StopAsked,
    Tell,
)

CONTROL = 0
CANNOT_RUN = 78
"""EX_CONFIG of sysexits.h: control says, before it was ever ready, that no restart will help."""
LAST_WAIT = 1.0
"""Seconds after SIGKILL until a child that will not end is left to the kernel."""
TICK = 1.0
"""Seconds: `advance` is called at least this often."""
ASLEEP = 2.5
"""Seconds between two calls of `advance` from which the supervisor itself was stopped and judges nobody."""

WORKER_RULES = Rules()
CONTROL_RULES = Rules(silence=10.0, first_beat=300.0)
"""Control beats for the first time when it has read and decided everything, however much that is."""


class Early(NamedTuple):
    """A control that was started before the supervisor; see gslb.supervisor.early. Descriptors: of its heartbeat's
    read end, and of the gate where it waits."""

    pid: int
    heartbeat: int
    gate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the supervisor is told; it reads no configuration.

    listen: (host, port) of each endpoint, UDP and TCP both. workers: how many; 0 is one per CPU core. nsid: passed
    on to the workers. control, worker: argument lists, to which `children` adds descriptors. lame_duck: seconds of
    answering after SIGTERM. kill_after: seconds from then to SIGKILL. log_format: json or console; None is console
    on a terminal. worker_cpus: those that workers keep to, in turn; empty: the system's choice. early: the first
    control, where it waits already.
    """

    listen: tuple[tuple[str, int], ...]
    workers: int
    run_dir: str
    nsid: str
    control: tuple[str, ...]
    worker: tuple[str, ...]
    lame_duck: float = 2.0
    kill_after: float = 3.0
    control_rules: Rules = CONTROL_RULES
    worker_rules: Rules = WORKER_RULES
    log_format: str | None = None
    worker_cpus: tuple[int, ...] = ()
    early: Early | None = None

    def cpu_of(self, child: int) -> int | None:
        """The CPU that a child keeps to; None for control, and where nobody chose."""
        if child == CONTROL or not self.worker_cpus:
            return None
        return self.worker_cpus[(child - 1) % len(self.worker_cpus)]

    def to_json(self) -> str:
        """One line that `from_json` reads back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """Raises ValueError, KeyError or TypeError for text that `to_json` did not write."""
        raw: dict[str, Any] = json.loads(text)
        raw["listen"] = tuple((str(host), int(port)) for host, port in raw["listen"])
        for name in ("control", "worker", "worker_cpus"):
            raw[name] = tuple(raw.get(name, ()))
        for name in ("control_rules", "worker_rules"):
            if name in raw:
                raw[name] = Rules(**raw[name] | {"backoff": tuple(raw[name]["backoff"])})
        if raw.get("early") is not None:
            raw["early"] = Early(*map(int, raw["early"]))
        return cls(**raw)


class Stage(IntEnum):
    """How far the whole is on its way down."""

    RUNNING = 0
    LAME_DUCK = 1
    ENDING = 2
    KILLING = 3
    OVER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is known. `until`: when the stage ends. `ready`: what control said last. `announced`: systemd knows.

    `reload`: a SIGHUP waits for a control that listens. `feed_every`, `feed_at`: systemd's watchdog, seconds; 0 is
    none. `status`: the last STATUS= text. `exit_code`: of the supervisor, when all is over.
    """

    settings: Settings
    lives: tuple[Life, ...]
    stage: Stage = Stage.RUNNING
    until: float = 0.0
    ready: bool = False
    announced: bool = False
    reload: bool = False
    feed_every: float = 0.0
    feed_at: float = 0.0
    advanced: float
    status: str = ""
    exit_code: int = 0

    def rules(self, child: int) -> Rules:
        """The patience this child is owed."""
        return self.settings.control_rules if child == CONTROL else self.settings.worker_rules

    def fresh_workers(self, now: float) -> int:
        """How many answering loops were heard of lately."""
        return sum(fresh(life, self.settings.worker_rules, now) for life in self.lives[1:])


Step: TypeAlias = tuple[Plan, tuple[Action, ...]]


def begin(settings: Settings, now: float, watchdog: float = 0.0) -> Plan:
    """Nothing runs, all is due. `watchdog`: the period systemd asks for in seconds; fed three times in each."""
    lives = tuple(Life(since=now) for _ in range(settings.workers + 1))
    return Plan(settings=settings, lives=lives, advanced=now, feed_every=watchdog / 3, feed_at=now)


def take(plan: Plan, event: Event, now: float) -> Step:
    """Note what happened. Waiting, starting and killing are left to `advance`."""
    match event:
        case Heard():
            return _heard(plan, event, now)
        case Ended():
            return _ended(plan, event, now)
        case StopAsked():
            return _stop_asked(plan, now)
        case _:
            return _hand_on_reload(replace(plan, reload=True))


def advance(plan: Plan, now: float) -> Step:
    """Do all that is due by now."""
    actions: list[Action] = []
    for part in (_wake_up, _pass_stages, _start_due, _kill_silent, _feed, _tell_status):
        plan, more = part(plan, now)
        actions += more
    return plan, tuple(actions)


def next_due(plan: Plan, now: float) -> float:
    """Seconds until `advance` must be called again; never above TICK."""
    times = [now + TICK]
    times += [at for child, life in enumerate(plan.lives) if (at := _due(plan, child, life)) is not None]
    if plan.stage is not Stage.RUNNING:
        times.append(plan.until)
    if plan.feed_every:
        times.append(plan.feed_at)
    return max(0.0, min(times) - now)


def _heard(plan: Plan, event: Heard, now: float) -> Step:
    plan = _with_life(plan, event.child, hear(plan.lives[event.child], now))
    if event.child != CONTROL:
        return plan, ()
    plan, actions = _hand_on_reload(plan)
    told = max(event.marks.rfind(b"R"), event.marks.rfind(b"N"))
    if told < 0:
        return plan, actions
    plan = replace(plan, ready=event.marks[told : told + 1] == b"R")
    if plan.announced or not plan.ready:
        return plan, actions
    return replace(plan, announced=True), (*actions, Tell(text="READY=1"), Report(event="ready"))


def _ended(plan: Plan, event: Ended, now: float) -> Step:
    life = end(plan.lives[event.child], plan.rules(event.child), now, event.why)
    plan = _with_life(plan, event.child, life)
    if event.child == CONTROL:
        plan = replace(plan, ready=False)
        if event.code == CANNOT_RUN and not plan.announced and plan.stage is Stage.RUNNING:
            why = "control says that it cannot run with this configuration on this host"
            plan, actions = _finish(replace(plan, exit_code=1), now)
            return plan, (Report(event="giving up", why=why), *actions)
    if not _wanted(plan, event.child):
        return plan, ()
    return plan, (Report(event="ended", child=event.child, why=life.why, after=max(0.0, life.since - now)),)


def _stop_asked(plan: Plan, now: float) -> Step:
    match plan.stage:
        case Stage.RUNNING:
            plan = replace(plan, stage=Stage.LAME_DUCK, until=now + plan.settings.lame_duck)
            return plan, (Tell(text="STOPPING=1"), Report(event="stopping"), *_send(plan, SIGTERM, (CONTROL,)))
        case Stage.LAME_DUCK:
            plan, actions = _finish(plan, now)
            return plan, (*_send(plan, SIGTERM, (CONTROL,)), *actions)
        case _:
            return replace(plan, until=now), ()


def _hand_on_reload(plan: Plan) -> Step:
    """A control that is still starting has no handler yet: SIGHUP would end it. It is told at its first heartbeat."""
    if plan.reload and plan.lives[CONTROL].phase is Phase.RUNNING:
        return replace(plan, reload=False), tuple(_send(plan, SIGHUP, (CONTROL,)))
    return plan, ()


def _wake_up(plan: Plan, now: float) -> Step:
    """Stopped or frozen itself, the supervisor knows nothing of its children's silence."""
    if now - plan.advanced > ASLEEP:
        plan = replace(plan, lives=tuple(excuse(life, now) for life in plan.lives))
    return replace(plan, advanced=now), ()


def _pass_stages(plan: Plan, now: float) -> Step:
    if plan.stage >= Stage.ENDING and not any(life.alive for life in plan.lives):
        return replace(plan, stage=Stage.OVER), ()
    if plan.stage is Stage.RUNNING or now < plan.until:
        return plan, ()
    match plan.stage:
        case Stage.LAME_DUCK:
            return _finish(plan, now)
        case Stage.ENDING:
            plan = replace(plan, stage=Stage.KILLING, until=now + LAST_WAIT)
            return plan, tuple(_send(plan, SIGKILL, range(len(plan.lives))))
        case _:
            return replace(plan, stage=Stage.OVER), ()


def _finish(plan: Plan, now: float) -> Step:
    """The workers have answered long enough."""
    plan = replace(plan, stage=Stage.ENDING, until=now + plan.settings.kill_after)
    return plan, (*_send(plan, SIGTERM, range(1, len(plan.lives))), CloseListeners())


def _start_due(plan: Plan, now: float) -> Step:
    actions: list[Action] = []
    for child, life in enumerate(plan.lives):
        if life.phase is Phase.WAITING and _wanted(plan, child) and life.since <= now:
            plan = _with_life(plan, child, start(life, now))
            actions.append(Start(child=child))
    return plan, tuple(actions)


def _kill_silent(plan: Plan, now: float) -> Step:
    actions: list[Action] = []
    for child, life in enumerate(plan.lives):
        due = _due(plan, child, life)
        if life.alive and due is not None and due <= now:
            plan = _with_life(plan, child, kill(life, plan.rules(child)))
            actions.append(Send(child=child, signal=SIGKILL))
    return plan, tuple(actions)


def _feed(plan: Plan, now: float) -> Step:
    """Systemd's watchdog lives as long as somebody answers."""
    if not plan.feed_every or now < plan.feed_at:
        return plan, ()
    plan = replace(plan, feed_at=now + plan.feed_every)
    return plan, (Tell(text="WATCHDOG=1"),) if plan.fresh_workers(now) else ()


def _tell_status(plan: Plan, now: float) -> Step:
    word = "stopping" if plan.stage is not Stage.RUNNING else "ready" if plan.ready else "not ready"
    status = f"{word}; {plan.fresh_workers(now)} of {plan.settings.workers} workers answer"
    if status == plan.status:
        return plan, ()
    return replace(plan, status=status), (Tell(text=f"STATUS={status}"),)


def _due(plan: Plan, child: int, life: Life) -> float | None:
    """When this child must be started or killed; None for one that is on its way out."""
    return wake(life, plan.rules(child)) if _wanted(plan, child) else None


def _wanted(plan: Plan, child: int) -> bool:
    """Workers answer until the lame duck is over; control is on its way out from the start of it."""
    return plan.stage is Stage.RUNNING or (plan.stage is Stage.LAME_DUCK and child != CONTROL)


def _send(plan: Plan, signal: Signals, children: range | tuple[int, ...]) -> Iterator[Send]:
    return (Send(child=child, signal=signal) for child in children if plan.lives[child].alive)


def _with_life(plan: Plan, child: int, life: Life) -> Plan:
    return replace(plan, lives=(*plan.lives[:child], life, *plan.lives[child + 1 :]))
