"""POP3 responses: status lines, lists and their bounds (RFC 1939 section 3)."""

import pytest

from gslb.model.observations import Failed, Phase, Reason
from gslb.probes.dialogue.commands import REPLY_LINES
from gslb.probes.dialogue.endings import passed, politely
from gslb.probes.dialogue.pop3_reply import Status, read_list, refusal
from tests.kit.script import Script

EXCEEDED = Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED)


def listing():
    """Reads one list."""
    lines = yield from read_list(Phase.HELLO)
    return passed(b"|".join(lines))


def nothing():
    """A farewell without words."""
    yield from ()


def script():
    """A script that awaits a list."""
    return Script(politely(listing(), nothing()))


def test_a_list_ends_at_its_dot():
    """Lines that begin with a dot have one more."""
    assert script().hears(b"A", b"..B", b".").concluded.text == "A|.B"


def test_a_list_is_bounded():
    """By its lines and by its bytes."""
    assert script().hears(*[b"x"] * (REPLY_LINES + 1)).concluded.outcome == EXCEEDED
    assert script().hears(*[b"x" * 2000] * 17).concluded.outcome == EXCEEDED


def test_a_list_that_is_cut_off_is_an_end_of_session():
    """The peer closed before the dot."""
    assert script().hears(b"A").hangs_up().concluded.outcome == Failed(Phase.HELLO, Reason.EOF_MID_SESSION)


@pytest.mark.parametrize(("text", "code"), [(b"[sys/temp] x", b"SYS/TEMP"), (b"x [A]", b""), (b"", b"")])
def test_response_codes(text, code):
    """RFC 2449 section 8."""
    assert Status(False, text).code == code


def test_a_plain_refusal_is_permanent():
    """-ERR where +OK was asked for."""
    assert refusal(Status(False, b"no"), Phase.COMMAND).conclusion.outcome == Failed(Phase.COMMAND, Reason.PERM_REPLY)
