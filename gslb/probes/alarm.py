"""The one timer of the schedule, which watches itself: a ring that comes late shows that this process stood still."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from gslb.probes.spread import FINEST
from gslb.probes.stall import TICK, StallGuard


class Handle(Protocol):
    """A timer that was set."""

    def cancel(self) -> None:
        """Not to fire any more."""


class Timer(Protocol):
    """What wakes the schedule: an event loop, or time driven by hand."""

    def call_later(self, delay: float, callback: Callable[[], object]) -> Handle:
        """Call back after so many seconds."""


class Alarm:
    """Calls `ring` at a time on `clock`, and at least every TICK. `timer`: the running loop unless given.

    `at`: when it rings next, or rang last. `grain`: seconds that a ring may be late, and always is where it is due now.
    """

    def __init__(
        self,
        ring: Callable[[], object],
        *,
        clock: Callable[[], float],
        boottime: Callable[[], float],
        timer: Timer | None,
    ) -> None:
        self._ring = ring
        self._clock = clock
        self._boottime = boottime
        self._timer = timer
        self._guard = StallGuard(drift=boottime() - clock())
        self._handle: Handle | None = None
        self.grain = FINEST
        self.at = 0.0

    def set(self, wanted: float | None) -> None:
        """See that it rings at `wanted` or earlier."""
        now = self._clock()
        at = now + TICK
        if wanted is not None and wanted < at:
            at = max(wanted, now + self.grain)
        if self._handle is not None and self.at <= at:
            return
        self.clear()
        self.at = at
        self._guard.expect(at, now)
        self._handle = self.call_later(at - now, self._ring)

    def clear(self) -> None:
        """Not to ring any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def rang(self, now: float) -> bool:
        """To be called by whoever is rung; True when the process stood still before."""
        self._handle = None
        return self._guard.woke(now, drift=self._boottime() - now)

    def lag(self, now: float) -> float:
        """The seconds this process has stood still so far."""
        return self._guard.lag(now)

    @property
    def stalls(self) -> int:
        """How often it stood still."""
        return self._guard.stalls

    def call_later(self, delay: float, callback: Callable[[], object]) -> Handle:
        """Another timer, on the same time."""
        return (self._timer or asyncio.get_running_loop()).call_later(delay, callback)
