"""A worker that only speaks: it connects to control's channel, and acknowledges what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gslb.handoff.messages import CHANNEL, Ack, Frames, Hello, Message, Stamp, TableReady, encode


class SpokenWorker:
    """One connection. `heard` holds what came, stamps left out."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = Frames()
        self._pending: list[Message] = []

    async def say(self, *messages: Message) -> None:
        """Send these."""
        for message in messages:
            self._writer.write(encode(message))
        await self._writer.drain()

    async def hear(self) -> Message:
        """The next message. EOFError when control hangs up."""
        while not self._pending:
            data = await self._reader.read(65_536)
            if not data:
                raise EOFError
            self._pending += self._frames.feed(data)
        return self._pending.pop(0)

    async def obey(self, number: int = 1) -> None:
        """Say hello and acknowledge every table, until control hangs up."""
        await self.say(Hello(worker=number, pid=1000 + number))
        try:
            while True:
                message = await self.hear()
                if isinstance(message, TableReady):
                    await self.say(Ack(worker=number, generation=message.generation))
        except (EOFError, ConnectionError):
            pass  # control has ended

    async def next_table(self) -> TableReady:
        """The next announcement, stamps passed over."""
        while isinstance(message := await self.hear(), Stamp):
            pass
        assert isinstance(message, TableReady)
        return message

    async def break_off(self, data: bytes) -> None:
        """Send raw octets."""
        self._writer.write(data)
        await self._writer.drain()


@asynccontextmanager
async def spoken_worker(run_dir: Path) -> AsyncIterator[SpokenWorker]:
    """A connected worker."""
    reader, writer = await asyncio.open_unix_connection(str(run_dir / CHANNEL))
    try:
        yield SpokenWorker(reader, writer)
    finally:
        writer.close()
        try:
            await writer.wait_closed()
        except ConnectionError:
            pass  # control was first
