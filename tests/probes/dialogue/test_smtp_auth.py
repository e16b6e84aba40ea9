"""AUTH in message submission (RFC 4954, probes.md 1.5 and 1.6.2)."""

from dataclasses import replace

import pytest

from gslb.model.capabilities import capability_rules
from gslb.model.checks import SubmissionSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.login import Held, Login, encoded
from gslb.probes.dialogue.submission import submission
from tests.kit.logins import CREDENTIALS, LOGIN, PLAIN
from tests.kit.script import Script

IMPLICIT = SubmissionSettings(tls=TlsSettings(mode=TlsMode.IMPLICIT), credentials=CREDENTIALS)
REJECTED = Degraded(Phase.AUTH, Reason.AUTH_REJECTED)
UNAVAILABLE = Failed(Phase.AUTH, Reason.AUTH_UNAVAILABLE)


def script(settings=IMPLICIT, entry=LOGIN, auth=b"AUTH PLAIN LOGIN"):
    """A script that has heard EHLO's answer."""
    started = Script(submission(settings, "probe.example.com", entry)).hears(b"220 msa")
    return started.says(b"EHLO probe.example.com").hears(b"250-msa", b"250 " + auth)


def test_plain_comes_with_its_initial_response():
    """And QUIT follows directly."""
    done = script().says(b"AUTH PLAIN " + PLAIN).hears(b"235 in").concludes(Passed()).says(b"QUIT").hears(b"221")

    assert done.ends().logged_in


def test_a_long_login_waits_to_be_asked():
    """A command line has 512 octets."""
    login = Login("probe", "x" * 400)

    script(entry=login).says(b"AUTH PLAIN").hears(b"334 ").says(login.plain).hears(b"235 in").concludes(Passed())
    script(entry=login).says(b"AUTH PLAIN").hears(b"535 no").concludes(REJECTED).says(b"QUIT")


def test_login_is_the_fallback():
    """User and password apart."""
    asked = script(auth=b"AUTH LOGIN").says(b"AUTH LOGIN").hears(b"334 VXNlcm5hbWU6").says(encoded("probe"))

    asked.hears(b"334 UGFzc3dvcmQ6").says(encoded(LOGIN.password)).hears(b"235 in").concludes(Passed())


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (b"535 5.7.8 no", REJECTED),
        (b"534 5.7.9 too weak", REJECTED),
        (b"538 5.7.11 encrypt", REJECTED),
        (b"504 5.5.4 what", UNAVAILABLE),
        (b"530 5.7.0 TLS first", UNAVAILABLE),
        (b"454 4.7.0 later", Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=True)),
        (b"421 4.7.0 too many errors", Degraded(Phase.AUTH, Reason.BUSY, load=True)),
        (b"501 5.5.2 what", Failed(Phase.AUTH, Reason.PERM_REPLY)),
        (b"334 again", Failed(Phase.AUTH, Reason.PROTOCOL_ERROR)),
    ],
)
def test_what_a_refusal_means(reply, outcome):
    """The session ends politely whatever it is."""
    done = script().hears(reply).concludes(outcome)

    assert not done.logged_in
    done.says(b"AUTH PLAIN " + PLAIN, b"QUIT")


def test_nothing_usable_offered():
    """No mechanism, or none of ours."""
    script(auth=b"SIZE 1").concludes(UNAVAILABLE).says(b"QUIT")
    script(auth=b"AUTH CRAM-MD5").concludes(UNAVAILABLE).says(b"QUIT")


@pytest.mark.parametrize("mode", [TlsMode.NONE, TlsMode.TRY])
def test_a_password_never_goes_over_a_plain_session(mode):
    """Even where AUTH is offered there."""
    settings = replace(IMPLICIT, tls=TlsSettings(mode=mode))

    assert script(settings).says(b"QUIT").concluded.outcome == UNAVAILABLE


def test_a_login_held_back_is_told_and_not_tried():
    """Once it was rejected; while others try it the rest of the dialogue is enough."""
    script(entry=Held.REJECTED).concludes(REJECTED, Reason.AUTH_HELD).says(b"QUIT")
    script(entry=Held.WAITING).concludes(Passed(), Reason.AUTH_HELD).says(b"QUIT")


def test_without_a_login_the_assertions_alone_decide():
    """A submission service that offers AUTH before TLS."""
    settings = SubmissionSettings(caps=capability_rules("msa", "submission"))
    done = script(settings, None, b"AUTH PLAIN").concludes(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED))
    done.says(b"QUIT")

    done = Script(submission(settings, "p")).hears(
        b"220 msa", b"250-msa", b"250-AUTH PLAIN", b"250 STARTTLS", b"220 go"
    )
    done.hears(b"250-msa", b"250 AUTH PLAIN")
    done.concludes(Degraded(Phase.HELLO2, Reason.CAP_FORBIDDEN), Reason.CAP_FORBIDDEN)


def test_the_greeting_stage_never_logs_in():
    """Whatever credentials there are."""
    Script(submission(replace(IMPLICIT, stage="greeting"), "p", LOGIN)).hears(b"220 x").concludes(Passed()).says(
        b"QUIT"
    )
