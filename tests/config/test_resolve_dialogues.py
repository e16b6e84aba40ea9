from ipaddress import IPv4Address
from pathlib import Path

import pytest

from gslb.config.files import load_texts
from gslb.model.checks import (
    CapRule,
    CheckSettings,
    Credentials,
    ImapSettings,
    LdapSettings,
    LmtpSettings,
    Pop3Settings,
    RelaySettings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    TlsCheckSettings,
    TlsSettings,
)
from gslb.model.limits import Limits
from gslb.model.plain import AgentSettings, DnsSettings, ExecSettings, FileSettings, Matching, Say, TcpSettings
from gslb.model.values import CapWhen, ProxyProtocol, TlsMode, Verify
from tests.kit.configs import HEAD, texts

LOGIN = "user: probe, password_env: SECRET, server_name: a.example.com"
WHO = Credentials(user="probe", password_env="SECRET")


def settings(text: str, directory: Path = Path()) -> CheckSettings:
    """The dialogue of one check."""
    return load_texts({"checks/c.yaml": f"x: {{{text}}}"}, directory, checks_only=True).checks["x"].settings


def full(mode: TlsMode) -> TlsSettings:
    """TLS as it is with a login."""
    return TlsSettings(mode=mode, verify=Verify.FULL, server_name="a.example.com")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "type: lmtp, port: 2003, stage: rcpt, rcpt: a@b.c, expect_rcpt: any, helo_name: h.example.com",
            LmtpSettings(port=2003, stage="rcpt", rcpt="a@b.c", expect_rcpt="any", helo_name="h.example.com"),
        ),
        ("type: sieve, stage: greeting", SieveSettings(stage="greeting")),
        (
            "type: relay, foreign_domain: F.example.net, sender_domain: s.example.net, local_domain: l.example.net,"
            " variants: [percent, bang], expect: accept",
            RelaySettings(
                foreign_domain="f.example.net",
                sender_domain="s.example.net",
                local_domain="l.example.net",
                variants=("percent", "bang"),
                expect="accept",
            ),
        ),
        (
            f"type: tls, port: 1, alpn: [h2, imap], min_version: 1.3, pin_sha256: '{'AB:' * 31}AB', proxy_protocol: v1",
            TlsCheckSettings(
                port=1, alpn=("h2", "imap"), min_version="1.3", pin_sha256=("ab" * 32,), proxy=ProxyProtocol.V1
            ),
        ),
        (
            "type: dns, qname: Example.COM, qtype: mx, recursion: true, edns: 1232, transport: both, port: 5353,"
            " expect_rcode: [noerror, NXDOMAIN], authoritative: true, min_answers: 2, answer_must: a,"
            " answer_must_not: b",
            DnsSettings(
                port=5353,
                qname="example.com",
                qtype="MX",
                recursion=True,
                edns=1232,
                transport="both",
                expect_rcode=("NOERROR", "NXDOMAIN"),
                authoritative=True,
                min_answers=2,
                answer_must=("a",),
                answer_must_not=("b",),
            ),
        ),
        ("type: dns, qname: ., serial_at_least: 7", DnsSettings(qname=".", serial_at_least=7)),
        (
            "type: dns, qname: ., serial_peer: 192.0.2.1, serial_within: 0",
            DnsSettings(qname=".", serial_peer=IPv4Address("192.0.2.1"), serial_within=0),
        ),
        (
            'type: tcp, port: 1, expect: ["2", {send: "x\\n"}, {regex: "^3"}, {hex: "0d ff"}], reject: {regex: "^5"}',
            TcpSettings(port=1, expect=(b"2", Say(b"x\n"), Matching("^3"), b"\r\xff"), reject=(Matching("^5"),)),
        ),
        (
            "type: ldap, limits: {connect: 1s, handshake: 2s, greeting: 3s, farewell: 2s, session: 2048}",
            LdapSettings(limits=Limits(connect=1.0, handshake=2.0, greeting=3.0, farewell=2.0, session=2048)),
        ),
        (
            "type: ldap, tls: starttls, expiring: 2d",
            LdapSettings(tls=TlsSettings(mode=TlsMode.STARTTLS, expiring=172_800, expiring_critical=57_600)),
        ),
        ("type: ldap", LdapSettings()),
        (
            "type: ldap, port: 636, stage: bind",
            LdapSettings(port=636, tls=TlsSettings(mode=TlsMode.IMPLICIT), stage="bind"),
        ),
        (
            "type: exec, argv: [/bin/check, -H, '{address}'], user: nobody, port: 25",
            ExecSettings(argv=("/bin/check", "-H", "{address}"), user="nobody", port=25),
        ),
        ("type: file, path: /run/x, ttl: 1m, on_stale: fail", FileSettings(path="/run/x", ttl=60, on_stale="fail")),
        ('type: agent, port: 1, send: "x\\n"', AgentSettings(port=1, send=b"x\n")),
        ("type: agent, port: 1, allow_boost: true", AgentSettings(port=1, allow_boost=True)),
        ("type: tcp, port: 1, close: rst", TcpSettings(port=1, close="rst")),
        ("type: smtp, banner_regex: ^mx", SmtpSettings(banner_regex="^mx", tls=TlsSettings(mode=TlsMode.TRY))),
        ("type: imap, send_id: true", ImapSettings(send_id=True)),
    ],
)
def test_every_key_of_its_own_arrives(text: str, expected: CheckSettings) -> None:
    """What is written is what the prober gets."""
    assert settings(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type: submission", SubmissionSettings(credentials=WHO, tls=full(TlsMode.STARTTLS))),
        (
            "type: submission, stage: auth, port: 465",
            SubmissionSettings(port=465, credentials=WHO, tls=full(TlsMode.IMPLICIT)),
        ),
        (
            "type: submission, stage: mail, sender: a@b.c",
            SubmissionSettings(stage="mail", sender="a@b.c", credentials=WHO, tls=full(TlsMode.STARTTLS)),
        ),
        ("type: imap", ImapSettings(stage="login", credentials=WHO, tls=full(TlsMode.STARTTLS))),
        (
            "type: imap, stage: mailbox, verify: full",
            ImapSettings(stage="mailbox", credentials=WHO, tls=full(TlsMode.STARTTLS)),
        ),
        (
            "type: pop3, tls: implicit",
            Pop3Settings(port=995, stage="login", credentials=WHO, tls=full(TlsMode.IMPLICIT)),
        ),
        ("type: ldap", LdapSettings(credentials=WHO, tls=full(TlsMode.STARTTLS))),
        ("type: sieve", SieveSettings(stage="login", credentials=WHO, tls=full(TlsMode.STARTTLS))),
    ],
)
def test_a_user_logs_in_over_tls_that_is_verified(text: str, expected: CheckSettings) -> None:
    """The stage follows the user, and verification is full whatever the default."""
    assert settings(f"{text}, {LOGIN}") == expected


