"""UDP on loopback."""

import asyncio
import socket

import dns.message
import pytest

from gslb.dns.worker.answerer import Answerer
from gslb.dns.worker.udp import BURST, IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, PMTUDISC_OMIT, UdpListener
from tests.kit.asking import the_table
from tests.kit.workers import PATIENCE, bound

QUERY = dns.message.make_query("smtp.mail.example.com", "A").to_wire()


def answering() -> Answerer:
    """An answerer with the mail zone."""
    answerer = Answerer(nsid=b"", seed=bytes(32), log=lambda *_: None)
    answerer.swap(the_table())
    return answerer


def listener(host: str) -> UdpListener:
    """One on a free port, which nothing drains by itself."""
    return UdpListener(bound(socket.SOCK_DGRAM, host), answering())


def client(to: str, listener: UdpListener) -> socket.socket:
    """A connected socket: it hears only what comes from the address it asks."""
    sock = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(PATIENCE)
    sock.connect((to, listener.sock.getsockname()[1]))
    return sock


@pytest.mark.parametrize(
    ("host", "asked"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("0.0.0.0", "127.0.0.77"), ("0.0.0.0", "127.0.0.1"), ("::", "::1")],
)
def test_answers_from_where_it_was_asked(host: str, asked: str) -> None:
    """A reply leaves from the address that was asked, also on wildcards."""
    server = listener(host)
    with server.sock, client(asked, server) as asking:
        asking.send(QUERY)
        server.burst()

        assert len(dns.message.from_wire(asking.recv(4096)).answer) == 1


def test_never_believes_path_mtus() -> None:
    """IP_PMTUDISC_OMIT is set on both families."""
    with listener("127.0.0.1").sock as four, listener("::1").sock as six:
        assert four.getsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER) == PMTUDISC_OMIT
        assert six.getsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) == PMTUDISC_OMIT


def test_bursts_are_bounded() -> None:
    """One turn answers so many and no more; the rest waits for the next."""
    server = listener("127.0.0.1")
    with server.sock, client("127.0.0.1", server) as asking:
        for _ in range(BURST + 5):
            asking.send(QUERY)

        server.burst()
        assert server.answerer.totals()["queries_udp"] == BURST
        server.burst()
        assert server.answerer.totals()["queries_udp"] == BURST + 5


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_noise_is_not_answered(host: str) -> None:
    """What is no query is counted and forgotten."""
    server = listener(host)
    with server.sock, client("127.0.0.1", server) as asking:
        for packet in (b"", b"noise", bytes(2) + b"\x80" + bytes(20), QUERY):
            asking.send(packet)
        server.burst()

        assert asking.recv(4096)[:2] == QUERY[:2]
        assert server.answerer.tally.totals["dropped"] == 3


async def test_finish_answers_what_has_come() -> None:
    """At the end the queue is emptied, and nothing is read after that."""
    server = listener("127.0.0.1")
    with server.sock, client("127.0.0.1", server) as asking:
        server.start(asyncio.get_running_loop())
        for _ in range(3 * BURST):
            asking.send(QUERY)

        server.finish(asyncio.get_running_loop())

        assert server.answerer.totals()["queries_udp"] == 3 * BURST
        assert server.sock.fileno() < 0
