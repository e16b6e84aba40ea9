"""Rules between the keys of a round trip, and what its keys become."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from gslb.config.bounds import detection_bounds
from gslb.config.files import load_texts
from gslb.model.checks import Timing, TlsSettings
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.values import TlsMode, Verify
from tests.kit.configs import HEAD, faults, texts, warnings

KEYS = "type: roundtrip, mailbox: probe@example.com, user: probe, password_env: WORD"
ZONE = "services: {s: {checks: [x], members: {a: {address: 192.0.2.1, hostname: mx.example.com}}}}"


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("type: roundtrip, user: a, password_env: A", "x.mailbox: required: The mailbox that the message goes out"),
        ("type: roundtrip, mailbox: <>, user: a, password_env: A", "x.mailbox: required: a mailbox of its own"),
        ("type: roundtrip, mailbox: a@example.com", "x.user: required: who submits the message, and reads it"),
        (f"{KEYS}, interval: 4m", "x.interval: '4m' is out of range: 5m to 7d"),
        (f"{KEYS}, fast_interval: 1m", "x.fast_interval: '1m' is out of range: 5m to 7d"),
        (f"{KEYS}, timeout: 60s", "x.max_latency: 2m is not under the timeout, 1m"),
        (f"{KEYS}, interval: 5m, max_latency: 5m", "x.max_latency: 5m is not under the timeout, 4m"),
        (f"{KEYS}, tls: none", "x.tls: 'none' is not one of starttls, implicit"),
        (f"{KEYS}, verify: report", "x.verify: with a login the certificate is always verified in full"),
        (f"{KEYS}, imap: {{verify: report}}", "x.imap.verify: with a login the certificate is always verified"),
        (f"{KEYS}, imap: {{user: a}}", "x.imap.password_file: required: one of password_file and password_env"),
        (f"{KEYS}, imap: {{password_env: A}}", "x.imap.password_env: needs a user: who reads the mailbox"),
        (f"{KEYS}, imap: {{address: 192.0.2.9}}", "x.imap.server_name: required with an address"),
    ],
)
def test_each_mistake_is_told_at_its_key(check: str, told: str) -> None:
    """One fault, which says what is allowed."""
    found = faults(texts("", f"x: {{{check}}}"))

    assert any(f": {told}" in fault for fault in found), found


def test_a_round_trip_with_defaults_uses_one_login_and_one_name_for_both_ways() -> None:
    """Rare, patient, a notice; and no warning about its long wait."""
    files = texts(ZONE, f"x: {{{KEYS}, ca_file: ca.pem}}")
    config = load_texts(files, Path("/etc/gslb"))
    (target,) = config.targets.values()

    assert target.timing == Timing(interval=600, fast_interval=300, down_interval=600, timeout=150)
    tls = TlsSettings(
        mode=TlsMode.STARTTLS, verify=Verify.FULL, server_name="mx.example.com", ca_file="/etc/gslb/ca.pem"
    )
    assert isinstance(target.settings, RoundtripSettings)
    assert (target.settings.port, target.settings.tls) == (587, tls)
    assert target.settings.fetch_tls == TlsSettings(
        mode=TlsMode.IMPLICIT, verify=Verify.FULL, server_name="mx.example.com", ca_file="/etc/gslb/ca.pem"
    )
    assert target.settings.fetch_credentials == target.settings.credentials
    assert not any("longer than an answer lives" in warning for warning in warnings(texts(ZONE, f"x: {{{KEYS}}}")))


def test_the_mailbox_may_be_elsewhere_with_a_login_of_its_own() -> None:
    """Its name is never the member's."""
    check = (
        f"x: {{{KEYS}, port: 465, max_latency: 4m, assert_severity: fail, imap: {{address: 192.0.2.9, port: 143, "
        "server_name: imap.example.com, user: reader, password_file: reader.password, proxy_protocol: v2}, "
        "limits: {connect: 8s}}"
    )
    config = load_texts({**texts("", check), "zones/z.yaml": HEAD + ZONE}, Path("/etc/gslb"))
    settings = config.checks["x"].settings
    (target,) = config.targets.values()

    assert isinstance(settings, RoundtripSettings)
    assert (settings.tls.mode, settings.fetch_tls.mode) == (TlsMode.IMPLICIT, TlsMode.STARTTLS)
    assert (settings.fetch_address, settings.fails) == (ip_address("192.0.2.9"), True)
    assert (settings.proxy, settings.fetch_proxy, settings.limits.connect) == ("none", "v2", 8.0)
    assert settings.fetch_credentials.password_file == "/etc/gslb/reader.password"
    assert target.timing.timeout == 270
    assert str(detection_bounds(config.checks["x"])) == "lost message 1531 s"
    assert target.settings.fetch_tls.server_name == "imap.example.com"  # type: ignore[union-attr]  # as above
