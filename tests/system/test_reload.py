"""Reloads are all or nothing, and nobody notices."""

from pathlib import Path

import pytest

from gslb.cli.demo.estate import Estate
from tests.kit.running import Running, until
from tests.kit.traffic import Traffic
from tests.kit.zones import FOUR, QUICK, probed

pytestmark = pytest.mark.system

NAME = "smtp.mail.example.com"
MACHINES = {"r1": "127.0.2.11", "r2": "127.0.2.12"}


def test_reloads_under_load_fail_no_query(tmp_path: Path) -> None:
    """Ten reloads under 1,000 queries a second, each with another weight: none fails, and the last one counts."""
    with Running(tmp_path, {"zones/mail.yaml": FOUR}) as server, Traffic(server.dns_port, NAME, "MX") as traffic:
        for weight in range(41, 51):
            server.write({"zones/mail.yaml": FOUR.replace("weight: 40", f"weight: {weight}")})
            done = server.command("reload")
            assert done.returncode == 0, done.stderr
        traffic.wait_for(traffic.result.sent + 1000)
        weights = {member["weight"] for member in server.get("/api/v1/members").json()}

    assert traffic.result.sent / traffic.result.seconds > 950
    assert traffic.result.failed_twice == 0
    assert set(traffic.result.rcodes) == {0}
    assert 50 in weights


def test_a_reload_keeps_verdicts_and_counters(tmp_path: Path) -> None:
    """Wound 11: a member that is down before a reload is down after it, without a probe in between."""
    with Estate([(name, address, "smtp") for name, address in MACHINES.items()]) as estate:
        check = f"smtp: {{type: smtp, tls: none, port: {estate.ports['smtp']}, {QUICK}, fall: 3}}"
        with Running(tmp_path, {"zones/mail.yaml": probed(MACHINES, "smtp"), "checks/smtp.yaml": check}) as server:
            estate.fail("r1")
            until(lambda: server.answers(NAME) == {MACHINES["r2"]} and down(server) == {"r1"}, 10, "r1 is down")
            before = since(server, "r1")
            server.write({"zones/mail.yaml": probed(MACHINES, "smtp", weights={"r2": 7})})

            assert server.post("/api/v1/reload").status_code == 200
            assert down(server) == {"r1"}
            assert since(server, "r1") == before
            assert {str(a) for _ in range(100) for a in server.answers(NAME)} == {MACHINES["r2"]}


def test_an_invalid_configuration_changes_nothing(tmp_path: Path) -> None:
    """Every error is told, exit 1 and 422, and the old configuration is served."""
    with Running(tmp_path, {"zones/mail.yaml": FOUR}) as server:
        server.write({"zones/mail.yaml": FOUR.replace("weight: 40", "weight: -1").replace("ttl: 30", "ttl: 2d")})
        command, answer = server.command("reload"), server.post("/api/v1/reload")

        assert command.returncode == 1
        assert "weight" in command.stderr
        assert "ttl" in command.stderr
        assert answer.status_code == 422
        assert server.answers(NAME, "A")


def test_what_needs_a_restart_is_refused(tmp_path: Path) -> None:
    """Another listener or node name is refused with "restart needed"."""
    with Running(tmp_path, {"zones/mail.yaml": FOUR}) as server:
        server.write({"gslb.yaml": server.node.replace("node: test", "node: other")})
        done = server.command("reload")

        assert done.returncode == 1
        assert "restart needed" in done.stderr


def test_sighup_reloads(tmp_path: Path) -> None:
    """SIGHUP to the supervisor is a reload."""
    import signal

    with Running(tmp_path, {"zones/mail.yaml": FOUR}) as server:
        server.write(
            {"zones/mail.yaml": FOUR.replace("192.0.2.11", "192.0.2.77").replace("weight: 40", "weight: 60000")}
        )
        assert server.process is not None
        server.process.send_signal(signal.SIGHUP)

        until(lambda: server.answers(NAME) == {"192.0.2.77"}, 10, "the new address is answered")


def down(server: Running) -> set[str]:
    """The members that are down."""
    return {m["name"] for m in server.get("/api/v1/members").json() if m["effective"] == "down"}


def since(server: Running, name: str) -> object:
    """Since when a member's check has its state, and its counters."""
    status = server.get("/api/v1/members").json()
    found = next(m["addresses"][0]["checks"][0] for m in status if m["name"] == name)
    return found["since"], found["transitions"]
