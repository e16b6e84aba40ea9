"""The dialogue of a bare TCP check (probes.md 1.11)."""

from hypothesis import given
from hypothesis import strategies as st

from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.probes.dialogue.tcp import tcp
from tests.kit.script import Script


def script(**keys):
    """A script of a tcp check."""
    return Script(tcp(TcpSettings(port=1, **keys)))


def test_without_steps_a_connection_is_enough():
    """Nothing is said or heard."""
    script().concludes(Passed()).says().ends()


def test_what_is_sent_comes_first_and_quit_comes_last():
    """The answer to `quit` is not waited for."""
    done = script(send=b"PING\r\n", expect=(b"PONG",), quit=b"BYE\r\n").says(b"PING")

    done.receives(b"PO").receives(b"NG").concludes(Passed()).says(b"BYE").ends()
    assert done.phases == [Phase.COMMAND, Phase.QUIT]


def test_texts_are_expected_in_order():
    """The second is looked for behind the first."""
    done = script(expect=(b"one", b"two")).receives(b"two one").says()

    assert done.concluded is None
    done.receives(b" two").concludes(Passed()).ends()


def test_a_rejected_text_fails_at_once_and_quit_is_still_said():
    """Without waiting for the deadline."""
    failed = Failed(Phase.GREETING, Reason.BODY_MISMATCH)

    script(expect=(b"OK",), reject=(b"ERR",), quit=b"BYE\r\n").receives(b"ERR").concludes(failed).says(b"BYE").ends()


def test_an_early_end_is_told_from_a_late_one():
    """Before the first byte where the peer speaks first, else in the session."""
    early = Failed(Phase.GREETING, Reason.EOF_BEFORE_GREETING)

    script(expect=(b"OK",)).hangs_up().concludes(early)
    script(expect=(b"OK",)).receives(b"O").hangs_up().concludes(Failed(Phase.GREETING, Reason.EOF_MID_SESSION))
    script(send=b"x", expect=(b"OK",)).hangs_up().concludes(Failed(Phase.COMMAND, Reason.EOF_MID_SESSION))


@given(st.lists(st.sampled_from([b"O", b"OK", b"E", b"ERR", b"RR", b"K", b"x"]), max_size=12), st.data())
def test_segments_do_not_matter(pieces, data):
    """The verdict depends on where texts stand, not on how they were cut."""
    whole = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))

    at_once = script(expect=(b"OK", b"OK"), reject=(b"ERR",)).receives(whole).hangs_up()
    split = script(expect=(b"OK", b"OK"), reject=(b"ERR",))
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        split.receives(whole[start:end])
    assert split.hangs_up().concluded.outcome == at_once.concluded.outcome
