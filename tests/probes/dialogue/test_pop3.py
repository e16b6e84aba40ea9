"""The dialogue of POP3 (RFC 1939, 2449, 2595, probes.md 1.8)."""

from dataclasses import replace

import pytest

from gslb.model.checks import Pop3Settings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.pop3 import pop3
from tests.kit.script import Script

STLS = Pop3Settings()
PLAIN = Pop3Settings(tls=TlsSettings(mode=TlsMode.NONE))
TRY = Pop3Settings(tls=TlsSettings(mode=TlsMode.TRY))
OK = b"+OK ready <1@x>"


def script(settings=PLAIN):
    """A script whose peer has not greeted yet."""
    return Script(pop3(settings))


def test_a_polite_session_encrypts_and_asks_twice():
    """CAPA, STLS, CAPA, QUIT."""
    done = script(STLS).says().hears(OK).says(b"CAPA").hears(b"+OK", b"STLS", b"SASL", b".").says(b"STLS")

    done.hears(b"+OK go").encrypts().says(b"CAPA").hears(b"+OK", b"SASL PLAIN", b"..dotted", b".")
    done.concludes(Passed()).says(b"QUIT").hears(b"+OK bye").ends()
    assert done.caps == [("STLS", "SASL"), ("SASL PLAIN", ".dotted")]
    assert done.phases == [Phase.GREETING, Phase.HELLO, Phase.STARTTLS, Phase.HELLO2, Phase.QUIT]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b"-ERR [SYS/TEMP] later", Degraded(Phase.GREETING, Reason.BUSY, load=True)),
        (b"-ERR [IN-USE] later", Degraded(Phase.GREETING, Reason.BUSY, load=True)),
        (b"-ERR too many connections", Degraded(Phase.GREETING, Reason.BUSY, load=True)),
        (b"-ERR go away", Failed(Phase.GREETING, Reason.GREETING_REJECTED)),
        (b"220 mx", Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
    ],
)
def test_greetings_that_refuse(line, outcome):
    """-ERR as a greeting: busy, or rejected."""
    script().hears(line).concludes(outcome)


def test_an_old_server_without_capa_passes():
    """Its capabilities stay unknown."""
    script().hears(OK, b"-ERR what").concludes(Passed(), Reason.CAPS_UNKNOWN).says(b"CAPA", b"QUIT")


def test_an_old_server_is_asked_for_stls_all_the_same_where_required():
    """RFC 2595 does not ask for CAPA."""
    script(STLS).hears(OK, b"-ERR what").says(b"CAPA", b"STLS").hears(b"-ERR no").concludes(
        Failed(Phase.STARTTLS, Reason.STARTTLS_REFUSED), Reason.CAPS_UNKNOWN
    )


def test_stls_that_is_not_offered():
    """Fails where required, is a notice under try."""
    answer = (OK, b"+OK", b"USER", b".")

    script(STLS).hears(*answer).concludes(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED)).says(b"CAPA", b"QUIT")
    script(TRY).hears(*answer).concludes(Passed(), Reason.TLS_NOT_OFFERED)


@pytest.mark.parametrize(
    ("line", "reason", "load"),
    [(b"-ERR [IN-USE] x", Reason.AUTH_TEMP, False), (b"-ERR [SYS/TEMP] x", Reason.BUSY, True)],
)
def test_a_temporary_refusal_is_load_and_a_mailbox_in_use_a_notice(line, reason, load):
    """That is another session: no fault, and never one, however often it comes."""
    script().hears(OK, line).concludes(Degraded(Phase.HELLO, reason, load=load)).says(b"CAPA", b"QUIT")


def test_a_busy_server_may_refuse_stls():
    """Later is not never."""
    done = script(STLS).hears(OK, b"+OK", b"STLS", b".", b"-ERR [SYS/TEMP] x")

    done.concludes(Degraded(Phase.STARTTLS, Reason.BUSY, load=True))


def test_the_greeting_stage_says_quit_only():
    """`stage: greeting`; a refused farewell is a notice."""
    done = script(replace(STLS, stage="greeting")).hears(OK).says(b"QUIT").hears(b"-ERR no").ends()

    done.concludes(Passed(), Reason.REPLY_IGNORED)
