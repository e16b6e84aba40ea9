"""The dialogue of a mail exchanger, step by step (RFC 5321, probes.md 1.6.1)."""

from dataclasses import replace

import pytest

from gslb.model.capabilities import capability_rules
from gslb.model.checks import SmtpSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.smtp import smtp
from tests.kit.script import Script

NAME = "probe.example.com"
PLAIN = SmtpSettings(tls=TlsSettings(mode=TlsMode.NONE))
TRY = SmtpSettings()
STARTTLS = SmtpSettings(tls=TlsSettings(mode=TlsMode.STARTTLS))
RCPT = replace(PLAIN, stage="rcpt", rcpt="probe@example.com", sender="gslb@example.com")
EHLO = b"EHLO probe.example.com"
GREETING = b"220 mx ESMTP"


def script(settings=PLAIN):
    """A script whose peer has not greeted yet."""
    return Script(smtp(settings, NAME))


def introduced(settings=PLAIN, *caps):
    """A script past its first EHLO."""
    lines = [b"250-mx", *(b"250-" + cap for cap in caps[:-1]), *(b"250 " + cap for cap in caps[-1:])]
    return script(settings).hears(GREETING).says(EHLO).hears(*(lines if caps else [b"250 mx"]))


def test_a_plain_probe_says_ehlo_and_quit_and_nothing_else():
    """Two lines of Postfix's log, no warning: each command waits for the reply before it."""
    done = script().says().hears(GREETING).says(EHLO).hears(b"250-mx", b"250-SIZE 1000", b"250 PIPELINING")

    done.concludes(Passed()).says(b"QUIT").hears(b"221 bye").ends()
    assert done.caps == [("SIZE 1000", "PIPELINING")]
    assert done.phases == [Phase.GREETING, Phase.HELLO, Phase.QUIT]
    assert (done.concluded.code, done.concluded.text) == ("220", "mx ESMTP")


def test_nothing_is_said_before_the_last_line_of_the_greeting():
    """Speaking after `220-` would be heard by a dummy server, and pass."""
    script().hears(b"220-please", b"220-wait").says().hears(GREETING).says(EHLO)


def test_the_greeting_stage_ends_politely_after_the_greeting():
    """`stage: greeting` says QUIT only."""
    script(replace(TRY, stage="greeting")).hears(GREETING).concludes(Passed()).says(b"QUIT").hears(b"221 bye").ends()


def test_a_refused_greeting_is_answered_with_quit():
    """RFC 5321 section 3.1: after 554 the client may only leave."""
    rejected = Failed(Phase.GREETING, Reason.GREETING_REJECTED)

    script().hears(b"554 no mail here").concludes(rejected).says(b"QUIT").hears(b"221 bye").ends()


def test_offered_tls_is_used_and_capabilities_are_asked_for_again():
    """What was offered in plain text is forgotten (RFC 3207 section 4.2)."""
    done = introduced(TRY, b"starttls").says(b"STARTTLS").hears(b"220 go").encrypts().says(EHLO)

    done.hears(b"250-mx", b"250 AUTH PLAIN").concludes(Passed()).says(b"QUIT").hangs_up().ends()
    assert done.caps == [("starttls",), ("AUTH PLAIN",)]
    assert done.phases == [Phase.GREETING, Phase.HELLO, Phase.STARTTLS, Phase.HELLO2, Phase.QUIT]


def test_tls_that_is_not_offered_is_a_notice_under_try():
    """Opportunistic TLS goes on in plain text."""
    introduced(TRY, b"SIZE").concludes(Passed(), Reason.TLS_NOT_OFFERED).says(b"QUIT")


def test_tls_that_is_not_offered_fails_where_it_is_required():
    """`tls: starttls` wants it, and still says QUIT."""
    failed = Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED)

    introduced(STARTTLS, b"SIZE").concludes(failed).says(b"QUIT").hears(b"221 bye").ends()


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (b"454 4.7.0 later", Degraded(Phase.STARTTLS, Reason.BUSY, load=True)),
        (b"502 no", Failed(Phase.STARTTLS, Reason.STARTTLS_REFUSED)),
    ],
)
def test_a_refused_offer_counts_even_under_try(reply, outcome):
    """Senders would defer here or deliver in the clear."""
    introduced(TRY, b"STARTTLS").says(b"STARTTLS").hears(reply).concludes(outcome).says(b"QUIT")


@pytest.mark.parametrize("code", [b"500", b"502", b"504"])
def test_an_old_server_is_greeted_with_helo(code):
    """A server that does not know EHLO is asked once more (RFC 5321 section 3.2)."""
    done = script().hears(GREETING).says(EHLO).hears(code + b" what").says(b"HELO probe.example.com")

    done.hears(b"250-mx", b"250 hello").concludes(Passed(), Reason.CAPS_UNKNOWN).says(b"QUIT")
    assert done.caps == []


