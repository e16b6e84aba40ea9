"""Commands that ask a running server, as people and programs use them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.running import Running, until

pytestmark = pytest.mark.system

ZONE = """\
zone: mail.example.com
contact: hostmaster@example.com
nameservers: {ns1: [192.0.2.53]}
pools:
  a: {checks: [dead], members: {m: {address: 127.0.9.201}, n: {address: 127.0.9.202}}}
  b: {members: {m: {address: 192.0.2.11, weight: 3}, n: {address: 192.0.2.12}}}
services:
  smtp: {records: [MX, A], pools: [a, b]}
  "@": {alias: smtp, records: [MX]}
"""
DEAD = "services:\n  imap: {checks: [dead], members: {m: {address: 127.0.9.203}}}\n"
CHECK = "dead: {type: tcp, port: 9, interval: 1s, timeout: 500ms, fast_interval: 200ms}\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service whose first tier is down and whose second answers."""
    directory: Path = tmp_path_factory.mktemp("commands")
    with Running(directory, {"zones/mail.yaml": ZONE, "checks/c.yaml": CHECK}, workers=1) as running:
        yield running


def test_status_is_a_table_for_people(server: Running) -> None:
    """Node, services with mode, tier and reason, members with real and effective state; no colour when piped."""
    done = server.command("status")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "node test: ready" in done.stdout
    assert "│ smtp " in done.stdout
    assert "2 b" in done.stdout
    assert "dead down: connect_refused" in done.stdout
    assert "\x1b" not in done.stdout


def test_status_is_json_for_programs(server: Running) -> None:
    """The same as GET /api/v1/status."""
    told, api = json.loads(server.command("status", "--json").stdout), server.get("/api/v1/status").json()

    assert told.keys() == api.keys()
    assert (told["node"], told["config"]["digest"]) == (api["node"], api["config"]["digest"])


def test_status_is_bad_news_while_a_service_is_down(server: Running) -> None:
    """Exit 1 once a declared service has no healthy tier left; a dead pool behind one that serves is none."""
    server.write({"zones/other.yaml": ZONE.partition("pools:")[0].replace("mail.", "other.") + DEAD})
    try:
        assert server.command("reload").returncode == 0
        until(lambda: server.get("/health/other.example.com/imap").status_code == 503, 10, "imap is down")
        down = server.command("status")
    finally:
        (server.directory / "zones/other.yaml").unlink()
        assert server.command("reload").returncode == 0

    assert down.returncode == 1
    assert "all members down: serve_all" in down.stdout


@pytest.mark.parametrize("name", ["smtp.mail.example.com", "SMTP.mail.example.com.", "smtp"])
def test_explain_takes_a_name_as_people_write_it(server: Running, name: str) -> None:
    """Whole, with or without the final dot, in any case, or relative to the only zone that has it."""
    done = server.command("explain", name, "mx")

    assert done.returncode == 0
    assert "tier 1 a falls short: 0 of 2 members healthy, 1 needed" in done.stdout
    assert "m [192.0.2.11] in 75.0%" in done.stdout
    assert re.search(r"table: 75.0% NOERROR\n  smtp.mail.example.com. \d+ MX 20 m.b.mail.example.com.\n", done.stdout)


def test_explain_of_what_is_not_here_is_exit_1(server: Running) -> None:
    """A foreign name, and a type that is none, in one line each."""
    for arguments, told in ((("www.example.org",), "in none of the zones here"), (("smtp", "BOGUS"), "no record type")):
        done = server.command("explain", *arguments)

        assert (done.returncode, done.stdout) == (1, "")
        assert told in done.stderr


def test_explain_tells_programs_the_same(server: Running) -> None:
    """--json is what GET /api/v1/explain gives."""
    told = json.loads(server.command("explain", "smtp", "A", "--from", "192.0.2.99", "--json").stdout)

    assert told == server.get("/api/v1/explain", name="smtp", type="A", **{"from": "192.0.2.99"}).json()


def test_a_reload_says_what_runs_now(server: Running) -> None:
    """Exit 0 and the digest of the configuration; the same that status tells."""
    done = server.command("reload")

    assert done.returncode == 0
    assert server.get("/api/v1/status").json()["config"]["digest"] in done.stdout
