from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gslb.health.damping import HALF_LIFE, RELEASE, SUPPRESS, damped_for, is_damped, penalized, penalty
from gslb.health.machine import step
from gslb.model.checks import Thresholds
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.verdicts import State, Verdict

NOW = 1_000_000.0
EAGER = Thresholds(rise=1, fall=1, min_hold=0)
FAILED = Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)


def flapping(changes: int) -> Verdict:
    """A verdict that changed so many times, a second apart, the last time at NOW."""
    verdict = Verdict(state=State.UP)
    for number in range(changes):
        outcome = FAILED if verdict.state is State.UP else Passed()
        verdict = step(verdict, outcome, EAGER, NOW - changes + 1 + number)
    return verdict


def test_the_first_outcome_is_no_change() -> None:
    """Learning what a target is costs no penalty."""
    assert step(Verdict(), FAILED, EAGER, NOW).penalty == 0


def test_four_changes_in_a_minute_suppress() -> None:
    """Twice down and up again is flapping, once is not; only the return to up is damped."""
    assert not is_damped(flapping(2), NOW)
    assert is_damped(flapping(4), NOW)
    assert not is_damped(flapping(5), NOW)
    assert damped_for(flapping(5), NOW) > 0


def test_calm_releases() -> None:
    """The time to release is exact: damped until then, not after."""
    verdict = flapping(4)
    left = damped_for(verdict, NOW)

    assert HALF_LIFE * 1.3 < left < HALF_LIFE * 1.5
    assert is_damped(verdict, NOW + left - 1)
    assert not is_damped(verdict, NOW + left + 1)


def test_suppression_lasts_below_its_own_limit() -> None:
    """Between the two limits a suppressed target stays so through another change, and a free one free."""
    between = Verdict(penalty=RELEASE + 100, penalized_at=NOW, suppressed=True)

    assert penalized(between, NOW) == (RELEASE + 1100, True)
    assert penalized(replace(between, suppressed=False), NOW) == (RELEASE + 1100, False)
    assert RELEASE + 1100 < SUPPRESS


@given(st.floats(0, 1e5), st.floats(-1e4, 1e4))
def test_penalty_only_fades(amount: float, later: float) -> None:
    """No time, and no clock set back, makes a penalty grow."""
    assert penalty(Verdict(penalty=amount, penalized_at=NOW), NOW + later) <= amount
