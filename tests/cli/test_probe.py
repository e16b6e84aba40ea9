import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from gslb.cli.demo.estate import Estate
from gslb.config.schema_check import TYPES
from tests.kit.commands import run, run_apart
from tests.kit.hostile import closed_port


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    """One machine that speaks SMTP and shows a login page."""
    with Estate([("one", "127.0.3.11", "smtp"), ("one", "127.0.3.11", "web")]) as estate:
        yield estate


@pytest.fixture
def smtp(estate: Estate) -> str:
    """The port where it speaks SMTP."""
    return str(estate.ports["smtp"])


@pytest.fixture
def directory(tmp_path: Path) -> str:
    """A configuration with one zone and one check, `relay`."""
    (tmp_path / "zones").mkdir()
    (tmp_path / "checks").mkdir()
    (tmp_path / "zones/z.yaml").write_text(
        "zone: mail.example.com\ncontact: a@example.com\nnameservers: {ns1: [192.0.2.53]}\n"
    )
    (tmp_path / "checks/c.yaml").write_text("relay: {type: smtp, tls: none}\n")
    return str(tmp_path)


def test_probe_by_check_shows_the_dialogue(directory: str, smtp: str) -> None:
    """A configured check by its name: exit 0, what was said on both sides, and the phases."""
    done = run_apart("probe", "relay", "127.0.3.11", "--port", smtp, "-c", directory)

    assert done.returncode == 0, done.stdout
    assert "S: 220 one.example.com ESMTP" in done.stdout
    assert "C: QUIT" in done.stdout
    assert "PASSED (ok)" in done.stdout
    assert "phases: connect" in done.stdout


def test_probe_by_type_needs_no_configuration(tmp_path: Path, smtp: str) -> None:
    """A type stands for a check with its defaults, as JSON for programs."""
    done = run_apart("probe", "tcp", "127.0.3.11", "--port", smtp, "-c", str(tmp_path), "--json")

    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["outcome"] == "passed"


def test_a_failed_probe_is_exit_1(smtp: str) -> None:
    """Plain text where TLS is expected: exit 1, with phase, reason and hint."""
    done = run_apart("probe", "webaccess", "127.0.3.11", "--port", smtp, "--server-name", "web.example.com")

    assert done.returncode == 1
    assert "FAILED (tls_handshake in tls)" in done.stdout


def test_a_type_takes_keys_as_yaml(smtp: str) -> None:
    """--set writes the keys of a ready-made check: the dialogue is the one they ask for."""
    keys = ("--set", "tls=none", "--set", "stage=mail", "--set", "sender=probe@example.com")
    done = run_apart("probe", "smtp", "127.0.3.11", "--port", smtp, *keys)

    assert done.returncode == 0, done.stdout
    assert "C: MAIL FROM:<probe@example.com>" in done.stdout


@pytest.mark.parametrize(
    ("set_up", "code", "line"),
    [
        (("smtp", "--set", "tls=none"), 0, "SMTP OK: ok: 220 "),
        (("smtp", "--set", "tls=none", "--set", "require_caps=AUTH"), 1, "SMTP WARNING: cap_missing"),
        (("smtp", "--set", "tls=starttls"), 2, "SMTP CRITICAL: tls_not_offered in starttls"),
    ],
)
def test_a_plugin_tells_one_line_and_perfdata(set_up: tuple[str, ...], code: int, line: str, smtp: str) -> None:
    """The exit code and word of monitoring plugins, then a bar and the phases in seconds."""
    done = run_apart("probe", *set_up, "127.0.3.11", "--port", smtp, "--plugin")

    first, bar, data = done.stdout.partition(" | ")
    assert (done.returncode, done.stdout.count("\n"), bar) == (code, 1, " | ")
    assert first.startswith(line)
    assert data.startswith("total=0.")
    assert ";;;0;10 connect=0." in data


SETS = {
    "exec": ("argv=[/bin/sh, -c, echo no; exit 2]",),
    "dns": ("qname=example.com",),
    "relay": ("foreign_domain=a.example.net", "sender_domain=example.com"),
    "roundtrip": ("mailbox=a@example.com", "user=a", "password_env=GSLB_NONE", "server_name=a.example.com"),
}
CRITICAL, UNKNOWN = (2, "failed"), (3, "inconclusive")
OTHERWISE = {"agent": UNKNOWN, "relay": UNKNOWN, "roundtrip": UNKNOWN}
"""Types that say nothing of a member where nobody answers, or have no password to begin with."""


