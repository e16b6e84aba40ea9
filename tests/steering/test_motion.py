from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.model.decisions import Mode
from gslb.model.pasts import Level, Past, Spot
from gslb.model.values import Family
from gslb.model.verdicts import MemberKey
from gslb.steering.motion import CALM, tenths, welcomed
from tests.kit.clock import Clock, shares
from tests.kit.estate import ZONE, member, pool, service, zone

ONE, TWO = "192.0.2.1", "192.0.2.2"
SITE = zone(
    pool("relays", member("r1", ONE, weight=60), member("r2", TWO, weight=40), degraded_weight=0.5),
    services=(service("smtp", "relays"),),
    min_ttl=15,
)


def asked(**factors: float) -> Mapping[str, float]:
    """Factors by member."""
    return {{"r1": ONE, "r2": TWO}[name]: factor for name, factor in factors.items()}


def test_load_lowers_a_weight_by_tenths() -> None:
    """A member degraded by load moves a tenth at a time to its pool's degraded_weight, one each min_ttl."""
    clock = Clock(SITE)
    clock.after(0)

    at = [shares(clock.after(15, loaded=(ONE,)))["r1"] for _ in range(6)]

    assert at == [round(60 * part / (60 * part + 400), 3) for part in (9, 8, 7, 6, 5, 5)]
    assert shares(clock.after(15))["r1"] == round(360 / 760, 3)


def test_a_notice_lowers_nothing() -> None:
    """Degraded by a notice alone keeps the whole weight."""
    clock = Clock(SITE)
    clock.after(0)

    assert shares(clock.after(60, degraded=(ONE,))) == {"r1": 0.6, "r2": 0.4}
    assert clock.past is CALM


def test_a_weight_rests_between_two_steps() -> None:
    """Sooner than min_ttl after a step nothing moves; the next step is told, and the TTL ends there."""
    clock = Clock(SITE)
    clock.after(0)
    clock.after(1, loaded=(ONE,))

    made = clock.after(5, loaded=(ONE,))

    assert shares(made)["r1"] == round(540 / 940, 3)
    assert [(change.at, change.what) for change in made.changes] == [(1016.0, "relays/r1 moves towards 50 %")]
    assert (made.due, made.ttl) == (1016.0, 15)
    assert made.members[0].why == "smtp degraded; at 90 % of its weight, moving to 50 %: degraded by load"


def test_a_clock_set_back_makes_no_rest_longer() -> None:
    """After the clock went back, a weight moves at once instead of waiting for a moment long gone."""
    clock = Clock(SITE)
    clock.after(0)
    clock.after(1, loaded=(ONE,))

    assert shares(clock.after(-500, loaded=(ONE,)))["r1"] == round(480 / 880, 3)


def test_a_member_can_only_lower_its_weight() -> None:
    """What it asks for is a part of its weight; with load as well, the lower of the two counts."""
    clock = Clock(SITE)
    made = clock.after(0, factors=asked(r1=0.3, r2=1.0), loaded=(ONE,))

    assert shares(made) == {"r1": round(180 / 580, 3), "r2": round(400 / 580, 3)}
    assert made.members[0].why == "smtp degraded; at 30 % of its weight: by its own word"


def test_a_weight_that_may_be_raised_moves_by_tenths_and_back() -> None:
    """One each min_ttl above the whole too; load, where it lowers, goes before it."""
    clock = Clock(SITE)
    clock.after(0)

    at = [shares(clock.after(15, factors=asked(r1=1.25)))["r1"] for _ in range(3)]
    assert at == [round(60 * part / (60 * part + 400), 3) for part in (11, 12, 12)]
    assert clock.said[-1].members[0].why == "smtp up; at 120 % of its weight: by its own word"
    for _ in range(8):
        clock.after(15, factors=asked(r1=2.56), loaded=(ONE,))
    assert clock.said[-1].members[0].why == "smtp degraded; at 50 % of its weight: degraded by load"
    for _ in range(6):
        clock.after(15)
    assert clock.past is CALM


def test_what_asks_for_nothing_new_is_drained() -> None:
    """Factor 0 takes a member out at once, and back in at once."""
    clock = Clock(SITE)
    clock.after(0)

    made = clock.after(1, factors=asked(r1=0.0))

    assert shares(made) == {"r2": 1.0}
    assert made.members[0].why == "drained by its own word; smtp up"
    assert shares(clock.after(1)) == {"r1": 0.6, "r2": 0.4}


