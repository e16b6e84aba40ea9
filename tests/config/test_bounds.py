from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gslb.config.bounds import REST, detection_bounds
from gslb.model.checks import Check, CheckSettings, ImapSettings, RelaySettings, SmtpSettings, Thresholds, Timing
from gslb.model.limits import LIMITS
from gslb.model.plain import AgentSettings, DnsSettings, ExecSettings, FileSettings


def check(fall: int = 3, **timing: float) -> Check:
    """An SMTP check with the defaults, but for these."""
    return Check(name="smtp", settings=SmtpSettings(), timing=Timing(**timing), thresholds=Thresholds(fall=fall))


def test_the_defaults_are_noticed_within_a_minute() -> None:
    """The figures `validate` prints for a default SMTP check."""
    told = "refused 25 s, hanging 51 s, busy 150 s (a per-client cap keeps the member up)"
    assert str(detection_bounds(check())) == told


def other(settings: CheckSettings) -> str:
    """What `validate` prints of a check of another type, with 10 s of interval, 1 s of timeout and fall 2."""
    timing = Timing(interval=10, fast_interval=1, timeout=1)
    check = Check(name="x", settings=settings, timing=timing, thresholds=Thresholds(fall=2))
    return str(detection_bounds(check))


def test_types_that_do_not_connect_have_words_of_their_own() -> None:
    """A plugin is critical, a file says DOWN, an agent down; relaying is an alarm, or withdraws once confirmed."""
    relay = RelaySettings(foreign_domain="a.example.net", sender_domain="b.example.net")

    assert other(ExecSettings(argv=("/bin/true",))) == "critical 16 s, hanging 16 s"
    assert other(FileSettings(path="/run/x")) == "DOWN 14 s"
    assert other(AgentSettings(port=1)) == "down 16 s"
    assert other(relay) == "open relay never (it stays up, with an alarm)"
    assert other(replace(relay, withdraw=True)) == "open relay 18 s"
    assert other(DnsSettings(qname="example.com")) == "refused 14 s, hanging 16 s"
    assert other(ImapSettings()) == "refused 14 s, hanging 16 s, busy 85 s"


def test_what_only_a_login_sees_waits_for_one() -> None:
    """With a login on each fourth run, three more may pass before one looks so deep."""
    every_fourth = replace(check(), stage_every=4)

    assert "hanging 51 s, seen by the deep stage only 103 s, busy" in str(detection_bounds(every_fourth))


def test_one_failure_enough_needs_one_interval() -> None:
    """With fall 1 the first probe after the failure decides."""
    assert detection_bounds(check(fall=1, interval=10, timeout=2)).refused == 12.0


JITTER = Timing().jitter


def simulated(interval: float, fast: float, timeout: float, fall: int, draws: list[float], *, hangs: bool) -> float:
    """Seconds to the verdict, by the timer of probes.md 2.2, when the failure comes right after a good probe began."""
    scheduled, ended, verdict = 0.0, timeout + LIMITS.farewell, 0.0
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
    # An answer of "later" may take its whole timeout, and is never asked for faster than by the interval.
    slow = simulated(interval, interval, timeout, fall + 2, [*draws, *draws], hangs=True)
    patient = replace(check(fall, interval=interval, fast_interval=fast, timeout=timeout), temp_fail_after=3)
    assert slow <= (detection_bounds(patient).busy or 0)
