"""The one timer of the schedule."""

import pytest

from gslb.probes.alarm import Alarm
from gslb.probes.stall import TICK
from tests.kit.virtual_time import VirtualTime


@pytest.fixture
def time():
    """Time driven by hand, at 1000 s."""
    return VirtualTime()


class Rings(list):
    alarm = None


@pytest.fixture
def heard(time):
    """An alarm under `heard.alarm`; the list holds when it rang and whether the process had stood still."""
    heard = Rings()

    def ring():
        heard.append((time.now, heard.alarm.rang(time.now)))

    heard.alarm = Alarm(ring, clock=time.clock, boottime=time.clock, timer=time)
    return heard


async def test_it_rings_when_wanted(time, heard):
    """At the time that was set, once."""
    heard.alarm.set(1000.4)

    await time.advance(5)

    assert heard == [(1000.4, False)]


@pytest.mark.parametrize("wanted", [None, 1500.0])
async def test_it_rings_at_least_every_tick(time, heard, wanted):
    """With nothing to do it still looks at the clock."""
    heard.alarm.set(wanted)

    await time.advance(5)

    assert heard == [(1000 + TICK, False)]


async def test_the_earliest_of_several_wishes_counts(time, heard):
    """A later wish does not move it, an earlier one does."""
    for wanted in (1000.5, 1000.8, 1000.2):
        heard.alarm.set(wanted)

    await time.advance(5)

    assert heard == [(1000.2, False)]


async def test_what_is_due_already_rings_a_grain_later(time, heard):
    """It never rings at once: a loop that counts milliseconds would spin."""
    heard.alarm.grain = 0.04
    heard.alarm.set(900.0)

    await time.advance(5)

    assert heard == [(1000.04, False)]


async def test_cleared_it_is_silent(time, heard):
    """No ring comes after clear, and clearing twice is no error."""
    heard.alarm.set(1000.5)
    heard.alarm.clear()
    heard.alarm.clear()

    await time.advance(5)

    assert heard == []


async def test_a_late_ring_tells_of_a_stall(time, heard):
    """Rung late, it says so, and keeps the lag."""
    heard.alarm.set(1000.5)

    time.jump(10)
    await time.advance(0)

    assert heard == [(1010.0, True)]
    assert (heard.alarm.stalls, heard.alarm.lag(time.now)) == (1, 9.5)
