"""Drawn orders of exchangers, for ranked MX.

First places go by weight exactly; later ones as if drawn without putting back: exactly while every order fits the
bound, else as near as that many orders allow. Beyond CLOSE exchangers later places are drawn by points that fill the
circle evenly instead of by what everybody is owed: the work grows with their number, not with its square.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from math import factorial
from typing import NamedTuple

from gslb.answers.variants import CIRCLE, split

ORDERS = 64
"""With so many exchangers added, the most orders one entry holds."""

PLACES = 10
"""The most exchangers of one tier in one answer: preference is 10 × tier + place."""

CLOSE = 32
"""The most exchangers whose every later place is accounted for."""

_KEPT = 4096
_GOLDEN = 0x9E37_79B9
_APART = 0x85EB_CA6B


class Order(NamedTuple):
    """Exchangers by number, first choice first, and how many places of the circle draw this order."""

    members: tuple[int, ...]
    width: int


@lru_cache(_KEPT)
def orders(weights: tuple[int, ...]) -> tuple[Order, ...]:
    """At most ORDERS + members orders, each once; those with one first choice lie together. None for no weights."""
    if not weights:
        return ()
    every = factorial(len(weights)) <= ORDERS + len(weights)
    made = _every((), tuple(range(len(weights))), CIRCLE, weights) if every else _near(weights)
    widths: dict[tuple[int, ...], int] = {}
    for order in made:
        widths[order.members] = widths.get(order.members, 0) + order.width
    return tuple(Order(*order) for order in widths.items())


def _every(taken: tuple[int, ...], rest: tuple[int, ...], width: int, weights: Sequence[int]) -> Iterator[Order]:
    if not rest:
        yield Order(taken, width)
        return
    for number, part in zip(rest, split(width, [weights[other] for other in rest]), strict=True):
        if part:
            yield from _every((*taken, number), tuple(other for other in rest if other != number), part, weights)


def _near(weights: Sequence[int]) -> Iterator[Order]:
    """Each first choice gets a number of orders by its weight; their later places go to whoever is owed most."""
    owed = [[0.0] * len(weights) for _ in range(PLACES)]
    ends = list(accumulate(weights))
    turn = 0
    for first, whole in enumerate(split(CIRCLE, weights)):
        for width in split(whole, [1] * (ORDERS * whole // CIRCLE + 1)):
            if width:
                turn += 1
                far = len(weights) > CLOSE
                yield Order(_strewn(first, turn, weights, ends) if far else _filled(first, width, weights, owed), width)


def _strewn(first: int, turn: int, weights: Sequence[int], ends: Sequence[int]) -> tuple[int, ...]:
    """One order, whose later places are drawn at points of this turn, by weight; `ends`: cumulative weights."""
    taken = [first]
    rest = ends[-1] - weights[first]
    for place in range(1, PLACES):
        point = (turn * (2 * place - 1) * _GOLDEN + place * _APART) % CIRCLE * rest // CIRCLE
        for number in sorted(taken):  # what is left lies between those
            if point < ends[number] - weights[number]:
                break
            point += weights[number]
        taken.append(bisect_right(ends, point))
        rest -= weights[taken[-1]]
    return tuple(taken)


def _filled(first: int, width: int, weights: Sequence[int], owed: list[list[float]]) -> tuple[int, ...]:
    """One order. `owed[place][member]` is what the draws so far should have given that member there, and did not."""
    taken = [first]
    rest = [number for number in range(len(weights)) if number != first]
    for place in range(1, min(len(weights), PLACES)):
        debts = owed[place]
        whole = sum(weights[number] for number in rest)
        for number in rest:
            debts[number] += width * weights[number] / whole if whole else width / len(rest)
        chosen = max(rest, key=debts.__getitem__)
        debts[chosen] -= width
        taken.append(chosen)
        rest.remove(chosen)
    return tuple(taken)
