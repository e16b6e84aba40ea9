"""Roles die and hang; answers go on."""

import os
import signal
import time
from pathlib import Path

import dns.exception
import dns.message
import dns.rcode
import httpx
import pytest

from gslb.cli.demo.estate import Estate
from gslb.handoff.layout import ACCEPTED, MANIFEST
from tests.kit.running import Running, until
from tests.kit.traffic import Traffic
from tests.kit.zones import FOUR, FOUR_ADDRESSES, QUICK, probed

pytestmark = pytest.mark.system

NAME = "smtp.mail.example.com"
MACHINES = {"r1": "127.0.1.11", "r2": "127.0.1.12", "r3": "127.0.1.13"}


def control_is_back(server: Running, dead: int) -> bool:
    """Whether another control is ready."""
    try:
        return server.pids()["control"] not in (dead, None) and server.get("/ready").status_code == 200
    except httpx.TransportError:
        return False


def test_a_killed_control_costs_no_answer(tmp_path: Path) -> None:
    """kill -9 of control: not one of 10,000 queries is unanswered, and control is back by itself."""
    with Running(tmp_path, {"zones/mail.yaml": FOUR}) as server:
        dead = server.pids()["control"]
        with Traffic(server.dns_port, NAME, "A", rate=2000) as traffic:
            traffic.wait_for(2000)
            os.kill(dead, signal.SIGKILL)
            traffic.wait_for(10_000)
        until(lambda: control_is_back(server, dead), 20, "control is back")

        assert traffic.result.failed_twice == 0
        assert set(traffic.result.rcodes) == {0}
        assert traffic.result.sent >= 10_000


def test_a_killed_worker_is_replaced_within_a_second(tmp_path: Path) -> None:
    """kill -9 of a worker: another answers within a second, and no query fails twice."""
    with Running(tmp_path, {"zones/mail.yaml": FOUR}) as server:
        dead = server.pids()["workers"][0]
        with Traffic(server.dns_port, NAME, "A") as traffic:
            traffic.wait_for(1000)
            os.kill(dead, signal.SIGKILL)
            killed = time.monotonic()
            until(lambda: server.pids()["workers"][0] not in (dead, None), 5, "another worker")
            took = time.monotonic() - killed
            traffic.wait_for(traffic.result.sent + 3000)

        assert took < 1
        assert traffic.result.failed_twice == 0


def test_a_hanging_worker_is_replaced_within_five_seconds(tmp_path: Path) -> None:
    """SIGSTOP of a worker: another serves its socket within 5 seconds; after that no query fails twice."""
    with Running(tmp_path, {"zones/mail.yaml": FOUR}) as server:
        stuck = server.pids()["workers"][0]
        with Traffic(server.dns_port, NAME, "A", rate=500) as traffic:
            traffic.wait_for(500)
            os.kill(stuck, signal.SIGSTOP)
            stopped = time.monotonic()
            until(lambda: server.pids()["workers"][0] not in (stuck, None), 10, "another worker")
            took = time.monotonic() - stopped
            traffic.wait_for(traffic.result.sent + 2000)

        assert took < 5
        assert [at for at in traffic.result.failures if at > stopped + 5 + 1] == []


def test_a_worker_started_while_control_is_dead_answers(tmp_path: Path) -> None:
    """Control cannot start, a worker dies: its successor serves the last table."""
    with Running(tmp_path, {"zones/mail.yaml": FOUR}, workers=1) as server:
        server.write({"zones/broken.yaml": "zone: [\n"})
        (server.run_dir / ACCEPTED).unlink()
        os.kill(server.pids()["control"], signal.SIGKILL)
        dead = server.pids()["workers"][0]
        os.kill(dead, signal.SIGKILL)
        until(lambda: server.pids()["workers"][0] not in (dead, None), 5, "another worker")

        assert server.answers(NAME, timeout=5) <= set(FOUR_ADDRESSES)

        (server.directory / "zones/broken.yaml").unlink()
        until(lambda: control_is_back(server, -1), 30, "control is back once it can start")


def test_half_edited_files_do_not_freeze_health(tmp_path: Path) -> None:
    """Control dies while the files are broken: it comes back with what it ran, tells why, and a member that dies is
    out; mended files are taken by the next reload.
    """
    with Estate([(name, address, "smtp") for name, address in MACHINES.items()]) as estate:
        check = f"smtp: {{type: smtp, tls: none, port: {estate.ports['smtp']}, {QUICK}}}"
        zone = probed(MACHINES, "smtp")
        with Running(tmp_path, {"zones/mail.yaml": zone, "checks/smtp.yaml": check}) as server:
            server.write({"zones/mail.yaml": zone + "\nnonsense: 1"})
            dead = server.pids()["control"]
            os.kill(dead, signal.SIGKILL)
            until(lambda: control_is_back(server, dead), 20, "control is back")
            estate.fail("r1")
            until(lambda: member_state(server, "r1") == "down", 10, "r1 is down")

            left = {MACHINES["r2"], MACHINES["r3"]}
            until(lambda: {at for _ in range(50) for at in server.answers(NAME)} == left, 10, "the others answer")
            assert server.get("/api/v1/status").json()["config"]["last_reload_good"] is False

            server.write({"zones/mail.yaml": probed(MACHINES, "smtp", weights={"r2": 5})})
            assert server.post("/api/v1/reload").status_code == 200
        assert "nonsense" in server.log()


def test_an_old_table_is_not_served_by_a_start(tmp_path: Path) -> None:
    """Wound 2: started after a pause too long for saved verdicts, a member dead meanwhile: no answer ever holds it."""
    with Estate([(name, address, "smtp") for name, address in MACHINES.items()]) as estate:
        check = f"smtp: {{type: smtp, tls: none, port: {estate.ports['smtp']}, {QUICK}}}"
        server = Running(tmp_path, {"zones/mail.yaml": probed(MACHINES, "smtp"), "checks/smtp.yaml": check})
        with server:
            assert server.answers(NAME)
        (server.state_dir / "verdicts.json").unlink()
        os.utime(server.run_dir / MANIFEST, (time.time() - 600,) * 2)
        estate.fail("r1")
        server.start()
        try:
            seen = [first_answer(server)]
            server.wait_ready()
            seen += [server.answers(NAME) for _ in range(200)]
        finally:
            server.stop()

        assert set.union(*seen) == {MACHINES["r2"], MACHINES["r3"]}


def first_answer(server: Running) -> set[str]:
    """What the first answer holds that is not SERVFAIL, asked for from the first moment on."""

    def asked() -> dns.message.Message | None:
        try:
            reply = server.query(NAME, "A", timeout=0.2)
        except (OSError, dns.exception.Timeout):
            return None
        return None if reply.rcode() == dns.rcode.SERVFAIL else reply

    reply = until(asked, 30, "an answer")
    return {str(rdata) for rrset in reply.answer for rdata in rrset}


def test_sigterm_is_a_lame_duck_first(tmp_path: Path) -> None:
    """On SIGTERM /ready turns 503 while answers go on; then the server ends with 0."""
    with Running(tmp_path, {"zones/mail.yaml": FOUR}) as server:
        process = server.process
        assert process is not None
        process.terminate()
        until(lambda: server.get("/ready").status_code == 503, 2, "/ready is 503")

        assert server.answers(NAME) <= set(FOUR_ADDRESSES)
        assert process.wait(10) == 0


def member_state(server: Running, name: str) -> str:
    """The effective state of a member."""
    for member in server.get("/api/v1/members").json():
        if member["name"] == name:
            return str(member["effective"])
    return ""
