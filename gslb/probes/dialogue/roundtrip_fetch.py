"""The way back of a round trip: the message is looked for in its mailbox (IMAP, RFC 3501), and deleted.

    greeting, CAPABILITY, STARTTLS, login      as imap
    C: CAPABILITY                              UIDPLUS is told after the login only
    C: SELECT INBOX                            the dedicated mailbox's own
    C: NOOP
    C: UID SEARCH … HEADER Subject "token"     every POLL seconds until it is there
    C: UID STORE n +FLAGS.SILENT (\\Deleted)
    C: UID EXPUNGE n                           with UIDPLUS (RFC 4315) only: EXPUNGE would take others' with it
    C: UID SEARCH … HEADER X-Loop mark         what runs before this one left behind, a day ago or longer: 50 at most
    C: LOGOUT

A server whose search does not know HEADER may answer with everything there is. So nothing is deleted where more than
one message bears the token, and nothing is swept where a token that no message bears in X-Loop is found there. What
goes wrong in deleting spoils nothing: the message has arrived, and the sweep comes again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from gslb.model.checks import ImapSettings
from gslb.model.observations import Failed, Phase, Reason
from gslb.probes.dialogue.capabilities import Offers
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Enter, Note, Pause, Send, Steps
from gslb.probes.dialogue.endings import Stop, malformed, passed, politely, stopped
from gslb.probes.dialogue.imap import asked, greeted, introduced, logged_out
from gslb.probes.dialogue.imap_auth import authenticated
from gslb.probes.dialogue.imap_reply import Response, Tags, read_tagged, refusal
from gslb.probes.dialogue.login import Entry
from gslb.probes.dialogue.roundtrip_message import MARK
from gslb.probes.dialogue.roundtrip_submit import waiting

POLL: Final = 5.0
"""Seconds from one look into the mailbox to the next."""

SWEPT: Final = 50
"""Messages of old runs deleted in one run."""

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for: the message's token, for `max_latency` seconds from `now` (Unix time)."""

    token: str
    max_latency: float
    now: float

    @property
    def looks(self) -> int:
        """How often the mailbox is looked into."""
        return 1 + int(self.max_latency // POLL)

    @property
    def a_day_ago(self) -> str:
        """A date, as IMAP writes it: what came before it is older than a day, wherever the server takes its dates."""
        day = datetime.fromtimestamp(self.now, UTC) - timedelta(days=2)
        return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def fetch(settings: ImapSettings, tag: str, search: Search, entry: Entry) -> Dialogue:
    """The dialogue; `tag` is the prefix of its tags, letters drawn for this session."""
    tags = Tags(tag)
    return politely(_steps(settings, tags, search, entry), logged_out(tags), pending_ok=True)


def _steps(settings: ImapSettings, tags: Tags, search: Search, entry: Entry) -> Steps[Conclusion]:
    greeting = yield from greeted(settings)
    offers = Offers(settings.tls.mode)
    yield from introduced(settings, greeting, offers, tags)
    if not (yield from authenticated(entry, offers, tags)):
        raise waiting()
    yield Enter(Phase.COMMAND)
    listed = yield from asked(b"CAPABILITY", tags, Phase.COMMAND)
    expunges = any(b"UIDPLUS" in map(bytes.upper, response.capabilities or ()) for response in listed)
    yield from asked(b"SELECT INBOX", tags, Phase.COMMAND)
    yield Enter(Phase.DELIVER)
    found = yield from _awaited(search, tags)
    yield Enter(Phase.CLEANUP)
    if not found:
        yield from _swept(search, tags, expunges=expunges)
        late = f"not in INBOX after {search.max_latency:g} s"
        raise stopped(Failed(Phase.DELIVER, Reason.NOT_DELIVERED), late.encode())
    return (yield from _cleaned(found, search, tags, expunges=expunges))


def _awaited(search: Search, tags: Tags) -> Steps[tuple[bytes, ...]]:
    for look in range(search.looks):
        if look:
            yield Pause(POLL)
        yield from asked(b"NOOP", tags, Phase.DELIVER)  # a search alone may see the mailbox as it was
        found = yield from _searched(b'HEADER Subject "%b"' % search.token.encode(), tags, Phase.DELIVER)
        if found:
            return found
    return ()


def _cleaned(found: tuple[bytes, ...], search: Search, tags: Tags, *, expunges: bool) -> Steps[Conclusion]:
    arrived = passed(b"the message has arrived", "OK")
    try:
        if len(found) > 1:
            yield Note(Reason.AMBIGUOUS)
        else:
            yield from _deleted(found, tags, expunges=expunges)
        yield from _swept(search, tags, expunges=expunges)
    except Stop as stop:
        yield Note(Reason.REPLY_IGNORED)
        raise Stop(arrived, in_sync=stop.in_sync) from None
    return arrived


def _swept(search: Search, tags: Tags, *, expunges: bool) -> Steps[None]:
    old = yield from _searched(_bears(MARK) + b" BEFORE " + search.a_day_ago.encode(), tags, Phase.CLEANUP)
    if old and not (yield from _searched(_bears(search.token), tags, Phase.CLEANUP)):
        yield from _deleted(old[:SWEPT], tags, expunges=expunges)


def _bears(word: str) -> bytes:
    return b'HEADER X-Loop "%b"' % word.encode()


def _searched(criteria: bytes, tags: Tags, phase: Phase) -> Steps[tuple[bytes, ...]]:
    said = yield from asked(b"UID SEARCH UNDELETED " + criteria, tags, phase)
    return tuple(uid for response in said if response.word == b"SEARCH" for uid in _uids(response, phase))


def _uids(response: Response, phase: Phase) -> tuple[bytes, ...]:
    """Numbers only: they go into the next command."""
    uids = tuple(response.rest.split())
    if not all(uid.isdigit() and len(uid) <= 10 for uid in uids):
        raise malformed(phase, response.text)
    return uids


def _deleted(uids: tuple[bytes, ...], tags: Tags, *, expunges: bool) -> Steps[None]:
    chosen = b",".join(uids)
    yield from _tried(b"UID STORE %b +FLAGS.SILENT (\\Deleted)" % chosen, tags)
    if expunges:
        yield from _tried(b"UID EXPUNGE %b" % chosen, tags)


def _tried(command: bytes, tags: Tags) -> Steps[None]:
    tag = tags.next()
    yield Send(b"%b %b\r\n" % (tag, command), pending_ok=True)
    response, _ = yield from read_tagged(tag, Phase.CLEANUP)
    if response.word != b"OK":
        raise refusal(response, Phase.CLEANUP)
