"""The dialogue of ManageSieve (RFC 5804, probes.md 1.9)."""

from dataclasses import replace

import pytest

from gslb.model.capabilities import capability_rules
from gslb.model.checks import SieveSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.login import Held
from gslb.probes.dialogue.sieve import sieve
from tests.kit.logins import CREDENTIALS, LOGIN, PLAIN
from tests.kit.script import Script

LISTED = (b'"IMPLEMENTATION" "x"', b'"SASL" ""', b'"STARTTLS"', b'OK "ready"')
LISTED_TLS = (b'"SASL" "PLAIN"', b"OK")
STARTTLS = SieveSettings()
NONE = SieveSettings(tls=TlsSettings(mode=TlsMode.NONE))
LOGGING = SieveSettings(tls=TlsSettings(mode=TlsMode.IMPLICIT), stage="login", credentials=CREDENTIALS)
REJECTED = Degraded(Phase.AUTH, Reason.AUTH_REJECTED)
UNAVAILABLE = Failed(Phase.AUTH, Reason.AUTH_UNAVAILABLE)
AUTHENTICATE = b'AUTHENTICATE "PLAIN" "%b"' % PLAIN


def script(settings=NONE, entry=None):
    """A script whose peer has not greeted."""
    return Script(sieve(settings, entry))


def test_a_polite_session_waits_for_the_second_list():
    """It comes unasked after the handshake."""
    done = script(STARTTLS).says().hears(*LISTED).says(b"STARTTLS").hears(b'OK "go"').encrypts().says()

    done.hears(*LISTED_TLS).says(b'NOOP "t1"').hears(b'OK (TAG "t1") "done"').concludes(Passed()).says(b"LOGOUT")
    done.hears(b"OK").ends()
    assert done.caps == [("IMPLEMENTATION x", "SASL", "STARTTLS"), ("SASL PLAIN",)]
    assert done.phases == [
        Phase.GREETING,
        Phase.STARTTLS,
        Phase.HELLO2,
        Phase.COMMAND,
        Phase.QUIT,
    ]


def test_a_greeting_is_enough_where_asked():
    """`stage: greeting`."""
    script(replace(NONE, stage="greeting")).hears(*LISTED).concludes(Passed()).says(b"LOGOUT")


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b'NO "go away"', Failed(Phase.GREETING, Reason.GREETING_REJECTED)),
        (b'BYE "go away"', Failed(Phase.GREETING, Reason.GREETING_REJECTED)),
        (b'NO (TRYLATER) "busy"', Degraded(Phase.GREETING, Reason.BUSY, load=True)),
        (b'BYE (TRYLATER) "busy"', Degraded(Phase.GREETING, Reason.BUSY, load=True)),
        (b"* OK imap", Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (b"", Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (b'"unended', Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
    ],
)
def test_greetings_that_are_none(line, outcome):
    """A refusal, a busy server, another protocol."""
    script().hears(line).concludes(outcome)


def test_tls_that_is_not_offered():
    """Fails where required, is a notice under try."""
    plain = (b'"SASL" "PLAIN"', b"OK")

    script(STARTTLS).hears(*plain).concludes(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED)).says(b"LOGOUT")
    tried = script(replace(STARTTLS, tls=TlsSettings(mode=TlsMode.TRY))).hears(*plain).says(b'NOOP "t1"')
    tried.hears(b"OK").concludes(Passed(), Reason.TLS_NOT_OFFERED)


def test_a_refused_starttls():
    """After the offer."""
    script(STARTTLS).hears(*LISTED, b"NO").concludes(Failed(Phase.STARTTLS, Reason.STARTTLS_REFUSED))


@pytest.mark.parametrize(
    ("answer", "outcome", "notices"),
    [
        (b'OK (TAG "t1") "x"', Passed(), ()),
        (b'OK "x"', Passed(), ()),
        (b'NO "what"', Passed(), (Reason.REPLY_IGNORED,)),
        (b'BYE "what"', Passed(), (Reason.REPLY_IGNORED,)),
        (b'OK (TAG "t2") "x"', Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR), ()),
    ],
)
def test_a_noop_shows_that_the_server_listens(answer, outcome, notices):
    """Old servers do not know it; the answer to another command is no answer."""
    script().hears(*LISTED, answer).concludes(outcome, *notices)


def test_a_login_is_one_command():
    """PLAIN with its initial response, then NOOP."""
    done = script(LOGGING, LOGIN).hears(*LISTED_TLS).says(AUTHENTICATE).hears(b"OK").says(b'NOOP "t1"').hears(b"OK")

    assert done.concludes(Passed()).logged_in


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b'NO "no"', REJECTED),
        (b'NO (TRYLATER) "x"', Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=True)),
        (b'NO (ENCRYPT-NEEDED) "x"', UNAVAILABLE),
        (b'NO (AUTH-TOO-WEAK) "x"', UNAVAILABLE),
        (b'BYE "x"', Failed(Phase.AUTH, Reason.EOF_MID_SESSION)),
        (b'BYE (TRYLATER) "x"', Degraded(Phase.AUTH, Reason.BUSY, load=True)),
    ],
)
def test_what_a_refused_login_means(answer, outcome):
    """By its response code."""
    assert not script(LOGGING, LOGIN).hears(*LISTED_TLS, answer).concludes(outcome).logged_in


def test_a_password_is_not_told_to_just_anybody():
    """No mechanism, no TLS, or a login held back."""
    plain = replace(LOGGING, tls=TlsSettings(mode=TlsMode.NONE))

    script(LOGGING, LOGIN).hears(b'"SASL" ""', b"OK").concludes(UNAVAILABLE).says(b"LOGOUT")
    script(plain, LOGIN).hears(*LISTED_TLS).concludes(UNAVAILABLE).says(b"LOGOUT")
    script(LOGGING, Held.REJECTED).hears(*LISTED_TLS).concludes(REJECTED, Reason.AUTH_HELD).says(b"LOGOUT")
    script(LOGGING, Held.WAITING).hears(*LISTED_TLS, b"OK").concludes(Passed(), Reason.AUTH_HELD)


def test_a_store_that_takes_passwords_in_the_clear_is_told():
    """The mailstore set: SASL before TLS must be empty."""
    settings = replace(STARTTLS, stage="greeting", caps=capability_rules("mailstore", "sieve"))

    script(settings).hears(*LISTED).concludes(Passed())
    bad = script(settings).hears(b'"SASL" "PLAIN"', b'"STARTTLS"', b"OK")
    bad.concludes(Degraded(Phase.GREETING, Reason.CAP_FORBIDDEN), Reason.CAP_FORBIDDEN)
