"""No packet crashes, stalls or grows a worker."""

import functools
import os
import random
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import dns.message
import pytest

from tests.kit.packets import mutated, queries
from tests.kit.running import Running
from tests.kit.zones import FOUR

pytestmark = pytest.mark.system

PACKETS = int(os.environ.get("GSLB_TEST_PACKETS", "200000"))
BURST = 50
GROWTH = 8 * 1024
"""KiB that a worker may grow over the whole run: caches that fill once."""


def judged(reply: bytes, limit: int) -> None:
    """A reply parses, and is no larger than allowed: without OPT 512 octets.

    Its opcode is read as QUERY: dnspython takes the echoed question of an UPDATE for a zone section.
    """
    parsed(bytes((reply[2] & 0x87,)) + reply[3:], limit)


@functools.lru_cache(maxsize=100_000)
def parsed(body: bytes, limit: int) -> None:
    """What follows a message's id; many replies differ in that alone."""
    message = dns.message.from_wire(b"\0\0" + body, ignore_trailing=False)
    assert 2 + len(body) <= (limit if message.edns >= 0 or limit > 1232 else 512), message


def resident(pid: int) -> int:
    """The memory of a process, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def over_udp(port: int, packets: Iterator[bytes]) -> int:
    """Send in bursts, each closed by a good query whose answer says that all before it are dealt with.

    That is so for one which the fast path leaves to the complete responder: it would overtake all that wait there, and
    what they are told later, all at once, finds no room in our buffer. No other packet asks for this name.
    """
    replies = 0
    marker = dns.message.make_query("id.server", "TXT", "CH")
    with socket.socket(type=socket.SOCK_DGRAM) as asking:
        asking.connect(("127.0.0.1", port))
        asking.settimeout(5)
        while burst := [packet for packet, _ in zip(packets, range(BURST), strict=False)]:
            for packet in burst:
                asking.send(packet)
            asking.send(marker.to_wire())
            while True:
                reply = asking.recv(65536)
                judged(reply, 1232)
                if reply[:2] == marker.to_wire()[:2] and marker.question[0].name.to_wire() in reply:
                    break
                replies += 1
    return replies


def over_tcp(port: int, packets: Iterator[bytes]) -> int:
    """Each burst on a connection of its own, closed by our end; the server may hang up on nonsense."""
    replies = 0
    while burst := [packet for packet, _ in zip(packets, range(BURST), strict=False)]:
        with socket.create_connection(("127.0.0.1", port), 5) as asking:
            asking.sendall(b"".join(struct.pack(">H", len(packet)) + packet for packet in burst))
            asking.shutdown(socket.SHUT_WR)
            received = bytearray()
            try:
                while data := asking.recv(65536):
                    received += data
            except ConnectionResetError:
                pass
        while len(received) >= 2:
            length = struct.unpack_from(">H", received)[0]
            if len(received) < 2 + length:
                break
            judged(bytes(received[2 : 2 + length]), 65535)
            del received[: 2 + length]
            replies += 1
    return replies


@pytest.mark.timeout(400)
def test_mutated_and_random_packets_harm_nobody(tmp_path: Path) -> None:
    """Every reply parses in another library and keeps its bounds; no worker dies, hangs or grows."""
    seeds, chance = queries(), random.Random(20)
    with Running(tmp_path, {"zones/mail.yaml": FOUR}, workers=1) as server:
        pids = server.pids()
        over_udp(server.dns_port, iter(seeds * 3))
        over_tcp(server.dns_port, iter(seeds * 3))
        before = [resident(pid) for pid in pids["workers"]]

        replies = over_udp(server.dns_port, (mutated(chance, seeds) for _ in range(PACKETS // 2)))
        replies += over_tcp(server.dns_port, (mutated(chance, seeds) for _ in range(PACKETS // 2)))

        assert replies > PACKETS // 3
        assert server.pids()["workers"] == pids["workers"]
        assert [resident(pid) - was < GROWTH for pid, was in zip(pids["workers"], before, strict=True)] == [True]
        assert "bugs" not in {name for name, n in tallies(server).items() if n}


def tallies(server: Running) -> dict[str, float]:
    """What the workers count, by name."""
    return {
        line.split(" ")[0]: float(line.split(" ")[-1])
        for line in server.get("/metrics").text.splitlines()
        if line.startswith("gslb_worker") and "bug" in line
    }
