from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.model.values import Family
from gslb.steering.weights import filled
from tests.kit.clock import Clock, shares
from tests.kit.estate import member, pool, service, zone

ONE, TWO, THREE = "192.0.2.1", "192.0.2.2", "192.0.2.3"
SITE = zone(
    pool("relays", member("r1", ONE, capacity=1), member("r2", TWO), member("r3", THREE)),
    services=(service("smtp", "relays"),),
)


def test_shares_follow_weights() -> None:
    """A share is the weight over the sum of weights."""
    assert filled((40, 30, 20, 10), ()) == [0.4, 0.3, 0.2, 0.1]


def test_a_capacity_is_not_exceeded_while_others_have_room() -> None:
    """With one of three down, the one at its capacity keeps its third and the other takes the rest."""
    made = Clock(SITE).after(0, down=(THREE,))

    assert shares(made) == {"r1": 0.333, "r2": 0.667}
    assert made.members[0].why == "smtp up; held to its capacity"
    assert [round(view.presence, 3) for view in made.chosen] == [0.667, 1.0]


def test_caps_are_ignored_when_all_are_at_theirs() -> None:
    """The last member takes everything, whatever its capacity."""
    assert shares(Clock(SITE).after(0, down=(TWO, THREE))) == {"r1": 1.0}
    assert filled((1, 1), (0.3, 0.3)) == [0.5, 0.5]
    assert filled((1, 1), (0.4, 0.6)) == [0.4, 0.6]
    assert filled((1, 1, 2), (0.5, inf, inf)) == [0.25, 0.25, 0.5]


def test_exchangers_are_capped_too() -> None:
    """Ranked MX draws first places by the shares as held."""
    made = Clock(SITE, Family.ANY).after(0, down=(THREE,))

    assert [round(one.pull / 1e9, 3) for one in made.exchangers] == [0.333, 0.667]


def test_standby_members_are_capped_by_what_ordinary_ones_would_bear() -> None:
    """The sum of weights is that of the ordinary members; without any, that of the standby ones."""
    spare, other = member("s1", TWO, standby=True, capacity=1), member("s2", THREE, standby=True)
    beside = zone(pool("p", member("r1", ONE, weight=4), spare, other), services=(service("smtp", "p"),))
    alone = zone(pool("p", spare, other), services=(service("smtp", "p"),))

    assert shares(Clock(beside).after(0, down=(ONE,))) == {"s1": 0.25, "s2": 0.75}
    assert shares(Clock(alone).after(0)) == {"s1": 0.5, "s2": 0.5}


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(st.integers(1, 65_535), st.floats(0.001, 2) | st.just(inf)), min_size=1, max_size=30))
def test_no_limit_is_exceeded_while_there_is_room(members: list[tuple[int, float]]) -> None:
    """Parts sum to one; each is within its limit unless all limits together are too small; who has room is even."""
    pulls, limits = [pull for pull, _ in members], [limit for _, limit in members]
    parts = filled(pulls, limits)

    assert sum(parts) == pytest.approx(1)
    if sum(limits) >= 1:
        assert all(part <= limit + 1e-6 for part, limit in zip(parts, limits, strict=True))
        free = [part / pull for part, pull, limit in zip(parts, pulls, limits, strict=True) if part < limit * 0.999]
        assert free == pytest.approx([free[0]] * len(free)) if free else True