@pytest.mark.parametrize("word", TYPES)
def test_every_type_is_a_plugin_and_json(word: str, tmp_path: Path) -> None:
    """Where nothing listens: one line with the exit code of a plugin, and the same as JSON."""
    (tmp_path / "word").write_text("DOWN\n")
    sets = SETS.get(word, ()) + ((f"path={tmp_path}/word",) if word == "file" else ())
    line = ["probe", word, "127.0.0.1", "--port", str(closed_port()), "-c", str(tmp_path / "none")]
    line += [part for key in sets for part in ("--set", key)]
    plugin, plain = run(*line, "--plugin"), run(*line, "--json")
    code, outcome = OTHERWISE.get(word, CRITICAL)

    assert plugin.exit_code == code, plugin.output
    assert plugin.stdout.count("\n") == 1
    assert "total=" in plugin.stdout
    assert (json.loads(plain.stdout)["outcome"], plain.exit_code) == (outcome, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("smtp", "relay1"),
        ("smpt", "127.0.0.1"),
        ("tcp", "127.0.0.1"),
        ("smtp", "127.0.0.1", "--colour"),
        ("smtp", "127.0.0.1", "--json"),
    ],
)
def test_a_plugin_used_wrongly_is_unknown(arguments: tuple[str, ...]) -> None:
    """Exit 3 and one line: 2 would wake somebody for a typing error."""
    done = run("probe", *arguments, "--plugin")

    assert done.exit_code == 3
    assert done.output.startswith("PROBE UNKNOWN: ")
    assert done.output.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("smtp", "relay1"), "'relay1' does not appear to be an IPv4 or IPv6 address"),
        (("smpt", "127.0.0.1"), "no check and no type 'smpt'"),
        (("tcp", "127.0.0.1", "--port", "25", "--server-name", "x"), "a check of type tcp has no server name"),
        (("tcp", "127.0.0.1"), "port: required"),
        (("smtp", "127.0.0.1", "--set", "stge=mail"), "stge: unknown key; did you mean stage?"),
        (("smtp", "127.0.0.1", "--set", "stage"), "--set stage: write KEY=VALUE"),
        (("smtp", "127.0.0.1", "--nonsense"), "No such option"),
    ],
)
def test_wrong_usage_is_exit_2_and_told(arguments: tuple[str, ...], told: str) -> None:
    """No address, no such check or key, a required key that is missing, a name where TLS is never spoken."""
    done = run("probe", *arguments)

    assert done.exit_code == 2
    assert told in done.output


def test_a_configured_check_takes_no_keys(directory: str) -> None:
    """What a file says is what is probed."""
    done = run("probe", "relay", "127.0.0.1", "-c", directory, "--set", "tls=none")

    assert done.exit_code == 2
    assert "relay is a configured check" in done.output


def test_a_broken_configuration_is_told(directory: str) -> None:
    """Its checks are not known, and that is said beside the types that are."""
    (Path(directory) / "checks/c.yaml").write_text("relay: [\n")
    done = run("probe", "relay", "127.0.0.1", "-c", directory)

    assert done.exit_code == 2
    assert "is no valid configuration, so its checks are not known" in done.output


MEMBER = """\
zone: mail.example.com
contact: a@example.com
nameservers: {{ns1: [192.0.2.53]}}
services:
  smtp: {{checks: [relay], members: {{r1: {{address: 192.0.2.11, probe_address: 127.0.3.11, probe_port: {port}}}}}}}
"""


def test_probe_goes_where_the_server_goes(directory: str, smtp: str) -> None:
    """The answered address of a member is probed at its probe_address and probe_port, and the member is named."""
    (Path(directory) / "zones/z.yaml").write_text(MEMBER.format(port=smtp))
    done = run_apart("probe", "relay", "192.0.2.11", "-c", directory)

    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(f"relay at 127.0.3.11 port {smtp}: mail.example.com/smtp/r1\n")


def test_probe_leaves_from_the_configured_source(directory: str, smtp: str) -> None:
    """`probing.source` counts for a probe by hand, too: that is the address on the servers' allow-lists."""
    (Path(directory) / "gslb.yaml").write_text("probing: {source: {ipv4: 127.0.3.99}}\n")
    done = run_apart("probe", "relay", "127.0.3.11", "--port", smtp, "-c", directory, "--json")

    assert json.loads(done.stdout)["source"] == "127.0.3.99"


def test_a_server_name_is_the_host_as_well(tmp_path: Path) -> None:
    """A web server asked by its address alone would show another site than its clients get."""
    hosts: list[str] = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hosts.append(self.headers["Host"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        serving = threading.Thread(target=server.handle_request)
        serving.start()
        place = ("--port", str(server.server_port), "--server-name", "web.example.com", "-c", str(tmp_path))
        done = run_apart("probe", "http", "127.0.0.1", *place)
        serving.join(10)

    assert done.returncode == 0, done.stdout
    assert hosts == ["web.example.com"]
