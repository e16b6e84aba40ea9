"""What is played by chance is what the formulas expect."""

from dataclasses import replace

import numpy as np
import pytest

from gslb.simulation import demand
from gslb.simulation.demand import Played, play
from gslb.simulation.expectation import Expected, expected
from gslb.simulation.market import Assumptions, market
from tests.kit.pictured import sight

BEFORE = [sight(number, {"a": 60, "b": 40}) for number in range(20)]
AFTER = [sight(number, {"a": 0, "b": 40}) for number in range(20)]
SOME = Assumptions(resolvers=300, clients=100_000, duration=300, step=10, change_at=150, workers=2)


def both(assumed: Assumptions, seed: int = 1) -> tuple[Expected, Played]:
    """Expected and played."""
    stage = market(BEFORE, AFTER, assumed)
    return expected(stage, assumed), play(stage, assumed, np.random.default_rng(seed))


@pytest.mark.parametrize("busy", [0.0, 1.0, 1e9], ids=["by queries", "both", "by lookups"])
def test_both_ways_of_playing_follow_one_law(busy: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queries, and the load of the member that drains in every step, within a few per cent of the formulas."""
    monkeypatch.setattr(demand, "BUSY", busy)
    assumed = replace(SOME, resolvers=900, clients=300_000, resolver_zipf=0.0, service_zipf=0.0)
    told, played = both(assumed)
    drains = played.lookups[::2][:20].sum(axis=0) / assumed.step
    should = told.lookups[::2][:20].sum(axis=0)

    assert played.queries.sum() == pytest.approx(told.queries.sum() * 300, rel=0.02)
    assert played.queries_before.sum() == pytest.approx(told.queries.sum() * 150, rel=0.03)
    assert played.lookups.sum() == pytest.approx(assumed.rate * 300, rel=0.02)
    assert np.abs(drains - should).max() < 0.04 * assumed.rate
    assert not drains[18:].any()


def test_the_same_seed_is_the_same_run() -> None:
    """And another seed another."""
    runs = [both(SOME, seed)[1].lookups.tolist() for seed in (1, 1, 2)]

    assert runs[0] == runs[1] != runs[2]


def test_progress_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """In batches, rising to 1; how it is cut changes nothing but the numbers of chance."""
    monkeypatch.setattr(demand, "BATCH", 2000)
    told: list[float] = []
    stage = market(BEFORE, AFTER, SOME)
    played = play(stage, SOME, np.random.default_rng(1), told.append)

    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 3
    assert played.queries.sum() == pytest.approx(expected(stage, SOME).queries.sum() * 300, rel=0.03)


def test_without_a_cache_every_lookup_is_a_query() -> None:
    """A TTL of 0, and clients that hardly ask."""
    _, played = both(replace(SOME, ttl=0))
    _, few = both(replace(SOME, resolvers=1, clients=1, lookups=1e-9))

    assert played.queries.sum() == played.lookups.sum() > 0
    assert few.lookups.sum() == 0
