"""The shell that drives a dialogue over a stream: it does what the dialogue asks, and keeps the rules of the wire.

Between a reply and the next command nothing may wait in the buffer: bytes nobody asked for are a protocol_error, and
behind the go-ahead of STARTTLS they are starttls_injection, whoever put them there.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from gslb.model.checks import TlsSettings
from gslb.model.observations import Passed, Phase, Reason
from gslb.model.targets import Target
from gslb.model.values import Address
from gslb.probes.contexts import PLAIN_TERMS, Terms
from gslb.probes.dialogue.commands import (
    END,
    Answer,
    Conclude,
    Dialogue,
    Enter,
    LoggedIn,
    Note,
    Offered,
    Pause,
    ReadBytes,
    ReadLine,
    ReadSome,
    Send,
    StartTls,
)
from gslb.probes.dialogue.cutting import Line, cut_line
from gslb.probes.dialogue.text import MASK, shown
from gslb.probes.faults import StreamFault
from gslb.probes.journal import Journal
from gslb.probes.opening import encrypt, opened
from gslb.probes.streams import Stream

Waiting: TypeAlias = ReadSome | ReadBytes | StartTls | Pause
Instant: TypeAlias = Enter | Send | Note | Offered | LoggedIn | Conclude
INSTANT: Final = (Enter, Send, Note, Offered, LoggedIn, Conclude)

GREET_DELAY: Final = 1.0
"""Seconds between the first line of a greeting and its last that are worth a notice."""


async def converse(
    target: Target,
    begin: Callable[[str], Dialogue],
    journal: Journal,
    tls: TlsSettings | None = None,
    *,
    terms: Terms = PLAIN_TERMS,
    close: Callable[[Stream], Awaitable[None]] = Stream.close,
) -> None:
    """Dial, and hold the dialogue to its end; the verdict goes to the journal. Raises StreamFault.

    `begin` gets the name to say in EHLO, which may depend on the local address of the connection. `terms` are those of
    every handshake; guarded where the dialogue will send a secret.
    """
    stream = await opened(target, tls, journal, terms=terms)
    dialogue = begin(journal.name or address_literal(stream.source))
    await Conversation(stream, dialogue, journal, tls or TlsSettings(), terms).held()
    await close(stream)


def address_literal(address: Address | None) -> str:
    """How a host without a name introduces itself (RFC 5321 section 4.1.3)."""
    if address is None:
        return "[127.0.0.1]"
    return f"[{address}]" if address.version == 4 else f"[IPv6:{str(address).partition('%')[0]}]"


class Conversation:
    """One dialogue over one stream."""

    def __init__(
        self, stream: Stream, dialogue: Dialogue, journal: Journal, tls: TlsSettings, terms: Terms = PLAIN_TERMS
    ) -> None:
        self._stream = stream
        self._dialogue = dialogue
        self._journal = journal
        self._tls = tls
        self._terms = terms
        self._first_line_at = 0.0

    async def held(self) -> None:
        """Command by command, until the dialogue has nothing more to ask."""
        answer: Answer = None
        while True:
            try:
                command = self._dialogue.send(answer)
            except StopIteration:
                return
            if isinstance(command, ReadLine):
                line = self._cut(command.limit)
                answer = line if line is not None else await self._line(command.limit)
            elif isinstance(command, INSTANT):  # a tuple: a union of types is slower, and this is the hottest line
                answer = None
                self._done(command)
            else:
                answer = await self._waited(command)

    def _done(self, command: Instant) -> None:
        if isinstance(command, Enter):
            self._first_line_at = 0.0
            self._journal.enter(command.phase)
        elif isinstance(command, Send):
            self._send(command)
        elif isinstance(command, Note):
            self._journal.note(command.reason)
        elif isinstance(command, LoggedIn):
            self._journal.accepted = True
        elif isinstance(command, Offered):
            if self._stream.encrypted:
                self._journal.caps_tls = command.caps
            else:
                self._journal.caps_plain = command.caps
        else:
            self._conclude(command)

    async def _waited(self, command: Waiting) -> Answer:
        if isinstance(command, StartTls):
            return await self._start_tls()
        if isinstance(command, ReadSome):
            return await self._some()
        if isinstance(command, Pause):
            await asyncio.sleep(command.seconds)
            return None
        return await self._bytes(command.count)

    def _conclude(self, command: Conclude) -> None:
        """A failure stands as it is; what passed is spoilt by bytes that nobody asked for."""
        if isinstance(command.conclusion.outcome, Passed):
            self._refuse_pending(command.pending_ok)
        self._journal.conclude(command.conclusion)
        self._refuse_pending(command.pending_ok)

    def _send(self, command: Send) -> None:
        self._refuse_pending(command.pending_ok)
        if command.secret and not self._stream.guarded:
            raise RuntimeError("a secret, and nobody has verified whom it would go to")
        if self._journal.transcript is not None:
            self._journal.say(f"C: {MASK if command.secret else shown(command.data.rstrip())}")
        self._stream.write(command.data)

    def _refuse_pending(self, pending_ok: bool) -> None:
        if self._stream.buffer and not pending_ok:
            raise StreamFault(None, Reason.PROTOCOL_ERROR, f"not asked for: {shown(self._stream.buffer)}")

    async def _start_tls(self) -> Answer:
        if self._stream.buffer:
            raise StreamFault(None, Reason.STARTTLS_INJECTION, shown(self._stream.buffer))
        await encrypt(self._stream, self._tls, self._journal, Phase.TLS_UPGRADE, self._terms)
        return None

    def _cut(self, limit: int) -> bytes | None:
        """A line that is there already."""
        buffer = self._stream.buffer
        line = cut_line(buffer, limit) if buffer else None
        if isinstance(line, Reason):
            raise StreamFault(None, line, shown(buffer))
        return None if line is None else self._taken(line)

    async def _line(self, limit: int) -> Answer:
        while await self._stream.read():
            line = self._cut(limit)
            if line is not None:
                return line
        if self._stream.buffer.endswith(b"\r"):
            raise StreamFault(None, Reason.PROTOCOL_ERROR, "a line that ends in CR alone")
        return END

    def _taken(self, line: Line) -> bytes:
        del self._stream.buffer[: line.taken]
        journal = self._journal
        journal.lines_in += 1
        if line.bare_lf:
            journal.note(Reason.BARE_LF)
        if journal.phase is Phase.GREETING:
            self._time_greeting()
        if journal.transcript is not None:
            journal.say(f"S: {shown(line.data)}")
        return line.data

    def _time_greeting(self) -> None:
        """A pause inside a greeting is policy (an early-talker test), and eats into the deadline."""
        now = time.perf_counter()
        if not self._first_line_at:
            self._first_line_at = now
        elif now - self._first_line_at >= GREET_DELAY:
            self._journal.note(Reason.GREET_DELAY)

    async def _some(self) -> Answer:
        while not self._stream.buffer:
            if not await self._stream.read():
                return END
        data = self._stream.take()
        if self._journal.transcript is not None:
            self._journal.say(f"S: {shown(data)}")
        return data

    async def _bytes(self, count: int) -> Answer:
        while len(self._stream.buffer) < count:
            if not await self._stream.read():
                return END
        return self._stream.take(count)
