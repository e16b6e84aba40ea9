"""What stands around a worker: its run_dir with tables, its sockets, and control's end of the channel."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import dns.asyncquery
import dns.message

from gslb.dns.worker.serve import Options, Worker
from gslb.handoff.messages import CHANNEL, Frames, Message, encode
from gslb.handoff.table import Manifest, publish
from tests.kit.mailzone import INNER, MAIL
from tests.kit.tables import Made, answer, files, rrset

PATIENCE = 10.0
"""Seconds a test waits for anything before it fails."""

M = TypeVar("M", bound=Message)


def write_table(run_dir: Path, *zones: Made, generation: int = 1) -> None:
    """Publish the mail zone, or others, as control does."""
    names, part = files(*(zones or (MAIL, INNER)), generation=generation)
    manifest = Manifest(
        generation=generation,
        names=f"names-{generation}.tbl",
        parts=(f"part-{generation}.tbl",),
        carries_health=True,
        written=0.0,
    )
    publish(run_dir, manifest, {manifest.names: names, manifest.parts[0]: part})


def one_name(address: str) -> Made:
    """The zone example., whose apex has this one address."""
    return Made("example.", {"example.": {"A": answer(rrset(30, "A", address))}})


def bound(kind: socket.SocketKind, host: str = "127.0.0.1") -> socket.socket:
    """A bound socket on a free port, as the supervisor hands it on; TCP ones listen."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    sock.bind((host, 0))
    sock.setblocking(False)
    if kind is socket.SOCK_STREAM:
        sock.listen(128)
    return sock


class Control:
    """Control's end of the channel: listens, hears, says."""

    def __init__(self, run_dir: Path) -> None:
        self.path = run_dir / CHANNEL
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._links: list[asyncio.StreamWriter] = []
        self._linked = asyncio.Event()

    async def __aenter__(self) -> "Control":
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.hang_up()
        await turn_until(lambda: not self._links)
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._links.append(writer)
        self._linked.set()
        frames = Frames()
        try:
            while data := await reader.read(65_536):
                for message in frames.feed(data):
                    self._heard.put_nowait(message)
        except ConnectionError:
            pass
        finally:
            self._links.remove(writer)
            writer.close()

    async def say(self, *messages: Message, raw: bytes = b"") -> None:
        """Say something to every worker, once one is there."""
        async with asyncio.timeout(PATIENCE):
            await self._linked.wait()
        for link in self._links:
            link.write(b"".join(map(encode, messages)) + raw)

    async def hear(self, kind: type[M]) -> M:
        """The next message of a kind; others before it are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self._heard.get()
                if isinstance(message, kind):
                    return message

    def hang_up(self) -> None:
        """End every link."""
        self._linked.clear()
        for link in tuple(self._links):
            link.transport.abort()


@dataclass(slots=True)
class Started:
    """A running worker, and where it answers."""

    worker: Worker
    udp: int
    tcp: int
    running: "asyncio.Task[int]"


@asynccontextmanager
async def started(run_dir: Path, *, heartbeat: int | None = None, cpu: int | None = None) -> AsyncIterator[Started]:
    """A worker on the loop of the test, on free loopback ports; ended in order."""
    udp, tcp = bound(socket.SOCK_DGRAM), bound(socket.SOCK_STREAM)
    ports = udp.getsockname()[1], tcp.getsockname()[1]
    told = Options(
        worker=1, run_dir=run_dir, udp=(udp.detach(),), tcp=(tcp.detach(),), heartbeat=heartbeat, nsid=b"node", cpu=cpu
    )
    worker = Worker(told)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(worker.run())
        yield Started(worker, *ports, running)
        worker.ending.set()


async def ask_udp(port: int, name: str, rtype: str = "A", *, host: str = "127.0.0.1") -> dns.message.Message:
    """One question over UDP."""
    made = dns.message.make_query(name, rtype, use_edns=0)
    return await dns.asyncquery.udp(made, host, port=port, timeout=PATIENCE)


async def turn_until(true: Callable[[], object]) -> None:
    """Let the loop turn until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for tells nobody, and takes turns only
            await asyncio.sleep(0)
