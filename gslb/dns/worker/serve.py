"""A worker's life: open the last table, answer, report each second, end on SIGTERM or without a supervisor."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gslb.dns.worker.answerer import STALE_AFTER, Answerer
from gslb.dns.worker.channel import Channel, open_settled
from gslb.dns.worker.heartbeat import Heartbeat
from gslb.dns.worker.tally import AT_ONCE
from gslb.dns.worker.tcp import TcpConnections
from gslb.dns.worker.udp import UdpListener
from gslb.dns.worker.udp_native import NativeUdp
from gslb.errors import TableError
from gslb.handoff.messages import Hello, Tally
from gslb.handoff.policy import read_policy

REPORT_EVERY = 1.0
BEAT_EVERY = 0.5
LAST_WORDS = 0.5
"""Seconds for answers and counts to leave at the end."""
EVERYTHING = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the supervisor says. Descriptors are inherited; `heartbeat` None: nobody listens; `cpu` None: any."""

    worker: int
    run_dir: Path
    udp: tuple[int, ...] = ()
    tcp: tuple[int, ...] = ()
    heartbeat: int | None = None
    nsid: bytes = b""
    native: bool = True
    cpu: int | None = None


def serve(options: Options) -> int:
    """Answer until told to end; the exit status."""
    return asyncio.run(Worker(options).run())


class Worker:
    """The wiring: one loop, everything on it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.ending = asyncio.Event()
        self.answerer = Answerer(nsid=options.nsid, seed=os.urandom(32), log=self._log, native=options.native)
        self.channel = Channel(
            options.run_dir,
            hello=Hello(worker=options.worker, pid=os.getpid()),
            table=lambda: self.answerer.table,
            swap=self.answerer.swap,
            stamped=self._stamped,
            obey=self.answerer.obey,
        )
        self.heartbeat = Heartbeat(options.heartbeat, self.ending.set)
        sockets = tuple(socket.socket(fileno=number) for number in options.udp)
        self.native = None if self.answerer.engine is None else NativeUdp(sockets, self.answerer, self.answerer.engine)
        self.udp: tuple[UdpListener | NativeUdp, ...] = (
            tuple(UdpListener(sock, self.answerer) for sock in sockets) if self.native is None else (self.native,)
        )

    async def run(self) -> int:
        """Live until `ending` is set; the exit status."""
        loop = asyncio.get_running_loop()
        self._keep_to(self.options.cpu)
        self.stamped_at = loop.time()
        self.tcp = TcpConnections(self.answerer, loop.time)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.ending.set)
        self._take_last_policy()
        self._open_last_table()
        for listener in self.udp:
            listener.start(loop)
        await self.tcp.start(tuple(socket.socket(fileno=number) for number in self.options.tcp))
        self.heartbeat.start(loop)
        async with asyncio.TaskGroup() as chores:
            running = (
                chores.create_task(self.channel.run()),
                chores.create_task(_each(BEAT_EVERY, self._beat)),
                chores.create_task(_each(REPORT_EVERY, self._look_around)),
            )
            await self.ending.wait()
            for task in running:
                task.cancel()
        await self._finish(loop)
        return 0

    def _keep_to(self, cpu: int | None) -> None:
        """Before the fast path's threads begin, which keep to what this one does. A CPU that went away stops nobody."""
        try:
            if cpu is not None:
                os.sched_setaffinity(0, {cpu})
        except OSError as error:
            self._log("warning", "cannot keep to its CPU", {"cpu": str(cpu), "why": error.strerror or str(error)})

    def _take_last_policy(self) -> None:
        policy = read_policy(self.options.run_dir)
        if policy is not None:
            self.answerer.obey(policy)

    def _open_last_table(self) -> None:
        """What control published last, perhaps long ago: control need not be there for a worker to answer."""
        try:
            self.answerer.swap(open_settled(self.options.run_dir, None))
        except TableError as error:
            self._log("info", "no table to start with", {"why": str(error)})

    def _beat(self) -> None:
        """Say that every loop turns that answers: a thread that hangs is a worker that hangs."""
        if self.native is None or self.native.turns():
            self.heartbeat.beat()

    def _look_around(self) -> None:
        self.answerer.stale(self._silence() > STALE_AFTER)
        self.tcp.expire()
        self._report(AT_ONCE)

    def _report(self, most: int) -> None:
        table = self.answerer.table
        gauges = {
            "table_generation": 0 if table is None else table.generation,
            "seconds_since_stamp": self._silence(),
            "tcp_open": len(self.tcp),
        }
        tally = Tally(worker=self.options.worker, totals=self.answerer.totals(), gauges=gauges)
        self.channel.report(tally, lambda: self.answerer.sent.take(most))

    async def _finish(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer what has come, let it leave, and hang up."""
        self.answerer.parting()
        for listener in self.udp:
            listener.finish(loop)
        self.tcp.finish()
        self._report(EVERYTHING)
        self.channel.close()
        try:
            async with asyncio.timeout(LAST_WORDS):
                await self.tcp.drained.wait()
                await self.channel.closed()
        except TimeoutError:
            self.tcp.abort()

    def _stamped(self) -> None:
        self.stamped_at = asyncio.get_running_loop().time()
        self.answerer.stale(False)

    def _silence(self) -> float:
        """Seconds since control was heard of."""
        return asyncio.get_running_loop().time() - self.stamped_at

    def _log(self, level: str, event: str, facts: dict[str, str]) -> None:
        self.channel.log(level, event, facts)


async def _each(seconds: float, do: Callable[[], None]) -> None:
    while True:
        do()
        await asyncio.sleep(seconds)
