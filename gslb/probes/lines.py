"""The shell that drives a dialogue over a stream: it does what the dialogue asks, and keeps the rules of the wire.

Between a reply and the next command nothing may wait in the buffer: bytes nobody asked for are a protocol_error, and
behind the go-ahead of STARTTLS they are starttls_injection, whoever put them there. A server may say goodbye unasked
where its protocol lets it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias, cast

from gslb.model.checks import TlsSettings
from gslb.model.observations import Passed, Phase, Reason
from gslb.model.targets import Target
from gslb.model.values import Address
from gslb.probes.contexts import PLAIN_TERMS, Terms
from gslb.probes.dialogue.commands import (
    END,
    Answer,
    Command,
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
from gslb.probes.dialogue.cutting import cut_line
from gslb.probes.dialogue.text import MASK, shown
from gslb.probes.faults import StreamFault
from gslb.probes.journal import Journal
from gslb.probes.opening import encrypt, opened
from gslb.probes.rote import Act, Session, Step, Words, first_step
from gslb.probes.streams import Stream

Reading: TypeAlias = ReadLine | ReadSome | ReadBytes
Lengthy: TypeAlias = StartTls | Pause

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
    by_heart: bool = False,
) -> None:
    """Dial, and hold the dialogue to its end; the verdict goes to the journal. Raises StreamFault.

    `begin` gets the name to say in EHLO, which may depend on the local address of the connection. `terms` are those of
    every handshake; guarded where the dialogue will send a secret. `by_heart`: the target's settings and that name are
    all the dialogue depends on, so what it did before may be done again (gslb.probes.rote).
    """
    stream = await opened(target, tls, journal, terms=terms)
    name = journal.name or address_literal(stream.source)
    first = first_step(target.settings, name) if by_heart and journal.transcript is None else None
    session = Session(lambda: begin(name), first)
    await Conversation(stream, session, journal, tls or TlsSettings(), terms).held()
    await close(stream)


def address_literal(address: Address | None) -> str:
    """How a host without a name introduces itself (RFC 5321 section 4.1.3)."""
    if address is None:
        return "[127.0.0.1]"
    return f"[{address}]" if address.version == 4 else f"[IPv6:{str(address).partition('%')[0]}]"


class Conversation:
    """One dialogue over one stream.

    It goes on from within the stream's own callbacks: what can be done is done when bytes come, and nothing is woken
    up but for a handshake, for a pause and at the end. A task woken for each reply costs more than the dialogue does.
    """

    def __init__(
        self, stream: Stream, session: Session, journal: Journal, tls: TlsSettings, terms: Terms = PLAIN_TERMS
    ) -> None:
        self._stream = stream
        self._session = session
        self._journal = journal
        self._tls = tls
        self._terms = terms
        self._first_line_at = 0.0
        self._waiting: Reading = ReadSome()
        self._over: asyncio.Future[Lengthy | None]

    async def held(self) -> None:
        """To the end, command by command. Raises StreamFault."""
        while (asked := await self._talked()) is not None:
            if isinstance(asked, StartTls):
                await encrypt(self._stream, self._tls, self._journal, Phase.TLS_UPGRADE, self._terms)
            else:
                await asyncio.sleep(asked.seconds)

    async def _talked(self) -> Lengthy | None:
        """Go on until the dialogue asks for what takes its time, or has nothing more to ask."""
        self._over = asyncio.get_running_loop().create_future()
        self._stream.listener = self._hear
        try:
            self._take_up(None)
            return await self._over
        finally:
            self._stream.listener = None

    def _hear(self) -> None:
        """Something has come, or the peer has closed."""
        if not self._over.done():
            self._take_up(bytes(self._stream.buffer))

    def _take_up(self, words: Words) -> None:
        """Go on from what waits in the buffer (None: nothing is waited for), by heart or by asking the dialogue."""
        try:
            self._stream.check_limit()
            step = self._session.recall(words)
            if step is None:
                self._improvise(words)
            else:
                if words is not None:
                    self._stream.buffer.clear()
                self._repeat(step)
            fresh = words is None or step is not None
            if fresh and not self._over.done() and (self._stream.buffer or self._stream.has_ended()):
                self._take_up(bytes(self._stream.buffer))
        except Exception as error:  # noqa: BLE001 - to be raised where `held` is awaited
            self._over.set_exception(error)

    def _repeat(self, step: Step) -> None:
        """Do what was done before."""
        if step.lines:
            self._journal.lines_in += step.lines
            if self._journal.phase is Phase.GREETING:
                self._time_greeting()
        for do, command in step.acts:
            do(self, command)
        if isinstance(step.asks, Reading):
            self._waiting = step.asks
        else:
            self._end(step.asks)

    def _improvise(self, words: Words) -> None:
        """Have the dialogue go on until it waits, and keep what it did where these words alone led to it."""
        lines = self._journal.lines_in
        answer = None if words is None else self._read(self._waiting)
        if answer is None and words is not None:
            return
        answers, acts = [answer], list[Act]()
        dialogue = self._session.dialogue(INSTANT)
        asks = self._done(dialogue, answer, acts)
        while words is not None and isinstance(asks, Reading) and (answer := self._read(asks)) is not None:
            answers.append(answer)
            asks = self._done(dialogue, answer, acts)
        if words is not None and (self._stream.buffer or END in answers):
            self._session.lose()
        else:
            self._session.keep(words, Step(tuple(answers), tuple(acts), self._journal.lines_in - lines, asks))
        if isinstance(asks, Reading):
            self._waiting = asks
        else:
            self._end(asks)

    def _done(self, dialogue: Dialogue, answer: Answer, acts: list[Act]) -> Command | None:
        """Answer the dialogue, and do what can be done at once; what it asks for then, None at its end."""
        try:
            while (do := INSTANT.get(type(command := dialogue.send(answer)))) is not None:
                do(self, command)
                acts.append((do, command))
                answer = None
        except StopIteration:
            return None
        return command

    def _end(self, asks: Command | None) -> None:
        """What has to be awaited, or nothing more."""
        if isinstance(asks, StartTls) and self._stream.buffer:
            raise StreamFault(None, Reason.STARTTLS_INJECTION, shown(self._stream.buffer))
        self._over.set_result(cast("Lengthy | None", asks))

    def _read(self, command: Reading) -> Answer:
        """What was asked for, or END; None while it may still come."""
        answer = READING[type(command)](self, command)
        if answer is not None or not self._stream.has_ended():
            return answer
        if isinstance(command, ReadLine) and self._stream.buffer.endswith(b"\r"):
            raise StreamFault(None, Reason.PROTOCOL_ERROR, "a line that ends in CR alone")
        return END

    # what is done at once

    def _enter(self, command: Enter) -> None:
        self._first_line_at = 0.0
        self._journal.enter(command.phase)

    def _send(self, command: Send) -> None:
        self._refuse_pending(command)
        if command.secret and not self._stream.guarded:
            raise RuntimeError("a secret, and nobody has verified whom it would go to")
        if self._journal.transcript is not None:
            self._journal.say(f"C: {MASK if command.secret else shown(command.data.rstrip())}")
        self._stream.write(command.data)

    def _note(self, command: Note) -> None:
        self._journal.note(command.reason)

    def _logged_in(self, _: LoggedIn) -> None:
        self._journal.accepted = True

    def _offered(self, command: Offered) -> None:
        if self._stream.encrypted:
            self._journal.caps_tls = command.caps
        else:
            self._journal.caps_plain = command.caps

    def _conclude(self, command: Conclude) -> None:
        """A failure stands as it is; what passed is spoilt by bytes that nobody asked for."""
        if isinstance(command.conclusion.outcome, Passed):
            self._refuse_pending(command)
        self._journal.conclude(command.conclusion)
        self._refuse_pending(command)

    def _refuse_pending(self, command: Send | Conclude) -> None:
        if self._stream.buffer and not command.pending_ok and not _is_excused(self._stream.buffer, command.unasked):
            raise StreamFault(None, Reason.PROTOCOL_ERROR, f"not asked for: {shown(self._stream.buffer)}")

    # what may have to be waited for: None while it is not there

    def _line(self, command: ReadLine) -> bytes | None:
        buffer = self._stream.buffer
        line = cut_line(buffer, command.limit) if buffer else None
        if line is None:
            return None
        if isinstance(line, Reason):
            raise StreamFault(None, line, shown(buffer))
        del buffer[: line.taken]
        journal = self._journal
        journal.lines_in += 1
        if line.bare_lf:
            self._session.lose()
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

    def _some(self, _: ReadSome) -> bytes | None:
        if not self._stream.buffer:
            return None
        data = self._stream.take()
        if self._journal.transcript is not None:
            self._journal.say(f"S: {shown(data)}")
        return data

    def _bytes(self, command: ReadBytes) -> bytes | None:
        return self._stream.take(command.count) if len(self._stream.buffer) >= command.count else None


def _is_excused(pending: bytearray, unasked: bytes) -> bool:
    """Whether what waits begins as it may, or has only begun to."""
    return bool(unasked) and unasked.startswith(bytes(pending[: len(unasked)]))


INSTANT: Final[Mapping[type, Callable[[Conversation, Any], None]]] = {
    Enter: Conversation._enter,
    Send: Conversation._send,
    Note: Conversation._note,
    Offered: Conversation._offered,
    LoggedIn: Conversation._logged_in,
    Conclude: Conversation._conclude,
}
READING: Final[Mapping[type, Callable[[Conversation, Any], bytes | None]]] = {
    ReadLine: Conversation._line,
    ReadSome: Conversation._some,
    ReadBytes: Conversation._bytes,
}
