"""Disks that refuse, junk where state was kept, and what a restart remembers."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gslb.cli.demo.estate import Estate
from tests.kit.running import Running, until
from tests.kit.zones import probed

pytestmark = pytest.mark.system

NAME = "smtp.mail.example.com"
MACHINES = {"r1": "127.0.12.11", "r2": "127.0.12.12"}
CHECK = """\
smtp: {{type: smtp, tls: none, port: {port}, interval: 1s, fast_interval: 200ms, down_interval: 400ms, timeout: 500ms,
       min_hold: {hold}s}}
"""


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    """Two relays."""
    with Estate([(name, address, "smtp") for name, address in MACHINES.items()]) as made:
        yield made


@pytest.fixture
def server(tmp_path: Path, estate: Estate) -> Running:
    """A server of both, not yet started; both are up."""
    estate.mend(*MACHINES)
    return made(tmp_path, estate, hold=0)


def made(folder: Path, estate: Estate, *, hold: int) -> Running:
    """A server whose members stay down for so many seconds at least."""
    check = CHECK.format(port=estate.ports["smtp"], hold=hold)
    return Running(folder, {"zones/mail.yaml": probed(MACHINES, "smtp"), "checks/smtp.yaml": check})


def verdict(server: Running, name: str) -> dict[str, object]:
    """What is believed of a member's only check."""
    found: dict[str, object] = server.get(f"/api/v1/members/mail.example.com/relays/{name}").json()["addresses"][0][
        "checks"
    ][0]
    return found


def only(server: Running, address: str) -> bool:
    """Whether ten answers in a row hold this address alone."""
    return all(server.answers(NAME) == {address} for _ in range(10))


def test_a_run_dir_that_refuses_costs_freshness_alone(server: Running, estate: Estate) -> None:
    """While no table can be written the old one is answered and the metric tells; then it is made good."""
    with server:
        refusing = server.run_dir / "table.json.new"
        refusing.mkdir()
        estate.fail("r1")
        until(lambda: server.get("/api/v1/status").json()["table"]["error"], 10, "a table was refused")

        assert server.answers(NAME)
        assert "gslb_table_failing 1.0" in server.get("/metrics").text

        refusing.rmdir()
        until(lambda: only(server, MACHINES["r2"]), 10, "r1 is out")
        assert "gslb_table_failing 0.0" in server.get("/metrics").text


def test_a_control_that_cannot_write_serves_what_stands(server: Running, estate: Estate) -> None:
    """Control dies while run_dir refuses: the next one is ready with the table that stands."""
    with server:
        (server.run_dir / "table.json.new").mkdir()
        dead = server.pids()["control"]
        os.kill(dead, signal.SIGKILL)
        until(lambda: follows(server, dead), 20, "another control is ready")

        assert server.answers(NAME)


def follows(server: Running, dead: int) -> bool:
    """Whether another control is ready."""
    try:
        return server.pids()["control"] not in (dead, None) and server.get("/ready").status_code == 200
    except httpx.TransportError:
        return False


def test_a_state_dir_that_refuses_costs_memory_alone(server: Running, estate: Estate) -> None:
    """Probing, answers and reloads go on, the node is ready, and status and metrics tell."""
    for name in ("verdicts.json.new", "serials.json.new"):
        (server.state_dir / name).mkdir(parents=True)
    with server:
        estate.fail("r1")
        until(lambda: only(server, MACHINES["r2"]), 10, "r1 is out")
        server.write({"zones/mail.yaml": probed(MACHINES, "smtp", weights={"r2": 3})})

        assert server.post("/api/v1/reload").status_code == 200
        assert server.get("/ready").status_code == 200
        until(lambda: server.get("/api/v1/status").json()["memory"]["error"], 10, "the state cannot be saved")


def test_junk_in_state_dir_stops_no_start(server: Running) -> None:
    """It is ignored and told, and replaced by what is known then."""
    server.state_dir.mkdir()
    for name in ("verdicts.json", "serials.json"):
        (server.state_dir / name).write_bytes(b'{"format": 1, "ledger": {"format": 1}, "zones": 7}')
    with server:
        assert server.answers(NAME) <= set(MACHINES.values())
    assert "saved state ignored" in server.log()
    assert b'"state":["up"' in (server.state_dir / "verdicts.json").read_bytes()


def test_a_hold_goes_on_over_a_restart(tmp_path: Path, estate: Estate) -> None:
    """A member that went down stays so for min_hold, whatever passes and whoever restarts; its counters go on."""
    estate.mend(*MACHINES)
    server = made(tmp_path, estate, hold=14)
    with server:
        estate.fail("r1")
        until(lambda: verdict(server, "r1")["real"] == "down", 10, "r1 is down")
        before = verdict(server, "r1")
        estate.mend("r1")
    with server:
        after = verdict(server, "r1")
        until(lambda: verdict(server, "r1")["real"] == "up", 30, "r1 is up")
        back = verdict(server, "r1")

    assert (after["since"], after["transitions"]) == (before["since"], before["transitions"])
    assert back["since"] - before["since"] >= 14  # type: ignore[operator]  # numbers, in JSON