def test_what_drains_itself_is_not_served_when_all_are_down() -> None:
    """serve_all leaves out who asks for nothing new; with nobody left it is SERVFAIL."""
    one = Clock(SITE).after(0, down=(TWO,), factors=asked(r1=0.0))
    none = Clock(SITE).after(0, factors=asked(r1=0.0, r2=0.0))

    assert (one.mode, shares(one)) == (Mode.ALL_DOWN, {"r2": 1.0})
    assert (none.mode, none.action) == (Mode.ALL_DOWN, "servfail")


def test_who_comes_back_has_at_once_what_it_asks_for() -> None:
    """A member that was down starts at its own word, without steps; so does everybody at the first decision."""
    clock = Clock(SITE)
    clock.after(0, down=(ONE,))

    assert shares(clock.after(1, factors=asked(r1=0.5)))["r1"] == round(300 / 700, 3)


def test_nothing_is_remembered_before_health_is_known() -> None:
    """While starting, the past stays as it was."""
    clock = Clock(SITE)
    clock.after(0, down=(ONE,))
    past = clock.past
    clock.after(1, ready=False)

    assert clock.past is past


def test_exchangers_are_drawn_by_lowered_weights() -> None:
    """MX and SRV go by the tenths as well; a tier where nothing is lowered goes by weight."""
    lowered = Clock(SITE, Family.ANY).after(0, factors=asked(r1=0.5)).exchangers
    calm = Clock(SITE, Family.ANY).after(0).exchangers

    assert [(one.weight, one.load, one.pull) for one in lowered] == [(60, 300, 300), (40, 400, 400)]
    assert [(one.weight, one.load, one.pull) for one in calm] == [(60, 0, 60), (40, 0, 40)]


@pytest.mark.parametrize(("part", "found"), [(2.56, 26), (1.0, 10), (0.55, 6), (0.5, 5), (0.04, 1), (0.001, 1)])
def test_parts_are_tenths(part: float, found: int) -> None:
    """The nearest tenth, and never none."""
    assert tenths(part) == found


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 40), st.floats(0.01, 2.56), st.booleans()), max_size=20))
def test_weights_never_jump(story: list[tuple[float, float, bool]]) -> None:
    """A step is a tenth, two lie min_ttl apart, shares sum to one, and two nodes with one input decide the same."""
    clock, twin = Clock(SITE), Clock(SITE)
    seen: list[tuple[float, int]] = []
    for seconds, factor, loaded in story:
        states = {"factors": asked(r1=factor), "loaded": (ONE,) if loaded else ()}
        made = clock.after(seconds, **states)
        level = made.past.levels.get(("relays", "r1"))
        seen.append((clock.now, level.tenths if level else 10))
        assert sum(view.share for view in made.chosen) == pytest.approx(1)
        assert twin.after(seconds, **states) == made
    moves = [(at, after - before) for (_, before), (at, after) in pairwise(seen) if before != after]
    assert all(abs(step) == 1 for _, step in moves)
    assert all(later - sooner >= 15 for (sooner, _), (later, _) in pairwise(moves))


def test_what_is_asked_for_may_be_less_than_slow_start() -> None:
    """A member that rises already to more than it asks for has what it asks for."""
    slow = zone(SITE.pools["relays"], services=(service("smtp", "relays", slow_start=300.0),))
    clock = Clock(slow)
    clock.after(0, down=(ONE,))
    clock.after(0)
    for _ in range(10):
        clock.after(29, factors=asked(r1=0.2))

    assert clock.past.ramps
    assert clock.said[-1].members[0].why == "smtp up; at 20 % of its weight: by its own word"


def test_who_is_welcome_has_all_of_its_weight() -> None:
    """Whose absence, ramp and lowered weight are forgotten is as it was from the beginning; others are not touched."""
    s1, s2 = Spot("stores", "s1"), Spot("stores", "s2")
    past = Past(
        decided=True,
        absent=frozenset((s1, s2)),
        levels={s1: Level(1, 0.0), s2: Level(2, 0.0)},
        ramps={s1: 0.0, s2: 0.0},
    )

    assert welcomed(past, ZONE, set()) is past
    assert welcomed(past, ZONE, {MemberKey(ZONE, *s1)}) == Past(
        decided=True, absent=frozenset([s2]), levels={s2: Level(2, 0.0)}, ramps={s2: 0.0}
    )
