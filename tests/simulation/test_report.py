"""What a run tells of each member."""

import numpy as np
import pytest

from gslb.simulation.demand import Played, play
from gslb.simulation.expectation import expected
from gslb.simulation.market import Assumptions, market
from gslb.simulation.pictures import Sight
from gslb.simulation.report import DemandReport, report
from tests.kit.pictured import sight

ASSUMED = Assumptions(resolvers=50, clients=50_000, duration=200, step=5, change_at=100)


def reported(before: list[Sight], after: list[Sight], assumed: Assumptions = ASSUMED) -> DemandReport:
    """A whole run."""
    stage = market(before, after, assumed)
    return report(stage, assumed, expected(stage, assumed), play(stage, assumed, np.random.default_rng(1)))


def test_a_member_that_drains() -> None:
    """Who takes over comes first; the drained one is empty once no cache holds the old answers, here after 30 s."""
    found = reported([sight(1, {"a": 60, "b": 40})], [sight(1, {"a": 0, "b": 40})])
    second, first = found.members

    assert [each.member.member for each in found.members] == ["b", "a"]
    assert first.member.member == "a"
    assert (first.before, first.after, first.moved) == (pytest.approx(100), 0.0, 30)
    assert first.played_before == pytest.approx(100, rel=0.15)
    assert first.played_after == 0
    assert first.drained is not None
    assert 0 < first.drained <= 30
    assert second.drained is None
    assert second.peak >= second.played_after
    assert found.let_go == 30
    assert found.played_cached == pytest.approx(found.cached, abs=0.02)


def test_a_member_that_nothing_changes() -> None:
    """Nothing moves, and nothing drains."""
    (only,) = reported([sight(1, {"a": 1})], [sight(1, {"a": 1})]).members

    assert (only.moved, only.drained) == (None, None)


def test_a_run_too_short_for_the_change() -> None:
    """No step lies behind it: there is no mean to tell."""
    brief = Assumptions(resolvers=5, clients=500, duration=10, step=5, change_at=10)
    found = reported([sight(1, {"a": 60, "b": 40})], [sight(1, {"a": 0, "b": 40})], brief)

    assert [each.played_after for each in found.members] == [0.0, 0.0]
    assert [each.moved for each in found.members] == [None, None]


def test_nobody_asked() -> None:
    """No lookup at all: no part of none is cached; who is to drain has had nothing to drain."""
    stage = market([sight(1, {"a": 1, "b": 0})], [sight(1, {"b": 1})], ASSUMED)
    nothing = Played(lookups=np.zeros((3, 40)), queries=np.zeros(40), queries_before=np.zeros(1))

    found = report(stage, ASSUMED, expected(stage, ASSUMED), nothing)

    assert found.played_cached == 0
    assert {each.member.member: each.drained for each in found.members} == {"a": 0.0, "b": None}
