"""Who asks for what, in arrays."""

import pytest

from gslb.simulation.market import NOBODY, Assumptions, market, zipf
from tests.kit.pictured import sight


def test_zipf_is_in_parts_of_one() -> None:
    """The first has twice as much as the second; an exponent of 0 gives all the same."""
    assert list(zipf(2, 1.0)) == pytest.approx([2 / 3, 1 / 3])
    assert list(zipf(4, 0.0)) == [0.25] * 4


def test_both_phases_lie_in_one_row_of_thresholds() -> None:
    """Each service has 2^32 places in each phase; loads that are alike are one."""
    before = [sight(1, {"a": 1, "b": 1}), sight(2, {"c": 1})]
    after = [sight(1, {"a": 0, "b": 1}), sight(2, {"c": 1})]

    made = market(before, after, Assumptions(resolvers=3, clients=36, lookups=0.5))

    assert [key.member for key in made.members] == ["a", "b", "c", "nobody"]
    assert [int(end) + 1 for end in made.thresholds] == [2**31, 2**32, 2 * 2**32, 3 * 2**32, 4 * 2**32]
    assert list(made.classes) == [0, 1, 2, 1, 2]
    assert made.loads == 3
    assert made.resolver_rate.sum() == pytest.approx(18)


def test_who_gets_no_answer_reaches_nobody() -> None:
    """A service without members loads a member that is none."""
    made = market([sight(1, {})], [sight(1, {})], Assumptions(ttl=7, overstay=3))

    assert made.members == (NOBODY,)
    assert list(made.load_member) == [0]
    assert made.ttl.tolist() == [[10.0], [10.0]]


def test_steps_cover_the_run() -> None:
    """The last may be cut short, and there is always one."""
    assert Assumptions(duration=11, step=5).steps == 3
    assert Assumptions(duration=1, step=5).steps == 1
