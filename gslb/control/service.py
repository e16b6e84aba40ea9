"""Control as a process: what runs beside what, from start to end.

load the configuration, recall saved verdicts        a fault here: exit status 78, no restart will help
publish                                              with health where saved verdicts are young, else "starting";
                                                     a table left behind by a control that died stands instead
listen to workers, serve HTTP, probe
first round over: publish with health; ready once every worker serves it
SIGHUP: reload
SIGTERM: not ready at once, save, go on for the lame duck, let probes say goodbye, exit 0
(a second SIGTERM skips the lame duck; a supervisor that is gone ends everything at once)
"""

import asyncio
import gc
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import TypeAlias

import structlog
import uvloop

from gslb import logs
from gslb.control import accepted
from gslb.control.channel import Channel
from gslb.control.desk import Desk, Schedule
from gslb.control.handed import Handed, take
from gslb.control.heartbeat import Heartbeat
from gslb.control.owner import Owner
from gslb.control.publisher import PACE, standing
from gslb.control.reload import Reloader
from gslb.control.watch import Doing
from gslb.errors import ConfigError, Fault, KeysError
from gslb.handoff.messages import Message, Stamp
from gslb.model.observations import Observation
from gslb.model.settings import Config
from gslb.model.targets import Target
from gslb.probes.descriptors import make_room
from gslb.probes.logins import Logins
from gslb.probes.run import prepare, probe
from gslb.probes.schedule import Scheduler
from gslb.steering.dependents import NOTHING

log = structlog.get_logger("gslb.control")

Faces: TypeAlias = Callable[[Desk, Path], AbstractAsyncContextManager[None]]
"""Serves HTTP for a desk, and a control socket in run_dir, while entered. Raises OSError when it cannot listen."""

CANNOT_RUN = 78
"""EX_CONFIG of sysexits.h: told to the supervisor, no restart will help."""

FAILED = 1
"""A bug: another control may do better."""

LAME_DUCK = 2.0
"""Seconds of going on after SIGTERM, with /ready saying no."""

GOODBYE = 1.5
"""Seconds for probes under way to end properly."""

THREAD_STEP = 0.0005
"""Seconds that a thread goes on while the loop waits for it: ten times less than Python's default, since surveys and
signatures are made in threads, and the loop asks for its turn at each step of a thousand probes."""

FIRST_TABLE = 10.0
TAKEN = 2.0
"""Seconds that first probes wait, at most, for a table that saved verdicts carry, and then for workers to take it."""

TICK = 1.0


def run(
    config_dir: Path, heartbeat: int | None, faces: Faces, *, run_dir: Path | None = None, gate: int | None = None
) -> int:
    """Be control until SIGTERM; the exit status. `heartbeat`: a descriptor to the supervisor, None without one.

    `run_dir`: where a control before this one kept its configuration, None where there was none. `gate`: a descriptor
    through which the configuration comes; where it ends before the end, control was not wanted.
    """
    logs.set_up()
    gc.disable()  # until all that stays is there, see settle_memory
    handed = None
    if gate is not None:
        with open(gate, "rb") as pipe:
            handed = take(pipe)
        if handed is None:
            return 0
    try:
        config, refused = accepted.begin(config_dir, run_dir, handed)
    except ConfigError as error:
        gc.enable()
        for fault in error.faults:
            log.error("configuration", text=str(fault))
        return CANNOT_RUN
    logs.set_up(form=config.node.log_format, level=config.node.log_level)
    sys.setswitchinterval(THREAD_STEP)
    return uvloop.run(serve(config, heartbeat=heartbeat, faces=faces, refused=refused, handed=handed))


async def serve(
    config: Config,
    *,
    heartbeat: int | None,
    faces: Faces,
    refused: tuple[Fault, ...] = (),
    handed: Handed | None = None,
) -> int:
    """Everything `run` promises, on the running loop. `refused`: what is wrong with the files as they are now;
    `handed`: what `gslb run` has handed on, this configuration in it."""
    try:
        return await Control(config, Heartbeat(heartbeat), faces, refused, handed).run()
    except (OSError, KeysError) as error:
        log.error("control cannot run", error=str(error))
        return CANNOT_RUN
    except ExceptionGroup:
        log.exception("control has failed; the supervisor starts another, workers go on answering")
        return FAILED


