"""What the prober tells of itself, once, and to everybody."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gslb.control.watch import QUIET, Doing, described
from gslb.model.checks import Credentials
from tests.kit.controlled import NOW, Controlled, placed, two_tiers

PROBE = Credentials(user="probe", password_file="/etc/gslb/word")
OTHER = Credentials(user="other", password_env="WORD")


@pytest.fixture
def made(tmp_path: Path) -> Controlled:
    """An owner."""
    return Controlled(placed(two_tiers(), tmp_path))


def told(made: Controlled, *doings: Doing, pace: float = 1.0) -> list[str]:
    """The events of some seconds."""
    with capture_logs() as lines:
        for number, doing in enumerate(doings):
            made.owner.watch.look(doing, NOW + number * pace)
    return [line["event"].partition(":")[0] for line in lines]


async def test_a_login_that_is_refused_everywhere_is_an_alarm_once(made: Controlled) -> None:
    """In the log, in the status and in the metrics; until it is taken again."""
    bad = Doing(bad=(PROBE, OTHER))

    assert told(made, bad, bad) == ["a login is refused everywhere"] * 2
    assert made.desk.status().probing.bad_logins == ("other ($WORD)", "probe (/etc/gslb/word)")
    metrics = await made.desk.metrics_text()
    assert b"gslb_bad_logins 2.0" in metrics
    assert b'gslb_credentials_rejected_total{user="probe"} 1.0' in metrics
    assert told(made, Doing(bad=(OTHER,))) == ["a login is no longer known to be wrong"]


def test_too_few_slots_are_an_alarm_a_minute_at_most(made: Controlled) -> None:
    """However many probes wait."""
    alarm = "too few slots for so many probes"

    assert told(made, *(Doing(saturated=number) for number in range(5))) == [alarm]
    assert told(made, *(Doing(saturated=number) for number in (1, 5, 6)), pace=QUIET) == [alarm]


def test_a_login_is_described_without_its_password() -> None:
    """By its user and by where the password stands."""
    assert described(Credentials(user="a")) == "a (the configuration)"
