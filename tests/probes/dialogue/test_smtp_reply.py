"""SMTP replies: how they are read, and what the refusing ones mean (probes.md 1.2, 1.6)."""

import pytest

from gslb.model.observations import Degraded, Failed, Phase, Reason
from gslb.probes.dialogue.commands import REPLY_LINES
from gslb.probes.dialogue.endings import politely
from gslb.probes.dialogue.smtp_reply import Reply, read_reply, refusal
from tests.kit.script import Script

BUSY = Degraded(Phase.HELLO, Reason.BUSY, load=True)


def reading(phase):
    """Reads one reply and refuses whatever it is, so that the verdict shows it."""
    reply = yield from read_reply(phase)
    raise refusal(reply, phase)


def nothing():
    """A farewell without words."""
    yield from ()


def verdict(*lines, phase=Phase.HELLO):
    """The conclusion about one reply."""
    return Script(politely(reading(phase), nothing())).hears(*lines).concluded


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b"421 4.7.0 Error: too many connections from 192.0.2.1", Degraded(Phase.HELLO, Reason.PER_CLIENT_LIMIT)),
        (b"421 Too many concurrent SMTP connections; please try again later", BUSY),
        (b"421 4.3.2 Connection rate limit exceeded", BUSY),
        (b"421 4.3.2 Service not active", Failed(Phase.HELLO, Reason.NOT_ACCEPTING)),
        (b"421 Service not available, closing transmission channel", Failed(Phase.HELLO, Reason.NOT_ACCEPTING)),
        (b"421 Server shutting down", Failed(Phase.HELLO, Reason.NOT_ACCEPTING)),
        (b"421 later", BUSY),
        (b"450 later", Degraded(Phase.HELLO, Reason.TEMP_REPLY, load=True)),
        (b"452 later", Degraded(Phase.HELLO, Reason.STORAGE_FULL, load=True)),
        (b"451 4.3.1 disk", Degraded(Phase.HELLO, Reason.STORAGE_FULL, load=True)),
        (b"550 no", Failed(Phase.HELLO, Reason.PERM_REPLY)),
        (b"354 go on", Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
    ],
)
def test_what_a_refusal_means_after_the_greeting(line, outcome):
    """A 421 may be a cap on us, a cap on all, or a server that stops."""
    assert verdict(line).outcome == outcome


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b"421 too many connections from you", Degraded(Phase.GREETING, Reason.PER_CLIENT_LIMIT)),
        (b"450 4.3.2 not yet", Degraded(Phase.GREETING, Reason.BUSY, load=True)),
        (b"521 no mail here", Failed(Phase.GREETING, Reason.GREETING_REJECTED)),
        (b"421 4.3.2 stopping", Failed(Phase.GREETING, Reason.NOT_ACCEPTING)),
    ],
)
def test_what_a_refusal_means_as_a_greeting(line, outcome):
    """Any 4xx greeting is a busy server."""
    assert verdict(line, phase=Phase.GREETING).outcome == outcome


@pytest.mark.parametrize("line", [b"2", b"22 x", b"2x0 hi", b"199 hi", b"600 hi", b"220_hi", b"", b"* OK hi"])
def test_what_is_no_reply_is_a_protocol_error(line):
    """Codes are 200 to 599, then a space, a hyphen or the end."""
    assert verdict(line).outcome == Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)


def test_all_lines_of_a_reply_carry_one_code():
    """A second code is another reply, or none."""
    assert verdict(b"250-mx", b"251 SIZE").outcome == Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)
    assert verdict(b"220-mx", b"221 bye", phase=Phase.GREETING).outcome.reason is Reason.PROTOCOL_ERROR


def test_a_teaser_can_be_taken_back():
    """`220-` and then a refusal: early-talker tests end so."""
    taken_back = verdict(b"220-wait", b"521-no", b"521 go away", phase=Phase.GREETING)

    assert taken_back.outcome == Failed(Phase.GREETING, Reason.GREETING_REJECTED)
    assert (taken_back.code, taken_back.text) == ("521", "no go away")


def test_a_reply_has_a_bounded_number_of_lines():
    """One more than the limit is bounds_exceeded."""
    within = [b"250-x"] * (REPLY_LINES - 1)

    assert verdict(*within, b"250 x").outcome.reason is Reason.PROTOCOL_ERROR
    assert verdict(*within, b"250-x", b"250 x").outcome == Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED)


def test_a_reply_has_a_bounded_number_of_bytes():
    """Long lines reach that limit first."""
    assert verdict(*[b"250-" + b"x" * 2000] * 17).outcome == Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED)


@pytest.mark.parametrize(
    ("text", "enhanced"),
    [(b"4.7.0 later", "4.7.0"), (b"4.7.0", "4.7.0"), (b"5.7.0 no", ""), (b"4.7 x", ""), (b"4.7.0x", ""), (b"", "")],
)
def test_an_enhanced_code_must_agree_with_the_code(text, enhanced):
    """One that contradicts it is ignored (RFC 2034 section 4)."""
    assert Reply(450, (text,)).enhanced == enhanced


def test_the_verdict_tells_code_and_text():
    """For the log and the operator."""
    told = verdict(b"550-5.7.1 no", b"550 5.7.1 relay \xff")

    assert (told.code, told.enhanced, told.text) == ("550", "5.7.1", r"5.7.1 no 5.7.1 relay \xff")
