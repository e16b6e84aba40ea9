"""Whether this process stood still while a probe ran: then its outcome says nothing of the target (probes.md 2.8).

A wake-up that comes late shows a stalled loop or a stopped process (SIGSTOP); a clock that counts suspended time and
moved against the monotonic one shows a machine that slept. Both add up to the lag; a probe compares the lag at its
end with the lag at its start. No clock of its own: times are arguments, in seconds.
"""

ALLOWED_LAG = 1.0
"""A wake-up later than this is a stall, and so is this much lag in one probe."""

BUSY = 0.1
"""Lateness up to this is a loop at work: it holds each of a probe's few steps up once, and does not add up."""

TICK = 1.0
"""The longest time between two wake-ups: what is not looked at cannot be found late."""


class StallGuard:
    """Adds up lag. `drift` is the boot time less the monotonic time, at any one moment."""

    def __init__(self, *, drift: float) -> None:
        self.stalls = 0
        self._drift = drift
        self._lag = 0.0
        self._expected: float | None = None

    def expect(self, at: float, now: float) -> None:
        """The next wake-up should come at this time; one that was due before and has not come yet counts."""
        self._lag += self._late(now)
        self._expected = at

    def woke(self, now: float, *, drift: float) -> bool:
        """A wake-up; True when the process stood still before it."""
        late = self._late(now)
        slept = max(0.0, drift - self._drift)
        self._drift = drift
        self._expected = None
        self._lag += late + slept
        stalled = late > ALLOWED_LAG or slept > ALLOWED_LAG
        self.stalls += stalled
        return stalled

    def lag(self, now: float) -> float:
        """All lag so far, with that of a wake-up which is overdue right now."""
        return self._lag + self._late(now)

    def _late(self, now: float) -> float:
        late = 0.0 if self._expected is None else now - self._expected
        return late if late > BUSY else 0.0


def is_stalled(lag: float, timeout: float) -> bool:
    """Whether this much lag within one probe makes its outcome worthless."""
    return lag > max(ALLOWED_LAG, 0.2 * timeout)
