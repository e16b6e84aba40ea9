"""Logging in to IMAP, and the mailbox behind it (RFC 3501, RFC 4959, probes.md 1.7)."""

from dataclasses import replace

import pytest

from gslb.model.capabilities import capability_rules
from gslb.model.checks import ImapSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.imap import imap
from gslb.probes.dialogue.login import Held, Login
from tests.kit.logins import CREDENTIALS, LOGIN, PLAIN, WORD
from tests.kit.script import Script

SETTINGS = ImapSettings(tls=TlsSettings(mode=TlsMode.IMPLICIT), stage="login", credentials=CREDENTIALS)
REJECTED = Degraded(Phase.AUTH, Reason.AUTH_REJECTED)
UNAVAILABLE = Failed(Phase.AUTH, Reason.AUTH_UNAVAILABLE)
TEMP = Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=True)


def script(settings=SETTINGS, entry=LOGIN, caps=b"IMAP4rev1 AUTH=PLAIN SASL-IR ID"):
    """A script whose greeting lists capabilities."""
    return Script(imap(settings, "tag", entry)).hears(b"* OK [CAPABILITY %b] hi" % caps)


def test_with_sasl_ir_the_login_is_one_command():
    """Then LOGOUT."""
    done = script().says(b"tag1 AUTHENTICATE PLAIN " + PLAIN).hears(b"tag1 OK in").concludes(Passed())

    assert done.says(b"tag2 LOGOUT").logged_in


def test_without_it_the_server_asks():
    """Or refuses before it does."""
    asked = script(caps=b"AUTH=PLAIN").says(b"tag1 AUTHENTICATE PLAIN")
    asked.hears(b"* OK still here", b"+ ").says(PLAIN).hears(b"tag1 OK in").concludes(Passed())

    script(caps=b"AUTH=PLAIN").hears(b"tag1 NO [UNAVAILABLE] later").concludes(TEMP)


def test_login_is_used_only_where_nothing_forbids_it():
    """With its strings quoted."""
    odd = Login("pro\\be", 'a "b"')

    script(entry=odd, caps=b"IMAP4rev1").says(b'tag1 LOGIN "pro\\\\be" "a \\"b\\""').hears(b"tag1 OK").concludes(
        Passed()
    )
    script(caps=b"IMAP4rev1 LOGINDISABLED").concludes(UNAVAILABLE).says(b"tag1 LOGOUT")
    script(entry=Login("probe", "wörd"), caps=b"IMAP4rev1").concludes(UNAVAILABLE)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (b"NO [AUTHENTICATIONFAILED] no", REJECTED),
        (b"NO [AUTHORIZATIONFAILED] no", REJECTED),
        (b"NO [EXPIRED] too many old words", REJECTED),
        (b"NO [CONTACTADMIN] no", REJECTED),
        (b"NO no", REJECTED),
        (b"NO [PRIVACYREQUIRED] no", UNAVAILABLE),
        (b"NO [UNAVAILABLE] later", TEMP),
        (b"NO [INUSE] later", TEMP),
        (b"NO [LIMIT] later", TEMP),
        (b"NO [SERVERBUG] later", TEMP),
        (b"BAD what", Failed(Phase.AUTH, Reason.PROTOCOL_ERROR)),
    ],
)
def test_what_a_refusal_means(reply, outcome):
    """By its response code; LOGOUT follows."""
    done = script().hears(b"tag1 " + reply).concludes(outcome)

    assert not done.logged_in
    done.says(b"tag1 AUTHENTICATE PLAIN " + PLAIN, b"tag2 LOGOUT")


def test_the_mailbox_is_opened_for_reading():
    """EXAMINE, never SELECT; not where the login is held back."""
    deep = replace(SETTINGS, stage="mailbox")
    opened = script(deep).hears(b"tag1 OK in").says(b"tag1 AUTHENTICATE PLAIN " + PLAIN, b"tag2 EXAMINE INBOX")
    opened.hears(b"* 3 EXISTS", b"tag2 OK [READ-ONLY] done").concludes(Passed()).says(b"tag3 LOGOUT")

    lost = script(deep).hears(b"tag1 OK in", b"tag2 NO no such mailbox")
    lost.concludes(Failed(Phase.COMMAND, Reason.PERM_REPLY))
    script(deep, Held.WAITING).concludes(Passed(), Reason.AUTH_HELD).says(b"tag1 LOGOUT")
    script(deep, Held.REJECTED).concludes(REJECTED, Reason.AUTH_HELD).says(b"tag1 LOGOUT")


def test_preauth_needs_no_login():
    """The mailbox is open already."""
    deep = replace(SETTINGS, stage="mailbox", allow_preauth=True)

    Script(imap(deep, "tag", LOGIN)).hears(b"* PREAUTH [CAPABILITY IMAP4rev1] hi").says(b"tag1 EXAMINE INBOX")


def test_a_password_never_goes_over_a_plain_session():
    """Nor where STARTTLS was not offered."""
    for mode in (TlsMode.NONE, TlsMode.TRY):
        plain = replace(SETTINGS, tls=TlsSettings(mode=mode))
        done = script(plain, caps=b"AUTH=PLAIN").hears(b"* CAPABILITY AUTH=PLAIN", b"tag1 OK")
        assert done.concluded.outcome == UNAVAILABLE


def test_who_we_are_is_told_where_asked_for_and_offered():
    """ID's answer decides nothing."""
    told = replace(SETTINGS, stage="capability", send_id=True)

    named = script(told).says(b'tag1 ID ("name" "gslb probe")')
    named.hears(b"* ID NIL", b"tag1 OK").concludes(Passed()).says(b"tag2 LOGOUT")
    script(told).hears(b"tag1 BAD what").concludes(Passed(), Reason.REPLY_IGNORED)
    script(told, caps=b"IMAP4rev1").concludes(Passed()).says(b"tag1 LOGOUT")


def test_a_store_that_takes_passwords_in_the_clear_is_told():
    """The mailstore set."""
    settings = ImapSettings(caps=capability_rules("mailstore", "imap"))
    done = Script(imap(settings, "tag")).hears(b"* OK", b"* CAPABILITY STARTTLS AUTH=PLAIN", b"tag1 OK", b"tag2 OK")
    done.hears(b"* CAPABILITY AUTH=PLAIN", b"tag3 OK")

    done.concludes(Degraded(Phase.HELLO2, Reason.CAP_MISSING), Reason.CAP_MISSING)
    assert done.concluded.text == "LOGINDISABLED missing before TLS"


def test_a_login_is_needed_where_the_stage_says_so():
    """Config sees to it; anything else is a bug of ours."""
    with pytest.raises(TypeError, match="no login"):
        script(entry=None)


def test_nobody_sees_the_password():
    """The command that holds it does not show it."""
    dialogue = imap(SETTINGS, "tag", LOGIN)
    commands = [dialogue.send(answer) for answer in (None, None, b"* OK [CAPABILITY IMAP4rev1] hi", None, None)]

    assert WORD.encode() in commands[-1].data
    assert WORD not in repr(commands)
