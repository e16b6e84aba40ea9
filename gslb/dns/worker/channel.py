"""The worker's end of the channel to control (handoff.messages). Control may be away, dead or stuck: answers go on.

Tables are opened in a thread, because checking a digest reads the whole file, and swapped in on the loop. Reports go
out only when what was said before has left, so a control that does not read costs nothing here; counts that may not
have arrived are said again on the next connection.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from gslb.errors import TableError
from gslb.handoff.messages import (
    CHANNEL,
    Ack,
    Counts,
    Frames,
    Hello,
    LogLine,
    Message,
    PolicyReady,
    Refused,
    Stamp,
    TableReady,
    Tally,
    encode,
)
from gslb.handoff.policy import Policy, read_policy
from gslb.handoff.table import Table, open_table

RETRY = 0.05
"""Seconds between attempts to connect, each of some ten microseconds: a start waits for the one that finds control."""
LOG_LINES = 64
"""Log lines kept while control is away; the oldest go first."""
TRIES = 3
"""A table may be replaced while it is being opened."""


class Channel:
    """Connects, and connects again. `table` gives the one in use; `swap` takes a verified one; `stamped` is called for
    each stamp; `obey` takes a policy."""

    def __init__(
        self,
        run_dir: Path,
        *,
        hello: Hello,
        table: Callable[[], Table | None],
        swap: Callable[[Table], None],
        stamped: Callable[[], None],
        obey: Callable[[Policy], None],
    ) -> None:
        self.run_dir = run_dir
        self._hello = hello
        self._table = table
        self._swap = swap
        self._stamped = stamped
        self._obey = obey
        self._transport: asyncio.Transport | None = None
        self._lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._unsure: tuple[Counts, ...] = ()
        self._announced = 0
        self._wanted = asyncio.Event()
        self._policy_stands = asyncio.Event()
        self._lost = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Channel {self.run_dir / CHANNEL} connected={self._transport is not None}>"

    async def run(self) -> None:
        """Stay connected and take tables in, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._stay_connected())
            tasks.create_task(self._take_tables())
            tasks.create_task(self._take_policies())

    def log(self, level: str, event: str, facts: dict[str, str]) -> None:
        """An event for control's log; kept for a while when control is away."""
        self._lines.append(LogLine(worker=self._hello.worker, level=level, event=event, facts=facts))
        self._flush_lines()

    def report(self, tally: Tally, counts: Callable[[], tuple[Counts, ...]]) -> None:
        """Send totals and counts, unless earlier words still wait to leave. `counts` is called only when they go."""
        if self._idle():
            self._unsure = counts()
            self._say_unsure(tally)
            self._flush_lines()

    def close(self) -> None:
        """Hang up once everything has left."""
        if self._transport is not None:
            self._transport.close()

    async def closed(self) -> None:
        """Wait until the connection has ended; at once when there is none."""
        if self._transport is not None:
            await self._lost.wait()

    # called by the link

    def made(self, transport: asyncio.Transport) -> None:
        """Control is there."""
        self._transport = transport
        self._lost.clear()
        table = self._table()
        serving = () if table is None else (Ack(worker=self._hello.worker, generation=table.generation),)
        self._say_unsure(self._hello, *serving)
        self._flush_lines()

    def heard(self, message: Message) -> None:
        """Control has said something."""
        if isinstance(message, TableReady):
            self._announced = message.generation
            self._wanted.set()
        elif isinstance(message, Stamp):
            self._stamped()
        elif isinstance(message, PolicyReady):
            self._policy_stands.set()

    def ended(self) -> None:
        """Control is gone."""
        self._transport = None
        self._lost.set()

    async def _stay_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.create_unix_connection(lambda: _Link(self), str(self.run_dir / CHANNEL))
            except OSError:
                pass
            else:
                await self._lost.wait()
            await asyncio.sleep(RETRY)

    async def _take_tables(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            before = self._table()
            announced = self._announced
            try:
                table = await asyncio.get_running_loop().run_in_executor(None, open_settled, self.run_dir, before)
            except TableError as error:
                self._say(Refused(worker=self._hello.worker, generation=announced, why=str(error)))
                continue
            self._swap(table)
            self._say(Ack(worker=self._hello.worker, generation=table.generation))

    async def _take_policies(self) -> None:
        while True:
            await self._policy_stands.wait()
            self._policy_stands.clear()
            policy = await asyncio.get_running_loop().run_in_executor(None, read_policy, self.run_dir)
            if policy is not None:
                self._obey(policy)

    def _idle(self) -> bool:
        """Whether control is there and everything said so far has left."""
        return self._transport is not None and not self._transport.get_write_buffer_size()

    def _say(self, *messages: Message) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(map(encode, messages)))

    def _say_unsure(self, *first: Message) -> None:
        """Send counts, and forget them once they have left."""
        self._say(*first, *self._unsure)
        if self._idle():
            self._unsure = ()

    def _flush_lines(self) -> None:
        while self._lines and self._idle():
            self._say(self._lines.popleft())


class _Link(asyncio.Protocol):
    """One connection."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.frames = Frames()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise AssertionError("a Unix stream connection gives a stream transport")
        self.transport = transport
        self.channel.made(transport)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self.frames.feed(data):
                self.channel.heard(message)
        except ValueError as error:
            self.channel.log("warning", "control broke the framing of the channel", {"error": str(error)})
            if self.transport is not None:
                self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.channel.ended()


def open_settled(run_dir: Path, previous: Table | None) -> Table:
    """The table that stands, also when another one takes its place meanwhile. Raises TableError, whatever is wrong."""
    for _ in range(TRIES - 1):
        try:
            return _opened(run_dir, previous)
        except TableError:
            continue
    return _opened(run_dir, previous)


def _opened(run_dir: Path, previous: Table | None) -> Table:
    try:
        return open_table(run_dir, previous)
    except TableError:
        raise
    except Exception as error:
        raise TableError(f"the table cannot be read: {error!r}") from error
