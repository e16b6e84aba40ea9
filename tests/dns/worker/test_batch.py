"""UDP in batches by the C library, for plain Python."""

import ctypes
import errno
import socket

import dns.message
import pytest

from gslb.dns.worker.answerer import Answerer
from gslb.dns.worker.batch import MOST, Batch
from tests.kit.mailzone import mail_table
from tests.kit.workers import PATIENCE, bound

QUERY = dns.message.make_query("smtp.mail.example.com", "A", use_edns=0).to_wire()
ALIAS = dns.message.make_query("www.mail.example.com", "A").to_wire()


def made(host: str = "127.0.0.1") -> tuple[Batch, socket.socket, socket.socket]:
    """A batch, its socket, and a client that is connected to it."""
    answerer = Answerer(nsid=b"", seed=bytes(32), log=lambda *_: None)
    answerer.swap(mail_table())
    sock = bound(socket.SOCK_DGRAM, host)
    client = socket.socket(sock.family, socket.SOCK_DGRAM)
    client.settimeout(PATIENCE)
    client.connect(sock.getsockname()[:2])
    return Batch(sock, answerer), sock, client


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_every_packet_gets_its_own_reply(host: str) -> None:
    """Noise, known and unknown questions mixed: each id comes back, with what the complete responder says."""
    batch, sock, client = made(host)
    with sock, client:
        for number in range(100):
            packet = (b"noise", ALIAS, QUERY)[number % 3]
            client.send(packet if packet == b"noise" else number.to_bytes(2) + packet[2:])
        batch.drain(iter(range(1000)))

        replies = [client.recv(4096) for number in range(100) if number % 3]
    assert [int.from_bytes(reply[:2]) for reply in replies] == [number for number in range(100) if number % 3]
    assert {len(dns.message.from_wire(reply).answer) for reply in replies} == {1, 2}
    totals = batch._answerer.totals()
    assert (totals["queries_udp"], totals["dropped"]) == (100, 34)


def test_turns_are_kept() -> None:
    """Other work gets its turn after so many packets, give or take a batch."""
    batch, sock, client = made()
    with sock, client:
        for _ in range(3 * MOST):
            client.send(QUERY)
        batch.drain(iter(range(MOST)))
        assert batch._answerer.totals()["queries_udp"] == MOST
        batch.drain(iter(range(10 * MOST)))
        assert batch._answerer.totals()["queries_udp"] == 3 * MOST


def test_what_cannot_be_sent_is_counted() -> None:
    """What the kernel will not send is lost and counted; the others are sent."""
    batch, sock, client = made()
    refused = []

    def refusing(*words: object) -> int:
        if not refused:
            refused.append(words)
            return -1
        return int(batch_send(*words))

    batch_send, batch._send = batch._send, refusing
    with sock, client:
        for _ in range(3):
            client.send(QUERY)
        batch.drain(iter(range(10)))
        assert len([client.recv(4096) for _ in range(2)]) == 2
    assert batch._answerer.totals()["udp_errors"] == 1


def test_errors_of_receiving_are_errors() -> None:
    """All but that nothing has come."""
    batch, sock, client = made()
    with sock, client:
        batch.drain(iter(range(10)))

        def broken(*_: object) -> int:
            ctypes.set_errno(errno.ECONNREFUSED)
            return -1

        batch._receive = broken
        with pytest.raises(ConnectionRefusedError):
            batch.drain(iter(range(10)))
