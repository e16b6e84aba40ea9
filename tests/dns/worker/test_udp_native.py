"""UDP with the fast path: threads that answer, and a loop that gets the rest."""

import asyncio
import socket

import dns.message
import pytest

from gslb.dns.worker.answerer import Answerer
from gslb.dns.worker.native import fast
from gslb.dns.worker.udp_native import NativeUdp, host_of
from tests.kit.mailzone import mail_table
from tests.kit.workers import PATIENCE, bound

if fast is None:
    pytest.skip("NOT TESTED: the fast path was not built (no compiler, or no Python headers)", allow_module_level=True)

COMMON = dns.message.make_query("smtp.mail.example.com", "A").to_wire()
ALIAS = dns.message.make_query("www.mail.example.com", "A").to_wire()


def native(*hosts: str) -> NativeUdp:
    """A worker's UDP with one listener for each host, on free ports."""
    answerer = Answerer(nsid=b"", seed=bytes(32), log=lambda *_: None, native=True)
    answerer.swap(mail_table())
    assert answerer.engine is not None
    return NativeUdp(tuple(bound(socket.SOCK_DGRAM, host) for host in hosts), answerer, answerer.engine)


async def asked(server: NativeUdp, packet: bytes, host: str, number: int = 0) -> tuple[bytes, str]:
    """The reply, and where it came from, while the loop turns."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.sendto(packet, (host, server.sockets[number].getsockname()[1]))
        reply, place = await asyncio.get_running_loop().run_in_executor(None, client.recvfrom, 4096)
        return reply, place[0]


@pytest.mark.parametrize(
    ("listen", "ask"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.9"), ("::1", "::1"), ("::", "::1")]
)
async def test_answers_from_where_it_was_asked(listen: str, ask: str) -> None:
    """Both what is common and what is handed over, on every kind of listener."""
    loop, server = asyncio.get_running_loop(), native(listen)
    server.start(loop)
    try:
        common, alias = await asked(server, COMMON, ask), await asked(server, ALIAS, ask)
    finally:
        server.finish(loop)

    assert (common[1], alias[1]) == (ask, ask)
    assert [len(dns.message.from_wire(reply).answer) for reply, _ in (common, alias)] == [1, 2]
    totals = server.answerer.totals()
    assert (totals["queries_udp"], totals["rcode_NOERROR"]) == (2, 2)


async def test_two_listeners() -> None:
    """Each socket has its thread, and each of them turns."""
    loop, server = asyncio.get_running_loop(), native("127.0.0.1", "::1")
    server.start(loop)
    try:
        assert server.turns() is True
        await asked(server, COMMON, "127.0.0.1", 0)
        await asked(server, COMMON, "::1", 1)
        assert server.turns() is True
    finally:
        server.finish(loop)


async def test_what_came_before_the_end_is_answered() -> None:
    """Packets that wait when the end comes are answered, and nothing is read after it."""
    loop, server = asyncio.get_running_loop(), native("127.0.0.1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(server.sockets[0].getsockname())
        for _ in range(200):
            client.send(COMMON)
        client.send(ALIAS)
        server.start(loop)
        server.finish(loop)
        client.settimeout(PATIENCE)
        assert len([client.recv(4096) for _ in range(201)]) == 201
    assert all(sock.fileno() == -1 for sock in server.sockets)


async def test_a_full_queue_loses_packets_only() -> None:
    """What finds no room in the queue is counted as dropped; what waits there is answered."""
    loop, server = asyncio.get_running_loop(), native("127.0.0.1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(server.sockets[0].getsockname())
        server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        for _ in range(300):
            client.send(ALIAS)
        server.start(loop)
        server.finish(loop)
    totals = server.answerer.totals()
    assert totals["queries_udp"] == 300
    assert totals["dropped"] == 300 - totals["rcode_NOERROR"] <= 44


def test_hosts_of_socket_addresses() -> None:
    """Both families, as the kernel writes them."""
    assert host_of(b"\2\0\x14\xe9\xc0\0\2\1" + bytes(8)) == "192.0.2.1"
    assert host_of(b"\x0a\0\x14\xe9" + bytes(4) + b"\x20\1\x0d\xb8" + bytes(11) + b"\1" + bytes(4)) == "2001:db8::1"
