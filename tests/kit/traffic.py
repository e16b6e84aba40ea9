"""Steady queries beside a test: counts what failed once and what failed twice, as a resolver would see it."""

import socket
import struct
import threading
import time
from dataclasses import dataclass, field

import dns.message

RETRY_AFTER = 1.0
"""Seconds: an unanswered query is repeated once after this, as resolvers do."""


@dataclass(slots=True)
class Result:
    """What came of the queries. Failed: no answer, or an rcode other than NOERROR."""

    sent: int = 0
    seconds: float = 0.0
    failed_once: int = 0
    failed_twice: int = 0
    rcodes: dict[int, int] = field(default_factory=dict)
    first_failure: float = 0.0
    failures: list[float] = field(default_factory=list)


class Traffic:
    """Asks one question again and again at `rate` a second, from a new port every few queries, until stopped."""

    def __init__(self, port: int, name: str, rtype: str, *, rate: int = 1000, sources: int = 64) -> None:
        self.port = port
        self.rate = rate
        self.sources = sources
        self.result = Result()
        self.query = dns.message.make_query(name, rtype, use_edns=0, id=0).to_wire()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def wait_for(self, queries: int) -> None:
        """Until this many have been sent."""
        while self.result.sent < queries and self._thread.is_alive():
            threading.Event().wait(0.01)

    def _run(self) -> None:
        sockets = [socket.socket(type=socket.SOCK_DGRAM) for _ in range(self.sources)]
        for each in sockets:
            each.connect(("127.0.0.1", self.port))
            each.setblocking(False)
        pending: dict[int, tuple[float, bool]] = {}
        start, number = time.monotonic(), 0
        while not self._over.is_set() or pending:
            now = time.monotonic()
            due = 0 if self._over.is_set() else int((now - start) * self.rate) + 1 - number
            for _ in range(min(due, 50)):
                number += 1
                self._send(sockets, pending, number & 0xFFFF, now, again=False)
                self.result.sent += 1
                self.result.seconds = now - start
            self._receive(sockets, pending)
            self._repeat(sockets, pending, time.monotonic())
            self._over.wait(0.002) if not self._over.is_set() else threading.Event().wait(0.002)
        for each in sockets:
            each.close()

    def _send(
        self, sockets: list[socket.socket], pending: dict[int, tuple[float, bool]], at: int, now: float, *, again: bool
    ) -> None:
        pending[at] = (now, again)
        # a repeated query leaves from another port, as a resolver's does
        which = (at * 7 + 13 if again else at) % len(sockets)
        try:
            sockets[which].send(struct.pack(">H", at) + self.query[2:])
        except OSError:
            pass

    def _receive(self, sockets: list[socket.socket], pending: dict[int, tuple[float, bool]]) -> None:
        for each in sockets:
            while True:
                try:
                    data = each.recv(4096)
                except OSError:
                    break
                rcode = data[3] & 15
                self.result.rcodes[rcode] = self.result.rcodes.get(rcode, 0) + 1
                found = pending.pop(struct.unpack_from(">H", data)[0], None)
                if found and rcode:
                    self.result.failed_twice += 1
                    self.result.failures.append(time.monotonic())

    def _repeat(self, sockets: list[socket.socket], pending: dict[int, tuple[float, bool]], now: float) -> None:
        for at, (sent, again) in list(pending.items()):
            if now - sent < RETRY_AFTER:
                continue
            if again:
                del pending[at]
                self.result.failed_twice += 1
                self.result.failures.append(now)
            else:
                self.result.failed_once += 1
                self._send(sockets, pending, at, now, again=True)
