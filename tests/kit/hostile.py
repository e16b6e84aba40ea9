"""Peers that misbehave on purpose, in this process, on loopback. Each behaviour is a coroutine over one Peer.

async with serving(behaviour) as port: …
"""

import asyncio
import contextlib
import os
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from gslb.model.observations import Phase
from tests.kit.dialogues import Session

Behaviour = Callable[["Peer"], Awaitable[None]]


@dataclass
class Peer:
    """The server's end of one connection. `heard` keeps every line that came."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[bytes] = field(default_factory=list)

    async def say(self, data: bytes) -> None:
        """Bytes as they are, in one write."""
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self) -> bytes:
        """One line, or nothing at the end."""
        line = await self.reader.readline()
        self.heard.append(line)
        return line

    async def silence(self) -> None:
        """Say nothing until the client is gone."""
        while await self.reader.read(65536):
            pass

    async def pause(self, seconds: float) -> None:
        """Say nothing for a while, to a client that says nothing either."""
        try:
            if not await asyncio.wait_for(self.reader.read(1), seconds):
                raise ConnectionResetError("the client has gone")
        except TimeoutError:
            pass

    async def answer(self, *turns: bytes) -> None:
        """The first turn at once, then one for each line heard."""
        for turn in turns:
            await self.say(turn)
            if not await self.hear():
                return

    async def follow(self, session: Session, steps: int, context: ssl.SSLContext) -> None:
        """The first `steps` turns of a good session, each after its command was heard; TLS after its go-ahead."""
        for step, turn in enumerate(session.turns[:steps]):
            tag = (await self.hear()).split(b" ")[0] if session.is_asked(step) else b""
            await self.say(re.sub(rb"\btag\d", tag, turn))
            if session.phases[step] is Phase.STARTTLS:
                await self.upgrade(context)
        if 0 < steps < len(session.turns) and session.is_asked(steps):
            await self.hear()

    async def upgrade(self, context: ssl.SSLContext) -> None:
        """TLS from here on."""
        await self.writer.start_tls(context)

    def reset(self) -> None:
        """RST."""
        self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def _socket(self) -> socket.socket:
        found: socket.socket = self.writer.get_extra_info("socket")
        return found


@contextlib.asynccontextmanager
async def serving(
    behaviour: Behaviour, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[int]:
    """A server of one behaviour; answers with its port. At the end every connection is dropped."""
    running: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(task := _current())
        try:
            await behaviour(Peer(reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            running.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(connected, host, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for _ in range(3):  # a connection just accepted reaches its task in the turns that follow
            await asyncio.sleep(0)
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()


def _current() -> "asyncio.Task[None]":
    task = asyncio.current_task()
    assert task is not None
    return task


@contextlib.contextmanager
def nobody_accepts() -> "contextlib.AbstractContextManager[int]":  # type: ignore[misc]  # a generator, made one by the decorator
    """A port whose backlog is full: SYNs are dropped."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = listener.getsockname()[1]
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def open_files() -> int:
    """Descriptors of this process."""
    return len(os.listdir("/proc/self/fd"))


async def settled(condition: Callable[[], bool]) -> None:
    """Wait, two seconds at most, until the loop has worked off what makes `condition` true."""
    async with asyncio.timeout(2):
        while not condition():  # noqa: ASYNC110 - a closed descriptor sets no event
            await asyncio.sleep(0)


# behaviours


async def silent(peer: Peer) -> None:
    """Accepts, and is silent."""
    await peer.silence()


async def hangs_up(peer: Peer) -> None:
    """Accepts, and closes."""


async def resets(peer: Peer) -> None:
    """Accepts, and resets."""
    peer.reset()


def says(*turns: bytes) -> Behaviour:
    """Says each turn when a line has come (the first at once), then is silent."""

    async def behaviour(peer: Peer) -> None:
        await peer.answer(*turns)
        await peer.silence()

    return behaviour


def drips(data: bytes, pause: float) -> Behaviour:
    """One byte, a pause, and so on for ever."""

    async def behaviour(peer: Peer) -> None:
        while True:
            for byte in data:
                await peer.say(bytes([byte]))
                await peer.pause(pause)

    return behaviour


def floods(data: bytes) -> Behaviour:
    """The same bytes for ever, as fast as they are taken."""

    async def behaviour(peer: Peer) -> None:
        while True:
            await peer.say(data)

    return behaviour
