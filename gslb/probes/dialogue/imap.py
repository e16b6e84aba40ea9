"""imap: greeting, CAPABILITY, STARTTLS, CAPABILITY again, a login, LOGOUT (RFC 3501 and 9051); never SELECT.

    S: * OK …                   * PREAUTH only where allowed, * BYE: busy or rejected
    C: a1 CAPABILITY            left out where the greeting listed them and no TLS step follows
    C: a2 STARTTLS              capabilities are forgotten (RFC 3501 section 6.2.1)
    C: a3 CAPABILITY
    C: a4 ID ("name" "gslb")    where asked for and offered (RFC 2971)
    C: a5 AUTHENTICATE          or LOGIN; stage login and mailbox
    C: a6 EXAMINE INBOX         stage mailbox: opened for reading only
    C: a7 LOGOUT

Untagged responses may come at any time, so unasked bytes are no fault here but before the handshake.
"""

from gslb.model.checks import ImapSettings
from gslb.model.observations import Failed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.capabilities import Offers, asserted, marked
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Enter, Note, Send, Steps
from gslb.probes.dialogue.endings import exceeded, malformed, passed, politely, stopped
from gslb.probes.dialogue.imap_auth import authenticated
from gslb.probes.dialogue.imap_reply import (
    UNTAGGED_LIMIT,
    Response,
    Tags,
    farewell,
    parsed,
    read_response,
    read_tagged,
    refusal,
)
from gslb.probes.dialogue.login import Entry
from gslb.probes.dialogue.text import shown

# Dovecot says so, before its greeting, while its authentication process does not answer.
_STALLED = b"waiting for authentication"


def imap(settings: ImapSettings, tag: str, entry: Entry = None) -> Dialogue:
    """The dialogue; `tag` is the prefix of its tags, letters drawn for this session."""
    tags = Tags(tag)
    return politely(_steps(settings, tags, entry), logged_out(tags), pending_ok=True)


def _steps(settings: ImapSettings, tags: Tags, entry: Entry) -> Steps[Conclusion]:
    greeting = yield from greeted(settings)
    offers = Offers(settings.tls.mode)
    preauth = greeting.word == b"PREAUTH"
    if settings.stage != "greeting":
        yield from introduced(settings, greeting, offers, tags)
    found = yield from asserted(settings.caps, offers)
    if settings.send_id and offers.offers("ID"):
        yield from _identified(tags, offers.phase)
    if settings.stage in ("login", "mailbox") and (preauth or (yield from authenticated(entry, offers, tags))):
        yield from _looked(settings.stage, tags)
    return marked(passed(greeting.rest, greeting.word.decode()), found, offers)


def introduced(settings: ImapSettings, greeting: Response, offers: Offers, tags: Tags) -> Steps[None]:
    """The capabilities, those of the greeting where no TLS step follows, and TLS."""
    upgrade = settings.tls.mode in (TlsMode.TRY, TlsMode.STARTTLS)
    listed = None if upgrade else greeting.capabilities
    if listed is None:
        yield from _capabilities(tags, offers, Phase.HELLO)
    else:
        yield from offers.listed(_named(listed), Phase.GREETING)
    if upgrade:
        yield from _upgraded(settings.tls.mode, offers, greeting.word == b"PREAUTH", tags)


def greeted(settings: ImapSettings) -> Steps[Response]:
    """The greeting; what stands before it while authentication is stuck is a notice."""
    yield Enter(Phase.GREETING)
    for _ in range(UNTAGGED_LIMIT):
        line = yield from read_response(Phase.GREETING)
        response = parsed(line[2:])
        if not line.startswith(b"* "):
            raise malformed(Phase.GREETING, line)
        if response.word == b"BYE":
            raise farewell(response, Phase.GREETING, Reason.GREETING_REJECTED)
        if response.word == b"OK" and response.rest.lower().startswith(_STALLED):
            yield Note(Reason.AUTH_STALLED)
        elif response.word == b"OK" or (response.word == b"PREAUTH" and settings.allow_preauth):
            return response
        else:
            raise malformed(Phase.GREETING, line)
    raise exceeded(Phase.GREETING, b"")


def _capabilities(tags: Tags, offers: Offers, phase: Phase) -> Steps[None]:
    yield Enter(phase)
    untagged = yield from asked(b"CAPABILITY", tags, phase)
    found = next((response.capabilities for response in untagged if response.capabilities is not None), None)
    if found is None:
        yield Note(Reason.CAPS_UNKNOWN)
    else:
        yield from offers.listed(_named(found), phase)


def _upgraded(mode: TlsMode, offers: Offers, preauth: bool, tags: Tags) -> Steps[None]:
    """STARTTLS is for sessions that have not logged in (RFC 3501 section 6.2.1)."""
    if preauth or not offers.offers("STARTTLS"):
        if mode is TlsMode.STARTTLS:
            raise stopped(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED), b"")
        yield Note(Reason.TLS_NOT_OFFERED)
        return
    yield Enter(Phase.STARTTLS)
    yield from asked(b"STARTTLS", tags, Phase.STARTTLS)
    yield from offers.upgrade()
    yield from _capabilities(tags, offers, Phase.HELLO2)


def _identified(tags: Tags, phase: Phase) -> Steps[None]:
    """ID says who we are; what the server says of itself is not needed."""
    tag = tags.next()
    yield Send(b'%b ID ("name" "gslb probe")\r\n' % tag, pending_ok=True)
    response, _ = yield from read_tagged(tag, phase)
    if response.word != b"OK":
        yield Note(Reason.REPLY_IGNORED)


def _looked(stage: str, tags: Tags) -> Steps[None]:
    """EXAMINE opens the mailbox without changing it (RFC 3501 section 6.3.2)."""
    if stage == "mailbox":
        yield Enter(Phase.COMMAND)
        yield from asked(b"EXAMINE INBOX", tags, Phase.COMMAND)


def asked(command: bytes, tags: Tags, phase: Phase) -> Steps[list[Response]]:
    """One command that must be answered by OK; what the server said, its last word last."""
    tag = tags.next()
    yield Send(b"%b %b\r\n" % (tag, command), pending_ok=True)
    response, untagged = yield from read_tagged(tag, phase)
    if response.word != b"OK":
        raise refusal(response, phase)
    return [*untagged, response]


def logged_out(tags: Tags) -> Steps[None]:
    """The farewell."""
    yield from asked(b"LOGOUT", tags, Phase.QUIT)


def _named(capabilities: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(shown(name) for name in capabilities)
