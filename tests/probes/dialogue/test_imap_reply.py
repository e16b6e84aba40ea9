"""IMAP responses: literals, tags, BYE, refusals (RFC 3501 section 7, probes.md 1.7)."""

import pytest

from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.probes.dialogue.endings import passed, politely
from gslb.probes.dialogue.imap_reply import LITERAL_LIMIT, UNTAGGED_LIMIT, parsed, read_tagged, refusal
from tests.kit.script import Script

BUSY = Degraded(Phase.HELLO, Reason.BUSY, load=True)


def reading(phase):
    """Reads one tagged response; passes with its text, or refuses."""
    response, untagged = yield from read_tagged(b"a1", phase)
    if response.word != b"OK":
        raise refusal(response, phase)
    return passed(b"|".join([*(one.text for one in untagged), response.text]))


def nothing():
    """A farewell without words."""
    yield from ()


def script(phase=Phase.HELLO):
    """A script that has just asked."""
    return Script(politely(reading(phase), nothing()))


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b"a1 NO [UNAVAILABLE] x", BUSY),
        (b"a1 NO [INUSE] x", BUSY),
        (b"a1 NO [SERVERBUG] x", BUSY),
        (b"a1 NO [CONTACTADMIN] x", Failed(Phase.HELLO, Reason.PERM_REPLY)),
        (b"a1 NO x", Failed(Phase.HELLO, Reason.PERM_REPLY)),
        (b"a1 BAD x", Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
        (b"a1 FINE x", Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
        (b"a2 OK x", Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
        (b"A1 OK x", Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
        (b"+ go on", Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
        (b"* BYE [LIMIT] x", BUSY),
        (b"* BYE x", Failed(Phase.HELLO, Reason.EOF_MID_SESSION)),
    ],
)
def test_what_a_response_means_that_is_not_ok(line, outcome):
    """Tags are case-sensitive; a foreign one is a protocol error; BYE is the end."""
    script().hears(line).concludes(outcome)


def test_a_refused_starttls_has_a_reason_of_its_own():
    """NO and BAD alike: servers without TLS say either."""
    failed = Failed(Phase.STARTTLS, Reason.STARTTLS_REFUSED)

    script(Phase.STARTTLS).hears(b"a1 NO x").concludes(failed)
    script(Phase.STARTTLS).hears(b"a1 BAD x").concludes(failed)
    script(Phase.STARTTLS).hears(b"a1 NO [UNAVAILABLE] x").concludes(Degraded(Phase.STARTTLS, Reason.BUSY, load=True))


def test_literals_are_read_whole():
    """Their bytes may look like anything."""
    done = script().hears(b"* LIST {5}", b"a1 OK (x) {0}", b" {2+}", b"ab rest", b"a1 OK done")

    assert done.concluded.outcome == Passed()
    assert done.concluded.text == r"LIST {5}a1 OK (x) {0} {2+}ab rest|OK done"


@pytest.mark.parametrize("size", [LITERAL_LIMIT + 1, 999_999_999, 10**19])
def test_a_large_literal_is_refused_unread(size):
    """Before a byte of it has come."""
    script().hears(b"* LIST {%d}" % size).concludes(Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED))


def test_many_literals_add_up():
    """Each within its limit, all together beyond the reply's."""
    line = b"* " + b"x" * 4000 + b" {4096}\r\n" + b"y" * 4096

    script().receives(line + b"{4096}\r\n" + b"y" * 4096 + (b"{4096}\r\n" + b"y" * 4096) * 7).concludes(
        Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED)
    )


def test_an_unfinished_literal_ends_with_the_session():
    """The peer closed in the middle."""
    script().hears(b"* LIST {5}", b"ab").hangs_up().concludes(Failed(Phase.HELLO, Reason.EOF_MID_SESSION))


def test_untagged_responses_are_bounded():
    """By their number and by their bytes."""
    exceeded = Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED)

    script().hears(*[b"* OK still here"] * UNTAGGED_LIMIT, b"a1 OK done").concludes(Passed())
    script().hears(*[b"* OK still here"] * (UNTAGGED_LIMIT + 1)).concludes(exceeded)
    script().hears(*[b"* OK " + b"x" * 8000] * 5).concludes(exceeded)


@pytest.mark.parametrize(
    ("text", "code", "capabilities"),
    [
        (b"OK [capability A B] hi", b"CAPABILITY", (b"A", b"B")),
        (b"CAPABILITY A B", b"", (b"A", b"B")),
        (b"OK [UNSEEN 3] hi", b"UNSEEN", None),
        (b"OK hi", b"", None),
        (b"OK", b"", None),
        (b"", b"", None),
    ],
)
def test_codes_and_capabilities(text, code, capabilities):
    """Capabilities come as data or as a response code."""
    assert (parsed(text).code, parsed(text).capabilities) == (code, capabilities)
