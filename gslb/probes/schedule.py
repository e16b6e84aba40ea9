"""Which target is probed when: one heap of starts, one timer, and a task only while a probe runs (probes.md 2.2, 2.5).

A target goes round three states: it waits for its start (`turns`), it waits for a slot (`slots`), it is probed (a
task). The end of a probe gives its observation to control, which says how long the interval is now; the next start
follows from the start that was scheduled, never from the end, so nothing drifts or bunches. When the process stood
still, what was missed is not caught up: it is spread anew from now (`spread`, `stall`).
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TypeAlias

from gslb.model.observations import Inconclusive, Observation, Passed, Phase, Reason
from gslb.model.targets import Target
from gslb.probes import spread
from gslb.probes.alarm import Alarm, Timer
from gslb.probes.slots import Slots, Ticket
from gslb.probes.stall import is_stalled
from gslb.probes.turns import Starts, Turn

Prober: TypeAlias = Callable[[Target], Awaitable[Observation]]
"""One probe of one target; it keeps its own deadline."""

Report: TypeAlias = Callable[[Observation], float]
"""Takes an observation, and gives the interval now in use for its target, in seconds."""

ROUND_GRACE = 2.0
"""The startup round lasts at most this much longer than the longest timeout in use (contract, "Start")."""

_AT_ONCE = 2000
"""Targets whose first starts are set in one turn of the loop, some ten milliseconds."""

_QUEUE_SHOWN = 0.001
"""A shorter wait than this is the loop's own step, not a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleStats:
    """The schedule at one moment. Counters since the start: `started` to `queue_seconds`.

    `overruns`: starts that passed while the probe before still ran. `saturated`: probes that waited for a slot longer
    than half their interval. `stalls`: times the whole process stood still.
    """

    targets: int
    running: int
    queued: int
    started: int
    overruns: int
    saturated: int
    stalls: int
    queue_seconds: float


