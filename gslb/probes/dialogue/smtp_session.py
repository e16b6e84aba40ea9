"""The part that smtp, submission, lmtp and relay share: greeting, EHLO (LHLO), STARTTLS, EHLO again, QUIT.

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
from gslb.probes.dialogue.capabilities import Offers
from gslb.probes.dialogue.commands import Enter, Note, Send, Steps
from gslb.probes.dialogue.endings import command_line, stopped
from gslb.probes.dialogue.patterns import is_found
from gslb.probes.dialogue.smtp_reply import GOODBYE, Reply, read_reply, refusal
from gslb.probes.dialogue.text import shown

QUIT: Final = b"QUIT\r\n"
RSET: Final = b"RSET\r\n"
BANNER_LIMIT: Final = 2048
"""Octets of a greeting that an operator's pattern is tried on."""

_UNKNOWN_COMMAND: Final = (500, 502, 504)


def greeted(pattern: str | None = None) -> Steps[Reply]:
    """The greeting, all of it; `pattern` must match somewhere in its text."""
    yield Enter(Phase.GREETING)
    reply = yield from read_reply(Phase.GREETING)
    if reply.kind != 2:
        raise refusal(reply, Phase.GREETING)
    if pattern is not None and not is_found(pattern, reply.text[:BANNER_LIMIT].decode("latin-1")):
        raise stopped(Failed(Phase.GREETING, Reason.BODY_MISMATCH), reply.text, str(reply.code))
    return reply


def introduced(
    name: str, tls: TlsMode, offers: Offers, *, helo_fallback: bool = False, verb: str = "EHLO"
) -> Steps[None]:
    """EHLO, and again after STARTTLS where `tls` says so and the server offers it; `offers` learns both lists."""
    yield from _hello(f"{verb} {name}", Phase.HELLO, offers, f"HELO {name}" if helo_fallback else None)
    if tls not in (TlsMode.TRY, TlsMode.STARTTLS):
        return
    if offers.offers("STARTTLS"):
        yield from _encrypted(offers)
        yield from _hello(f"{verb} {name}", Phase.HELLO2, offers)
    elif tls is TlsMode.STARTTLS:
        raise stopped(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED), b"")
    else:
        yield Note(Reason.TLS_NOT_OFFERED)


def _hello(command: str, phase: Phase, offers: Offers, fallback: str | None = None) -> Steps[None]:
    """The capabilities; none known where only HELO was understood (RFC 5321 section 3.2)."""
    yield Enter(phase)
    yield Send(command_line(command), unasked=GOODBYE)
    reply = yield from read_reply(phase)
    if fallback is not None and reply.code in _UNKNOWN_COMMAND:
        yield Note(Reason.CAPS_UNKNOWN)
        yield Send(command_line(fallback), unasked=GOODBYE)
        reply = yield from read_reply(phase)
        if reply.kind == 2:
            return
    if reply.kind != 2:
        raise refusal(reply, phase)
    yield from offers.listed(tuple(shown(line.strip()) for line in reply.lines[1:]), phase)


def _encrypted(offers: Offers) -> Steps[None]:
    yield Enter(Phase.STARTTLS)
    yield Send(b"STARTTLS\r\n", unasked=GOODBYE)
    reply = yield from read_reply(Phase.STARTTLS)
    if reply.kind != 2:
        # A refused offer counts under `try` too: senders would defer here, or deliver in the clear.
        raise refusal(reply, Phase.STARTTLS)
    yield from offers.upgrade()


def said_farewell(commands: list[bytes]) -> Steps[None]:
    """Each command and its reply; one that is refused is a notice only."""
    for command in commands:
        yield Send(command, unasked=GOODBYE)
        reply = yield from read_reply(Phase.QUIT)
        if reply.kind != 2:
            yield Note(Reason.REPLY_IGNORED)
