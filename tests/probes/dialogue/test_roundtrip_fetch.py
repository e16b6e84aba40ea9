"""The way back of a round trip: one message is found and deleted, and nothing that is another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.checks import ImapSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.login import Held
from gslb.probes.dialogue.roundtrip_fetch import POLL, SWEPT, Search, fetch
from tests.kit.logins import LOGIN, PLAIN
from tests.kit.script import Script

IMAP = ImapSettings(port=993, tls=TlsSettings(mode=TlsMode.IMPLICIT))
GREETING = b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready"
SEARCH = Search(token="t0k3n", max_latency=2 * POLL, now=1_700_000_000.0)
LOOK = b'UID SEARCH UNDELETED HEADER Subject "t0k3n"'
OLD = b'UID SEARCH UNDELETED HEADER X-Loop "gslb-roundtrip" BEFORE 12-Nov-2023'
CONTROL = b'UID SEARCH UNDELETED HEADER X-Loop "t0k3n"'


class Talk:
    """A conversation after the login, its tags counted."""

    def __init__(self, caps=b"UIDPLUS"):
        self.script = Script(fetch(IMAP, "tag", SEARCH, LOGIN)).hears(GREETING)
        self.script.says(b"tag1 AUTHENTICATE PLAIN " + PLAIN).hears(b"tag1 OK in")
        self.tag = 2
        self.turn(b"CAPABILITY", b"* CAPABILITY IMAP4rev1 " + caps).turn(b"SELECT INBOX", b"* 3 EXISTS")

    def turn(self, command, *untagged, word=b"OK"):
        """This command is said; these lines and this word answer it."""
        tag = b"tag%d" % self.tag
        self.tag += 1
        self.script.says(tag + b" " + command).hears(*untagged, tag + b" " + word + b" done")
        return self

    def look(self, *found):
        """One look into the mailbox."""
        return self.turn(b"NOOP").turn(LOOK, b"* SEARCH " + b" ".join(found))

    def delete(self, uids, word=b"OK"):
        """These go."""
        self.turn(b"UID STORE " + uids + b" +FLAGS.SILENT (\\Deleted)")
        return self.turn(b"UID EXPUNGE " + uids, word=word)

    def concludes(self, outcome, *notices):
        """The verdict, and LOGOUT."""
        self.script.concludes(outcome, *notices)
        self.turn(b"LOGOUT", b"* BYE")
        self.script.ends()


def test_a_message_that_is_there_is_deleted():
    """That one only; and nothing old is left."""
    Talk().look(b"7").delete(b"7").turn(OLD, b"* SEARCH").concludes(Passed())


def test_the_mailbox_is_looked_into_every_five_seconds():
    """As long as the message may take; then it is lost, and what is old goes all the same."""
    talk = Talk().look().look(b"7").delete(b"7").turn(OLD, b"* SEARCH")
    assert talk.script.paused == POLL
    talk.concludes(Passed())

    late = Talk().look().look().look().turn(OLD, b"* SEARCH 2").turn(CONTROL, b"* SEARCH").delete(b"2")
    assert late.script.paused == 2 * POLL
    late.concludes(Failed(Phase.DELIVER, Reason.NOT_DELIVERED))


def test_old_messages_are_swept_fifty_at_a_time():
    """A day old at least, whatever the server's time zone."""
    uids = [b"%d" % uid for uid in range(1, 81)]
    talk = Talk().look(b"99").delete(b"99").turn(OLD, b"* SEARCH " + b" ".join(uids)).turn(CONTROL, b"* SEARCH")

    talk.delete(b",".join(uids[:SWEPT])).concludes(Passed())


def test_without_uidplus_nothing_is_expunged():
    """EXPUNGE would take what others marked."""
    talk = Talk(caps=b"IDLE").look(b"7").turn(b"UID STORE 7 +FLAGS.SILENT (\\Deleted)")

    talk.turn(OLD, b"* SEARCH").concludes(Passed())


def test_a_search_that_finds_everything_deletes_nothing():
    """Such a server does not know HEADER."""
    talk = Talk().look(b"1", b"2", b"3").turn(OLD, b"* SEARCH 1 2 3").turn(CONTROL, b"* SEARCH 1 2 3")

    talk.concludes(Passed(), Reason.AMBIGUOUS)


def test_a_refused_deletion_is_a_notice():
    """The message has arrived; the sweep will come again."""
    Talk().look(b"7").delete(b"7", word=b"NO").concludes(Passed(), Reason.REPLY_IGNORED)


@pytest.mark.parametrize("answer", [b"* SEARCH 1:*", b"* SEARCH 7,8", b"* SEARCH 12345678901"])
def test_what_is_no_number_goes_into_no_command(answer):
    """An answer that would select more than it says."""
    talk = Talk().turn(b"NOOP")
    talk.script.hears(answer, b"tag5 OK done")

    assert talk.script.concluded.outcome == Failed(Phase.DELIVER, Reason.PROTOCOL_ERROR)


def test_without_a_login_there_is_no_mailbox():
    """Refused before, or being tried elsewhere just now."""
    for entry, outcome in (
        (Held.REJECTED, Degraded(Phase.AUTH, Reason.AUTH_REJECTED)),
        (Held.WAITING, Inconclusive(Phase.AUTH, Reason.AUTH_HELD)),
    ):
        Script(fetch(IMAP, "tag", SEARCH, entry)).hears(GREETING).concludes(outcome, Reason.AUTH_HELD)


@given(st.lists(st.sampled_from([b"* SEARCH 4", b"* SEARCH", b"* 1 EXISTS", b"* BYE", b"tag5 OK", b"tag5 NO"])))
def test_only_what_was_found_is_ever_deleted(lines):
    """Whatever the server says."""
    talk = Talk().turn(b"NOOP")
    script = talk.script.hears(*lines).hangs_up()
    sent = bytes(script._sent)

    assert script.returned == script.concluded
    assert b"EXPUNGE" not in sent.replace(b"UID EXPUNGE 4\r\n", b"")
