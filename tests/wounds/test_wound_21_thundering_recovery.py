from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.steering.motion import CALM
from tests.kit.clock import Clock, shares
from tests.kit.estate import member, pool, service, zone

ONE, TWO, THREE = "192.0.2.1", "192.0.2.2", "192.0.2.3"
SITE = zone(
    pool("stores", member("s1", ONE), member("s2", TWO), member("s3", THREE)),
    services=(service("smtp", "stores", slow_start=300.0),),
)


def recovering() -> Clock:
    """A service whose first store has just come back."""
    clock = Clock(SITE)
    clock.after(0)
    clock.after(60, down=(ONE,))
    clock.after(60)
    return clock


def test_a_store_that_comes_back_rises_evenly() -> None:
    """Wound 21: a tenth of its weight at first, then as much of it as of the window has passed."""
    clock = recovering()
    parts = [shares(clock.said[-1])["s1"]] + [shares(clock.after(30))["s1"] for _ in range(10)]

    assert parts == [round(n / (n + 20), 3) for n in (1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]
    assert clock.after(30).past is CALM


def test_the_ttl_ends_with_the_next_step() -> None:
    """Wound 21: in a ramp nobody caches for longer than to the next step, and it is told when that is."""
    clock = recovering()
    made = clock.after(40)

    assert (made.ttl, made.ttl_why) == (20, "stores/s1 rises in slow start in 20 s")
    assert made.members[0].why == "smtp up; at 10 % of its weight: slow start"
    assert [change.at for change in made.changes] == [clock.now + 20]


def test_a_ramp_ends_with_the_next_failure() -> None:
    """Wound 21: a store that fails again in its ramp begins anew when it comes back."""
    clock = recovering()
    clock.after(200)
    clock.after(10, down=(ONE,))

    assert shares(clock.after(10))["s1"] == round(1 / 21, 3)


def test_no_ramp_where_nobody_was_left() -> None:
    """Wound 21: the first store that comes back into a dead pool has to take everything."""
    clock = Clock(SITE)
    clock.after(0)
    clock.after(60, down=(ONE, TWO, THREE))

    assert shares(clock.after(10, down=(TWO, THREE))) == {"s1": 1.0}
    assert shares(clock.after(10, down=(THREE,))) == {"s1": round(10 / 11, 3), "s2": round(1 / 11, 3)}


def test_no_ramp_at_start() -> None:
    """Wound 21: what is healthy from the beginning, or was merely unknown, has all of its weight."""
    clock = Clock(SITE)
    clock.after(0, unknown=(ONE,))

    assert shares(clock.after(10)) == {"s1": 0.333, "s2": 0.333, "s3": 0.333}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0.1, 90), st.booleans()), max_size=25))
def test_what_comes_back_never_jumps(story: list[tuple[float, bool]]) -> None:
    """Wound 21: whatever fails and returns, in one moment its weight rises by no more than a tenth."""
    clock = Clock(SITE)
    clock.after(0)
    before, was_down = 10, False
    for seconds, is_down in story:
        past = clock.after(seconds, down=(ONE,) if is_down else ()).past
        level = past.levels.get(("stores", "s1"))
        now = level.tenths if level else 10
        assert is_down or now <= (1 if was_down else before + 1)
        before, was_down = now, is_down
