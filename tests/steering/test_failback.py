from math import inf

from gslb.steering.motion import CALM
from tests.kit.clock import Clock
from tests.kit.estate import member, pool, service, zone

ONE, DR = "192.0.2.1", "198.51.100.1"


def clock(failback: float) -> Clock:
    """A service of two tiers."""
    smtp = service("smtp", "relays", "dr", failback=failback)
    return Clock(zone(pool("relays", member("r1", ONE)), pool("dr", member("d1", DR)), services=(smtp,)))


def test_the_seat_is_kept_only_where_it_matters() -> None:
    """In the first tier, or with immediate failback, nothing is remembered of it."""
    first, at_once = clock(inf), clock(0.0)
    first.after(0)
    at_once.after(0, down=(ONE,))

    assert first.past is CALM
    assert at_once.past.seat is None


def test_a_wait_counts_from_when_the_tier_held() -> None:
    """A moment in the future, left by a clock that was set back, counts as now."""
    made = clock(100.0)
    made.after(0, down=(ONE,))
    made.after(10)
    made.after(-500)

    assert made.past.holding == {"relays": made.now}
    assert made.after(100).tier == 1


def test_a_seat_that_is_gone_holds_nobody() -> None:
    """Where the pool that answered last is no tier any more, the first that holds answers."""
    made = clock(inf)
    made.after(0, down=(ONE,))
    made.of = clock(inf).of
    made.past = made.past.__class__(decided=True, seat="gone")

    assert made.after(10).tier == 1


def test_a_failover_by_hand_goes_one_tier_and_no_further() -> None:
    """What is remembered is the tier that health chose, not the one that a trickle of all gives its answers to."""
    smtp = service("smtp", "relays", "dr", "far", failback=inf, trickle=1.0)
    pools = (pool("relays", member("r1", ONE)), pool("dr", member("d1", DR)), pool("far", member("f1", "203.0.113.1")))
    made = Clock(zone(*pools, services=(smtp,)))

    assert [made.after(10).tier for _ in range(3)] == [2, 2, 2]
