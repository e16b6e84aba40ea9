"""The dialogue of a bare TCP check (probes.md 1.11)."""

from hypothesis import given
from hypothesis import strategies as st

from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.plain import Matching, Say, TcpSettings
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


def test_what_was_rejected_before_the_end_fails_though_the_rest_came():
    """All in one segment: where the text stands decides, and what follows the last step does not."""
    failed = Failed(Phase.GREETING, Reason.BODY_MISMATCH)

    script(expect=(b"OK",), reject=(b"ERR",)).receives(b"ERR OK").concludes(failed).ends()
    script(expect=(b"OK",), reject=(b"ERR",)).receives(b"OK ERR").concludes(Passed()).ends()


def test_an_early_end_is_told_from_a_late_one():
    """Before the first byte where the peer speaks first, else in the session."""
    early = Failed(Phase.GREETING, Reason.EOF_BEFORE_GREETING)

    script(expect=(b"OK",)).hangs_up().concludes(early)
    script(expect=(b"OK",)).receives(b"O").hangs_up().concludes(Failed(Phase.GREETING, Reason.EOF_MID_SESSION))
    script(send=b"x", expect=(b"OK",)).hangs_up().concludes(Failed(Phase.COMMAND, Reason.EOF_MID_SESSION))


def test_what_is_sent_between_waits_for_what_comes_before():
    """A greeting is heard in full before the first word, and each answer before the next."""
    steps = (b"220 ", Say(b"NOOP\r\n"), Matching("^250 "), Say(b"HELP\r\n"), b"\x00\xff")
    done = script(expect=steps, quit=b"QUIT\r\n").receives(b"22").says().receives(b"0 ready\r\n").says(b"NOOP")

    done.receives(b"250-one\r\n250 t").says().receives(b"wo\r\n").says(b"HELP").receives(b"\x00\xff")
    done.concludes(Passed()).says(b"QUIT").ends()
    assert done.phases == [Phase.GREETING, Phase.COMMAND, Phase.QUIT]


def test_a_pattern_is_held_against_whole_lines():
    """One that the peer leaves open counts once it has closed; a pattern never spans two."""
    script(expect=(Matching("^OK$"),)).receives(b"no\nOK").says().hangs_up().concludes(Passed()).ends()
    late = Failed(Phase.GREETING, Reason.EOF_MID_SESSION)

    script(expect=(Matching("a.*b"),)).receives(b"a\r\nb\r\n").hangs_up().concludes(late)


def test_a_rejected_pattern_fails_at_once():
    """Without waiting for the deadline, wherever the steps stand."""
    failed = Failed(Phase.COMMAND, Reason.BODY_MISMATCH)
    steps = (b"220", Say(b"x\r\n"), b"250")

    script(expect=steps, reject=(Matching("^[45][0-9]{2}"),)).receives(b"220\n").says(b"x").receives(
        b"500 no\n"
    ).concludes(failed)


STEPS = (b"OK", Say(b"x"), Matching("R$"), b"K")


@given(
    st.lists(st.sampled_from([b"O", b"OK", b"E", b"ERR", b"RR", b"K", b"x", b"\n", b"\r\n"]), max_size=12),
    st.sampled_from([(b"OK", b"OK"), STEPS]),
    st.data(),
)
def test_segments_do_not_matter(pieces, steps, data):
    """The verdict depends on where texts stand, not on how they were cut."""
    whole = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))

    rejected = (b"ERR", Matching("^E+$"))
    at_once = script(expect=steps, reject=rejected).receives(whole).hangs_up()
    split = script(expect=steps, reject=rejected)
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        split.receives(whole[start:end])
    one, other = split.hangs_up().concluded.outcome, at_once.concluded.outcome
    assert (one.kind, getattr(one, "reason", None)) == (other.kind, getattr(other, "reason", None))
