"""Sessions known by heart: whatever a server says, it is as if the dialogue had been asked."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.checks import SmtpSettings, TlsSettings
from gslb.model.values import TlsMode
from gslb.probes import rote
from gslb.probes.dialogue.smtp import smtp
from gslb.probes.faults import StreamFault
from gslb.probes.journal import Journal
from gslb.probes.lines import INSTANT, Conversation
from gslb.probes.rote import Session, Step, first_step
from gslb.probes.streams import Stream
from tests.kit.certificates import mint
from tests.kit.dialogues import SESSIONS
from tests.kit.hostile import serving
from tests.kit.probing import look

PLAIN = TlsSettings(mode=TlsMode.NONE)
SETTINGS = SmtpSettings(tls=PLAIN)
GREETING, HELLO, BYE = (b"220 mx\r\n",), (b"250-mx\r\n250 SIZE 100\r\n",), (b"221 bye\r\n",)
CALM = (GREETING, HELLO, BYE)
ODD = ((b"220-w", b"ait\r\n", b"220 mx\r\n"), (b"250 mx\n",), (b"421 busy\r\n",), (b"554 no\r\n250 x\r\n",), (b"\0",))


class Peer(asyncio.Transport):
    """Answers each command with its next words, in pieces, the greeting at once; at the end it closes."""

    def __init__(self, stream, words):
        super().__init__(extra={"sockname": ("127.0.0.1", 4)})
        self.stream, self.words, self.heard = stream, list(words), []
        stream.connection_made(self)
        self.answer()

    def answer(self):
        pieces = self.words.pop(0) if self.words else ()
        for piece in pieces:
            self.stream.data_received(piece)
        if not self.words:
            self.stream.eof_received()

    def write(self, data):
        self.heard.append(bytes(data))
        asyncio.get_running_loop().call_soon(self.answer)

    def abort(self):
        """Nothing to drop."""


async def told(words, session):
    """All that can be seen of a session."""
    journal, stream = Journal(10), Stream()
    peer, fault = Peer(stream, words), None
    try:
        await Conversation(stream, session, journal, PLAIN).held()
    except StreamFault as error:
        fault = (error.reason, error.text)
    seen = (journal.conclusion, fault, journal.notices, journal.lines_in, journal.caps_plain, list(journal.timings))
    return seen, peer.heard


class Asked:
    """Begins the dialogue, and counts."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return smtp(SETTINGS, "p.example")


@given(st.lists(st.lists(st.sampled_from((*CALM, *CALM, *ODD)), max_size=4), max_size=4))
def test_by_heart_is_as_if_asked(sessions):
    """Verdict, fault, notices, lines, capabilities, phases and what is said, whatever came in sessions before."""
    first, dialogue = Step(), Asked()
    with asyncio.Runner() as runner:
        for words in (*sessions, *sessions, CALM):
            asked = runner.run(told(words, Session(dialogue)))
            assert runner.run(told(words, Session(dialogue, first))) == asked


async def test_the_dialogue_is_asked_at_new_words_only():
    """And then it knows what was said before."""
    first, dialogue = Step(), Asked()

    for words, times in ((CALM, 1), (CALM, 1), ((GREETING, (b"250 other\r\n",), BYE), 2), (CALM, 2)):
        (conclusion, *_), heard = await told(words, Session(dialogue, first))
        assert (conclusion.text, heard) == ("mx", [b"EHLO p.example\r\n", b"QUIT\r\n"])
        assert dialogue.times == times


@pytest.mark.parametrize("session", SESSIONS, ids=str)
async def test_every_protocol_is_the_same_by_heart(session, tmp_path):
    """Through STARTTLS too, at the second probe and at the third."""
    context = mint("mail.example.com").server(tmp_path)

    async def healthy(peer):
        await peer.follow(session, len(session.turns), context)

    keys = {name: getattr(session.settings, name) for name in session.settings.__slots__}
    keys |= {"credentials": None} if "credentials" in keys else {}
    keys |= {"stage": "capability"} if session.protocol in ("imap", "pop3", "sieve") else {}
    async with serving(healthy) as port:
        settings = type(session.settings)(**keys | {"port": port})
        seen = [await look(settings) for _ in range(3)]

    assert len({(each.outcome, each.notices, each.caps_plain, each.caps_tls, each.lines_in) for each in seen}) == 1
    assert len({tuple(phase for phase, _ in each.timings) for each in seen}) == 1


def test_equal_settings_share_what_is_known():
    """Ten thousand servers that say the same are known once; another name said is another session."""
    assert first_step(SETTINGS, "a") is first_step(SmtpSettings(tls=PLAIN), "a")
    assert first_step(SETTINGS, "a") is not first_step(SETTINGS, "b")


def test_what_is_known_has_a_bound(monkeypatch):
    """Servers that greet with the time of day do not fill the memory."""
    monkeypatch.setattr(rote, "MOST", 3)
    rote.forget()
    first = first_step(SETTINGS, "a")
    for number in range(5):
        Session(Asked(), first).keep(b"%d" % number, Step())

    assert first_step(SETTINGS, "a") is not first


def test_long_words_are_not_kept():
    """Nor anything that follows them."""
    first = Step()
    session = Session(Asked(), first)
    session.keep(b"x" * (rote.LONGEST + 1), Step())
    session.keep(b"y", Step())

    assert not first.then
    assert session.dialogue(INSTANT) is session.dialogue(INSTANT)
