"""Which probes may run now: the caps, and the queue before them (probes.md 2.5). No clock, no loop.

A probe passes three gates: one at a time per address and port, `per_host` at a time per address, and, for targets
whose last probe ran into a timeout, half of all slots (so that hanging machines cannot starve the healthy ones). A
target in groups (hosts behind one firewall) passes a gate for each, and one that locks a mailbox has it for itself.
Over all stands the number of slots. Those who wait are served in the order of their scheduled times.

A waiting ticket lies in the common queue, or parked before a closed gate. When a gate opens, the first of its parked
tickets returns to the queue. A ticket that comes through one open gate only to be parked at another hands its chance
on; so no ticket ever waits before an open gate, and no step looks at more tickets than it moves.
"""

import heapq
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

_SUSPECTS = object()


@dataclass(slots=True, eq=False)
class Ticket:
    """One probe that wants to run at `host` (an address, packed). Lower `scheduled` goes first, then lower `number`."""

    scheduled: float
    number: int
    target: str
    host: bytes
    port: int
    suspect: bool = False
    groups: tuple[str, ...] = ()
    mailbox: tuple[str | None, ...] | None = None
    withdrawn: bool = False
    gates: tuple[Hashable, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Work out the gates this ticket has to pass, narrowest first."""
        passed: tuple[Hashable, ...] = ((self.host, self.port), self.host)
        if self.groups:
            passed = (*passed, *self.groups)
        if self.mailbox is not None:
            passed = (*passed, self.mailbox)
        self.gates = (*passed, _SUSPECTS) if self.suspect else passed


_Line: TypeAlias = list[tuple[float, int, Ticket]]
"""A heap of tickets. Tuples are compared without a call into Python, which a heap asks for at every step."""


def _join(line: _Line, ticket: Ticket) -> None:
    heapq.heappush(line, (ticket.scheduled, ticket.number, ticket))


class Slots:
    """The slots, their gates and the queue. `take` until it gives None; `release` each ticket taken, once.

    `groups`: how many may run at once of each group; of one that is not there, as many as there are slots.
    """

    def __init__(self, *, concurrency: int, per_host: int, groups: Mapping[str, int] | None = None) -> None:
        self.concurrency = concurrency
        self.per_host = per_host
        self.groups = groups or {}
        self.running = 0
        self.queued = 0
        self._held: dict[Hashable, int] = {}
        self._queue: _Line = []
        self._parked: dict[Hashable, _Line] = {}

    def ask(self, ticket: Ticket) -> None:
        """Queue up."""
        self.queued += 1
        _join(self._queue, ticket)

    def withdraw(self, ticket: Ticket) -> None:
        """Give up a ticket that waits."""
        ticket.withdrawn = True
        self.queued -= 1

    def take(self) -> Ticket | None:
        """The next ticket that may run now, its slot held; None when all must wait."""
        while self._queue and self.running < self.concurrency:
            ticket = heapq.heappop(self._queue)[-1]
            closed = None if ticket.withdrawn else self._closed_gate(ticket)
            if not ticket.withdrawn and closed is None:
                self._hold(ticket)
                return ticket
            if closed is not None:
                _join(self._parked.setdefault(closed, []), ticket)
            self._hand_on(ticket)
        return None

    def release(self, ticket: Ticket) -> None:
        """A probe has ended: its gates open for the next."""
        self.running -= 1
        held = self._held
        for gate in ticket.gates:
            if held[gate] > 1:
                held[gate] -= 1
            else:
                del held[gate]
            if gate in self._parked:
                self._unpark(gate)

    def resize(self, *, concurrency: int, per_host: int, groups: Mapping[str, int] | None = None) -> None:
        """Change the caps; who runs already goes on, and everybody who waits asks anew."""
        self.concurrency = concurrency
        self.per_host = per_host
        self.groups = groups or {}
        self._queue.extend(each for line in self._parked.values() for each in line)
        self._parked.clear()
        heapq.heapify(self._queue)

    def __repr__(self) -> str:
        return f"<Slots {self.running}/{self.concurrency} running, {self.queued} waiting>"

    def _hold(self, ticket: Ticket) -> None:
        self.running += 1
        self.queued -= 1
        for gate in ticket.gates:
            self._held[gate] = self._held.get(gate, 0) + 1

    def _hand_on(self, ticket: Ticket) -> None:
        for gate in ticket.gates:
            if gate in self._parked and self._is_open(gate):
                self._unpark(gate)

    def _unpark(self, gate: Hashable) -> None:
        parked = self._parked[gate]
        heapq.heappush(self._queue, heapq.heappop(parked))
        if not parked:
            del self._parked[gate]

    def _closed_gate(self, ticket: Ticket) -> Hashable | None:
        for gate in ticket.gates:
            if gate in self._held and not self._is_open(gate):
                return gate
        return None

    def _is_open(self, gate: Hashable) -> bool:
        return self._held.get(gate, 0) < self._cap(gate)

    def _cap(self, gate: Hashable) -> int:
        if gate is _SUSPECTS:
            return max(1, self.concurrency // 2)
        if isinstance(gate, str):
            return self.groups.get(gate, self.concurrency)
        return 1 if isinstance(gate, tuple) else self.per_host
