"""Which target is probed when: one heap of starts, one timer, and a task only while a probe runs (probes.md 2.2, 2.5).

A target goes round three states: it waits for its start (in the heap), it waits for a slot (in the queue of
`slots`), it is probed (a task). The end of a probe gives its observation to control, which says how long the interval
is now; the next start follows from the start that was scheduled, never from the end, so nothing drifts or bunches.
When the process stood still, what was missed is not caught up: it is spread anew from now (`spread`, `stall`).
"""

import asyncio
import heapq
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Protocol, TypeAlias

from gslb.model.observations import Inconclusive, Observation, Passed, Phase, Reason
from gslb.model.targets import Target
from gslb.probes import spread
from gslb.probes.slots import Slots, Ticket
from gslb.probes.stall import TICK, StallGuard, is_stalled

Prober: TypeAlias = Callable[[Target], Awaitable[Observation]]
"""One probe of one target; it keeps its own deadline."""

Report: TypeAlias = Callable[[Observation], float]
"""Takes an observation, and gives the interval now in use for its target, in seconds."""

ROUND_GRACE = 2.0
"""The startup round lasts at most this much longer than the longest timeout in use (contract, "Start")."""

GRAIN = 0.005
"""Starts may be this late: a loop that counts in whole milliseconds would spin for less, and batches are cheaper."""

_QUEUE_SHOWN = 0.001
"""A shorter wait than this is the loop's own step, not a queue."""

_TIMEOUTS = frozenset(
    {
        Reason.CONNECT_TIMEOUT,
        Reason.GREETING_TIMEOUT,
        Reason.REPLY_TIMEOUT,
        Reason.TLS_TIMEOUT,
        Reason.DEADLINE,
    }
)


class Handle(Protocol):
    """A timer that was set."""

    def cancel(self) -> None:
        """Not to fire any more."""


class Timer(Protocol):
    """What wakes the schedule: an event loop, or time driven by hand."""

    def call_later(self, delay: float, callback: Callable[[], object]) -> Handle:
        """Call back after so many seconds."""


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


