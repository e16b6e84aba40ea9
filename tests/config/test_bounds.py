from hypothesis import given
from hypothesis import strategies as st

from gslb.config.bounds import GOODBYE, JITTER, REST, detection_bounds
from gslb.model.checks import Check, SmtpSettings, Thresholds, Timing


def check(fall: int = 3, **timing: float) -> Check:
    """An SMTP check with the defaults, but for these."""
    return Check(name="smtp", settings=SmtpSettings(), timing=Timing(**timing), thresholds=Thresholds(fall=fall))


def test_the_defaults_are_noticed_within_a_minute() -> None:
    """The figures `validate` prints for a default SMTP check."""
    assert str(detection_bounds(check())) == "refused 25 s, hanging 51 s, busy never (it stays up, degraded)"


def test_one_failure_enough_needs_one_interval() -> None:
    """With fall 1 the first probe after the failure decides."""
    assert detection_bounds(check(fall=1, interval=10, timeout=2)).refused == 12.0


def simulated(interval: float, fast: float, timeout: float, fall: int, draws: list[float], *, hangs: bool) -> float:
    """Seconds to the verdict, by the timer of probes.md 2.2, when the failure comes right after a good probe began."""
    scheduled, ended, verdict = 0.0, timeout + GOODBYE, 0.0
    pace = interval
    for run in range(fall):
        scheduled = max(scheduled + pace * (1 - JITTER + 2 * JITTER * draws[run]), ended + REST)
        ended = verdict = scheduled + (timeout if hangs else 0)
        pace = fast
    return verdict


@given(
    interval=st.floats(0.1, 100),
    part=st.floats(0.05, 0.99),
    fast=st.floats(0.05, 1),
    fall=st.integers(1, 6),
    draws=st.lists(st.floats(0, 1), min_size=6, max_size=6),
)
def test_no_schedule_takes_longer_than_the_bound(
    interval: float, part: float, fast: float, fall: int, draws: list[float]
) -> None:
    """Whatever the jitter, a refused or hanging member is down within its bound."""
    timeout, fast = interval * part, interval * fast
    bounds = detection_bounds(check(fall, interval=interval, fast_interval=fast, timeout=timeout))

    assert simulated(interval, fast, timeout, fall, draws, hangs=False) <= bounds.refused
    assert simulated(interval, fast, timeout, fall, draws, hangs=True) <= bounds.hanging
    assert bounds.busy is None
