"""What a worker answers from: one table reference, its draws, its counts. Calls respond, and survives its bugs."""

import socket
import traceback
from collections.abc import Callable

from gslb.dns.draws import Draws, network_of
from gslb.dns.reply import Facts, servfail
from gslb.dns.respond import respond
from gslb.dns.worker.tally import Sent, Tally
from gslb.handoff.table import Table

STALE_AFTER = 60.0
"""Seconds without a stamp from control after which answers carry extended error 3."""

NSID_MOST = 128
"""Octets of identity at most: with the longest question and a client subnet it must fit into 512."""

Log = Callable[[str, str, dict[str, str]], None]
"""Takes level, event and facts."""


class Answerer:
    """Answers packets. All on one loop: nothing here is shared with a thread."""

    def __init__(self, *, nsid: bytes, seed: bytes, log: Log) -> None:
        self.table: Table | None = None
        self.tally = Tally()
        self.sent = Sent()
        self._nsid = nsid[:NSID_MOST]
        self._draws = Draws(seed)
        self._log = log
        self._known_bugs: set[str] = set()
        self.stale(False)

    def swap(self, table: Table) -> None:
        """Answer from this table from the next packet on."""
        dropped = self.sent.begin(table)
        if dropped:
            self.tally.add("reports_dropped", dropped)
        self.table = table

    def stale(self, stale: bool) -> None:
        """Whether control has been silent for too long."""
        self._udp = Facts(nsid=self._nsid, stale=stale)
        self._tcp = Facts(nsid=self._nsid, stale=stale, tcp=True)

    def answer(self, packet: bytes, host: str, *, tcp: bool = False) -> bytes | None:
        """The reply to a packet from `host`, an address as text; None when it is to be ignored."""
        self.tally.totals["queries_tcp" if tcp else "queries_udp"] += 1
        try:
            address = packed(host)
            facts = self._tcp if tcp else self._udp
            response = respond(packet, self.table, lambda key: self._draw(address, key), facts, address)
            if response is None:
                self.tally.totals["dropped"] += 1
                return None
            self.sent.add(response.sent)
        except Exception as error:  # noqa: BLE001 - no packet may end a worker, whatever we did wrong
            return self._failed(packet, error)
        self.tally.replied(response.rcode, truncated=response.truncated)
        return response.data

    def _draw(self, address: bytes, key: int) -> int:
        return self._draws.draw(network_of(address), key)

    def _failed(self, packet: bytes, error: Exception) -> bytes:
        """SERVFAIL; one line in the log for each place that fails."""
        self.tally.add("bugs")
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} at {last.filename}:{last.lineno}"
        if place not in self._known_bugs and len(self._known_bugs) < 100:
            self._known_bugs.add(place)
            self._log("error", "answering failed", {"error": f"{place}: {error}", "packet": packet[:512].hex()})
        return servfail(packet)


def packed(host: str) -> bytes:
    """4 or 16 octets of an address as sockets name it."""
    if ":" in host:
        return socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    return socket.inet_pton(socket.AF_INET, host)
