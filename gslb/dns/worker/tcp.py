"""TCP: several queries on a connection, answered in order, with limits on everything a client can hold (RFC 7766).

limit                         value      why
until the first query         5 s        a connection is made to ask
between queries               10 s       counted from the last whole query: a dribble of octets is silence
connections                   400        least recently useful ones give way to new ones
connections of one client     40         an IPv4 address or an IPv6 /56; more are refused
unread answers                64 KiB     then nothing more is read from that client, and the idle limit runs
answered in one turn          64         so that UDP and other connections get theirs
transfers                     8          of a worker at once; more are told to try again. One message of one goes out in
                                         a turn, the next when it has left
"""

import asyncio
import socket
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from gslb.dns.draws import network_of, packed
from gslb.dns.transfer import Messages
from gslb.dns.worker.answerer import Answerer

FIRST_QUERY = 5.0
IDLE = 10.0
CONNECTIONS = 400
PER_CLIENT = 40
UNREAD = 65_536
PIPELINE = 64
TRANSFERS = 8
READ_SIZE = 16_384
BACKLOG = 512


class TcpConnections:
    """All connections of a worker, those that were useful last at the end."""

    def __init__(self, answerer: Answerer, now: Callable[[], float]) -> None:
        self.answerer = answerer
        self.now = now
        self.scratch = bytearray(READ_SIZE)
        self._open: OrderedDict[_Connection, None] = OrderedDict()
        self._clients: Counter[bytes] = Counter()
        self._servers: list[asyncio.Server] = []
        self._finishing = False
        self.transfers = 0
        self.drained = asyncio.Event()

    def __len__(self) -> int:
        return len(self._open)

    def __repr__(self) -> str:
        return f"<TcpConnections open={len(self._open)}>"

    async def start(self, sockets: tuple[socket.socket, ...]) -> None:
        """Accept on listening sockets, perhaps shared with other workers."""
        loop = asyncio.get_running_loop()
        for sock in sockets:
            self._servers.append(await loop.create_server(lambda: _Connection(self), sock=sock, backlog=BACKLOG))

    def finish(self) -> None:
        """Accept no more; close each connection once its answers have left."""
        self._finishing = True
        for server in self._servers:
            server.close()
        for connection in tuple(self._open):
            connection.finish()
        self._note_drained()

    def abort(self) -> None:
        """Close everything now."""
        for connection in tuple(self._open):
            connection.abort()

    def expire(self) -> None:
        """End the connections that were silent, or did not take their answers, for too long."""
        now = self.now()
        for connection in [each for each in self._open if each.deadline <= now]:
            self.answerer.tally.add("tcp_expired")
            connection.abort()

    def admit(self, connection: "_Connection") -> bool:
        """Whether a new connection may stay; the least useful one makes room for it."""
        if self._clients[connection.network] >= PER_CLIENT:
            self.answerer.tally.add("tcp_refused")
            return False
        if len(self._open) >= CONNECTIONS:
            self.answerer.tally.add("tcp_expired")
            next(iter(self._open)).abort()
        self.answerer.tally.add("tcp_connections")
        self._open[connection] = None
        self._clients[connection.network] += 1
        return True

    def was_useful(self, connection: "_Connection") -> None:
        """Move to the end of those that give way."""
        if connection in self._open:
            self._open.move_to_end(connection)

    def forget(self, connection: "_Connection") -> None:
        """A connection has ended."""
        if connection in self._open:
            del self._open[connection]
            self._clients[connection.network] -= 1
            if not self._clients[connection.network]:
                del self._clients[connection.network]
        self._note_drained()

    def _note_drained(self) -> None:
        if self._finishing and not self._open:
            self.drained.set()


