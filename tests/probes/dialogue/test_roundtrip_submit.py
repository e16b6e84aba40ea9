"""The way out of a round trip: the one dialogue that says DATA (probes.md 1.15)."""

import pytest

from gslb.model.checks import TlsSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.values import TlsMode
from gslb.probes.dialogue.login import Held
from gslb.probes.dialogue.roundtrip_submit import submit
from tests.kit.logins import CREDENTIALS, LOGIN, PLAIN
from tests.kit.script import Script

SETTINGS = RoundtripSettings(
    tls=TlsSettings(mode=TlsMode.IMPLICIT),
    mailbox="probe@example.com",
    credentials=CREDENTIALS,
    fetch_credentials=CREDENTIALS,
)
MESSAGE = b"Subject: x\r\n\r\nx\r\n"
EHLO = (b"250-msa", b"250 AUTH PLAIN")


def script(entry=LOGIN):
    """A script whose peer has answered EHLO."""
    return Script(submit(SETTINGS, "probe.example.com", MESSAGE, entry)).hears(b"220 msa", *EHLO)


def logged_in():
    """A script whose peer has taken the login."""
    done = script().says(b"EHLO probe.example.com", b"AUTH PLAIN " + PLAIN)
    return done.hears(b"235 in").says(b"MAIL FROM:<probe@example.com>")


def test_a_message_is_submitted_from_the_mailbox_to_itself():
    """Each command after the reply to the one before, and QUIT."""
    done = logged_in().hears(b"250 ok").says(b"RCPT TO:<probe@example.com>").hears(b"250 ok").says(b"DATA")

    done.hears(b"354 go").wrote(MESSAGE + b".\r\n").hears(b"250 2.0.0 queued as 1").concludes(Passed())
    done.says(b"QUIT").hears(b"221").ends()
    assert (done.concluded.code, done.concluded.text) == ("250", "2.0.0 queued as 1")


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ((b"550 no",), Failed(Phase.COMMAND, Reason.PERM_REPLY)),
        ((b"250 ok", b"450 later"), Degraded(Phase.COMMAND, Reason.TEMP_REPLY, load=True)),
        ((b"250 ok", b"250 ok", b"452 full"), Degraded(Phase.COMMAND, Reason.STORAGE_FULL, load=True)),
        ((b"250 ok", b"250 ok", b"250 what"), Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR)),
        ((b"250 ok", b"250 ok", b"354 go", b"554 spam"), Failed(Phase.COMMAND, Reason.PERM_REPLY)),
    ],
)
def test_what_refuses_the_message_ends_politely(lines, outcome):
    """At the sender, the recipient, DATA, and the message itself."""
    assert logged_in().hears(*lines).concludes(outcome).hears(b"221").returned is not None


def test_without_a_login_nothing_is_sent():
    """Refused before, or being tried elsewhere just now."""
    rejected = script(Held.REJECTED).concludes(Degraded(Phase.AUTH, Reason.AUTH_REJECTED), Reason.AUTH_HELD)
    rejected.says(b"EHLO probe.example.com", b"QUIT")
    waiting = script(Held.WAITING).concludes(Inconclusive(Phase.AUTH, Reason.AUTH_HELD))
    waiting.says(b"EHLO probe.example.com", b"QUIT")
