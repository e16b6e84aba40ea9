"""The formulas of docs/simulation.md."""

import numpy as np
import pytest

from gslb.simulation import expectation
from gslb.simulation.expectation import expected
from gslb.simulation.market import Assumptions, market
from tests.kit.pictured import sight

BEFORE, AFTER = [sight(1, {"a": 60, "b": 40})], [sight(1, {"a": 0, "b": 40})]
ONE = Assumptions(resolvers=1, clients=10, lookups=0.1, duration=100, step=1, change_at=40)


def test_one_resolver_in_closed_form() -> None:
    """One lookup a second and a TTL of 30 s: 30 of 31 lookups are answered by the cache."""
    found = expected(market(BEFORE, AFTER, ONE), ONE)

    assert list(found.cached) == pytest.approx([30 / 31])
    assert list(found.queries) == pytest.approx([1 / 31])
    a, b, nobody = found.lookups
    assert list(a[:40]) == pytest.approx([0.6] * 40)
    assert a[40] == pytest.approx(0.6 * 30 / 31 * (1 - 0.5 / 30))
    assert a[69] == pytest.approx(0.6 * 30 / 31 * 0.5 / 30)
    assert list(a[70:]) == [0.0] * 30
    assert list(a + b) == pytest.approx([1.0] * 100)
    assert not nobody.any()


def test_without_a_cache_a_change_is_done_at_once() -> None:
    """A TTL of 0: every lookup is a query."""
    bare = Assumptions(resolvers=1, clients=10, lookups=0.1, duration=10, step=1, change_at=5, ttl=0)
    found = expected(market(BEFORE, AFTER, bare), bare)

    assert list(found.queries) == pytest.approx([1.0])
    assert list(found.lookups[0]) == pytest.approx([0.6] * 5 + [0.0] * 5)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_resolvers_taken_together_are_off_by_little(exponent: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """20,000 resolvers in 1,000 groups, beside each by itself: within a tenth of a per cent."""
    many = Assumptions(resolvers=20_000, clients=1_000_000, resolver_zipf=exponent)
    stage = market(BEFORE, AFTER, many)
    grouped = expected(stage, many)
    monkeypatch.setattr(expectation, "GROUPS", 20_000)

    assert np.allclose(expected(stage, many).queries, grouped.queries, rtol=1e-3)
