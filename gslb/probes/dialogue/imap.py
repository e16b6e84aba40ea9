"""imap: greeting, CAPABILITY, STARTTLS, CAPABILITY again, LOGOUT (RFC 3501 and 9051); never SELECT.

    S: * OK …                   * PREAUTH only where allowed, * BYE: busy or rejected
    C: a1 CAPABILITY            left out where the greeting listed them and no TLS step follows
    C: a2 STARTTLS              capabilities are forgotten (RFC 3501 section 6.2.1)
    C: a3 CAPABILITY
    C: a4 LOGOUT

Untagged responses may come at any time, so unasked bytes are no fault here but before the handshake.
"""

from gslb.model.checks import ImapSettings
from gslb.model.observations import Failed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Enter, Note, Offered, Send, StartTls, Steps
from gslb.probes.dialogue.endings import exceeded, malformed, passed, politely, stopped
from gslb.probes.dialogue.imap_reply import (
    UNTAGGED_LIMIT,
    Response,
    farewell,
    parsed,
    read_response,
    read_tagged,
    refusal,
)
from gslb.probes.dialogue.text import shown

# Dovecot says so, before its greeting, while its authentication process does not answer.
_STALLED = b"waiting for authentication"


class _Tags:
    """Tags of one session: a prefix nobody can guess, and a counter."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0

    def next(self) -> bytes:
        self._count += 1
        return f"{self._prefix}{self._count}".encode("ascii")


def imap(settings: ImapSettings, tag: str) -> Dialogue:
    """The dialogue; `tag` is the prefix of its tags, letters drawn for this session."""
    tags = _Tags(tag)
    return politely(_steps(settings, tags), _logout(tags), pending_ok=True)


def _steps(settings: ImapSettings, tags: _Tags) -> Steps[Conclusion]:
    greeting = yield from _greeted(settings)
    if settings.stage != "greeting":
        upgrade = settings.tls.mode in (TlsMode.TRY, TlsMode.STARTTLS)
        offered = None if upgrade else greeting.capabilities
        if offered is None:
            offered = yield from _capabilities(tags, Phase.HELLO)
        else:
            yield Offered(_named(offered))
        if upgrade:
            yield from _upgraded(settings, offered, greeting.word == b"PREAUTH", tags)
    return passed(greeting.rest, greeting.word.decode())


def _greeted(settings: ImapSettings) -> Steps[Response]:
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


def _capabilities(tags: _Tags, phase: Phase) -> Steps[tuple[bytes, ...]]:
    yield Enter(phase)
    untagged = yield from _asked(b"CAPABILITY", tags, phase)
    found = next((response.capabilities for response in untagged if response.capabilities is not None), None)
    if found is None:
        yield Note(Reason.CAPS_UNKNOWN)
        return ()
    yield Offered(_named(found))
    return found


def _upgraded(settings: ImapSettings, offered: tuple[bytes, ...], preauth: bool, tags: _Tags) -> Steps[None]:
    """STARTTLS is for sessions that have not logged in (RFC 3501 section 6.2.1)."""
    if preauth or not any(name.upper() == b"STARTTLS" for name in offered):
        if settings.tls.mode is TlsMode.STARTTLS:
            raise stopped(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED), b"")
        yield Note(Reason.TLS_NOT_OFFERED)
        return
    yield Enter(Phase.STARTTLS)
    yield from _asked(b"STARTTLS", tags, Phase.STARTTLS)
    yield StartTls()
    yield from _capabilities(tags, Phase.HELLO2)


def _asked(command: bytes, tags: _Tags, phase: Phase) -> Steps[list[Response]]:
    tag = tags.next()
    yield Send(b"%b %b\r\n" % (tag, command), pending_ok=True)
    response, untagged = yield from read_tagged(tag, phase)
    if response.word != b"OK":
        raise refusal(response, phase)
    return [*untagged, response]


def _logout(tags: _Tags) -> Steps[None]:
    yield from _asked(b"LOGOUT", tags, Phase.QUIT)


def _named(capabilities: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(shown(name) for name in capabilities)
