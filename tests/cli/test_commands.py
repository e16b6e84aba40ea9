"""Commands that need no running server, by their output and exit codes."""

import json
import socketserver
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from tests.kit.commands import run

ROOT = Path(__file__).resolve().parents[2]
ZONE = """\
zone: mail.example.com
contact: hostmaster@example.com
nameservers: {ns1: [192.0.2.53, "2001:db8::53"], ns.example.net.: []}
services:
  smtp: {checks: [relay], records: [MX, A], members: {r1: {address: 127.0.3.11}, r2: {address: 127.0.3.12}}}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A small valid configuration."""
    (tmp_path / "zones").mkdir()
    (tmp_path / "checks").mkdir()
    (tmp_path / "zones/mail.yaml").write_text(ZONE)
    (tmp_path / "checks/mail.yaml").write_text("relay: {type: smtp, tls: none}\n")
    return tmp_path


def test_validate_says_good_and_how_soon_each_check_notices(directory: Path) -> None:
    """A valid directory: exit 0, and the bounds of each check in seconds."""
    done = run("validate", "-c", str(directory))

    assert done.exit_code == 0
    assert "relay: refused " in done.output


def test_validate_tells_the_mx_lines_of_mta_sts(directory: Path) -> None:
    """Only where a zone answers MX: every exchanger, below the name that mail goes to."""
    done = run("validate", "-c", str(directory))
    (directory / "zones/mail.yaml").write_text(ZONE.replace("[MX, A]", "[A]"))
    without = run("validate", "-c", str(directory))

    assert done.output.splitlines()[-4:] == [
        "an MTA-STS policy (RFC 8461) needs these lines, where mail goes to:",
        "  smtp.mail.example.com",
        "    mx: r1.smtp.mail.example.com",
        "    mx: r2.smtp.mail.example.com",
    ]
    assert "MTA-STS" not in without.output


class Refuses(socketserver.BaseRequestHandler):
    """A name server that will not answer."""

    def handle(self) -> None:
        query, channel = self.request
        channel.sendto(query[:2] + b"\x81\x05" + query[4:], self.client_address)


@contextmanager
def refusing() -> Iterator[int]:
    """The port of such a server."""
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Refuses) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        yield server.server_address[1]
        server.shutdown()


def test_validate_may_ask_members_and_dns(directory: Path) -> None:
    """With --live; what it hears, or does not, is a warning, and warnings alone exit 0."""
    record = f"records: _25._tcp.r1.smtp TLSA 3 1 1 {'00' * 32}\n"
    (directory / "zones/mail.yaml").write_text(ZONE.replace("[MX, A]", "[A]") + record)
    with refusing() as port:
        done = run("validate", "--live", "--resolver", f"127.0.0.1:{port}", "-c", str(directory))

    assert done.exit_code == 0
    assert "r1 at 127.0.3.11 port 25 shows no certificate: connect_refused (connect)" in done.output


@pytest.mark.parametrize(
    "words", [("--live", "--resolver", "nobody"), ("--resolver", "127.0.0.1"), ("--live", "--resolver", "::1:53:x")]
)
def test_whom_validate_asks_is_an_address(directory: Path, words: tuple[str, ...]) -> None:
    """With or without a port, and only where something is asked."""
    assert run("validate", *words, "-c", str(directory)).exit_code == 2


def test_validate_shows_every_error(directory: Path) -> None:
    """Two errors in two files: exit 1, both told with their place."""
    (directory / "zones/mail.yaml").write_text(ZONE.replace("smtp:", "smtp: {colour: red}\n  other:"))
    (directory / "checks/mail.yaml").write_text("relay: {type: smpt}\n")
    done = run("validate", "-c", str(directory))

    assert done.exit_code == 1
    assert "zones/mail.yaml:" in done.output
    assert "checks/mail.yaml:" in done.output


def test_the_repository_is_a_valid_configuration() -> None:
    """`gslb validate -c .` finds no error and no warning in what is shipped."""
    done = run("validate", "-c", str(ROOT))

    assert done.exit_code == 0
    assert "0 warning(s)" in done.output
    assert "warning: " not in done.output


def test_delegation_prints_ns_and_glue_inside_the_zone(directory: Path) -> None:
    """NS for each name server; addresses only for names below the zone."""
    done = run("delegation", "mail.example.com", "-c", str(directory))

    assert [line.split("\t")[-2:] for line in done.output.splitlines()] == [
        ["NS", "ns1.mail.example.com."],
        ["NS", "ns.example.net."],
        ["A", "192.0.2.53"],
        ["AAAA", "2001:db8::53"],
    ]


def test_delegation_of_a_zone_that_is_not_here(directory: Path) -> None:
    """Wrong usage is exit 2, and the zones that are here are named."""
    done = run("delegation", "example.org", "-c", str(directory))

    assert done.exit_code == 2
    assert "mail.example.com" in done.output


@pytest.mark.parametrize("zone", ["mail.example.com.", "Mail.Example.COM"])
def test_delegation_takes_the_zone_as_people_write_it(directory: Path, zone: str) -> None:
    """With the final dot and in any case."""
    assert run("delegation", zone, "-c", str(directory)).exit_code == 0


def test_a_mistyped_command_is_told_its_neighbour() -> None:
    """As keys are."""
    assert "Did you mean validate?" in run("validat").output


@pytest.mark.parametrize("kind", ["gslb", "zone", "checks"])
def test_schema_prints_json_schema(kind: str) -> None:
    """Each kind by itself is what it is in the whole."""
    assert json.loads(run("schema", kind).output) == json.loads(run("schema").output)[kind]


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "--colour"),
        ("frobnicate",),
        ("delegation", "a..b", "-c", str(ROOT)),
    ],
)
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...]) -> None:
    """No such option, no such command."""
    assert run(*arguments).exit_code == 2


def test_what_is_told_needs_who_tells_it() -> None:
    """A client network without the resolver that tells of it is wrong usage."""
    assert run("explain", "mx", "--ecs", "10.1.0.0/16").exit_code == 2


@pytest.mark.parametrize("command", [("status",), ("reload",), ("believe", "smtp"), ("explain", "mx.example.com")])
def test_no_server_is_exit_3(directory: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking where nobody listens says where it looked."""
    from gslb.cli.main import main

    (directory / "gslb.yaml").write_text(f"run_dir: {directory}/run\n")
    monkeypatch.setattr(sys, "argv", ["gslb", *command, "-c", str(directory)])
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 3


def test_a_refused_configuration_ends_run_with_1(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`gslb run` on a broken directory serves nothing."""
    from gslb.cli.main import main

    (directory / "zones/mail.yaml").write_text("zone: [\n")
    monkeypatch.setattr(sys, "argv", ["gslb", "run", "-c", str(directory)])
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1


def test_a_run_dir_that_cannot_be_made_is_told(directory: Path) -> None:
    """`gslb run` names the directory and the remedy."""
    (directory / "gslb.yaml").write_text(f"run_dir: {directory}/gslb.yaml/run\nstate_dir: {directory}/state\n")
    done = run("run", "-c", str(directory))

    assert done.exit_code == 1
    assert "set run_dir and state_dir" in done.output
