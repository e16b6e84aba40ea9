"""How soon a check notices: upper bounds in seconds, told by `gslb validate`.

The worst case begins right after a good probe has started. Then, with probes.md 2.2's timer (intervals from start to
start, stretched by up to 10 %, but never earlier than half a second after the end of the run before):

    the next start          max(interval × 1.1, timeout + goodbye + rest)
    each further failure    fast_interval × 1.1 after it, or rest after its end

A refused connection ends at once; a hanging peer holds every run to its timeout. Starts at one address keep a
distance from each other, so each may be late by `CROWD` at most.
"""

from dataclasses import dataclass
from math import ceil

from gslb.model.checks import Check

JITTER = 0.1
REST = 0.5
GOODBYE = 1.0
"""The wait for the reply to QUIT or LOGOUT, after the outcome (probes.md 1.3)."""

CROWD = 1.0
"""How late one start may be because others at the same address come first."""

BUSY = "never (it stays up, degraded)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Seconds from a failure to the member's leaving: connections refused; connections that hang; answers of busy.

    None: never. An answer in a cache lives on for its TTL.
    """

    refused: float
    hanging: float
    busy: float | None = None

    def __str__(self) -> str:
        busy = BUSY if self.busy is None else f"{ceil(self.busy)} s"
        return f"refused {ceil(self.refused)} s, hanging {ceil(self.hanging)} s, busy {busy}"


def detection_bounds(check: Check) -> Bounds:
    """The bounds of one check with its own timing; a target shared with a more eager check is noticed sooner."""
    timing, fall = check.timing, check.thresholds.fall
    stretch = 1 + JITTER
    first = max(timing.interval * stretch, timing.timeout + GOODBYE + REST)
    between = max(timing.fast_interval * stretch, REST)
    refused = first + (fall - 1) * between + CROWD
    pause = max(timing.fast_interval * stretch - timing.timeout, REST)
    hanging = first + fall * (timing.timeout + CROWD) + (fall - 1) * pause
    return Bounds(refused=refused, hanging=hanging)
