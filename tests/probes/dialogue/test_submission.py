"""The dialogue of message submission (RFC 6409, probes.md 1.6.2)."""

from dataclasses import replace

from gslb.model.checks import SubmissionSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.login import Held
from gslb.probes.dialogue.submission import submission
from tests.kit.logins import CREDENTIALS, LOGIN, PLAIN
from tests.kit.script import Script

STARTTLS = SubmissionSettings()
IMPLICIT = SubmissionSettings(port=465, tls=TlsSettings(mode=TlsMode.IMPLICIT))
EHLO = b"EHLO probe.example.com"


def script(settings=STARTTLS):
    """A script whose peer has greeted."""
    return Script(submission(settings, "probe.example.com")).hears(b"220 msa")


def test_starttls_is_required_by_default():
    """On 587 a server without STARTTLS is no submission server."""
    failed = Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED)

    script().says(EHLO).hears(b"250-msa", b"250 AUTH PLAIN").concludes(failed).says(b"QUIT").hears(b"221").ends()


def test_a_polite_session_encrypts_and_introduces_itself_twice():
    """EHLO, STARTTLS, EHLO, QUIT."""
    done = script().says(EHLO).hears(b"250-msa", b"250 STARTTLS").says(b"STARTTLS").hears(b"220 go").encrypts()

    done.says(EHLO).hears(b"250-msa", b"250 AUTH PLAIN").concludes(Passed()).says(b"QUIT").hears(b"221 bye").ends()


def test_implicit_tls_needs_no_command():
    """On 465 the shell has encrypted before the greeting."""
    script(IMPLICIT).says(EHLO).hears(b"250 msa").concludes(Passed()).says(b"QUIT")


def test_helo_is_no_way_to_submit():
    """Extensions are needed, so there is no fallback."""
    script().says(EHLO).hears(b"502 what").concludes(Failed(Phase.HELLO, Reason.PERM_REPLY)).says(b"QUIT")


def test_the_greeting_stage_says_quit_only():
    """`stage: greeting`."""
    script(replace(STARTTLS, stage="greeting")).concludes(Passed()).says(b"QUIT")


def test_stage_mail_begins_an_envelope_behind_the_login():
    """What a proxy in front of a dead relay cannot do; it is withdrawn, and no recipient is named."""
    check = replace(IMPLICIT, stage="mail", sender="probe@example.com", credentials=CREDENTIALS)
    done = Script(submission(check, "probe.example.com", LOGIN)).hears(b"220 msa").says(EHLO)
    done.hears(b"250-msa", b"250 AUTH PLAIN").says(b"AUTH PLAIN " + PLAIN).hears(b"235 in")
    done.says(b"MAIL FROM:<probe@example.com>").hears(b"250 ok").concludes(Passed())
    done.says(b"RSET").hears(b"250 ok").says(b"QUIT").hears(b"221 bye").ends()


def test_stage_mail_without_its_login_now_says_no_more():
    """Others are trying it: an envelope would be refused for that alone."""
    check = replace(IMPLICIT, stage="mail", credentials=CREDENTIALS)
    held = Script(submission(check, "probe.example.com", Held.WAITING)).hears(b"220 msa").says(EHLO)

    held.hears(b"250-msa", b"250 AUTH PLAIN").concludes(Passed(), Reason.AUTH_HELD).says(b"QUIT")


def test_a_relay_that_is_dead_behind_a_proxy_shows_in_the_envelope():
    """As Dovecot says it: the login is taken, and what follows is not."""
    check = replace(IMPLICIT, stage="mail", credentials=CREDENTIALS)
    done = Script(submission(check, "p", LOGIN)).hears(b"220 msa").hears(b"250-msa", b"250 AUTH PLAIN").hears(b"235 in")

    busy = Degraded(Phase.COMMAND, Reason.BUSY, load=True)
    done.hears(b"421 4.4.0 mail Failed to connect to relay server (connect)").concludes(busy)
