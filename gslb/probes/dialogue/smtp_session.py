"""The part that smtp and submission share: greeting, EHLO, STARTTLS, EHLO again, QUIT.

S: 220-… 220 …            the whole greeting, before anything is said
C: EHLO name
S: 250-… 250 …
C: STARTTLS               RFC 3207; the answers to the first EHLO are forgotten (section 4.2)
S: 220 …
C: EHLO name
C: QUIT                   RFC 5321 section 4.1.1.10; whatever happens after it is a clean end
"""

from typing import Final

from gslb.model.observations import Failed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.commands import Enter, Note, Offered, Send, StartTls, Steps
from gslb.probes.dialogue.endings import command_line, stopped
from gslb.probes.dialogue.smtp_reply import Reply, read_reply, refusal
from gslb.probes.dialogue.text import shown

QUIT: Final = b"QUIT\r\n"
RSET: Final = b"RSET\r\n"

_UNKNOWN_COMMAND: Final = (500, 502, 504)


def greeted() -> Steps[Reply]:
    """The greeting, all of it."""
    yield Enter(Phase.GREETING)
    reply = yield from read_reply(Phase.GREETING)
    if reply.kind != 2:
        raise refusal(reply, Phase.GREETING)
    return reply


def introduced(name: str, tls: TlsMode, *, helo_fallback: bool = False) -> Steps[None]:
    """EHLO, and again after STARTTLS where `tls` says so and the server offers it."""
    caps = yield from _hello(name, Phase.HELLO, helo_fallback=helo_fallback)
    if tls not in (TlsMode.TRY, TlsMode.STARTTLS):
        return
    if any(cap.upper() == "STARTTLS" for cap in caps):
        yield from _encrypted()
        yield from _hello(name, Phase.HELLO2)
    elif tls is TlsMode.STARTTLS:
        raise stopped(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED), b"")
    else:
        yield Note(Reason.TLS_NOT_OFFERED)


def _hello(name: str, phase: Phase, *, helo_fallback: bool = False) -> Steps[tuple[str, ...]]:
    """The capabilities; none known where only HELO was understood (RFC 5321 section 3.2)."""
    yield Enter(phase)
    yield Send(command_line(f"EHLO {name}"))
    reply = yield from read_reply(phase)
    if helo_fallback and reply.code in _UNKNOWN_COMMAND:
        yield Note(Reason.CAPS_UNKNOWN)
        yield Send(command_line(f"HELO {name}"))
        reply = yield from read_reply(phase)
        reply = Reply(reply.code, reply.lines[:1]) if reply.kind == 2 else reply
    if reply.kind != 2:
        raise refusal(reply, phase)
    caps = tuple(shown(line.strip()) for line in reply.lines[1:])
    yield Offered(caps)
    return caps


def _encrypted() -> Steps[None]:
    yield Enter(Phase.STARTTLS)
    yield Send(b"STARTTLS\r\n")
    reply = yield from read_reply(Phase.STARTTLS)
    if reply.kind != 2:
        # A refused offer counts under `try` too: senders would defer here, or deliver in the clear.
        raise refusal(reply, Phase.STARTTLS)
    yield StartTls()


def said_farewell(commands: list[bytes]) -> Steps[None]:
    """Each command and its reply; one that is refused is a notice only."""
    for command in commands:
        yield Send(command)
        reply = yield from read_reply(Phase.QUIT)
        if reply.kind != 2:
            yield Note(Reason.REPLY_IGNORED)
