"""When a probe starts: pure arithmetic, so that no second holds a herd (probes.md 2.2).

A target has a *position* in [0, 1), fixed by its id: restarts and reloads keep the spacing. Its first start lies at
that position of a short window, its second at the same position of a whole interval, and all later ones follow from
start to start, each with jitter of its own. Times are seconds on one monotonic clock; `unit` is a draw from [0, 1).
"""

import hashlib
import math

JITTER = 0.1
"""Each interval is stretched or shortened by up to this part, unless the target has one of its own."""

REST = 0.5
"""The least time between the end of a probe and the next start at the same target."""

FIRST_WINDOW = 10.0
"""A new target is probed within this time, or within its interval where that is shorter."""

ROUND_WINDOW = 2.0
"""All first starts of the startup round lie within this time."""

HOST_SPACING = 0.2
"""Starts at one address keep this distance, or less where many targets share the address."""

FINEST = 0.01
COARSEST = 0.05
"""Starts that are due within so much of each other are made together, the more of them the more there are: a loop that
counts in whole milliseconds would spin for less, and a batch costs less than its probes one by one."""

CROWD = 20_000
"""Starts per second for each second of grain: 1,000 a second are made 50 at a time, 200 as finely as can be."""


def grain(rate: float) -> float:
    """Seconds that a start may come late where so many come in a second."""
    return min(COARSEST, max(FINEST, rate / CROWD))


def position(target_id: str) -> float:
    """Where in any window this target starts: in [0, 1), even over ids, the same in every process."""
    return int.from_bytes(hashlib.blake2b(target_id.encode(), digest_size=8).digest()) / 2**64


def first_window(interval: float) -> float:
    """The window in which a target added now has its first start."""
    return min(interval, FIRST_WINDOW)


def second_start(previous: float, *, window: float, place: float, interval: float) -> float:
    """The start after a first one that lay at `place` of a narrow `window`.

    Spreads the targets from the window over the whole interval, without ever waiting longer than the interval.
    """
    return previous + min(interval, window * (1 - place) + interval * place)


def in_place(start: float, interval: float, ended: float) -> float:
    """A second start that was missed, because the first run ended late: the next one at the same place.

    When the first round takes longer than its window, starting each target as soon as it has rested would keep the
    crowd together for minutes: places are what spreads it.
    """
    late = ended + REST - start
    return start if late <= 0 else start + math.ceil(late / interval) * interval


def jittered(previous: float, interval: float, unit: float, jitter: float = JITTER) -> float:
    """The regular start after `previous`, before anything holds it up."""
    return previous + interval * (1 + jitter * (2 * unit - 1))


def not_before(start: float, ended: float) -> float:
    """A start moved out of the rest after a probe that `ended` (now): one start for all that passed meanwhile."""
    return max(start, ended + REST)


def host_spacing(targets: int) -> float:
    """The distance of starts at an address that `targets` targets share: together they fit into a second."""
    return min(HOST_SPACING, 1.0 / max(targets, 1))
