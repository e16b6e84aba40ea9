"""Logging in to POP3, and the mailbox behind it (RFC 1939, RFC 5034, probes.md 1.8)."""

from dataclasses import replace

import pytest

from gslb.model.checks import Pop3Settings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.login import Held, Login
from gslb.probes.dialogue.pop3 import pop3
from tests.kit.logins import CREDENTIALS, LOGIN, PLAIN, WORD
from tests.kit.script import Script

SETTINGS = Pop3Settings(tls=TlsSettings(mode=TlsMode.IMPLICIT), stage="login", credentials=CREDENTIALS)
REJECTED = Degraded(Phase.AUTH, Reason.AUTH_REJECTED)
UNAVAILABLE = Failed(Phase.AUTH, Reason.AUTH_UNAVAILABLE)
TEMP = Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=True)
OCCUPIED = Degraded(Phase.AUTH, Reason.AUTH_TEMP)


def script(settings=SETTINGS, entry=LOGIN, caps=(b"SASL PLAIN", b"USER")):
    """A script that has heard the capabilities; None: the server does not know CAPA."""
    answer = (b"-ERR what",) if caps is None else (b"+OK", *caps, b".")
    return Script(pop3(settings, entry)).hears(b"+OK hi").says(b"CAPA").hears(*answer)


def test_plain_where_it_is_listed():
    """Then QUIT."""
    done = script().says(b"AUTH PLAIN " + PLAIN).hears(b"+OK in").concludes(Passed()).says(b"QUIT").hears(b"+OK")

    assert done.ends().logged_in


def test_a_long_login_waits_to_be_asked():
    """A command line has 255 octets."""
    login = Login("probe", "x" * 200)

    script(entry=login).says(b"AUTH PLAIN").hears(b"+ ").says(login.plain).hears(b"+OK").concludes(Passed())
    script(entry=login).hears(b"+").says(b"AUTH PLAIN", login.plain)
    script(entry=login).hears(b"-ERR [SYS/TEMP] later").concludes(TEMP)
    script(entry=login).hears(b"+OK what").concludes(Failed(Phase.AUTH, Reason.PROTOCOL_ERROR))


@pytest.mark.parametrize(("caps", "notices"), [((b"USER",), ()), (None, (Reason.CAPS_UNKNOWN,))])
def test_user_and_pass_where_nothing_else_is_known(caps, notices):
    """Also on servers that know no CAPA."""
    asked = script(caps=caps).says(b"USER probe").hears(b"+OK").says(b"PASS " + WORD.encode())

    asked.hears(b"+OK in").concludes(Passed(), *notices)


def test_a_user_may_be_refused_at_once():
    """That is a rejection as well."""
    script(caps=(b"USER",)).hears(b"-ERR no").concludes(REJECTED, Reason.AMBIGUOUS).says(b"USER probe", b"QUIT")


def test_nothing_usable_offered():
    """An empty SASL and no USER."""
    script(caps=(b"SASL", b"UIDL")).concludes(UNAVAILABLE).says(b"QUIT")


@pytest.mark.parametrize(
    ("reply", "outcome", "notices"),
    [
        (b"-ERR [AUTH] no", REJECTED, ()),
        (b"-ERR no", REJECTED, (Reason.AMBIGUOUS,)),
        (b"-ERR [SYS/TEMP] later", TEMP, ()),
        (b"-ERR internal server error", TEMP, ()),
        (b"-ERR [IN-USE] later", OCCUPIED, ()),
        (b"-ERR [LOGIN-DELAY] later", OCCUPIED, ()),
        (b"-ERR [SYS/PERM] never", Failed(Phase.AUTH, Reason.PERM_REPLY), ()),
    ],
)
def test_what_a_refusal_means(reply, outcome, notices):
    """By its response code."""
    assert not script().hears(reply).concludes(outcome, *notices).logged_in


def test_the_mailbox_is_counted():
    """STAT, never RETR; not where the login is held back."""
    deep = replace(SETTINGS, stage="mailbox")
    counted = script(deep).hears(b"+OK in").says(b"AUTH PLAIN " + PLAIN, b"STAT").hears(b"+OK 0 0").concludes(Passed())
    counted.says(b"QUIT")

    script(deep).hears(b"+OK in", b"-ERR gone").concludes(Failed(Phase.COMMAND, Reason.PERM_REPLY))
    script(deep).hears(b"+OK in", b"+OK some").concludes(Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR))
    script(deep, Held.WAITING).concludes(Passed(), Reason.AUTH_HELD).says(b"QUIT")
    script(deep, Held.REJECTED).concludes(REJECTED, Reason.AUTH_HELD).says(b"QUIT")


def test_a_password_never_goes_over_a_plain_session():
    """Whatever is offered there."""
    plain = replace(SETTINGS, tls=TlsSettings(mode=TlsMode.NONE))

    assert script(plain).says(b"QUIT").concluded.outcome == UNAVAILABLE
