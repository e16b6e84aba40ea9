from pathlib import Path

import pytest

from gslb.config.files import load_texts
from gslb.model.checks import (
    Check,
    HttpSettings,
    ImapSettings,
    Pop3Settings,
    SmtpSettings,
    SubmissionSettings,
    Thresholds,
    Timing,
    TlsSettings,
)
from gslb.model.plain import TcpSettings
from gslb.model.values import TlsMode, Verify
from tests.kit.configs import accepted


def check(text: str) -> Check:
    """The one check of a text."""
    return load_texts({"checks/c.yaml": f"x: {{{text}}}"}, checks_only=True).checks["x"]


IMPLICIT = TlsSettings(mode=TlsMode.IMPLICIT)


@pytest.mark.parametrize(
    ("text", "settings", "timeout"),
    [
        ("type: smtp", SmtpSettings(), 10),
        ("type: submission", SubmissionSettings(), 10),
        ("type: submission, port: 465", SubmissionSettings(port=465, tls=IMPLICIT), 10),
        ("type: submission, tls: implicit", SubmissionSettings(port=465, tls=IMPLICIT), 10),
        ("type: submission, port: 465, tls: none", SubmissionSettings(port=465, tls=TlsSettings()), 10),
        ("type: imap", ImapSettings(), 8),
        ("type: imap, port: 993", ImapSettings(port=993, tls=IMPLICIT), 8),
        ("type: pop3", Pop3Settings(), 8),
        ("type: pop3, tls: implicit", Pop3Settings(port=995, tls=IMPLICIT), 8),
        ("type: tcp, port: 1677", TcpSettings(port=1677), 5),
        ("type: http", HttpSettings(), 8),
        ("type: http, port: 443", HttpSettings(port=443, tls=IMPLICIT), 8),
        ("type: http, tls: implicit", HttpSettings(port=443, tls=IMPLICIT), 8),
        (
            "type: webaccess",
            HttpSettings(
                kind="webaccess",
                port=443,
                tls=IMPLICIT,
                path="/gw/webacc",
                expect_status=((200, 200),),
                body_must_any=("loginForm", "GroupWise"),
            ),
            8,
        ),
    ],
)
def test_each_type_has_its_defaults(text: str, settings: object, timeout: float) -> None:
    """Port, TLS, timeout and dialogue of contract section 1, checks."""
    found = check(text)

    assert found.settings == settings
    assert found.timing == Timing(timeout=timeout)
    assert found.thresholds == Thresholds()


def test_each_type_has_its_cadence() -> None:
    """What changes slowly is asked rarely, load often; a relay is asked again a minute after a suspicion."""
    relay = "type: relay, foreign_domain: a.example.net, sender_domain: b.example.net"
    every = {
        "type: tls, port: 443": Timing(interval=60, timeout=5),
        "type: sieve": Timing(interval=30, timeout=8),
        "type: lmtp": Timing(timeout=10),
        "type: dns, qname: example.com": Timing(timeout=4),
        "type: ldap": Timing(interval=30, timeout=8),
        "type: exec, argv: [/bin/true]": Timing(interval=60, timeout=10),
        "type: file, path: /run/x": Timing(timeout=3),
        "type: agent, port: 1": Timing(interval=5, timeout=3),
        relay: Timing(interval=21600, fast_interval=60, down_interval=21600, timeout=15, jitter=0.2),
    }

    assert {text: check(text).timing for text in every} == every
    assert check("type: agent, port: 1").thresholds == Thresholds(rise=1, fall=2)
    assert check(relay).thresholds == Thresholds(rise=1, fall=2)


def test_webaccess_takes_the_operators_word_for_the_body() -> None:
    """A text of one's own stands instead of the default ones."""
    settings = check("type: webaccess, body_must: Anmelden").settings

    assert isinstance(settings, HttpSettings)
    assert (settings.body_must, settings.body_must_any) == (("Anmelden",), ())


def test_every_key_arrives() -> None:
    """What is written is what the prober gets."""
    settings = check(
        "type: http, host: a.example.com:8080, method: GET, path: /x, headers: {A: b},"
        " expect_status: [200, 300-399, '404'], body_must: [a, b], body_must_any: c, body_must_not: d,"
        " header_must: {E: f}, redirects: 5, body_limit: 9,"
        " port: 8443, tls: implicit, server_name: B.example.com, verify: full"
    ).settings

    assert settings == HttpSettings(
        port=8443,
        tls=TlsSettings(mode=TlsMode.IMPLICIT, server_name="b.example.com", verify=Verify.FULL),
        host="a.example.com:8080",
        path="/x",
        headers=(("A", "b"),),
        expect_status=((200, 200), (300, 399), (404, 404)),
        body_must=("a", "b"),
        body_must_any=("c",),
        body_must_not=("d",),
        header_must=(("E", "f"),),
        redirects=5,
        body_limit=9,
    )


def test_every_key_of_smtp_and_tcp_arrives() -> None:
    """Senders lose their brackets; octets are those of the text."""
    smtp = check(
        "type: smtp, stage: rcpt, sender: <>, rcpt: <a@b.c>, expect_rcpt: any, helo_name: '[192.0.2.1]'"
    ).settings
    tcp = check('type: tcp, port: 1, send: "\\xff\\r\\n", expect: [a, b], reject: c, quit: q').settings

    assert smtp == SmtpSettings(stage="rcpt", rcpt="a@b.c", expect_rcpt="any", helo_name="[192.0.2.1]")
    assert tcp == TcpSettings(port=1, send=b"\xff\r\n", expect=(b"a", b"b"), reject=(b"c",), quit=b"q")


def test_common_keys_arrive() -> None:
    """Cadence, thresholds, slowness and source."""
    found = check(
        "type: smtp, interval: 1m, fast_interval: 5s, down_interval: 2m, timeout: 20s, rise: 1, fall: 2, forgive: 3,"
        " min_hold: 4s, slow_after: 5s, source: {ipv4: 192.0.2.9, ipv6: '2001:db8::9'}"
    )

    assert found.timing == Timing(interval=60, fast_interval=5, down_interval=120, timeout=20)
    assert found.thresholds == Thresholds(rise=1, fall=2, forgive=3, min_hold=4)
    assert (found.slow_after, str(found.source_ipv4), str(found.source_ipv6)) == (5, "192.0.2.9", "2001:db8::9")


def test_the_node_lends_its_name_and_its_directory() -> None:
    """helo_name falls back to probing.name; a certificate file is sought beside gslb.yaml."""
    files = {
        "gslb.yaml": "probing: {name: probe.example.com}",
        "checks/c.yaml": "a: {type: smtp, ca_file: ca.pem}\n"
        "b: {type: smtp, helo_name: other.example.com}\nc: {type: imap}\n",
    }
    checks = load_texts(files, Path("/etc/gslb"), checks_only=True).checks

    assert checks["a"].settings == SmtpSettings(
        helo_name="probe.example.com", tls=TlsSettings(mode=TlsMode.TRY, ca_file="/etc/gslb/ca.pem")
    )
    assert checks["b"].settings == SmtpSettings(helo_name="other.example.com")
    assert checks["c"].settings == ImapSettings()


def test_what_the_node_adds_is_no_identity() -> None:
    """Two nodes with other names and directories probe the same targets: their votes must meet."""
    one = accepted(node="probing: {name: a.example.com, source: {ipv4: 192.0.2.9}}")

    assert set(one.targets) == set(accepted().targets)
    assert {str(target.source) for target in one.targets.values()} == {"192.0.2.9"}
