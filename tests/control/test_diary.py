from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gslb.control.memory import VERDICTS
from gslb.errors import Fault
from gslb.handoff.table import Manifest
from gslb.model.decisions import Mode
from gslb.model.observations import Degraded, Phase, Reason
from gslb.model.values import Family
from tests.kit.controlled import NOW, PASSED, REFUSED, RELAY1, RELAY2, SPARE, ZONE, Controlled, placed, seen, two_tiers

MANIFEST = Manifest(generation=9, names="n", parts=("p",), carries_health=True, written=NOW)


@pytest.fixture
def made(tmp_path: Path) -> Controlled:
    """An owner that has not started."""
    return Controlled(placed(two_tiers(), tmp_path))


def mode(made: Controlled, service: str = "smtp") -> Mode:
    """The mode of a service's A answers."""
    return made.owner.pipeline.decisions[ZONE, service, Family.IPV4].mode


def test_a_transition_is_logged_with_all_it_takes(made: Controlled) -> None:
    """Old, new, reason, phase, code, text, counts, and whom it means."""
    made.owner.start(None)
    made.round()
    with capture_logs() as lines:
        for _ in range(3):
            interval = made.owner.observe(seen(RELAY1, REFUSED, code="421", text="go away"))
    line = next(line for line in lines if line["event"] == "transition")

    assert (line["old"], line["new"], line["reason"], line["phase"]) == ("up", "down", "connect_refused", "connect")
    assert (line["code"], line["text"], line["members"]) == ("421", "go away", [f"{ZONE}/relays/relay1"])
    assert (line["address"], line["log_level"]) == (RELAY1, "warning")
    assert interval == 30.0


def test_failing_over_is_logged(made: Controlled) -> None:
    """A service that answers from another tier says so."""
    made.owner.start(None)
    made.round()
    with capture_logs() as lines:
        for address in (RELAY1, RELAY2):
            for _ in range(3):
                made.owner.observe(seen(address, REFUSED))

    assert [line["tier"] for line in lines if line["event"] == "service turned"] == [2]


def test_silence_is_logged(made: Controlled) -> None:
    """Verdicts that go stale are told, each once."""
    made.owner.start(None)
    made.round()
    made.clock.now += 200
    with capture_logs() as lines:
        made.owner.tick()
        made.owner.tick(0.5)

    assert len([line for line in lines if line["event"].startswith("verdict stale")]) == 3
    assert made.owner.loop_lag == 0.5


def test_all_down_is_logged_and_counted(made: Controlled) -> None:
    """Entering is an error in the log, leaving a warning; both name the service."""
    made.owner.start(None)
    made.round(lambda _address: REFUSED)
    with capture_logs() as lines:
        made.clock.now += 60
        for _ in range(2):
            made.owner.observe(seen(SPARE))

    assert made.owner.all_down_entered[ZONE, "smtp"] == 1
    assert [line["service"] for line in lines if line["event"] == "no longer all down"] == ["smtp", "spares"]


def test_another_reason_is_logged(made: Controlled) -> None:
    """The first failure, and the way back, are told though nothing is decided yet; the same again is not."""
    made.owner.start(None)
    made.round()
    with capture_logs() as lines:
        for outcome in (REFUSED, REFUSED, PASSED, PASSED):
            made.owner.observe(seen(RELAY1, outcome))

    told = [(line["old"], line["reason"]) for line in lines if line["event"] == "reason changed"]
    assert told == [("ok", "connect_refused"), ("connect_refused", "ok")]


def test_a_certificate_about_to_end_is_an_error_in_the_log(made: Controlled) -> None:
    """One that ends later is told among the rest."""
    made.owner.start(None)
    made.round()
    with capture_logs() as lines:
        for reason in (Reason.CERT_EXPIRING, Reason.CERT_EXPIRING_CRITICAL):
            made.owner.observe(seen(RELAY1, Degraded(Phase.TLS, reason)))

    assert [line["log_level"] for line in lines if line["event"] == "reason changed"] == ["info", "error"]


def test_warnings_and_ignored_state_are_logged(tmp_path: Path) -> None:
    """What the configuration and the state file have wrong is told at the start."""
    estate = replace(placed(two_tiers(), tmp_path), warnings=(Fault(path="zones/a.yaml", message="odd"),))
    (estate.node.state_dir / VERDICTS).write_text('{"format": 1, "ledger": {}, "answered": 5}')
    with capture_logs() as lines:
        Controlled(estate)

    assert [line["event"] for line in lines] == [
        "saved state ignored", "saved state ignored", "control started", "configuration",
    ]  # fmt: skip
