"""The dialogue of message submission (RFC 6409, probes.md 1.6.2)."""

from dataclasses import replace

from gslb.model.checks import SubmissionSettings, TlsSettings
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.submission import submission
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
