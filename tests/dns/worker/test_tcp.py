"""TCP on loopback: order, limits, and clients that mean no good."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from gslb.dns.worker import tcp
from gslb.dns.worker.answerer import Answerer
from gslb.dns.worker.tcp import TcpConnections
from gslb.handoff.policy import Policy, TransferRule
from tests.kit.asking import the_table
from tests.kit.fetchable import APEX, address, fetchable
from tests.kit.workers import PATIENCE, bound, turn_until


class Server:
    """Connections on a free port, by a clock of the test's own."""

    def __init__(self) -> None:
        self.time = 0.0
        self.answerer = Answerer(nsid=b"", seed=bytes(32), log=lambda *_: None)
        self.answerer.swap(the_table())
        self.connections = TcpConnections(self.answerer, lambda: self.time)
        self.sock = bound(socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.port = self.sock.getsockname()[1]
        self.clients: list[asyncio.StreamWriter] = []

    async def connect(self, *, receive: int = 0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client, accepted or refused by now."""
        seen = self.answerer.tally.totals.copy()
        sock = socket.socket()
        if receive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.port))
        pair = await asyncio.open_connection(sock=sock, limit=1 << 20)
        self.clients.append(pair[1])
        await turn_until(lambda: self.total("tcp_connections", seen) + self.total("tcp_refused", seen))
        return pair

    def total(self, name: str, since: dict[str, int] | None = None) -> int:
        return self.answerer.tally.totals.get(name, 0) - (since or {}).get(name, 0)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server, and the end of all its connections."""
    made = Server()
    await made.connections.start((made.sock,))
    yield made
    made.connections.finish()
    made.connections.abort()
    for client in made.clients:
        client.close()
        with contextlib.suppress(OSError):
            await client.wait_closed()


def framed(name: str = "smtp", rtype: str = "A", ident: int = 1) -> bytes:
    """A query with its length."""
    packet = dns.message.make_query(f"{name}.mail.example.com", rtype, id=ident).to_wire()
    return len(packet).to_bytes(2) + packet


async def reply(reader: asyncio.StreamReader) -> dns.message.Message:
    """The next reply on a connection."""
    async with asyncio.timeout(PATIENCE):
        length = int.from_bytes(await reader.readexactly(2))
        return dns.message.from_wire(await reader.readexactly(length))


async def at_end(reader: asyncio.StreamReader) -> bool:
    """Whether the server hangs up, saying nothing more."""
    async with asyncio.timeout(PATIENCE):
        try:
            return await reader.read() == b""
        except ConnectionResetError:
            return True


async def test_pipelined(server: Server) -> None:
    """Many queries in one breath are answered in order, over several turns."""
    reader, writer = await server.connect()
    writer.write(b"".join(framed(ident=ident) for ident in range(500)))

    assert [(await reply(reader)).id for _ in range(500)] == list(range(500))


async def test_octet_by_octet(server: Server) -> None:
    """Queries may come in any pieces."""
    reader, writer = await server.connect()
    for octet in framed(ident=7) + framed(ident=8):
        writer.write(bytes((octet,)))
        await writer.drain()
        await asyncio.sleep(0)

    assert [(await reply(reader)).id for _ in range(2)] == [7, 8]


async def test_large_answers(server: Server) -> None:
    """What is truncated over UDP comes whole."""
    reader, writer = await server.connect()
    writer.write(framed("big", "TXT"))

    assert len((await reply(reader)).answer[0]) == 12


async def test_half_closed(server: Server) -> None:
    """A client that asks and says it will ask no more gets its answers, then the end."""
    reader, writer = await server.connect()
    writer.write(b"".join(framed(ident=ident) for ident in range(200)))
    writer.write_eof()

    assert [(await reply(reader)).id for _ in range(200)] == list(range(200))
    assert await at_end(reader)


@pytest.mark.parametrize("noise", [b"\0\0", b"\0\5junk!", b"\0\x0c\0\0\x80" + bytes(9), b"GET / HTTP/1.1\r\n\r\n"])
async def test_noise(server: Server, noise: bytes) -> None:
    """What is no query ends the connection, at once or by silence; what was asked before is answered."""
    reader, writer = await server.connect()
    writer.write(framed(ident=9) + noise)

    assert (await reply(reader)).id == 9
    server.time += tcp.IDLE
    server.connections.expire()
    assert await at_end(reader)


async def test_silence(server: Server) -> None:
    """The first query is awaited for five seconds, the next for ten; octets that are no query do not count."""
    quiet, _ = await server.connect()
    active, asking = await server.connect()
    asking.write(framed())
    await reply(active)
    server.time += tcp.FIRST_QUERY
    server.connections.expire()
    assert await at_end(quiet)
    assert len(server.connections) == 1

    asking.write(b"\0")
    server.time += tcp.IDLE - tcp.FIRST_QUERY
    server.connections.expire()
    assert await at_end(active)
    assert server.total("tcp_expired") == 2


async def test_one_client_is_limited(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """One client may hold so many connections; when one ends, another may come."""
    monkeypatch.setattr(tcp, "PER_CLIENT", 2)
    _, first = await server.connect()
    await server.connect()
    refused, _ = await server.connect()
    assert await at_end(refused)

    first.close()
    await turn_until(lambda: len(server.connections) == 1)
    await server.connect()
    assert (len(server.connections), server.total("tcp_refused")) == (2, 1)


async def test_all_are_limited(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker holds so many connections; the least recently useful one gives way."""
    monkeypatch.setattr(tcp, "CONNECTIONS", 2)
    useful, asking = await server.connect()
    idle, _ = await server.connect()
    asking.write(framed())
    await reply(useful)

    await server.connect()

    assert await at_end(idle)
    asking.write(framed(ident=3))
    assert (await reply(useful)).id == 3


async def test_slow_reader(server: Server) -> None:
    """A client that does not read is not read either: what waits for it is bounded, and silence ends it."""
    _, writer = await server.connect(receive=4096)
    connection = next(iter(server.connections._open))
    writer.write(framed("big", "TXT") * 2_000)
    await turn_until(lambda: not connection._writable)
    for _ in range(100):
        await asyncio.sleep(0)

    assert connection._transport is not None
    assert connection._transport.get_write_buffer_size() < 4 * tcp.UNREAD
    assert len(connection._pending) < 2 * tcp.READ_SIZE
    server.time += tcp.IDLE
    server.connections.expire()
    assert len(server.connections) == 0


async def test_slow_reader_that_wakes(server: Server) -> None:
    """A client that reads again after a pause gets everything, in order."""
    reader, writer = await server.connect(receive=4096)
    writer.write(b"".join(framed("big", "TXT", ident) for ident in range(300)))
    connection = next(iter(server.connections._open))
    reader._transport.pause_reading()  # type: ignore[attr-defined] # StreamReader has no such word
    await turn_until(lambda: not connection._writable)
    reader._transport.resume_reading()  # type: ignore[attr-defined] # as above

    assert [(await reply(reader)).id for _ in range(300)] == list(range(300))


async def test_finish(server: Server) -> None:
    """At the end: no new connections, answers leave, connections close, and it is known when all have."""
    reader, writer = await server.connect()
    writer.write(framed(ident=4))
    await turn_until(lambda: server.total("queries_tcp"))

    server.connections.finish()

    assert (await reply(reader)).id == 4
    assert await at_end(reader)
    async with asyncio.timeout(PATIENCE):
        await server.connections.drained.wait()


async def test_gone_before_it_was_accepted(server: Server) -> None:
    """A connection whose peer is unknown by now is dropped."""

    class Gone(asyncio.Transport):
        aborted = False

        def abort(self) -> None:
            self.aborted = True

    transport = Gone()

    tcp._Connection(server.connections).connection_made(transport)

    assert transport.aborted
    assert len(server.connections) == 0


async def test_last_look(server: Server) -> None:
    """It says how many it holds."""
    await server.connect()

    assert repr(server.connections) == "<TcpConnections open=1>"


def with_transfers(server: Server, hosts: int) -> None:
    """Let anybody on loopback fetch a zone of so many names."""
    server.answerer.obey(Policy(transfers=(TransferRule(apex=APEX, networks=("127.0.0.0/8",)),)))
    server.answerer.swap(fetchable(7, [address(f"h{n}", "192.0.2.1") for n in range(hosts)]))


async def test_a_transfer_holds_nobody_up(server: Server) -> None:
    """While a big zone goes out to one who does not read, others are answered; it comes whole, what follows too."""
    with_transfers(server, 20_000)
    slow, writer = await server.connect(receive=4096)
    axfr = dns.message.make_query("mail.example.com", "AXFR", id=1).to_wire()
    writer.write(len(axfr).to_bytes(2) + axfr + framed())
    await turn_until(lambda: server.connections.transfers == 1)

    reader, other = await server.connect()
    other.write(framed())
    assert (await reply(reader)).answer

    count, last = 0, await reply(slow)
    while last.id == 1 and (not last.question or last.question[0].rdtype == dns.rdatatype.AXFR):
        count, last = count + sum(map(len, last.answer)), await reply(slow)
    assert (count, last.question[0].rdtype) == (20_003, dns.rdatatype.A)
    assert (server.connections.transfers, server.total("transfers")) == (0, 1)


async def test_transfers_are_limited(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than there may be is told to try again; a client that goes away makes room."""
    monkeypatch.setattr(tcp, "TRANSFERS", 1)
    with_transfers(server, 20_000)
    axfr = dns.message.make_query("mail.example.com", "AXFR").to_wire()
    _, writer = await server.connect(receive=4096)
    writer.write(len(axfr).to_bytes(2) + axfr)
    await turn_until(lambda: server.connections.transfers == 1)

    reader, other = await server.connect()
    other.write(len(axfr).to_bytes(2) + axfr)
    assert (await reply(reader)).rcode() == dns.rcode.SERVFAIL

    writer.transport.abort()
    await turn_until(lambda: server.connections.transfers == 0)
