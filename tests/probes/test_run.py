"""The one door: deadlines, bugs, certificates, what is prepared."""

import asyncio
import time
from ipaddress import IPv4Address

import pytest

from gslb.model import checks, roundtrip
from gslb.model.checks import SmtpSettings, TlsCheckSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.model.values import TlsMode, Verify
from gslb.probes.run import PROBERS, prepare, probe
from tests.kit.certificates import DAY, authority, mint
from tests.kit.hostile import says, serving, silent
from tests.kit.probing import look, target

pytestmark = pytest.mark.usefixtures("harmless")

NAME = "mail.example.com"
SETTINGS = {
    kind
    for kind in (*vars(checks).values(), *vars(roundtrip).values())
    if isinstance(kind, type) and hasattr(kind, "type") and hasattr(kind, "port")
}
ROOT = authority()


def implicit(ca_file, **keys):
    """TLS from the first byte, with a CA of our own."""
    return TlsSettings(mode=TlsMode.IMPLICIT, ca_file=str(ca_file), **{"server_name": NAME, **keys})


@pytest.fixture
def ca_file(tmp_path):
    """The file that trusts ROOT."""
    path = tmp_path / "ca.pem"
    path.write_bytes(ROOT.pem)
    return path


def test_every_type_of_check_has_its_prober():
    """One dict, complete."""
    assert set(PROBERS) == SETTINGS


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        (mint(NAME, issuer=ROOT), None),
        (mint("*.example.com", issuer=ROOT), None),
        (mint(NAME, issuer=ROOT, ends=20 * DAY), Reason.CERT_EXPIRING),
        (mint(NAME, issuer=ROOT, starts=-9 * DAY, ends=-DAY), Reason.CERT_EXPIRED),
        (mint(NAME, issuer=ROOT, starts=DAY), Reason.CERT_NOT_YET),
        (mint("other.example.com", issuer=ROOT), Reason.CERT_NAME),
        (mint(NAME), Reason.CERT_UNTRUSTED),
    ],
)
@pytest.mark.parametrize("verify", [Verify.REPORT, Verify.FULL])
async def test_certificates_degrade_or_fail(certificate, reason, verify, ca_file, tmp_path):
    """By `verify`; the handshake itself always succeeds, so the facts are there."""
    async with serving(silent, tls=certificate.server(tmp_path)) as port:
        seen = await look(TlsCheckSettings(port=port, tls=implicit(ca_file, verify=verify)))

    fails = verify is Verify.FULL and reason is not Reason.CERT_EXPIRING
    wrong = Failed(Phase.TLS, reason) if fails else Degraded(Phase.TLS, reason)
    assert seen.outcome == (Passed() if reason is None else wrong)
    assert seen.tls.leaf_not_after is not None


async def test_an_address_is_a_name_too(ca_file, tmp_path):
    """IP SAN."""
    async with serving(silent, tls=mint("127.0.0.1", issuer=ROOT).server(tmp_path)) as port:
        seen = await look(TlsCheckSettings(port=port, tls=implicit(ca_file, server_name="127.0.0.1")))

    assert seen.outcome == Passed()


async def test_under_try_a_bad_certificate_moves_nothing(tmp_path):
    """Opportunistic TLS: nobody verifies there."""
    context = mint(NAME).server(tmp_path)

    async def healthy(peer):
        await peer.say(b"220 mx\r\n")
        for turn in (b"250-mx\r\n250 STARTTLS\r\n", b"220 go\r\n"):
            await peer.hear()
            await peer.say(turn)
        await peer.upgrade(context)
        for turn in (b"250 mx\r\n", b"221 bye\r\n"):
            await peer.hear()
            await peer.say(turn)

    async with serving(healthy) as port:
        seen = await look(SmtpSettings(port=port))

    assert (seen.outcome, seen.notices) == (Passed(), (Reason.CERT_UNTRUSTED,))


async def test_a_ca_file_that_cannot_be_read_is_our_own_fault(tmp_path):
    """Inconclusive, with the connection dropped."""
    async with serving(silent, tls=mint(NAME).server(tmp_path)) as port:
        seen = await look(TlsCheckSettings(port=port, tls=implicit(tmp_path / "none")))

    assert seen.outcome == Inconclusive(Phase.TLS, Reason.LOCAL_CONFIG)


async def test_our_own_network_faults_are_inconclusive():
    """A source address that this host has not."""
    seen = await look(TcpSettings(port=9), source=IPv4Address("192.0.2.77"))

    assert seen.outcome == Inconclusive(Phase.CONNECT, Reason.LOCAL_BIND)


async def test_a_bug_in_a_prober_is_inconclusive_and_named():
    """It must not take a member out."""
    async with serving(says(b"220 mx\r\n")) as port:
        seen = await look(SmtpSettings(port=port), name="two\r\nlines")

    assert seen.outcome == Inconclusive(Phase.HELLO, Reason.LOCAL_BUG)
    assert seen.text.startswith("ValueError: a command of more than one line")


async def test_a_timeout_of_somebody_else_is_a_bug():
    """Only the one deadline may tell that a peer is late."""

    async def broken(*_):
        raise TimeoutError("not the deadline")

    prober = PROBERS[TcpSettings]
    PROBERS[TcpSettings] = broken
    try:
        seen = await look(TcpSettings(port=9))
    finally:
        PROBERS[TcpSettings] = prober
    assert seen.outcome == Inconclusive(Phase.RESOLVE, Reason.LOCAL_BUG)


async def test_a_greeting_leaves_a_part_of_the_deadline():
    """SMTP greetings end a second before the whole, or a quarter where it is short."""
    async with serving(silent) as port:
        began = time.monotonic()
        seen = await look(SmtpSettings(port=port), timeout=0.4)
        spent = time.monotonic() - began

    assert seen.outcome == Failed(Phase.GREETING, Reason.GREETING_TIMEOUT)
    assert 0.28 < spent < 0.39


async def test_a_tls_port_spoken_to_in_plain_text_is_told(monkeypatch):
    """Silence on 465, 993 or 995 is a server that waits for a ClientHello."""
    async with serving(silent) as port:
        monkeypatch.setattr("gslb.probes.run._TLS_PORTS", (port,))
        seen = await look(SmtpSettings(port=port), timeout=0.2)

    assert seen.notices == (Reason.TLS_PORT_SPOKEN_PLAIN,)


async def test_a_cancelled_probe_is_cancelled():
    """Shutdown is not a verdict."""
    connected = asyncio.Event()

    async def waits(peer):
        connected.set()
        await peer.silence()

    async with serving(waits) as port, asyncio.TaskGroup() as group:
        task = group.create_task(look(SmtpSettings(port=port), timeout=30))
        await connected.wait()
        task.cancel()

    assert task.cancelled()


def test_what_is_shared_is_prepared_before_the_first_probe(ca_file, tmp_path):
    """Trust stores are read then, and what cannot be read is told."""
    good = target(TlsCheckSettings(port=1, tls=implicit(ca_file)))
    bad = target(TlsCheckSettings(port=1, tls=implicit(tmp_path / "none")))

    assert prepare([good, target(TcpSettings(port=1))]) == ()
    assert len(prepare([good, bad, bad])) == 1


async def test_slowness_is_load():
    """`slow_after`."""
    async with serving(says(b"hi")) as port:
        seen = await probe(target(TcpSettings(port=port, expect=(b"hi",)), slow_after=0.0), name=None)

    assert seen.outcome.reason is Reason.SLOW
    assert seen.outcome.load
