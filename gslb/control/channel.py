"""Control's end of the channel: a Unix stream socket in run_dir that workers connect to (handoff.messages).

A link is one connected worker. What it says goes to `hear`; what all are told goes out by `tell`. A worker that breaks
the framing, or that no longer reads, is cut off: it connects again when it can.
"""

import asyncio
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import cast

import structlog

from gslb.handoff.messages import CHANNEL, Frames, Message, encode

log = structlog.get_logger("gslb.control.channel")

UNREAD = 256 * 1024
"""Octets a worker may leave unread before it is cut off: hours of stamps."""

MODE = 0o660


class Channel:
    """The listening socket and its links.

    `hear(link, message)` is called for each message, `lost(link)` when a link ends; `greeting()` gives what a
    worker is told first, in answer to nothing.
    """

    def __init__(
        self,
        run_dir: Path,
        *,
        hear: Callable[[int, Message], None],
        lost: Callable[[int], None],
        greeting: Callable[[], tuple[Message, ...]],
    ) -> None:
        self.path = run_dir / CHANNEL
        self._hear = hear
        self._lost = lost
        self._greeting = greeting
        self._links: dict[int, _Link] = {}
        self._numbers = count(1)
        self._server: asyncio.Server | None = None

    def __repr__(self) -> str:
        return f"<Channel {self.path} links={len(self._links)}>"

    async def open(self) -> None:
        """Listen, in place of a socket that an earlier run left behind. Raises OSError."""
        try:
            self.path.unlink(missing_ok=True)
            self._server = await asyncio.get_running_loop().create_unix_server(self._link, str(self.path))
            os.chmod(self.path, MODE)
        except OSError as error:
            raise OSError(error.errno, error.strerror or str(error), str(self.path)) from error

    async def close(self) -> None:
        """Stop listening and end every link."""
        if self._server is not None:
            self._server.close()
            self.path.unlink(missing_ok=True)
        for link in tuple(self._links.values()):
            link.end()

    def tell(self, message: Message) -> None:
        """Send to every worker that is connected."""
        frame = encode(message)
        for link in tuple(self._links.values()):
            link.send(frame)

    def _link(self) -> "_Link":
        return _Link(self, next(self._numbers))

    def made(self, link: "_Link") -> None:
        """A worker has connected."""
        self._links[link.number] = link
        for message in self._greeting():
            link.send(encode(message))

    def heard(self, link: "_Link", message: Message) -> None:
        """A worker has said something."""
        self._hear(link.number, message)

    def ended(self, link: "_Link") -> None:
        """A worker has gone."""
        if self._links.pop(link.number, None) is not None:
            self._lost(link.number)


class _Link(asyncio.Protocol):
    """One connected worker."""

    def __init__(self, channel: Channel, number: int) -> None:
        self.channel = channel
        self.number = number
        self.frames = Frames()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have the methods, not the base class.
        self.transport = cast(asyncio.Transport, transport)
        self.channel.made(self)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self.frames.feed(data):
                self.channel.heard(self, message)
        except ValueError as error:
            log.warning("a worker broke the framing of the channel", link=self.number, error=str(error))
            self.end()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.channel.ended(self)

    def send(self, frame: bytes) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > UNREAD:
            log.warning("a worker does not read the channel; cut off", link=self.number)
            self.transport.abort()
            return
        self.transport.write(frame)

    def end(self) -> None:
        if self.transport is not None:
            self.transport.close()
