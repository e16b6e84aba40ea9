"""From what a run found to its record (probes.md 1.1, 1.6.4)."""

import pytest

from gslb.model.capabilities import capability_rules
from gslb.model.checks import LmtpSettings, Pop3Settings, RelaySettings, SmtpSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.values import ProxyProtocol, TlsMode
from gslb.probes import mail
from tests.kit.certificates import mint
from tests.kit.hostile import closed_port, hangs_up, says, serving, silent
from tests.kit.probing import look

NONE = TlsSettings(mode=TlsMode.NONE)
EHLO = b"250 mx\r\n"


def relay(port, tls=NONE):
    """A relay check."""
    return RelaySettings(port=port, tls=tls, foreign_domain="foreign.example", sender_domain="ours.example")


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (silent, Inconclusive(Phase.GREETING, Reason.GREETING_TIMEOUT)),
        (hangs_up, Inconclusive(Phase.GREETING, Reason.EOF_BEFORE_GREETING)),
        (says(b"220 \0\r\n"), Inconclusive(Phase.GREETING, Reason.PROTOCOL_ERROR)),
    ],
)
async def test_who_cannot_be_asked_says_nothing_of_relaying(behaviour, expected):
    """A dead host is the smtp check's business."""
    async with serving(behaviour) as port:
        assert (await look(relay(port), timeout=0.3)).outcome == expected
    refused = await look(relay(closed_port()))
    assert refused.outcome == Inconclusive(Phase.CONNECT, Reason.CONNECT_REFUSED)


async def test_an_open_relay_is_suspected_whatever_its_certificate(tmp_path):
    """A bad certificate is a notice beside it, and alone moves nothing."""
    turns = (b"220 mx\r\n", EHLO, b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"221 bye\r\n")
    implicit = TlsSettings(mode=TlsMode.IMPLICIT)
    context = mint("mail.example.com").server(tmp_path)

    async with serving(says(*turns), tls=context) as port:
        suspected = await look(relay(port, implicit), timeout=3)
    async with serving(says(*turns[:3], b"554 5.7.1 no\r\n", *turns[4:]), tls=context) as port:
        fine = await look(relay(port, implicit), timeout=3)

    assert suspected.outcome == Degraded(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED)
    assert fine.outcome == Passed()


async def test_what_decides_is_not_told_twice():
    """The reason of an outcome is no notice beside it."""
    settings = SmtpSettings(tls=NONE, caps=capability_rules("mx", "smtp"))
    async with serving(says(b"220 mx\r\n", b"250-mx\r\n250 AUTH PLAIN\r\n", b"221 bye\r\n")) as port:
        seen = await look(SmtpSettings(port=port, tls=NONE, caps=settings.caps))

    assert seen.outcome == Degraded(Phase.HELLO, Reason.CAP_FORBIDDEN)
    assert seen.notices == (Reason.CAP_MISSING,)
    assert seen.text == "AUTH offered before TLS, STARTTLS missing before TLS"


async def test_a_slow_run_is_load():
    """Unless it failed; what else was wrong becomes a notice, and load stays load."""
    rules = capability_rules("mailstore", "pop3")
    async with serving(says(b"+OK\r\n", b"+OK\r\nUSER\r\n.\r\n", b"+OK\r\n")) as port:
        slow = await look(Pop3Settings(port=port, tls=NONE), slow_after=0.0)
        both = await look(Pop3Settings(port=port, tls=NONE, caps=rules), slow_after=0.0)
        patient = await look(Pop3Settings(port=port, tls=NONE), slow_after=5.0)
    async with serving(says(b"421 busy\r\n", b"221 bye\r\n")) as port:
        busy = await look(LmtpSettings(port=port), slow_after=0.0)
        late = await look(SmtpSettings(port=port, tls=NONE), slow_after=0.5)
    failed = await look(SmtpSettings(port=closed_port()), slow_after=0.0)

    assert (slow.outcome.reason, slow.outcome.load, patient.outcome) == (Reason.SLOW, True, Passed())
    assert (both.outcome.reason, Reason.CAP_MISSING in both.notices) == (Reason.SLOW, True)
    assert busy.outcome == late.outcome == Degraded(Phase.GREETING, Reason.BUSY, load=True)
    assert (busy.notices, late.notices) == ((Reason.SLOW,), ())
    assert failed.outcome == Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)


async def test_a_store_on_the_probers_own_address_is_explained():
    """Dovecot takes it for secured."""
    async with serving(says(b"+OK\r\n", b"+OK\r\nUSER\r\n.\r\n", b"+OK\r\n")) as port:
        seen = await look(Pop3Settings(port=port, tls=NONE, caps=capability_rules("mailstore", "pop3")))

    assert Reason.ASSUME_SECURED_LOOPBACK in seen.notices


@pytest.mark.parametrize("kind", [SmtpSettings, LmtpSettings, Pop3Settings])
async def test_a_listener_that_misses_a_header_is_explained(kind, monkeypatch):
    """It was silent for long, and gave up by 421 or without a word; who was sent one, or had no time, misses none."""
    monkeypatch.setattr(mail, "PATIENCE", 0.02)

    async def gives_up(peer):
        await peer.pause(0.03)
        if kind is not Pop3Settings:
            await peer.say(b"421 4.3.2 No header\r\n")

    async with serving(gives_up) as port:
        told = await look(kind(port=port, tls=NONE))
        sent = await look(kind(port=port, tls=NONE, proxy=ProxyProtocol.V2))
        monkeypatch.setattr(mail, "PATIENCE", 5.0)
        soon = await look(kind(port=port, tls=NONE))

    assert told.notices == (Reason.PROXY_HEADER_MISSED,)
    assert sent.notices == soon.notices == ()
