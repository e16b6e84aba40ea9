"""Replies that are known already: what plain Python can do to answer quickly, where there is no fast path.

Most packets differ in nothing but their id, and the same octets get the same reply but for the draw. So what the
complete responder once made is kept, one reply for each variant of the entry that is drawn from, until the table
changes. Kept are answers that depend on the packet and one draw at most: none that holds a cookie or sticks to a
client, none of a table with views.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator

from gslb.dns.codes import NOERROR
from gslb.dns.draws import Draws, network_number, network_of, packed
from gslb.dns.reply import Response
from gslb.handoff.table import Table

MOST = 4096
"""Packets that are known at once; when one more comes all are forgotten, and those that are busy come back at once."""
MOST_VARIANTS = 256
"""An entry with more variants than that is drawn from by the complete responder."""

Make = Callable[[Callable[[int], int]], Response | None]
"""Makes the reply to a packet, given what draws."""


HOSTS = 65_536
"""Hosts whose network is remembered."""


class Known:
    """The replies known of one table. Counts what it gives; `take` tells, once."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._table: Table | None = None
        self._replies: dict[bytes, _Replies] = {}
        self._networks: dict[bytes, int] = {}

    def __repr__(self) -> str:
        return f"<Known packets={len(self._replies)}>"

    def begin(self, table: Table | None) -> None:
        """Forget everything; keep replies from this table from now on, or none at all."""
        self._replies.clear()
        self._table = None if table is None or table.names.clients.any() else table

    def get(self, packet: bytes, host: str) -> bytes | None:
        """The reply to a UDP packet from `host`, an address as text; None where it is not known."""
        question = packet[2:]
        if question not in self._replies:
            return None
        tail = self.tail(question, packed(host))
        return None if tail is None else packet[:2] + tail

    def tail(self, question: bytes, address: bytes) -> bytes | None:
        """The reply to a packet from an address of 4 or 16 octets, both packet and reply without their id."""
        known = self._replies.get(question)
        if known is None:
            return None
        number = 0
        if known.thresholds:
            network = self._networks.get(address) or self._network(address)
            number = bisect_left(known.thresholds, self._draws.draw_for(network, known.key))
        known.given[number] += 1
        return known.tails[number] or known.tail(number)

    def _network(self, address: bytes) -> int:
        if len(self._networks) >= HOSTS:
            self._networks.clear()
        mixed = self._networks[address] = self._draws.mixed(network_number(network_of(address)))
        return mixed

    def learn(self, packet: bytes, response: Response, drawn: tuple[int, ...], make: Make) -> None:
        """Note that the packet got this response. `drawn`: the keys that were drawn under; `make` makes it again."""
        if self._table is None or len(self._replies) >= MOST or len(drawn) > 1 or response.rcode != NOERROR:
            return
        passing = response.truncated or response.private or response.sticky or response.cookie.data
        if passing or b"_gslb" in packet.lower():
            return
        replies = _Replies(make, drawn[0], _thresholds(self._table, drawn[0])) if drawn else _Replies(make)
        if len(replies.tails) <= MOST_VARIANTS:
            self._replies[packet[2:]] = replies

    def take(self) -> Iterator[tuple[tuple[tuple[int, int], ...], int]]:
        """What was given since the last time: counters, as (part, counter), and how often each of them was sent."""
        for replies in self._replies.values():
            for number, given in enumerate(replies.given):
                if given:
                    replies.given[number] = 0
                    yield replies.sent[number], given
        if len(self._replies) >= MOST:
            self._replies.clear()


class _Replies:
    """The replies to one packet, without its id; those not drawn yet are None. `given`: how often, since told."""

    __slots__ = ("given", "key", "make", "sent", "tails", "thresholds")

    def __init__(self, make: Make, key: int = 0, thresholds: tuple[int, ...] = ()) -> None:
        count = max(1, len(thresholds))
        self.make = make
        self.key = key
        self.thresholds = thresholds
        self.tails: list[bytes | None] = [None] * count
        self.sent: list[tuple[tuple[int, int], ...]] = [()] * count
        self.given = [0] * count

    def tail(self, number: int) -> bytes:
        """The reply of one variant, made now if it never was."""
        tail = self.tails[number]
        if tail is None:
            response = self.make(lambda _: self.thresholds[number])
            if response is None:
                raise AssertionError("it was answered before")
            tail = self.tails[number] = response.data[2:]
            self.sent[number] = response.sent
        return tail


def _thresholds(table: Table, key: int) -> tuple[int, ...]:
    part = table.parts[key >> 32]
    entry = part.entry(key & 0xFFFF_FFFF)
    return () if entry is None else part.thresholds(entry)
