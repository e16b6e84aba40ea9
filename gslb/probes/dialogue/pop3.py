"""pop3: greeting, CAPA, STLS, CAPA again, a login, QUIT (RFC 1939, 2449, 2595); never USER without TLS, never RETR.

S: +OK …
C: CAPA     -ERR is an old server: its capabilities stay unknown
C: STLS     tried where TLS is required and CAPA was not understood
C: CAPA
C: AUTH     or USER and PASS; stage login and mailbox
C: STAT     stage mailbox
C: QUIT
"""

import re
from typing import Final

from gslb.model.checks import Pop3Settings
from gslb.model.observations import Failed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.capabilities import Offers, asserted, marked
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Enter, Note, Send, Steps
from gslb.probes.dialogue.endings import malformed, passed, politely, stopped
from gslb.probes.dialogue.login import Entry
from gslb.probes.dialogue.pop3_auth import authenticated
from gslb.probes.dialogue.pop3_reply import Status, read_list, read_status, refusal
from gslb.probes.dialogue.text import shown

_COUNT: Final = re.compile(rb"\d+ +\d+")
"""Messages, and their octets in all (RFC 1939 section 5)."""


def pop3(settings: Pop3Settings, entry: Entry = None) -> Dialogue:
    """The dialogue."""
    return politely(_steps(settings, entry), _quit())


def _steps(settings: Pop3Settings, entry: Entry) -> Steps[Conclusion]:
    yield Enter(Phase.GREETING)
    greeting = yield from read_status(Phase.GREETING)
    if not greeting.ok:
        raise refusal(greeting, Phase.GREETING)
    offers = Offers(settings.tls.mode)
    if settings.stage != "greeting":
        yield from _capabilities(offers, Phase.HELLO)
        if settings.tls.mode in (TlsMode.TRY, TlsMode.STARTTLS):
            yield from _upgraded(settings.tls.mode, offers)
    found = yield from asserted(settings.caps, offers)
    if settings.stage in ("login", "mailbox") and (yield from authenticated(entry, offers)):
        yield from _looked(settings.stage)
    return marked(passed(greeting.text, "+OK"), found, offers)


def _capabilities(offers: Offers, phase: Phase) -> Steps[None]:
    """What CAPA lists; none known where the server does not know the command."""
    yield Enter(phase)
    status = yield from _asked(b"CAPA", phase)
    if status.ok:
        lines = yield from read_list(phase)
        yield from offers.listed(tuple(shown(line) for line in lines), phase)
    elif status.is_temporary:
        raise refusal(status, phase)
    else:
        yield Note(Reason.CAPS_UNKNOWN)


def _upgraded(mode: TlsMode, offers: Offers) -> Steps[None]:
    required = mode is TlsMode.STARTTLS
    if offers.offers("STLS") or (offers.current is None and required):
        yield Enter(Phase.STARTTLS)
        status = yield from _asked(b"STLS", Phase.STARTTLS)
        if not status.ok:
            raise refusal(status, Phase.STARTTLS)
        yield from offers.upgrade()
        yield from _capabilities(offers, Phase.HELLO2)
    elif required:
        raise stopped(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED), b"")
    else:
        yield Note(Reason.TLS_NOT_OFFERED)


def _looked(stage: str) -> Steps[None]:
    """STAT counts the mailbox, and changes nothing."""
    if stage != "mailbox":
        return
    yield Enter(Phase.COMMAND)
    status = yield from _asked(b"STAT", Phase.COMMAND)
    if not status.ok:
        raise refusal(status, Phase.COMMAND)
    if not _COUNT.match(status.text):
        raise malformed(Phase.COMMAND, status.text)


def _asked(command: bytes, phase: Phase) -> Steps[Status]:
    yield Send(command + b"\r\n")
    return (yield from read_status(phase))


def _quit() -> Steps[None]:
    status = yield from _asked(b"QUIT", Phase.QUIT)
    if not status.ok:
        yield Note(Reason.REPLY_IGNORED)
