"""Drawn orders of exchangers, for ranked MX.

First places go by weight exactly; later ones as if drawn without putting back: exactly while every order fits the
bound, else as near as that many orders allow.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import factorial
from typing import NamedTuple

from gslb.answers.variants import CIRCLE, split

ORDERS = 64
"""With so many exchangers added, the most orders one entry holds."""

PLACES = 10
"""The most exchangers of one tier in one answer: preference is 10 × tier + place."""

_KEPT = 4096


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
    for first, whole in enumerate(split(CIRCLE, weights)):
        for width in split(whole, [1] * (ORDERS * whole // CIRCLE + 1)):
            if width:
                yield Order(_filled(first, width, weights, owed), width)


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
