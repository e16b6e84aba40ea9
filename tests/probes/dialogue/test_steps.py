"""Every step of every line protocol, broken in every way (probes.md 1.6.1 and section 6, numbers 11 and 19)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from tests.kit.dialogues import SESSIONS
from tests.kit.script import Script

BROKEN = [
    (session, step, kind)
    for session in SESSIONS
    for step in range(len(session.turns))
    for kind in ("later", "busy", "no", "garbage", "eof")
]

SMTP = {"busy": b"421 4.7.0 busy\r\n", "later": b"450 later\r\n", "no": b"550 no\r\n"}
IMAP = {"busy": b"NO [UNAVAILABLE] busy\r\n", "later": b"NO [INUSE] later\r\n", "no": b"NO no\r\n"}
POP3 = {"busy": b"-ERR [SYS/TEMP] busy\r\n", "later": b"-ERR too many of you\r\n", "no": b"-ERR no\r\n"}

SIEVE = {"busy": b'NO (TRYLATER) "busy"\r\n', "later": b'BYE (TRYLATER) "later"\r\n', "no": b'NO "no"\r\n'}
WORDS = {"imap": IMAP, "pop3": POP3, "sieve": SIEVE}

REFUSED = {Phase.GREETING: Reason.GREETING_REJECTED, Phase.STARTTLS: Reason.STARTTLS_REFUSED}


def said(session, step, kind):
    """What the peer says at the broken step."""
    if kind == "garbage":
        return b"@@@ what\r\n"
    if session.protocol == "imap":
        if step == 0:
            return b"* BYE " + IMAP[kind].removeprefix(b"NO ")
        return b"tag%d %b" % (step, IMAP[kind])
    return WORDS.get(session.protocol, SMTP)[kind]


def expected(session, step, kind):
    """The table: what each kind means at each step. QUIT (and RSET) mean nothing; greylisting is no fault."""
    phase = session.phases[step]
    if phase is Phase.QUIT:
        return Passed()
    if kind == "eof":
        return Failed(phase, Reason.EOF_BEFORE_GREETING if phase is Phase.GREETING else Reason.EOF_MID_SESSION)
    if kind == "garbage":
        return Failed(phase, Reason.PROTOCOL_ERROR)
    if is_tolerated(session, step, kind):
        return Passed()
    if phase is Phase.AUTH:
        return of_login(session.protocol, kind)
    if kind == "no":
        return Failed(phase, REFUSED.get(phase, Reason.PERM_REPLY))
    if kind == "later" and session.protocol not in WORDS and phase not in REFUSED:
        return Degraded(phase, Reason.TEMP_REPLY, load=True)
    return Degraded(phase, Reason.BUSY, load=True)


def is_tolerated(session, step, kind):
    """CAPA and NOOP came late to their protocols; greylisting is what good servers do to strangers."""
    match session.protocol, session.phases[step]:
        case "pop3", Phase.HELLO | Phase.HELLO2:
            return kind == "no"
        case "sieve", Phase.COMMAND:
            return True
        case "smtp", Phase.COMMAND:
            return kind == "later" and step == 3
    return False


def of_login(protocol, kind):
    """A refused login is never a fault of the member."""
    if kind == "no":
        perm = Failed(Phase.AUTH, Reason.PERM_REPLY)
        return perm if protocol == "submission" else Degraded(Phase.AUTH, Reason.AUTH_REJECTED)
    busy = {("submission", "busy"), ("sieve", "later")}
    return Degraded(Phase.AUTH, Reason.BUSY if (protocol, kind) in busy else Reason.AUTH_TEMP, load=True)


@pytest.mark.parametrize(("session", "step", "kind"), BROKEN, ids=str)
def test_each_step_broken_in_each_way(session, step, kind):
    """One outcome each, by the table."""
    script = Script(session.dialogue())
    for turn in session.turns[:step]:
        script.receives(turn)
    if kind != "eof":
        script.receives(said(session, step, kind))
        for turn in session.turns[step + 1 :]:
            script.receives(turn.replace(b"tag%d" % (step + 2), b"tag%d" % (step + 1)))
    script.hangs_up()

    assert script.concluded.outcome == expected(session, step, kind)
    assert script.returned == script.concluded


@pytest.mark.parametrize("session", SESSIONS, ids=str)
def test_a_good_session_passes(session):
    """And encrypts once where it should."""
    script = Script(session.dialogue())
    for turn in session.turns:
        script.receives(turn)

    script.concludes(Passed())
    assert script.logged_in == (session.entry is not None)
    assert script.upgrades == (Phase.STARTTLS in session.phases)


SCRAPS = st.sampled_from(
    [
        b"220 x\r\n",
        b"250-STARTTLS\r\n",
        b"250 x\r\n",
        b"* OK x\r\n",
        b"tag1 OK\r\n",
        b"{9}\r\n",
        b"+OK\r\n",
        b".\r\n",
        b"\n",
        b"334 \r\n",
        b"235 in\r\n",
        b"+ \r\n",
        b'"SASL" "PLAIN"\r\n',
        b'OK "x"\r\n',
        b"NO (TRYLATER) {3}\r\n",
    ]
)


@given(st.sampled_from(SESSIONS), st.lists(SCRAPS | st.binary(max_size=40), max_size=30))
def test_whatever_comes_there_is_exactly_one_verdict(session, scraps):
    """And the dialogue ends with it, once the peer has closed."""
    script = Script(session.dialogue())
    for scrap in scraps:
        script.receives(scrap)
    script.hangs_up()

    assert script.returned == script.concluded or script.fault is not None


@given(st.sampled_from(SESSIONS), st.binary(max_size=200), st.integers(0, 4), st.data())
def test_segments_do_not_matter(session, noise, step, data):
    """Good turns and then any bytes: any split gives the same verdict, notices and words."""
    whole = session.turns[0] + b"".join(session.turns[1:step]) + noise
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))

    split = Script(session.dialogue())
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        split.receives(whole[start:end])
    at_once = Script(session.dialogue()).receives(whole)
    assert split.hangs_up().told() == at_once.hangs_up().told()
