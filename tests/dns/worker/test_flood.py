"""A flood against a worker process: cut to the limit, while others get every answer."""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

import dns.message

from gslb.handoff.policy import Policy, write_policy
from tests.dns.worker.test___main__ import process
from tests.kit.workers import PATIENCE, bound, one_name, write_table

LIMIT, SECONDS, BURST = 500, 2.0, 100
QUERY = dns.message.make_query("example.", "A").to_wire()


def client(address: str, port: int) -> socket.socket:
    """A socket of a client at this loopback address."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, 0))
    sock.connect(("127.0.0.1", port))
    sock.settimeout(PATIENCE)
    return sock


def whole(sock: socket.socket) -> int:
    """How many answers have come that are no stubs."""
    count = 0
    sock.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            count += not sock.recv(512)[2] & 2
    sock.settimeout(PATIENCE)
    return count


def test_flood(tmp_path: Path) -> None:
    """As many queries as it can take for 2 s: one network gets its limit, give or take a fifth, another one all."""
    write_table(tmp_path, one_name("192.0.2.1"))
    write_policy(tmp_path, Policy(own=bytes(16), per_second=LIMIT, slip=2))
    read_end, write_end = os.pipe()
    sent = flooded = asked = answered = 0
    with bound(socket.SOCK_DGRAM) as udp, bound(socket.SOCK_STREAM) as tcp, process(tmp_path, udp, tcp, write_end):
        port = udp.getsockname()[1]
        with client("127.1.1.1", port) as flood, client("127.2.2.2", port) as quiet:
            quiet.send(QUERY)
            quiet.recv(512)  # it is up
            begin = time.monotonic()
            while (passed := time.monotonic() - begin) < SECONDS:
                for _ in range(BURST):
                    flood.send(QUERY)
                sent += BURST
                if asked < LIMIT / 2:
                    asked += 1
                    quiet.send(QUERY)
                    answered += not quiet.recv(512)[2] & 2
                flooded += whole(flood)
    os.close(read_end)
    os.close(write_end)

    assert answered == asked > 0
    assert min(sent, LIMIT * passed) * 0.8 <= flooded <= LIMIT * (passed + 1) * 1.2
