from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.answers.orders import ORDERS, PLACES, orders
from gslb.answers.variants import CIRCLE

WEIGHTS = st.lists(st.integers(1, 65_535), min_size=1, max_size=40).map(tuple)


def at_place(weights: tuple[int, ...], place: int) -> Counter[int]:
    """How many of the draws put each exchanger in that place."""
    counted: Counter[int] = Counter()
    for order in orders(weights):
        counted[order.members[place]] += order.width
    return counted


@settings(deadline=None, max_examples=60)
@given(WEIGHTS)
def test_first_places_go_by_weight(weights: tuple[int, ...]) -> None:
    """Widths of first places are the weights' shares, to one place of 2**32."""
    first = at_place(weights, 0)

    assert first.total() == CIRCLE
    for number, weight in enumerate(weights):
        assert abs(first[number] - Fraction(CIRCLE * weight, sum(weights))) <= 1


@settings(deadline=None, max_examples=60)
@given(WEIGHTS)
def test_orders_are_few_and_whole(weights: tuple[int, ...]) -> None:
    """At most 64 + members orders, each once, each of all exchangers or of ten."""
    found = orders(weights)

    assert len(found) <= ORDERS + len(weights)
    assert len({order.members for order in found}) == len(found)
    assert all(len(set(order.members)) == len(order.members) == min(len(weights), PLACES) for order in found)


@settings(deadline=None, max_examples=60)
@given(WEIGHTS)
def test_first_choices_lie_together(weights: tuple[int, ...]) -> None:
    """The circle is cut into one stretch for each first choice, so that a steady walk meets them evenly."""
    firsts = [order.members[0] for order in orders(weights)]

    assert firsts == sorted(firsts)


def second_places(weights: tuple[int, ...]) -> list[float]:
    """Drawn without putting back, exactly."""
    whole = sum(weights)
    return [
        sum(
            weights[first] / whole * weights[number] / (whole - weights[first])
            for first in range(len(weights))
            if first != number
        )
        for number in range(len(weights))
    ]


@pytest.mark.parametrize(
    ("weights", "bound"),
    [
        ((40, 30, 20, 10), 1e-8),
        ((1, 1, 1, 1), 1e-8),
        ((1,) * 10, 0.01),
        ((100, 50, 20, 10, 5, 2, 1), 0.01),
        (tuple(range(1, 13)), 0.01),
        ((1000, 1, 1, 1, 1), 0.01),
        ((1,) * 40, 0.03),
        (tuple(range(1, 101)), 0.03),
        ((3000, *(1,) * 99), 0.03),
    ],
)
def test_second_places_go_nearly_by_weight(weights: tuple[int, ...], bound: float) -> None:
    """Exactly while all orders fit; within a point where they do not, and within three where there are very many."""
    second = at_place(weights, 1)

    for number, expected in enumerate(second_places(weights)):
        assert second[number] / CIRCLE == pytest.approx(expected, abs=bound)


def test_heavy_exchangers_come_early_on_the_whole() -> None:
    """The lightest of twelve stands last, or not at all, more often than the heaviest."""
    weights = tuple(range(1, 13))

    last = at_place(weights, PLACES - 1)

    assert last[0] > last[11]


def test_nothing_and_weightless() -> None:
    """No exchangers, no orders; weights of zero alone are as good as equal ones, zero beside others comes last."""
    assert orders(()) == ()
    assert set(at_place((0, 0), 0).values()) == {CIRCLE // 2}
    assert {order.members[-1] for order in orders((1, 2, 0))} == {2}
    assert len(orders((1, 0, 0, 0, 0, 0))[0].members) == 6
