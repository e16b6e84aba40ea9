from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.health.cadence import changes_in, interval
from gslb.health.machine import step
from gslb.model.checks import Thresholds, Timing
from gslb.model.observations import Degraded, Failed, Outcome, Passed, Phase, Reason
from gslb.model.verdicts import State, Verdict

TIMING = Timing(interval=15.0, fast_interval=3.0, down_interval=30.0)
LIMITS = Thresholds(rise=2, fall=3, forgive=6, min_hold=20.0)
CALM, FAST, SLOW = 15.0, 3.0, 30.0

PASSED = Passed()
FAILED = Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)
UP = Verdict(state=State.UP, last=PASSED)
DOWN = Verdict(state=State.DOWN, last=FAILED)


def degraded(reason: Reason) -> Outcome:
    """An outcome of a target under load."""
    return Degraded(Phase.GREETING, reason, load=True)


@pytest.mark.parametrize(
    ("verdict", "pace"),
    [
        (Verdict(), FAST),
        (UP, CALM),
        (replace(UP, last=degraded(Reason.SLOW)), CALM),
        (replace(UP, failures=1, last=FAILED), FAST),
        (replace(UP, failures=1, successes=1), FAST),
        (DOWN, SLOW),
        (replace(DOWN, successes=1, last=PASSED), FAST),
        (replace(UP, provisional=True), FAST),
        (replace(DOWN, provisional=True), FAST),
        (replace(UP, provisional=True, last=degraded(Reason.BUSY)), FAST),
    ],
)
def test_interval_follows_doubt(verdict: Verdict, pace: float) -> None:
    """Calm while all is well, fast from the first surprise to the verdict, slow while down."""
    assert interval(verdict, TIMING) == pace


@pytest.mark.parametrize("reason", [Reason.BUSY, Reason.PER_CLIENT_LIMIT])
@pytest.mark.parametrize("verdict", [replace(UP, failures=2), replace(DOWN, successes=1), UP])
def test_overloaded_target_is_not_hurried(verdict: Verdict, reason: Reason) -> None:
    """A target that says it is busy is probed at the calm interval whatever is in doubt."""
    assert interval(replace(verdict, last=degraded(reason)), TIMING) == CALM


def test_detection_within_the_bound_that_validate_prints() -> None:
    """A member that stops is down after one calm interval and fall - 1 fast ones."""
    verdict, waited = UP, 0.0
    while verdict.state is State.UP:
        waited += interval(verdict, TIMING)
        verdict = step(verdict, FAILED, LIMITS, 1000.0 + waited)

    assert waited == CALM + 2 * FAST


@given(st.lists(st.sampled_from([PASSED, FAILED]), min_size=18, max_size=40))
def test_fast_spell_is_bounded(outcomes: list[Outcome]) -> None:
    """No up member is probed fast more than fall × forgive times without a verdict."""
    verdict, fast = replace(UP, failures=1), 0
    for number, outcome in enumerate(outcomes):
        if verdict.state is not State.UP or interval(verdict, TIMING) != FAST:
            return
        verdict = step(verdict, outcome, LIMITS, 1000.0 + number)
        fast += 1

    raise AssertionError(f"{fast} fast probes without a verdict")


@pytest.mark.parametrize(
    ("verdict", "pace", "now", "seconds"),
    [
        (Verdict(), FAST, 0.0, 3.0),
        (replace(UP, provisional=True), FAST, 0.0, 3.0),
        (UP, CALM, 0.0, 45.0),
        (replace(UP, failures=2), FAST, 0.0, 3.0),
        (replace(UP, failures=7), FAST, 0.0, 3.0),
        (DOWN, SLOW, 1000.0, 60.0),
        (replace(DOWN, successes=1), FAST, 1000.0, 3.0),
        (replace(DOWN, since=995.0, successes=1), FAST, 1000.0, 15.0),
        (replace(DOWN, since=995.0, successes=9), FAST, 1014.0, 3.0),
    ],
)
def test_changes_in_counts_what_is_missing(verdict: Verdict, pace: float, now: float, seconds: float) -> None:
    """Outcomes still missing × the pace in use, and for a down verdict no less than its hold."""
    assert changes_in(verdict, LIMITS, pace, now) == seconds


def test_an_open_relay_is_looked_at_again_before_the_alarm() -> None:
    """Once seen, the second look comes fast; once confirmed, by the interval."""
    seen = Degraded(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED)
    timing = Timing(interval=21_600, fast_interval=60)
    first = step(Verdict(), seen, Thresholds(), 1000.0)
    second = step(first, seen, Thresholds(), 1060.0)

    assert (first.degraded, interval(first, timing)) == (False, 60)
    assert (second.degraded, interval(second, timing)) == (True, 21_600)


def test_a_member_that_is_only_held_is_probed_at_leisure() -> None:
    """With successes enough to come up, time alone holds it down: nothing is in doubt any more."""
    down = Verdict(state=State.DOWN, successes=1)

    assert interval(down, TIMING, 2) == FAST
    assert interval(replace(down, successes=2), TIMING, 2) == CALM
