"""What a worker counts: its own totals, and how often each counter of its table was sent. No clock, no IO.

queries_udp, queries_tcp      packets and messages that came
dropped                       those nobody answers: too short, or answers themselves
rcode_NOERROR, …              replies by rcode
truncated                     replies sent empty, with TC
cookies_valid                 queries that proved their client by a cookie
rate_dropped, rate_slipped    replies that rate limiting held back: not sent; sent as a stub that asks for proof
transfers                     zones sent over TCP, whole or as steps
bugs                          replies that failed by our own fault (SERVFAIL)
udp_errors                    datagrams the kernel would not take or give
tcp_connections, tcp_refused, tcp_expired    accepted; over a limit; ended by us for silence, slowness or nonsense
reports_dropped               counts that control never came to fetch
"""

from array import array
from typing import Protocol

from gslb.dns.codes import RCODE_NAMES
from gslb.dns.worker.native import fast
from gslb.handoff.messages import Counts
from gslb.handoff.table import Table

KEPT = 16
"""Earlier tables that control may be behind with fetching counts of, before those of the oldest are dropped."""
AT_ONCE = 20_000
"""Counters reported at once; the rest waits for the next second, so that no report stalls the answers."""
BLOCK = 256
"""Counters that share one mark of having been raised: no second goes through a million zeros."""
_MOST = 0xFFFF_FFFF

_RCODE_KEYS = {rcode: f"rcode_{name}" for rcode, name in RCODE_NAMES.items()}


class Tally:
    """Totals since the worker started, by the names above."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = dict.fromkeys(("queries_udp", "queries_tcp", "truncated", "dropped", "bugs"), 0)

    def add(self, name: str, number: int = 1) -> None:
        """Raise a total."""
        self.totals[name] = self.totals.get(name, 0) + number

    def replied(self, rcode: int, *, truncated: bool = False, times: int = 1) -> None:
        """A reply went out."""
        key = _RCODE_KEYS.get(rcode, "rcode_other")
        self.totals[key] = self.totals.get(key, 0) + times
        if truncated:
            self.totals["truncated"] += 1


class Part(Protocol):
    """The counters of one part, by whomever they are raised."""

    generation: int
    number: int

    def has_any(self) -> bool:
        """Whether anything may have been counted since the last time."""
        ...

    def take(self, most: int) -> tuple[tuple[int, int], ...]:
        """(counter, sent) pairs, zeroed, whole blocks of them until `most` is reached."""
        ...


class Sent:
    """Counters of the table in use, and of parts of earlier ones that control has not fetched yet.

    A part that stays goes on counting. Where there is a fast path it has counters of its own, since it counts while we
    do; both are told as one.
    """

    def __init__(self) -> None:
        self._table: Table | None = None
        self._parts: tuple[_PartCounts, ...] = ()
        self.native: tuple[NativeCounts, ...] = ()
        self._waiting: list[tuple[Part, ...]] = []

    def begin(self, table: Table, *, native: bool = False) -> int:
        """Count for another table from now on; how many parts' counts had to be dropped for that."""
        stay = {part: number for number, part in enumerate(self._table.parts if self._table else ())}
        kept = [stay.pop(part, None) for part in table.parts]
        numbers = stay.values()
        gone: list[Part] = [*(self._parts[n] for n in numbers), *(self.native[n] for n in numbers if self.native)]
        if left := tuple([part for part in gone if part.has_any()]):
            self._waiting.append(left)
        dropped = self._waiting[:-KEPT]
        self._waiting = self._waiting[-KEPT:]
        sizes = [(part.generation, number, part.counter_count) for number, part in enumerate(table.parts)]
        self._parts = tuple(
            [
                _PartCounts(*size) if number is None else self._parts[number]
                for number, size in zip(kept, sizes, strict=True)
            ]
        )
        if native:
            self.native = tuple(
                [
                    NativeCounts(*size) if number is None else self.native[number]
                    for number, size in zip(kept, sizes, strict=True)
                ]
            )
        self._table = table
        return sum(map(len, dropped))

    def add(self, sent: tuple[tuple[int, int], ...], times: int = 1) -> None:
        """Raise counters of the table in use, as (part, counter)."""
        for part, counter in sent:
            self._parts[part].add(counter, times)

    def take(self, most: int = AT_ONCE) -> tuple[Counts, ...]:
        """What was counted since the last time, earlier tables first, zeroed here; at most so many counters."""
        taken = []
        earlier = [part for parts in self._waiting for part in parts]
        for part in (*earlier, *self._parts, *self.native):
            pairs = part.take(most)
            most -= len(pairs)
            if pairs:
                taken.append(Counts(generation=part.generation, part=part.number, pairs=pairs))
        waiting = [tuple([part for part in parts if part.has_any()]) for parts in self._waiting]
        self._waiting = [parts for parts in waiting if parts]
        return tuple(taken)


class NativeCounts:
    """Counters that the fast path raises while we read them: `counters` and `marks` as in `_PartCounts`."""

    def __init__(self, generation: int, number: int, counters: int) -> None:
        self.generation = generation
        self.number = number
        self.counters = array("I", bytes(4 * counters))
        self.marks = bytearray(counters // BLOCK + 1)

    def has_any(self) -> bool:
        """Whether a block is marked."""
        return 1 in self.marks

    def take(self, most: int) -> tuple[tuple[int, int], ...]:
        """As `Part.take`; each counter is read and zeroed in one step."""
        return fast.take_counts(self.counters, self.marks, most) if most > 0 and fast is not None else ()


class _PartCounts:
    """One u32 per counter of a part, and a mark per block of them."""

    def __init__(self, generation: int, number: int, counters: int) -> None:
        self.generation = generation
        self.number = number
        self._counters = array("I", bytes(4 * counters))
        self._marks = bytearray(counters // BLOCK + 1)

    def add(self, counter: int, times: int) -> None:
        self._counters[counter] = min(self._counters[counter] + times, _MOST)
        self._marks[counter // BLOCK] = 1

    def has_any(self) -> bool:
        return 1 in self._marks

    def take(self, most: int) -> tuple[tuple[int, int], ...]:
        """(counter, sent) pairs, whole blocks of them until `most` is reached."""
        pairs: list[tuple[int, int]] = []
        while len(pairs) < most and (block := self._marks.find(1)) >= 0:
            self._marks[block] = 0
            first = block * BLOCK
            for counter, sent in enumerate(self._counters[first : first + BLOCK], first):
                if sent:
                    pairs.append((counter, sent))
                    self._counters[counter] = 0
        return tuple(pairs)