@dataclass(slots=True, eq=False)
class _Turn:
    """One target's place in the schedule.

    `scheduled`: the start that the next one is counted from; `start`: when it really may, at its crowded `host`.
    `window`: of the first start, until the second is set. `ticket`: while it waits for a slot or runs, since `asked`;
    `task`: while it runs. `suspect`: the last probe ran into a timeout.
    """

    target: Target
    host: bytes
    place: float
    interval: float
    scheduled: float = 0.0
    start: float = 0.0
    spaced: bool = False
    window: float | None = None
    suspect: bool = False
    asked: float = 0.0
    ticket: Ticket | None = None
    task: asyncio.Task[None] | None = None


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
        clock: Callable[[], float] = time.monotonic,
        boottime: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
        draw: Callable[[], float] = random.random,
        timer: Timer | None = None,
    ) -> None:
        self._prober = prober
        self._report = report
        self._clock = clock
        self._boottime = boottime
        self._draw = draw
        self._timer = timer
        self._slots = Slots(concurrency=concurrency, per_host=per_host)
        self._guard = StallGuard(drift=boottime() - clock())
        self._turns: dict[str, _Turn] = {}
        self._heap: list[tuple[float, int, _Turn]] = []
        self._numbers = count()
        self._hosts: Counter[bytes] = Counter()
        self._host_free: dict[bytes, float] = {}
        self._round: set[str] = set()
        self._round_done: asyncio.Future[bool] | None = None
        self._group: asyncio.TaskGroup | None = None
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._grace = 0.0
        self._wakeup: Handle | None = None
        self._armed = 0.0
        self._started = self._overruns = self._saturated = 0
        self._queue_seconds = 0.0

    async def run(self) -> None:
        """Probe until `stop`. What `report` raises ends it and is raised, in an ExceptionGroup."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._wake()
                await self._live()
        finally:
            self._group = None
            self._disarm()
            self._end_round()
            self._ended.set()

    async def stop(self, grace: float = 2.0) -> None:
        """Start nothing more; probes under way have `grace` seconds to end, then are cut off. Returns after `run`."""
        self._grace = grace
        self._stopping.set()
        if self._group is not None:
            await self._ended.wait()

    async def first_round(self, wait: float) -> bool:
        """Probe every target once, soon: the startup round.

        Returns True when each has had one result, or False after `wait` seconds or the longest timeout and 2 s.
        """
        now = self._clock()
        self._round = set(self._turns)
        self._round_done = asyncio.get_running_loop().create_future()
        for turn in self._turns.values():
            if turn.ticket is None:
                self._begin(turn, now, spread.ROUND_WINDOW)
        self._arm()
        longest = max((turn.target.timing.timeout for turn in self._turns.values()), default=0.0)
        bound = self._timers().call_later(min(longest + ROUND_GRACE, wait), self._end_round)
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
        self._settle_round()
        self._arm()

    def resize(self, *, concurrency: int, per_host: int) -> None:
        """Change the caps of the probes that start from now on."""
        self._slots.resize(concurrency=concurrency, per_host=per_host)
        self._fill()

    def next_due(self, target_id: str) -> float | None:
        """When the next probe of a target is scheduled, on the clock given; None: unknown, or probed right now."""
        turn = self._turns.get(target_id)
        return None if turn is None or turn.task is not None else turn.scheduled

    def stats(self) -> ScheduleStats:
        """The schedule now."""
        return ScheduleStats(
            targets=len(self._turns),
            running=self._slots.running,
            queued=self._slots.queued,
            started=self._started,
            overruns=self._overruns,
            saturated=self._saturated,
            stalls=self._guard.stalls,
            queue_seconds=self._queue_seconds,
        )

    def __repr__(self) -> str:
        return f"<Scheduler {len(self._turns)} targets, {self._slots.running} running, {self._slots.queued} queued>"

    # targets come and go

    def _add(self, target: Target, now: float) -> None:
        turn = _Turn(target, target.address.packed, spread.position(target.id), target.timing.interval)
        self._turns[target.id] = turn
        self._hosts[turn.host] += 1
        self._begin(turn, now, spread.first_window(turn.interval))

    def _adopt(self, turn: _Turn, target: Target, now: float) -> None:
        """Take over what is not identity; a start that lies beyond the new intervals comes nearer."""
        before, turn.target = turn.target, target
        farthest = now + max(target.timing.interval, target.timing.down_interval)
        if target.timing != before.timing and turn.ticket is None and turn.scheduled > farthest:
            self._begin(turn, now, target.timing.interval)

    def _remove(self, turn: _Turn) -> None:
        self._hosts[turn.host] -= 1
        if not self._hosts[turn.host]:
            del self._hosts[turn.host]
            self._host_free.pop(turn.host, None)
        if turn.task is not None:
            turn.task.cancel()
        elif turn.ticket is not None:
            self._slots.withdraw(turn.ticket)

    def _begin(self, turn: _Turn, now: float, window: float) -> None:
        """Give a target a first start within `window` from now."""
        turn.window = window
        self._plan(turn, now + window * turn.place)

    # the heap and its one timer

    def _plan(self, turn: _Turn, scheduled: float) -> None:
        turn.scheduled = scheduled
        turn.spaced = False
        self._push(turn, scheduled)

    def _push(self, turn: _Turn, start: float) -> None:
        turn.start = start
        heapq.heappush(self._heap, (start, next(self._numbers), turn))

    def _wake(self) -> None:
        now = self._clock()
        self._wakeup = None
        stalled = self._guard.woke(now, drift=self._boottime() - now)
        for turn in self._due(now):
            if stalled:
                self._begin(turn, now, spread.first_window(turn.interval))
            else:
                self._ask(turn, now)
        self._fill()
        self._arm()

    def _due(self, now: float) -> list[_Turn]:
        """Take from the heap who may start now. Entries of targets that were removed or moved are dropped."""
        due: list[_Turn] = []
        while self._heap and self._heap[0][0] <= now:
            when, _, turn = heapq.heappop(self._heap)
            if self._is_known(turn) and turn.ticket is None and when == turn.start:
                due.append(turn)
        return due

    def _is_known(self, turn: _Turn) -> bool:
        return self._turns.get(turn.target.id) is turn

    def _arm(self) -> None:
        """See that the one timer fires at the earliest start, or earlier: at the next tick of the stall guard."""
        if self._group is None or self._stopping.is_set():
            return
        now = self._clock()
        at = now + TICK
        if self._heap and self._heap[0][0] < at:
            at = max(self._heap[0][0], now + GRAIN)
        if self._wakeup is not None and self._armed <= at:
            return
        self._disarm()
        self._armed = at
        self._guard.expect(at, now)
        self._wakeup = self._timers().call_later(at - now, self._wake)

    def _disarm(self) -> None:
        if self._wakeup is not None:
            self._wakeup.cancel()
            self._wakeup = None

    def _timers(self) -> Timer:
        return self._timer or asyncio.get_running_loop()

    # from a start to a slot to a probe

    def _ask(self, turn: _Turn, now: float) -> None:
        """Queue for a slot, unless another target of the address has just started: then a moment later."""
        free = max(now, self._host_free.get(turn.host, now))
        if not turn.spaced:
            self._host_free[turn.host] = free + spread.host_spacing(self._hosts[turn.host])
            turn.spaced = True
            if free > now:
                self._push(turn, free)
                return
        turn.asked = now
        target = turn.target
        turn.ticket = Ticket(
            turn.scheduled, next(self._numbers), target.id, turn.host, target.port, suspect=turn.suspect
        )
        self._slots.ask(turn.ticket)

    def _fill(self) -> None:
        """Start probes while there are slots."""
        if self._group is None or self._stopping.is_set():
            return
        while (ticket := self._slots.take()) is not None:
            turn = self._turns[ticket.target]
            turn.task = self._group.create_task(self._probe(turn))
            # Not in the task's own finally: a task that is cancelled before its first step has none.
            turn.task.add_done_callback(partial(self._release, turn, ticket))
            self._started += 1

    def _release(self, turn: _Turn, ticket: Ticket, _: object) -> None:
        turn.task = turn.ticket = None
        self._slots.release(ticket)
        self._fill()

    async def _probe(self, turn: _Turn) -> None:
        began = self._clock()
        lag = self._guard.lag(began)
        observation = await self._look(turn.target)
        ended = self._clock()
        if is_stalled(self._guard.lag(ended) - lag, turn.target.timing.timeout):
            observation = _stalled(observation)
        self._conclude(turn, self._with_queue(turn, observation, began - turn.asked), ended)

    async def _look(self, target: Target) -> Observation:
        started = time.time()
        try:
            return await self._prober(target)
        except Exception as bug:  # noqa: BLE001 - a bug of one prober must move no health and stop no other
            outcome = Inconclusive(Phase.TOTAL, Reason.LOCAL_BUG)
            return Observation(target=target.id, outcome=outcome, started=started, text=repr(bug)[:200])

    def _conclude(self, turn: _Turn, observation: Observation, ended: float) -> None:
        """Tell control, and plan the next start by the interval it answers."""
        turn.suspect = observation.reason in _TIMEOUTS
        try:
            turn.interval = self._report(observation)
        except BaseException:
            self._stopping.set()
            raise
        self._plan(turn, self._next_start(turn, ended))
        self._round.discard(turn.target.id)
        self._settle_round()
        self._arm()

    def _next_start(self, turn: _Turn, ended: float) -> float:
        window, turn.window = turn.window, None
        if window is not None:
            regular = spread.second_start(turn.scheduled, window=window, place=turn.place, interval=turn.interval)
        else:
            regular = spread.jittered(turn.scheduled, turn.interval, self._draw())
        self._overruns += regular < ended
        return spread.not_before(regular, ended)

    def _with_queue(self, turn: _Turn, observation: Observation, waited: float) -> Observation:
        """Count the wait for a slot, and show it as a phase where there was one."""
        if waited < _QUEUE_SHOWN:
            return observation
        self._queue_seconds += waited
        self._saturated += waited > turn.interval / 2
        return replace(observation, timings=((Phase.QUEUE, waited), *observation.timings))

    async def _live(self) -> None:
        try:
            await self._stopping.wait()
        finally:
            self._stopping.set()
        running = [turn.task for turn in self._turns.values() if turn.task is not None]
        if running:
            await asyncio.wait(running, timeout=self._grace)
        for task in running:
            task.cancel()

    # the startup round

    def _settle_round(self) -> None:
        if not self._round:
            self._end_round()

    def _end_round(self) -> None:
        if self._round_done is not None and not self._round_done.done():
            self._round_done.set_result(not self._round)


def _stalled(observation: Observation) -> Observation:
    """What a run says when this process stood still in it: nothing, but that a service that passed did pass."""
    if isinstance(observation.outcome, Passed):
        return observation
    return replace(observation, outcome=Inconclusive(observation.phase or Phase.TOTAL, Reason.LOCAL_STALL))
