"""Asks as dnsperf does: several sockets, a bounded number of questions under way, each asked twice before it is lost.

One thread without a loop: what asks must cost less than what answers. Sockets are many because a server's workers
share a port by the client's address and port (SO_REUSEPORT), so each sees a part of them.
"""

import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from gslb.cli.bench.figures import Run

IDS = 65_536
TRIES = 2
LONGEST = 0.01
"""Seconds without looking at the clock, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """`queries`: packets whose first two octets are ours to set, asked in turn. `rate`: questions a second, 0 for as
    many as come back. `window`: under way at once. `timeout`, `seconds`: in seconds."""

    server: tuple[str, int]
    queries: Sequence[bytes]
    seconds: float
    rate: float = 0.0
    window: int = 100
    sockets: int = 8
    timeout: float = 1.0


@dataclass(slots=True)
class _Asked:
    """A question under way: which, when asked, how often, and by which socket and id."""

    query: int
    at: float
    tries: int
    sock: int
    number: int


class Asker:
    """One run. Raises OSError where the server cannot be asked at all."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.run = Run()
        family = socket.AF_INET6 if ":" in load.server[0] else socket.AF_INET
        self.sockets = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(load.sockets)]
        self._by_descriptor = {sock.fileno(): number for number, sock in enumerate(self.sockets)}
        self._under_way: list[dict[int, _Asked]] = [{} for _ in self.sockets]
        self._ids = [0] * load.sockets
        self._in_order: deque[_Asked] = deque()
        self._pending = 0
        self._poll = select.poll()

    def ask(self) -> Run:
        """Ask for so long, then wait for what is under way."""
        try:
            for sock in self.sockets:
                sock.setblocking(False)
                sock.connect(self.load.server)
                self._poll.register(sock, select.POLLIN)
            self._go()
        finally:
            for sock in self.sockets:
                sock.close()
        return self.run

    def _go(self) -> None:
        began, cpu = time.monotonic(), time.process_time()
        end = began + self.load.seconds
        while True:
            now = time.monotonic()
            if now < end:
                self._send(now, now - began)
            elif not self._pending:
                break
            for descriptor, _ in self._poll.poll(self._patience(now, now - began) * 1000):
                self._receive(self._by_descriptor[descriptor])
            self._give_up(time.monotonic())
        self.run.seconds = min(time.monotonic(), end) - began
        self.run.cpu = (time.process_time() - cpu) / self.run.seconds

    def _patience(self, now: float, since: float) -> float:
        """Until the next question is due, or the first of those under way is late."""
        wait = LONGEST
        if self.load.rate and self._pending < self.load.window:
            wait = min(wait, (self.run.asked + 1) / self.load.rate - since)
        if self._in_order:
            wait = min(wait, self._in_order[0].at + self.load.timeout - now)
        return max(0.0, wait)

    def _send(self, now: float, since: float) -> None:
        """As many questions as the window, and the rate, have room for."""
        load, run = self.load, self.run
        room = load.window - self._pending
        if load.rate:
            room = min(room, int(since * load.rate) - run.asked)
        for _ in range(room):
            query = run.asked % len(load.queries)
            if not self._put(_Asked(query, now, 1, run.asked % load.sockets, 0)):
                return
            run.asked += 1

    def _put(self, asked: _Asked) -> bool:
        number = asked.number = self._ids[asked.sock]
        packet = number.to_bytes(2) + self.load.queries[asked.query][2:]
        try:
            self.sockets[asked.sock].send(packet)
        except BlockingIOError:
            return False
        except ConnectionRefusedError:
            pass  # of an earlier question: this one is lost as that one was
        self._ids[asked.sock] = (number + 1) % IDS
        self._under_way[asked.sock][number] = asked
        self._in_order.append(asked)
        self._pending += 1
        return True

    def _receive(self, number: int) -> None:
        under_way, run, receive = self._under_way[number], self.run, self.sockets[number].recv
        while True:
            try:
                packet = receive(65_535)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            asked = under_way.pop(int.from_bytes(packet[:2]), None) if len(packet) >= 12 else None
            if asked is None:
                run.late += 1
                continue
            self._pending -= 1
            run.answered += 1
            run.times.note(time.monotonic() - asked.at)
            run.rcodes[packet[3] & 15] += 1

    def _give_up(self, now: float) -> None:
        """Ask again what was not answered in time, once."""
        while self._in_order and self._in_order[0].at + self.load.timeout <= now:
            asked = self._in_order.popleft()
            if self._under_way[asked.sock].get(asked.number) is not asked:
                continue
            del self._under_way[asked.sock][asked.number]
            self._pending -= 1
            if asked.tries < TRIES:
                self.run.again += 1
                self._put(_Asked(asked.query, now, asked.tries + 1, asked.sock, 0))
            else:
                self.run.failed += 1
