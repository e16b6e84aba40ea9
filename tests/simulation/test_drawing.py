"""Drawn shares come near the expected ones, for every resolver."""

from random import Random

import pytest

from gslb.dns.draws import Draws
from gslb.simulation.drawing import drawn
from tests.kit.pictured import pictured, services, sight

WORKERS = [Draws(Random(number).randbytes(16)) for number in (1, 2)]


def test_each_resolver_comes_near_its_shares() -> None:
    """60/30/10 over 200 queries of each of 20 resolvers: within a point in all, within 4 for the worst."""
    found = drawn(
        sight(1, {"a": 60, "b": 30, "c": 10}), 1, WORKERS, queries=4000, resolvers=20, pick=Random(3).randrange
    )

    assert [each.expected for each in found] == [0.6, 0.3, 0.1]
    assert all(abs(each.drawn - each.expected) < 0.01 for each in found)
    assert all(abs(each.worst) < 0.04 for each in found)


def test_no_queries_no_shares() -> None:
    """Nothing is drawn without a query, and from nobody."""
    (none,) = drawn(sight(1, {"a": 1}), 1, WORKERS, queries=0, resolvers=5, pick=Random(3).randrange)

    assert (none.drawn, none.worst) == (0.0, 0.0)
    assert drawn(sight(1, {}), 1, WORKERS, queries=10, resolvers=5, pick=Random(3).randrange) == ()


def test_sticky_resolvers_stay() -> None:
    """Each of 500 resolvers has one member for itself, and together they have the shares."""
    seen = pictured(services("smtp: {records: [A], pools: [relays], answers: 1, sticky: true}"))
    (one,) = seen.sights.values()
    found = drawn(one, 1, WORKERS, queries=2000, resolvers=500, pick=Random(3).randrange)

    assert [each.drawn for each in found] == [pytest.approx(0.6, abs=0.07), pytest.approx(0.4, abs=0.07)]
    assert [abs(each.worst) for each in found] == [0.6, 0.6]