def test_helo_can_be_refused_too():
    """Then the refusal is the verdict."""
    done = script().hears(GREETING, b"500 what").says(EHLO, b"HELO probe.example.com").hears(b"550 go away")

    done.concludes(Failed(Phase.HELLO, Reason.PERM_REPLY), Reason.CAPS_UNKNOWN).says(b"QUIT")


def test_without_the_fallback_an_unknown_ehlo_fails():
    """`allow_helo_fallback: false`."""
    done = script(replace(PLAIN, allow_helo_fallback=False)).hears(GREETING).says(EHLO).hears(b"502 what")

    done.concludes(Failed(Phase.HELLO, Reason.PERM_REPLY)).says(b"QUIT")


def test_the_mail_stage_resets_before_it_leaves():
    """MAIL FROM with the null sender, then RSET and QUIT, never DATA."""
    done = introduced(replace(PLAIN, stage="mail")).says(b"MAIL FROM:<>").hears(b"250 ok").concludes(Passed())

    done.says(b"RSET").hears(b"250 ok").says(b"QUIT").hears(b"221 bye").ends()


def test_a_refused_sender_is_not_reset():
    """RSET only where MAIL was accepted."""
    failed = Failed(Phase.COMMAND, Reason.PERM_REPLY)

    introduced(replace(PLAIN, stage="mail")).says(b"MAIL FROM:<>").hears(b"550 no").concludes(failed).says(b"QUIT")


ACCEPTED, REFUSED, SYNTAX = b"250 ok", b"550 5.1.1 unknown", b"501 what"
REFUSAL = Failed(Phase.COMMAND, Reason.PERM_REPLY)


@pytest.mark.parametrize(
    ("expected", "reply", "outcome"),
    [
        ("accept", ACCEPTED, Passed()),
        ("accept", REFUSED, REFUSAL),
        ("any", REFUSED, Passed()),
        ("any", SYNTAX, REFUSAL),
        ("reject", REFUSED, Passed()),
        ("reject", SYNTAX, REFUSAL),
        ("reject", ACCEPTED, Failed(Phase.COMMAND, Reason.STATUS_UNEXPECTED)),
        ("accept", b"452 4.2.2 full", Degraded(Phase.COMMAND, Reason.STORAGE_FULL, load=True)),
        ("accept", b"450 4.2.2 full", Degraded(Phase.COMMAND, Reason.STORAGE_FULL, load=True)),
        ("accept", b"354 go on", Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR)),
    ],
)
def test_a_recipient_is_judged_by_what_was_expected(expected, reply, outcome):
    """Whatever came, RSET and QUIT follow."""
    done = introduced(replace(RCPT, expect_rcpt=expected)).says(b"MAIL FROM:<gslb@example.com>").hears(b"250 ok")

    done.says(b"RCPT TO:<probe@example.com>").hears(reply).concludes(outcome).says(b"RSET").hears(b"250 ok")
    done.says(b"QUIT").hears(b"221 bye").ends()


@pytest.mark.parametrize("reply", [b"450 4.7.1 greylisted", b"451 later"])
def test_greylisting_passes_with_a_notice(reply):
    """What a good server does to strangers says nothing against it."""
    introduced(RCPT).hears(b"250 ok", reply).concludes(Passed(), Reason.GREYLISTED)


def test_a_refused_farewell_is_a_notice_only():
    """RSET and QUIT decide nothing."""
    done = introduced(replace(PLAIN, stage="mail")).hears(b"250 ok", b"451 no", b"500 no")

    done.says(b"MAIL FROM:<>", b"RSET", b"QUIT").ends()
    done.concludes(Passed(), Reason.REPLY_IGNORED)


def test_a_name_of_two_lines_never_reaches_the_wire():
    """Command injection is a bug of ours, not a reply of theirs."""
    injected = Script(smtp(PLAIN, "probe\r\nMAIL FROM:<>"))

    with pytest.raises(ValueError, match="more than one line"):
        injected.hears(GREETING)


def test_a_banner_must_match_where_a_pattern_says_so():
    """The greeting alone; a pattern found nowhere in it fails."""
    failed = Failed(Phase.GREETING, Reason.BODY_MISMATCH)

    Script(smtp(replace(PLAIN, banner_regex="^mx.*ESMTP"), "p")).hears(b"220 mx ESMTP").says(b"EHLO p")
    Script(smtp(replace(PLAIN, banner_regex="Exchange"), "p")).hears(b"220 mx").concludes(failed).says(b"QUIT")


def test_a_mail_exchanger_that_takes_logins_is_told():
    """The mx set."""
    done = Script(smtp(replace(PLAIN, caps=capability_rules("mx", "smtp")), "p")).hears(b"220 mx", b"250-mx")

    done.hears(b"250 AUTH PLAIN")
    done.concludes(Degraded(Phase.HELLO, Reason.CAP_FORBIDDEN), Reason.CAP_FORBIDDEN, Reason.CAP_MISSING)
