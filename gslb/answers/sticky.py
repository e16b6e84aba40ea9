"""Which member each of 4,096 slots of clients is given, by weighted rendezvous: no state, and the same on all nodes.

For each slot a member draws a cost, an exponential of its weight; the cheapest has the slot. So members have slots by
weight, and a member's loss, or a lowered weight, moves only slots that were its own. What everybody has at their
configured weights is worked out once; a decision works out anew only the slots of members that have less than that.
"""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from hashlib import shake_128
from itertools import accumulate
from math import log

from gslb.answers.variants import CIRCLE
from gslb.handoff.layout import STICKY_SLOTS

TIER, ORDER = 1, 2
"""Turns of `among`: which tier, where several share answers; which order behind a first exchanger."""

_GOLDEN, _APART = 0x9E37_79B9, 0x5851_F42D
_ROUNDING = 1 - 1e-9
_COSTS_KEPT, _FULL_KEPT = 1024, 1024


def winners(key: str, names: Sequence[str], weights: Sequence[int], pulls: Sequence[float]) -> list[int]:
    """For each slot the number of the member that has it. `key` sets services apart; `pulls`: what members weigh now.

    Only pulls in proportion to each other count; one at least is above 0, and who has 0 gets nothing.
    """
    found = list(_full(key, tuple(names), tuple(weights)))
    most = max(pull / weight for pull, weight in zip(pulls, weights, strict=True))
    less = [pull < most * weight * _ROUNDING for pull, weight in zip(pulls, weights, strict=True)]
    open_slots = [slot for slot, number in enumerate(found) if less[number]]
    if open_slots:
        least = [float("inf")] * len(open_slots)
        for number, pull in enumerate(pulls):
            if pull > 0:
                _bid(found, least, open_slots, number, _costs(key, names[number]), 1 / pull)
    return found


def _bid(
    found: list[int], least: list[float], slots: Sequence[int], number: int, costs: Sequence[float], scale: float
) -> None:
    """Let one member have the slots that it draws a lower cost for than those before it."""
    for place, slot in enumerate(slots):
        cost = costs[slot] * scale
        if cost < least[place]:
            least[place] = cost
            found[slot] = number


@lru_cache(_FULL_KEPT)
def _full(key: str, names: tuple[str, ...], weights: tuple[int, ...]) -> tuple[int, ...]:
    found, least = [0] * STICKY_SLOTS, [float("inf")] * STICKY_SLOTS
    for number, (name, weight) in enumerate(zip(names, weights, strict=True)):
        scale = 1 / weight
        for slot, drawn in enumerate(_costs(key, name)):
            cost = drawn * scale
            if cost < least[slot]:
                least[slot] = cost
                found[slot] = number
    return tuple(found)


_EXPONENTIALS = tuple([-log((value + 0.5) / 65_536) for value in range(65_536)])


@lru_cache(_COSTS_KEPT)
def _costs(key: str, name: str) -> tuple[float, ...]:
    """What a member of weight 1 draws for each slot: exponentials of mean 1, from a hash that any node computes."""
    drawn = array("H", shake_128(f"{key}\0{name}".encode()).digest(2 * STICKY_SLOTS))
    return tuple(map(_EXPONENTIALS.__getitem__, drawn))


def packed(numbers: Sequence[int]) -> bytes:
    """Variant numbers by slot, as the table holds them."""
    return array("H", numbers).tobytes()


def among(widths: Sequence[int], turn: int) -> tuple[int, ...]:
    """For each slot a number drawn by width, steadily: a width that grows takes no more than it grows by.

    `turn` sets draws of different purposes apart.
    """
    ends = list(accumulate(widths))
    return tuple([bisect_right(ends, point * ends[-1] // CIRCLE) for point in points(turn)])


@lru_cache
def points(turn: int) -> tuple[int, ...]:
    """For each slot a place on the circle, evenly spread."""
    return tuple([(slot * _GOLDEN + turn * _APART) % CIRCLE for slot in range(STICKY_SLOTS)])
