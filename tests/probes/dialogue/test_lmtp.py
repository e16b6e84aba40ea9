"""The dialogue of LMTP (RFC 2033, probes.md 1.6.5)."""

from dataclasses import replace

import pytest

from gslb.model.checks import CapRule, LmtpSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.lmtp import lmtp
from tests.kit.script import Script

LHLO = b"LHLO probe.example.com"
RCPT = LmtpSettings(stage="rcpt", rcpt="probe@example.com")


def script(settings=RCPT):
    """A script whose peer has greeted."""
    return Script(lmtp(settings, "probe.example.com")).hears(b"220 lmtp")


def asked(settings, reply):
    """The script that has heard the reply to RCPT."""
    return script(settings).hears(b"250 lmtp", b"250 ok", reply)


def test_lhlo_is_all_by_default():
    """EHLO is another protocol, and HELO is none here."""
    script(LmtpSettings()).says(LHLO).hears(b"250 lmtp").concludes(Passed()).says(b"QUIT").hears(b"221").ends()
    script(LmtpSettings()).hears(b"500 what").concludes(Failed(Phase.HELLO, Reason.PERM_REPLY)).says(LHLO, b"QUIT")
    script(LmtpSettings(stage="greeting")).concludes(Passed()).says(b"QUIT")


def test_a_mailbox_is_looked_up_and_the_envelope_dropped():
    """MAIL, RCPT, RSET, never DATA."""
    done = script().says(LHLO).hears(b"250 lmtp").says(b"MAIL FROM:<>").hears(b"250 ok")

    done.says(b"RCPT TO:<probe@example.com>").hears(b"250 ok").concludes(Passed()).says(b"RSET").hears(b"250 ok")
    done.says(b"QUIT").hears(b"221 bye").ends()


@pytest.mark.parametrize(
    ("expected", "reply", "outcome"),
    [
        ("accept", b"450 4.3.0 later", Degraded(Phase.COMMAND, Reason.TEMP_REPLY, load=True)),
        ("accept", b"451 4.3.0 later", Degraded(Phase.COMMAND, Reason.TEMP_REPLY, load=True)),
        ("accept", b"452 4.2.2 full", Degraded(Phase.COMMAND, Reason.STORAGE_FULL, load=True)),
        ("accept", b"550 5.1.1 nobody", Failed(Phase.COMMAND, Reason.PERM_REPLY)),
        ("reject", b"550 5.1.1 nobody", Passed()),
        ("any", b"550 5.1.1 nobody", Passed()),
        ("reject", b"250 ok", Failed(Phase.COMMAND, Reason.STATUS_UNEXPECTED)),
    ],
)
def test_what_a_reply_about_a_mailbox_means(expected, reply, outcome):
    """Nobody greylists a relay of the house."""
    asked(replace(RCPT, expect_rcpt=expected), reply).concludes(outcome)


def test_tls_and_assertions_are_as_in_smtp():
    """LHLO again after STARTTLS."""
    settings = LmtpSettings(tls=TlsSettings(mode=TlsMode.STARTTLS), caps=(CapRule(name="PIPELINING", required=True),))
    done = script(settings).hears(b"250-l", b"250 STARTTLS", b"220 go").says(LHLO, b"STARTTLS", LHLO).encrypts()

    done.hears(b"250 l").concludes(Degraded(Phase.HELLO2, Reason.CAP_MISSING), Reason.CAP_MISSING)