def settle_memory(*, tidy: bool = True) -> None:
    """Take what will live long out of the garbage collector's sight, and have it look at the rest less often.

    A probe's record outlives it for a while, so the collector's defaults see thousands of objects that seem to pile up,
    and walk through the whole configuration again and again: a third of all CPU time at 1,000 probes a second. `tidy`:
    collect what was let go before; at the start that is nothing, and looking for it takes long.
    """
    if tidy:
        gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 100)


class Control:
    """The parts and their tasks. One per process."""

    def __init__(
        self,
        config: Config,
        heartbeat: Heartbeat,
        faces: Faces,
        refused: tuple[Fault, ...] = (),
        handed: Handed | None = None,
    ) -> None:
        self.heartbeat = heartbeat
        self.faces = faces
        self.channel: Channel
        self.owner = Owner(config, tell=self._tell, handed=handed)
        self.channel = Channel(config.node.run_dir, hear=self._hear, lost=self.owner.lost, greeting=self.owner.greeting)
        probing = config.node.probing
        self.scheduler = Scheduler(
            self._probe, self._report, concurrency=probing.concurrency, per_host=probing.per_host, groups=probing.groups
        )
        self.logins = Logins()
        self.turns = Counter[str]()
        self.reloader = Reloader(
            config.directory, current=lambda: self.owner.config, accept=self._accept, prepare=self.owner.prepare
        )
        if refused:
            self.reloader.refused_at_start(refused)
        self.desk = Desk(
            self.owner,
            self.reloader,
            Schedule(stats=self.scheduler.stats, next_probe=self._next_probe, delays=self.scheduler.delays),
        )
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()
        self.reload = asyncio.Event()
        self.behind = asyncio.Event()
        self.probing = asyncio.Event()

    async def run(self) -> int:
        """Until told to stop."""
        node = self.owner.config.node
        self.owner.start(standing(node.run_dir, self.owner.config.digest, time.time()))
        settle_memory(tidy=False)
        async with AsyncExitStack() as stack:
            stack.callback(self._no_more_signals)
            self._listen_to_signals()
            # Not before: the supervisor hands on a SIGHUP at the first beat.
            self.heartbeat.beat()
            await self.channel.open()
            stack.push_async_callback(self.channel.close)
            await stack.enter_async_context(self.faces(self.desk, node.run_dir))
            return await self._work()

    async def _work(self) -> int:
        publishing = self.owner.publisher
        async with asyncio.TaskGroup() as group:
            endless = [
                group.create_task(work, name=name)
                for name, work in (
                    ("tick", self._tick()),
                    ("catch up", self._catch_up()),
                    ("lag", self.owner.metrics.lag.watch(time.monotonic)),
                    ("publish", publishing.run()),
                    ("save", self.owner.keeper.run()),
                    ("keys", self._keys()),
                    ("notify", self.owner.notifier.run()),
                    ("reload", self._reload()),
                    ("first round", self._first_round()),
                )
            ]
            probing = group.create_task(self._probing(), name="probe")
            await self.stop.wait()
            await self._end()
            for task in endless:
                task.cancel()
            await probing
        return 0

    async def _end(self) -> None:
        log.info("stopping")
        self.owner.stopping = True
        self.owner.moved.set()  # nobody waits for a table any more
        self._tell_readiness()
        await self.owner.keeper.save()
        await self.owner.keep_signatures()
        try:
            async with asyncio.timeout(LAME_DUCK):
                await self.hurry.wait()
        except TimeoutError:
            pass  # nobody hurries: the lame duck is over
        await self.scheduler.stop(GOODBYE)
        await self.owner.keeper.save()

    async def _probing(self) -> None:
        """Probe; where saved verdicts carry a table, once it is served: thousands of first probes would hold it up."""
        if self.owner.pipeline.ready:
            await self._until(lambda: self.owner.publisher.first_health is not None, FIRST_TABLE)
        self._prepare(self.owner.config)
        self.scheduler.replace(self.owner.config.targets)  # while workers take the table
        if self.owner.pipeline.ready:
            await self._until(lambda: self.desk.readiness().ready, TAKEN)
        self.probing.set()
        await self.scheduler.run()

    async def _until(self, true: Callable[[], bool], patience: float) -> None:
        """Wait for something that tables and workers bring about; what keeps it away is told by others."""
        moved = self.owner.moved
        try:
            async with asyncio.timeout(patience):
                while not (true() or self.owner.stopping):
                    moved.clear()
                    await moved.wait()
        except TimeoutError:
            pass  # a disk that refuses, a worker that is gone

    async def _first_round(self) -> None:
        await self.probing.wait()
        complete = await self.scheduler.first_round(self.owner.config.node.probing.startup_wait)
        await self.owner.first_round_over(complete=complete)
        settle_memory()

    async def _tick(self) -> None:
        """Each second: life to the supervisor and to workers, and what time alone moves."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            now = loop.time()
            self.heartbeat.beat()
            self.channel.tell(Stamp(at=time.time()))
            doing = Doing(bad=self.logins.bad(), saturated=self.scheduler.stats().saturated)
            self.owner.tick(max(0.0, now - due), doing)
            self._tell_readiness()
            if self.heartbeat.gone:
                log.warning("the supervisor is gone; control ends")
                self.hurry.set()
                self.stop.set()
            due = now + TICK
            await asyncio.sleep(TICK)

    async def _catch_up(self) -> None:
        """Decide what observations have left: together with what else has come by the next turn of the loop.

        With a rest between, so that a pool of a thousand that flaps takes a fifth of the loop and no more.
        """
        while True:
            await self.behind.wait()
            self.behind.clear()
            began = time.monotonic()
            self.owner.catch_up()
            if self.owner.pipeline.left != NOTHING:
                self.behind.set()
            await asyncio.sleep(min(TICK, PACE * (time.monotonic() - began)))

    async def _reload(self) -> None:
        while True:
            await self.reload.wait()
            self.reload.clear()
            await self.desk.reload()

    async def _keys(self) -> None:
        owner = self.owner
        await owner.notary.run(lambda: owner.config, owner.new_keys, owner.keep_signatures)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self.reload.set)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop)

    def _no_more_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    def _asked_to_stop(self) -> None:
        if self.stop.is_set():
            self.hurry.set()
        self.stop.set()

    def _tell_readiness(self) -> None:
        self.heartbeat.tell(ready=self.desk.readiness().ready)

    def _tell(self, message: Message) -> None:
        self.channel.tell(message)

    def _hear(self, link: int, message: Message) -> None:
        self.owner.hear(link, message)
        self._tell_readiness()

    def _probe(self, target: Target) -> Awaitable[Observation]:
        turn = self.turns[target.id]
        self.turns[target.id] = turn + 1
        return probe(target, name=self.owner.config.node.probing.name, logins=self.logins, turn=turn)

    def _prepare(self, config: Config) -> None:
        """What probes share, before any runs; what is amiss with it is told, and stops nothing."""
        for wrong in prepare(config.targets.values()):
            log.error("probes lack a file", text=wrong)
        short = make_room(config.node.probing.concurrency)
        if short:
            log.error("too few descriptors for so many probes: raise LimitNOFILE, or lower concurrency", short=short)

    def _report(self, observation: Observation) -> float:
        interval = self.owner.observe(observation)
        if self.owner.pipeline.left != NOTHING:
            self.behind.set()
        return interval

    def _next_probe(self, target: str) -> float | None:
        due = self.scheduler.next_due(target)
        return None if due is None else time.time() + due - time.monotonic()

    def _accept(self, config: Config) -> None:
        self.owner.accept(config)
        settle_memory()
        logs.set_up(form=config.node.log_format, level=config.node.log_level)
        probing = config.node.probing
        self.scheduler.resize(concurrency=probing.concurrency, per_host=probing.per_host, groups=probing.groups)
        self._prepare(config)
        self.scheduler.replace(config.targets)
        self.logins.retain(config.targets.values())
        self.turns = Counter({target: self.turns[target] for target in config.targets})