def test_a_password_file_is_sought_beside_the_configuration() -> None:
    """Relative to the directory, as certificates are."""
    found = settings("type: imap, user: probe, password_file: secrets/imap, server_name: a.b", Path("/etc/gslb"))

    assert isinstance(found, ImapSettings)
    assert found.credentials == Credentials(user="probe", password_file="/etc/gslb/secrets/imap")


def test_capabilities_are_a_set_and_what_is_added() -> None:
    """The rules of the set first; a name alone is looked for in either list, case does not count."""
    found = settings("type: smtp, capabilities: mx, require_caps: size>=9, forbid_caps: {post_tls: [etrn, X|Y]}")

    assert isinstance(found, SmtpSettings)
    assert [rule.name for rule in found.caps] == ["AUTH", "STARTTLS", "AUTH", "SIZE>=9", "ETRN", "X|Y"]
    assert found.caps[3:5] == (
        CapRule(name="SIZE>=9", required=True),
        CapRule(name="ETRN", required=False, when=CapWhen.POST_TLS),
    )
    assert not any(rule.fails for rule in found.caps)


def test_a_severe_assertion_fails_but_for_what_stays_a_notice() -> None:
    """assert_severity lifts the hard demands of a set and all of one's own."""
    found = settings("type: smtp, capabilities: mx, require_caps: A, assert_severity: fail")

    assert isinstance(found, SmtpSettings)
    assert [(rule.name, rule.fails) for rule in found.caps] == [
        ("AUTH", True),
        ("STARTTLS", False),
        ("AUTH", False),
        ("A", True),
    ]


ZONE = (
    HEAD
    + """\
pools:
  a: {checks: [x], members: {m: {address: 192.0.2.1}, n: {address: 192.0.2.2, hostname: n.mail.example.com}}}
  b: {checks: [x], members: {o: {address: 192.0.2.1}, p: {address: 192.0.2.2}}}
"""
)


def targets(check: str) -> list[CheckSettings]:
    """The dialogues of two pools that hold the same two addresses, each target once."""
    return [target.settings for target in load_texts(texts("", f"x: {{{check}}}", head=ZONE)).targets.values()]


def test_a_plugin_that_asks_for_the_name_is_run_for_each() -> None:
    """The member's hostname where it has one, else its name."""
    found = targets("type: exec, argv: [/bin/check, '{name}']")

    assert sorted(getattr(one, "name", "") for one in found) == ["m", "n.mail.example.com", "o", "p"]


@pytest.mark.parametrize(
    "check", ["type: exec, argv: [/bin/check, '{address}']", "type: file, path: 'state/{address}'"]
)
def test_what_does_not_ask_for_the_name_is_shared(check: str) -> None:
    """One run for one address, in however many pools it stands."""
    found = targets(check)

    assert [getattr(one, "name", None) for one in found] == ["", ""]


def test_a_file_is_sought_beside_the_configuration() -> None:
    """Relative to the directory; the members' names are in the path."""
    files = texts("", "x: {type: file, path: 'state/{name}'}", head=ZONE)
    found = load_texts(files, Path("/etc/gslb")).targets.values()

    assert {getattr(target.settings, "path", "") for target in found} == {"/etc/gslb/state/{name}"}
    assert len(found) == 4
