"""The dialogue of IMAP (RFC 3501, probes.md 1.7)."""

from dataclasses import replace

import pytest

from gslb.model.checks import ImapSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.imap import imap
from tests.kit.script import Script

STARTTLS = ImapSettings()
PLAIN = ImapSettings(tls=TlsSettings(mode=TlsMode.NONE))
TRY = ImapSettings(tls=TlsSettings(mode=TlsMode.TRY))
GREETING = b"* OK ready"
CAPS = b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED"


def script(settings=PLAIN):
    """A script whose peer has not greeted yet; its tags are tag1, tag2, …"""
    return Script(imap(settings, "tag"))


def test_a_polite_session_encrypts_and_asks_twice():
    """CAPABILITY, STARTTLS, CAPABILITY, LOGOUT."""
    done = script(STARTTLS).says().hears(GREETING).says(b"tag1 CAPABILITY").hears(CAPS, b"tag1 OK done")

    done.says(b"tag2 STARTTLS").hears(b"tag2 OK go").encrypts().says(b"tag3 CAPABILITY")
    done.hears(b"* capability IMAP4rev1 AUTH=PLAIN", b"tag3 OK done").concludes(Passed()).says(b"tag4 LOGOUT")
    done.hears(b"* BYE out", b"tag4 OK bye").ends()
    assert done.caps == [("IMAP4rev1", "STARTTLS", "LOGINDISABLED"), ("IMAP4rev1", "AUTH=PLAIN")]
    assert done.phases == [Phase.GREETING, Phase.HELLO, Phase.STARTTLS, Phase.HELLO2, Phase.QUIT]


def test_capabilities_in_the_greeting_spare_the_question():
    """Where no TLS step follows."""
    done = script().hears(b"* OK [CAPABILITY IMAP4rev1 IDLE] ready").concludes(Passed()).says(b"tag1 LOGOUT")

    assert done.caps == [("IMAP4rev1", "IDLE")]


def test_capabilities_in_the_greeting_are_asked_for_again_before_starttls():
    """A list in a greeting may be shorter than the whole."""
    script(STARTTLS).hears(b"* OK [CAPABILITY STARTTLS] ready").says(b"tag1 CAPABILITY")


def test_capabilities_may_stand_in_the_tagged_response():
    """As a response code, and only there."""
    done = script().hears(GREETING).says(b"tag1 CAPABILITY").hears(b"* 3 EXISTS", b"tag1 OK [CAPABILITY A B] done")

    assert done.caps == [("A", "B")]


def test_a_server_that_lists_nothing_passes_with_a_notice():
    """Unless something is needed from the list."""
    script().hears(GREETING, b"tag1 OK done").concludes(Passed(), Reason.CAPS_UNKNOWN)


def test_tls_that_is_not_offered():
    """Fails where required, is a notice under try."""
    answer = (b"* OK hi", b"* CAPABILITY IMAP4rev1", b"tag1 OK done")

    failed = Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED)
    script(STARTTLS).hears(*answer).concludes(failed).says(b"tag1 CAPABILITY", b"tag2 LOGOUT")
    script(TRY).hears(*answer).concludes(Passed(), Reason.TLS_NOT_OFFERED)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b"* BYE [UNAVAILABLE] later", Degraded(Phase.GREETING, Reason.BUSY, load=True)),
        (b"* BYE [limit] later", Degraded(Phase.GREETING, Reason.BUSY, load=True)),
        (b"* BYE Too many connections", Degraded(Phase.GREETING, Reason.BUSY, load=True)),
        (b"* BYE go away", Failed(Phase.GREETING, Reason.GREETING_REJECTED)),
        (b"* PREAUTH hi", Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (b"* NO hi", Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (b"*", Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (b"220 mx ESMTP", Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
    ],
)
def test_greetings_that_are_none(line, outcome):
    """The server has closed or speaks another language: nothing more is said."""
    script().hears(line).concludes(outcome).says().ends()


def test_preauth_is_taken_where_allowed_and_has_no_tls():
    """STARTTLS is for sessions that have not logged in."""
    allowed = replace(PLAIN, allow_preauth=True)
    required = replace(STARTTLS, allow_preauth=True)

    script(allowed).hears(b"* PREAUTH hi").says(b"tag1 CAPABILITY")
    done = script(required).hears(b"* PREAUTH hi", CAPS, b"tag1 OK done")
    done.concludes(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED))


def test_a_stalled_login_service_is_noted_and_waited_for():
    """Dovecot says so before its greeting."""
    stalled = b"* OK Waiting for authentication process to respond.."

    script().hears(stalled).says().hears(GREETING).says(b"tag1 CAPABILITY").hears(b"tag1 OK").concludes(
        Passed(), Reason.AUTH_STALLED, Reason.CAPS_UNKNOWN
    )
    script().hears(*[stalled] * 50).concludes(Failed(Phase.GREETING, Reason.BOUNDS_EXCEEDED), Reason.AUTH_STALLED)


def test_the_greeting_stage_logs_out_at_once():
    """`stage: greeting`."""
    script(replace(STARTTLS, stage="greeting")).hears(GREETING).concludes(Passed()).says(b"tag1 LOGOUT")


def test_a_farewell_without_an_answer_is_clean():
    """Whatever ends after LOGOUT has ended well."""
    script(replace(PLAIN, stage="greeting")).hears(GREETING).says(b"tag1 LOGOUT").hangs_up().ends()
    script(replace(PLAIN, stage="greeting")).hears(GREETING, b"tag1 BAD what").says(b"tag1 LOGOUT").ends()