class _Connection(asyncio.BufferedProtocol):
    """One client. `deadline`: when it has been silent for too long."""

    def __init__(self, all_of_them: TcpConnections) -> None:
        self.all = all_of_them
        self.host = ""
        self.address = b""
        self.network = b""
        self.deadline = 0.0
        self._transport: asyncio.Transport | None = None
        self._pending = bytearray()
        self._writable = True
        self._scheduled = False
        self._ended = False
        self._following: Messages | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise AssertionError("a stream server gives stream transports")
        self._transport = transport
        peer = transport.get_extra_info("peername")
        if not peer:
            # gone before it was accepted
            transport.abort()
            return
        self.host = peer[0]
        self.address = packed(self.host)
        self.network = network_of(self.address)
        self.deadline = self.all.now() + FIRST_QUERY
        if not self.all.admit(self):
            transport.abort()
            return
        transport.set_write_buffer_limits(high=UNREAD, low=0)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._transport = None
        self._follow(None)
        self.all.forget(self)

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's signature
        """One buffer serves all connections: what is read is taken out before the next one reads."""
        return self.all.scratch

    def buffer_updated(self, nbytes: int) -> None:
        self._pending += memoryview(self.all.scratch)[:nbytes]
        self._pump()

    def eof_received(self) -> bool:
        """The client asks no more; it may still wait for answers."""
        self._ended = True
        self._close_when_done()
        return True

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._pump()

    def finish(self) -> None:
        """Answer what has come; close once the answers have left."""
        self._ended = True
        self._pump()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close now."""
        if self._transport is not None:
            self._transport.abort()
        self._follow(None)
        self.all.forget(self)

    def _pump(self) -> None:
        """Answer the whole queries that are pending, a turn's worth of them."""
        self._scheduled = False
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if not self._writable:
            transport.pause_reading()
            return
        replies = self._turn()
        if replies:
            self.deadline = self.all.now() + IDLE
            self.all.was_useful(self)
            transport.write(replies)
        self._go_on(transport)

    def _go_on(self, transport: asyncio.Transport) -> None:
        """Read on, or first let others have their turn, or first let answers leave."""
        if not self._writable:
            transport.pause_reading()
        elif self._following is not None or self._holds_a_query():
            transport.pause_reading()
            self._schedule()
        else:
            transport.resume_reading()
            self._close_when_done()

    def _turn(self) -> bytes:
        """A turn's worth of replies, each behind its length."""
        if self._following is not None:
            return self._next_message(self._following)
        replies: list[bytes] = []
        room, left = UNREAD, PIPELINE
        while room > 0 and left > 0 and self._holds_a_query():
            quick, used, count = self.all.answerer.stream(self._pending, self.address, left)
            if count:
                replies.append(quick)
                del self._pending[:used]
                room, left = room - len(quick), left - count
                continue
            left -= 1
            busy = self.all.transfers >= TRANSFERS
            reply, following = self.all.answerer.answer_all(self._next_query(), self.host, busy=busy)
            if reply is None:
                # no query, so no DNS client: it is not heard any further
                self.all.answerer.tally.add("tcp_expired")
                self._ended = True
                self._pending.clear()
                break
            replies += (len(reply).to_bytes(2), reply)
            room -= len(reply)
            if following is not None:
                self._follow(following)
                break
        return b"".join(replies)

    def _next_message(self, following: Messages) -> bytes:
        """The next message of the transfer under way; none when it is over."""
        message = following(int(time.time()))
        if message is None:
            self._follow(None)
            return b""
        return len(message).to_bytes(2) + message

    def _follow(self, following: Messages | None) -> None:
        """A transfer begins, or is over."""
        self.all.transfers += (following is not None) - (self._following is not None)
        self._following = following

    def _next_query(self) -> bytes:
        end = 2 + (self._pending[0] << 8 | self._pending[1])
        query = bytes(self._pending[2:end])
        del self._pending[:end]
        return query

    def _holds_a_query(self) -> bool:
        pending = self._pending
        return len(pending) >= 2 and len(pending) >= 2 + (pending[0] << 8 | pending[1])

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._pump)

    def _close_when_done(self) -> None:
        busy = self._following is not None or self._holds_a_query()
        if self._ended and self._transport is not None and not busy:
            self._transport.close()