class Scheduler:
    """Probes the targets of `replace` while `run` runs. Use from one event loop only.

    `draw` gives numbers from [0, 1) for jitter; `timer` is the running loop unless given.
    """

    def __init__(
        self,
        prober: Prober,
        report: Report,
        *,
        concurrency: int,
        per_host: int,
        groups: Mapping[str, int] | None = None,
        clock: Callable[[], float] = time.monotonic,
        boottime: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
        draw: Callable[[], float] = random.random,
        timer: Timer | None = None,
    ) -> None:
        self._prober = prober
        self._report = report
        self._clock = clock
        self._draw = draw
        self._alarm = Alarm(self._wake, clock=clock, boottime=boottime, timer=timer)
        self._slots = Slots(concurrency=concurrency, per_host=per_host, groups=groups)
        self._turns: dict[str, Turn] = {}
        self._starts = Starts()
        self._numbers = count()
        self._hosts: Counter[bytes] = Counter()
        self._host_free: dict[bytes, float] = {}
        self._round: set[str] = set()
        self._round_done: asyncio.Future[bool] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._bugs: list[BaseException] = []
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._grace = 0.0
        self._started = self._overruns = self._saturated = 0
        self._queue_seconds = 0.0

    async def run(self) -> None:
        """Probe until `stop`. What `report` raises ends it and is raised, in an ExceptionGroup."""
        self._loop = asyncio.get_running_loop()
        try:
            self._wake()
            await self._live()
        finally:
            self._stopping.set()
            await self._cut_off()
            self._loop = None
            self._alarm.clear()
            self._end_round()
            self._ended.set()
        if self._bugs:
            raise BaseExceptionGroup("what probes were reported to has failed", self._bugs)

    async def stop(self, grace: float = 2.0) -> None:
        """Start nothing more; probes under way have `grace` seconds to end, then are cut off. Returns after `run`."""
        self._grace = grace
        self._stopping.set()
        if self._loop is not None:
            await self._ended.wait()

    async def first_round(self, wait: float) -> bool:
        """Probe every target once, soon: the startup round.

        Returns True when each has had one result, or False after `wait` seconds or the longest timeout and 2 s.
        """
        now = self._clock()
        self._round = set(self._turns)
        self._round_done = asyncio.get_running_loop().create_future()
        for number, turn in enumerate(tuple(self._turns.values()), 1):
            if turn.ticket is None and self._is_known(turn):
                self._starts.begin(turn, now, spread.ROUND_WINDOW)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)  # whoever asks whether we are ready is not to wait for all of them
        self._arm()
        longest = max((turn.target.timing.timeout for turn in self._turns.values()), default=0.0)
        bound = self._alarm.call_later(min(longest + ROUND_GRACE, wait), self._end_round)
        self._settle_round()
        try:
            return await self._round_done
        finally:
            bound.cancel()
            self._round_done = None

    def replace(self, targets: Mapping[str, Target]) -> None:
        """Probe these from now on: who stays keeps the next start, who is new gets a first one, who is gone ends."""
        now = self._clock()
        for target_id in self._turns.keys() - targets.keys():
            self._remove(self._turns.pop(target_id))
            self._round.discard(target_id)
        for target_id, target in targets.items():
            turn = self._turns.get(target_id)
            if turn is None:
                self._add(target, now)
            else:
                self._adopt(turn, target, now)
        self._alarm.grain = spread.grain(sum(1 / target.timing.interval for target in targets.values()))
        self._settle_round()
        self._arm()

    def resize(self, *, concurrency: int, per_host: int, groups: Mapping[str, int] | None = None) -> None:
        """Change the caps of the probes that start from now on."""
        self._slots.resize(concurrency=concurrency, per_host=per_host, groups=groups)
        self._fill()

    def next_due(self, target_id: str) -> float | None:
        """When the next probe of a target is scheduled, on the clock given; None: unknown, or probed right now."""
        turn = self._turns.get(target_id)
        return None if turn is None or turn.task is not None else turn.scheduled

    def delays(self, target_id: str) -> tuple[int, float]:
        """How often a target was still under way at its next start, and the seconds it has waited for slots."""
        turn = self._turns.get(target_id)
        return (0, 0.0) if turn is None else (turn.overruns, turn.waited)

    def stats(self) -> ScheduleStats:
        """The schedule now."""
        return ScheduleStats(
            targets=len(self._turns),
            running=self._slots.running,
            queued=self._slots.queued,
            started=self._started,
            overruns=self._overruns,
            saturated=self._saturated,
            stalls=self._alarm.stalls,
            queue_seconds=self._queue_seconds,
        )

    def __repr__(self) -> str:
        return f"<Scheduler {len(self._turns)} targets, {self._slots.running} running, {self._slots.queued} queued>"

    # targets come and go

    def _add(self, target: Target, now: float) -> None:
        turn = Turn.of(target)
        self._turns[target.id] = turn
        self._hosts[turn.host] += 1
        self._starts.begin(turn, now, spread.first_window(turn.interval))

    def _adopt(self, turn: Turn, target: Target, now: float) -> None:
        """Take over what is not identity; a start that lies beyond the new intervals comes nearer."""
        before = turn.target
        turn.adopt(target)
        farthest = now + max(target.timing.interval, target.timing.down_interval)
        if target.timing != before.timing and turn.ticket is None and turn.scheduled > farthest:
            self._starts.begin(turn, now, target.timing.interval)

    def _remove(self, turn: Turn) -> None:
        self._hosts[turn.host] -= 1
        if not self._hosts[turn.host]:
            del self._hosts[turn.host]
            self._host_free.pop(turn.host, None)
        if turn.task is not None:
            turn.task.cancel()
        elif turn.ticket is not None:
            self._slots.withdraw(turn.ticket)

    # the starts and their one timer

    def _wake(self) -> None:
        now = self._clock()
        stalled = self._alarm.rang(now)
        for turn in filter(self._is_known, self._starts.take(now)):
            if stalled:
                self._starts.begin(turn, now, spread.first_window(turn.interval))
            else:
                self._ask(turn, now)
        self._fill(now)
        self._arm()

    def _is_known(self, turn: Turn) -> bool:
        return self._turns.get(turn.target.id) is turn

    def _arm(self) -> None:
        if self._loop is not None and not self._stopping.is_set():
            self._alarm.set(self._starts.first)

    # from a start to a slot to a probe

    def _ask(self, turn: Turn, now: float) -> None:
        """Queue for a slot, unless another target of the address has just started: then a moment later."""
        sharing = self._hosts[turn.host]
        if sharing > 1 and not turn.spaced:
            free = max(now, self._host_free.get(turn.host, now))
            self._host_free[turn.host] = free + spread.host_spacing(sharing)
            turn.spaced = True
            if free > now:
                self._starts.defer(turn, free)
                return
        turn.asked = now
        target = turn.target
        turn.ticket = Ticket(
            turn.scheduled,
            next(self._numbers),
            target.id,
            turn.host,
            target.port,
            suspect=turn.suspect,
            groups=target.groups,
            mailbox=turn.mailbox(now),
        )
        self._slots.ask(turn.ticket)

    def _fill(self, now: float | None = None) -> None:
        """Start probes while there are slots. `now`: when those who ask first asked, who have not waited then."""
        if self._loop is None or self._stopping.is_set():
            return
        began = self._clock() if now is None else now
        while (ticket := self._slots.take()) is not None:
            turn = self._turns[ticket.target]
            turn.began = began
            turn.task = self._loop.create_task(self._probe(turn))
            self._running.add(turn.task)
            # Not in the task's own finally: a task that is cancelled before its first step has none.
            turn.task.add_done_callback(partial(self._release, turn, ticket))
            self._started += 1

    def _release(self, turn: Turn, ticket: Ticket, task: asyncio.Task[None]) -> None:
        turn.task = turn.ticket = None
        self._running.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            self._bugs.append(bug)
        self._slots.release(ticket)
        self._fill()

    async def _probe(self, turn: Turn) -> None:
        lag = self._alarm.lag(turn.began)
        target = turn.form(turn.began)
        started = time.time()
        try:
            observation = await self._prober(target)
        except Exception as bug:  # noqa: BLE001 - a bug of one prober must move no health and stop no other
            observation = _bug(target, bug, started)
        if not self._is_known(turn):
            return  # removed meanwhile, and the prober would not be cancelled
        ended = self._clock()
        if is_stalled(self._alarm.lag(ended) - lag, turn.target.timing.timeout):
            observation = _stalled(observation)
        self._conclude(turn, self._with_queue(turn, observation, turn.began - turn.asked), ended)

    def _conclude(self, turn: Turn, observation: Observation, ended: float) -> None:
        """Tell control, and plan the next start by the interval it answers."""
        turn.heard(observation)
        try:
            turn.interval = self._report(observation)
        except BaseException:
            self._stopping.set()
            raise
        self._starts.plan(turn, self._next_start(turn, ended))
        if self._round_done is not None:
            self._round.discard(turn.target.id)
            self._settle_round()
        if turn.start < self._alarm.at:
            self._arm()

    def _next_start(self, turn: Turn, ended: float) -> float:
        is_second = turn.window is not None
        regular = turn.regular_start(self._draw())
        if regular < ended:
            self._overruns += 1
            turn.overruns += 1
        if is_second:
            regular = spread.in_place(regular, turn.interval, ended)
        return max(spread.not_before(regular, ended), turn.earliest)

    def _with_queue(self, turn: Turn, observation: Observation, waited: float) -> Observation:
        """Count the wait for a slot, and show it as a phase where there was one."""
        if waited < _QUEUE_SHOWN:
            return observation
        self._queue_seconds += waited
        turn.waited += waited
        self._saturated += waited > turn.interval / 2
        return replace(observation, timings=((Phase.QUEUE, waited), *observation.timings))

    async def _live(self) -> None:
        await self._stopping.wait()
        if self._running:
            await asyncio.wait(self._running, timeout=self._grace)

    async def _cut_off(self) -> None:
        """End what still runs, removed targets' probes among them."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    # the startup round

    def _settle_round(self) -> None:
        if not self._round:
            self._end_round()

    def _end_round(self) -> None:
        if self._round_done is not None and not self._round_done.done():
            self._round_done.set_result(not self._round)


def _bug(target: Target, bug: Exception, started: float) -> Observation:
    outcome = Inconclusive(Phase.TOTAL, Reason.LOCAL_BUG)
    return Observation(target=target.id, outcome=outcome, started=started, text=repr(bug)[:200])


def _stalled(observation: Observation) -> Observation:
    """What a run says when this process stood still in it: nothing, but that a service that passed did pass."""
    if isinstance(observation.outcome, Passed):
        return observation
    return replace(observation, outcome=Inconclusive(observation.phase or Phase.TOTAL, Reason.LOCAL_STALL))
