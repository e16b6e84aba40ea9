"""From shares to picks: which members stand together in one ready answer, and how often it is drawn.

Pure arithmetic on whole numbers: the circle of draws has 2**32 places, a pick's width is the number of places it has,
and widths add up to the circle exactly.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from gslb.model.zones import ALL

CIRCLE = 1 << 32
TURNS = 8
"""At most so many starts for one pick of some members; a pick of all turns through every one of them."""

_GRAIN = 1 << 48
_FINE = 10**14
_KEPT = 4096


class Pick(NamedTuple):
    """Members by number, in a fixed circular order; `start`: the place in it where this answer begins."""

    members: tuple[int, ...]
    start: int
    width: int


def split(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole parts proportional to `weights`, none off by one or more; in equal parts when all are zero."""
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    ends = [(2 * total * reached + whole) // (2 * whole) for reached in accumulate(weights)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def thresholds(widths: Sequence[int]) -> tuple[int, ...]:
    """Cumulative, the last 2**32 - 1, of widths that are all above zero and add up to the circle."""
    return _thresholds(tuple(widths))


@lru_cache(_KEPT)
def _thresholds(widths: tuple[int, ...]) -> tuple[int, ...]:
    return tuple([end - 1 for end in accumulate(widths)])


def parted(parts: Sequence[float], widths: Sequence[Sequence[int]]) -> list[list[int]]:
    """Several circles on one: each has its part of it, and its own widths in proportion. Some may come to 0."""
    whole = split(CIRCLE, [round(part * _GRAIN) for part in parts])
    return [split(width, each) for width, each in zip(whole, widths, strict=True)]


@lru_cache(_KEPT)
def picks(shares: tuple[float, ...], answers: int) -> tuple[Pick, ...]:
    """The picks of members with these shares, `answers` in each (ALL: every one). No members, no picks."""
    if not shares:
        return ()
    weights = [round(share * _GRAIN) for share in shares]
    if answers == 1:
        return _one_each(weights)
    if answers == ALL or answers >= len(shares):
        members = tuple(range(len(shares)))
        return tuple(_turned(members, CIRCLE, len(members)))
    some = _some(inclusion(weights, answers))
    return tuple(turned for members, width in some for turned in _turned(members, width, min(answers, TURNS)))


def led(count: int, answers: int) -> tuple[Pick, ...]:
    """One pick for each of so many members: it first, then those behind it, all around."""
    widths = split(CIRCLE, [1] * count)
    if answers == ALL or answers >= count:
        return tuple(Pick(tuple(range(count)), first, width) for first, width in enumerate(widths))
    return tuple(
        Pick(tuple((first + place) % count for place in range(answers)), 0, width) for first, width in enumerate(widths)
    )


@lru_cache(_KEPT)
def thinned(presences: tuple[float, ...]) -> tuple[Pick, ...]:
    """The picks of all members, each in so much of the answers (0 to 1, one of them 1): who is left out takes turns.

    What each is missing from is laid end to end around the circle, so that as few as may be are missing at a time. The
    ends are rounded, not the stretches: tenths that go around meet their like, and leave no slivers of a few places.
    """
    laid = [0, *accumulate(round((1 - presence) * _FINE) for presence in presences)]
    ends = [(2 * end * CIRCLE + _FINE) // (2 * _FINE) for end in laid]
    missing = [(start % CIRCLE, end - start) for start, end in pairwise(ends)]
    points = sorted({0, CIRCLE, *(point % CIRCLE for point in ends)})
    some: dict[tuple[int, ...], int] = {}
    for point, following in pairwise(points):
        there = tuple(number for number, gap in enumerate(missing) if (point - gap[0]) % CIRCLE >= gap[1])
        some[there] = some.get(there, 0) + following - point
    return tuple(
        turned for members, width in some.items() for turned in _turned(members, width, min(len(members), TURNS))
    )


def _one_each(weights: Sequence[int]) -> tuple[Pick, ...]:
    return tuple(Pick((number,), 0, width) for number, width in enumerate(split(CIRCLE, weights)) if width)


def _turned(members: tuple[int, ...], width: int, turns: int) -> Iterator[Pick]:
    """The same members from several starts, in equal widths."""
    for turn, part in enumerate(split(width, [1] * turns)):
        if part:
            yield Pick(members, turn * len(members) // turns, part)


def inclusion(weights: Sequence[int], answers: int) -> list[int]:
    """How many places of the circle each member's appearances take: min(1, k·w/Σw), the excess given to the others.

    They add up to `answers` circles. Needs fewer answers than members. A member without weight comes in only when
    those with weight are too few.
    """
    sure: set[int] = set()
    while True:
        open_to = [number for number in range(len(weights)) if number not in sure]
        left = answers - len(sure)
        parts = split(left * CIRCLE, [weights[number] for number in open_to])
        above = {number for number, part in zip(open_to, parts, strict=True) if part > CIRCLE}
        if not above:
            found = dict(zip(open_to, parts, strict=True))
            return [found.get(number, CIRCLE) for number in range(len(weights))]
        sure |= above


def _some(widths: Sequence[int]) -> Iterator[tuple[tuple[int, ...], int]]:
    """Systematic sampling (Madow): members laid end to end on circles, picked where each circle is struck at one point.

    A member is struck at just as many points as its own width, so appearances are exact, and there are no more sets
    than members.
    """
    ends = list(accumulate(widths))
    points = [*sorted({end % CIRCLE for end in ends}), CIRCLE]
    for point, following in pairwise(points):
        yield _struck(ends, point), following - point


def _struck(ends: Sequence[int], point: int) -> tuple[int, ...]:
    struck = []
    for number, end in enumerate(ends):
        if end > point:
            struck.append(number)
            point += CIRCLE
    return tuple(struck)
