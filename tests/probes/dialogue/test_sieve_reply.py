"""ManageSieve responses (RFC 5804 sections 1.2, 1.3, 4)."""

import pytest

from gslb.model.observations import Failed, Phase, Reason
from gslb.probes.dialogue.commands import REPLY_LINES
from gslb.probes.dialogue.endings import passed, politely
from gslb.probes.dialogue.sieve_reply import LITERAL_LIMIT, read_answer
from tests.kit.script import Script

EXCEEDED = Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED)
MALFORMED = Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)


def reading(kept):
    """Reads one answer and keeps it."""
    kept.append((yield from read_answer(Phase.HELLO)))
    return passed(b"")


def nothing():
    """A farewell without words."""
    yield from ()


def answer(*parts):
    """What is read of lines; bytes as they are."""
    kept = []
    Script(politely(reading(kept), nothing())).receives(b"".join(parts))
    return kept[0]


def verdict(data):
    """The outcome of bytes that are no answer."""
    return Script(politely(reading([]), nothing())).receives(data).hangs_up().concluded.outcome


def test_strings_are_quoted_or_literal_anywhere():
    """In lists, in codes, in texts; escapes are undone."""
    read = answer(b'"A" {3}\r\nb c\r\n"D\\"" {0}\r\n\r\nOK (TAG {2+}\r\nt1) "do\\\\ne" \r\n')

    assert read.lines == ((b"A", b"b c"), (b'D"', b""))
    assert (read.ok, read.code, read.argument, read.text) == (True, b"TAG", b"t1", b"do\\ne")


def test_words_are_read_without_case_and_codes_may_stay_open():
    """What a server writes is taken as far as it makes sense."""
    assert (answer(b"no (trylater\r\n").word, answer(b"no (trylater\r\n").code) == (b"NO", b"TRYLATER")
    assert answer(b"OK ()\r\n").code == b""


@pytest.mark.parametrize("data", [b"\r\n", b"FINE\r\n", b'"open\r\n', b'OK "a\r\n', b"{\r\n"])
def test_what_is_no_answer(data):
    """Another language."""
    assert verdict(data) == MALFORMED


def test_answers_are_bounded():
    """By lines, by octets, by the size of a literal."""
    assert verdict(b'"A"\r\n' * (REPLY_LINES + 1)) == EXCEEDED
    assert verdict(b'"%b"\r\n' % (b"x" * 2000) * 17) == EXCEEDED
    assert verdict(b'"A" {%d}\r\n' % (LITERAL_LIMIT + 1)) == EXCEEDED
    assert verdict(b'"A" ' + (b"{4096}\r\n" + b"x" * 4096) * 9 + b"\r\n") == EXCEEDED


def test_a_literal_may_be_cut_off():
    """By the end of the peer."""
    assert verdict(b'"A" {5}\r\nab') == Failed(Phase.HELLO, Reason.EOF_MID_SESSION)
