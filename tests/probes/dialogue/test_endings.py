"""How dialogues end."""

import pytest

from gslb.model.observations import Failed, Phase, Reason
from gslb.probes.dialogue.commands import END, Send
from gslb.probes.dialogue.endings import Stop, command_line, ended, passed, politely, received, stopped
from tests.kit.script import Script


def farewell():
    """One line."""
    yield Send(b"QUIT\r\n")


def stopping(stop):
    """Steps that stop at once."""
    yield from ()
    raise stop


def test_a_stop_in_step_is_followed_by_the_farewell():
    """Politeness does not depend on the verdict."""
    stop = stopped(Failed(Phase.HELLO, Reason.PERM_REPLY), b"no")

    Script(politely(stopping(stop), farewell())).says(b"QUIT").ends()


def test_a_stop_out_of_step_is_the_end():
    """A peer that speaks another language is not spoken to."""
    Script(politely(stopping(ended(Phase.HELLO)), farewell())).says().ends()


def test_a_farewell_cannot_change_the_verdict():
    """A stop in it is swallowed."""
    done = Script(politely(stopping(stopped(Failed(Phase.HELLO, Reason.PERM_REPLY), b"")), stopping(ended(Phase.QUIT))))

    done.concludes(Failed(Phase.HELLO, Reason.PERM_REPLY)).ends()


@pytest.mark.parametrize("answer", [END, None])
def test_the_end_of_the_peer_stops_a_step(answer):
    """Where a reply was due."""
    with pytest.raises(Stop) as stop:
        received(answer, Phase.GREETING)
    assert stop.value.conclusion.outcome == Failed(Phase.GREETING, Reason.EOF_BEFORE_GREETING)


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\0b", "ä"])
def test_a_command_is_one_line_of_ascii(text):
    """Anything else is a bug of ours."""
    with pytest.raises(ValueError, match=r"more than one line|ascii"):
        command_line(text)


def test_a_pass_tells_the_greeting():
    """For people."""
    assert passed(b"mx ESMTP", "220").text == "mx ESMTP"
