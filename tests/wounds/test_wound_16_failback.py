from math import inf

import pytest

from gslb.model.decisions import Mode
from tests.kit.clock import Clock
from tests.kit.estate import member, pool, service, zone

ONE, TWO, DR = "192.0.2.1", "192.0.2.2", "198.51.100.1"


def failed_over(failback: float) -> Clock:
    """A service that answers from its second tier, the first one having failed."""
    smtp = service("smtp", "relays", "dr", failback=failback)
    clock = Clock(zone(pool("relays", member("r1", ONE)), pool("dr", member("d1", DR)), services=(smtp,)))
    assert clock.after(0).tier == 1
    assert clock.after(10, down=(ONE,)).tier == 2
    return clock


def test_at_once_where_nothing_else_is_said() -> None:
    """Wound 16: by default an earlier tier answers as soon as it holds."""
    assert failed_over(0.0).after(10).tier == 1


def test_after_a_time_of_continuous_health() -> None:
    """Wound 16: the wait begins anew with each failure, is told before it ends, and bounds the TTL."""
    clock = failed_over(300.0)
    assert clock.after(10).tier == 2
    clock.after(100, down=(ONE,))
    made = clock.after(10)

    assert made.tier == 2
    assert made.reason.endswith("; tier 1, relays, holds again and waits: failback is after 300 s")
    assert [(each.at, each.what) for each in made.changes] == [(clock.now + 300, "failback to tier 1, relays")]
    assert made.due == clock.now + 270
    assert clock.after(280).ttl == 20
    assert clock.said[-1].ttl_why == "failback to tier 1, relays in 20 s"
    assert clock.after(20).tier == 1


def test_by_hand() -> None:
    """Wound 16: a manual failback waits for ever, tells the command to say, and survives what changes beside it."""
    clock = failed_over(inf)
    made = clock.after(10**6)

    assert made.tier == 2
    assert made.changes[0].what == "failback to tier 1, relays, by `gslb failback mail.example.com/smtp`"
    assert made.members[0].why == "tier 1 waits to come back; smtp up"


@pytest.mark.parametrize("failback", [300.0, inf])
def test_what_fails_itself_is_left_at_once(failback: float) -> None:
    """Wound 16: waiting never keeps a tier that does not hold any more."""
    assert failed_over(failback).after(10, down=(DR,)).tier == 1


def test_after_all_were_down_the_first_tier_that_holds_answers() -> None:
    """Wound 16: there is nothing to fail back from."""
    clock = failed_over(inf)

    assert clock.after(10, down=(ONE, DR)).mode is Mode.ALL_DOWN
    assert clock.after(10).tier == 1


def test_of_several_earlier_tiers_each_waits_its_own_time() -> None:
    """Wound 16: an earlier tier that has held long enough is taken, though an even earlier one still waits."""
    smtp = service("smtp", "relays", "near", "dr", failback=100.0)
    near = pool("near", member("n1", TWO))
    clock = Clock(zone(pool("relays", member("r1", ONE)), near, pool("dr", member("d1", DR)), services=(smtp,)))
    clock.after(0, down=(ONE, TWO))
    clock.after(10, down=(ONE,))

    assert [clock.after(60).tier, clock.after(40).tier, clock.after(60).tier] == [3, 2, 1]
