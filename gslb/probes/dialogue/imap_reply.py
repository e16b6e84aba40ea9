"""IMAP responses (RFC 3501 sections 2.2 and 7, RFC 9051, response codes of RFC 5530)."""

import re
from dataclasses import dataclass
from typing import Final

from gslb.model.observations import Degraded, Failed, Outcome, Phase, Reason
from gslb.probes.dialogue.commands import REPLY_BYTES, ReadBytes, ReadLine, Steps
from gslb.probes.dialogue.endings import Stop, exceeded, malformed, next_line, received, stopped

LITERAL_LIMIT: Final = 4096
UNTAGGED_LIMIT: Final = 50

_READ_LINE: Final = ReadLine(8192)
_LITERAL: Final = re.compile(rb"\{(\d{1,20})\+?\}\Z")
_BUSY: Final = (b"UNAVAILABLE", b"LIMIT", b"INUSE")


@dataclass(frozen=True, slots=True)
class Response:
    """`OK text`, `NO [CODE] text`, or untagged data: its first word in capitals, and the rest."""

    word: bytes
    rest: bytes

    @property
    def code(self) -> bytes:
        """The first word of the response code, in capitals; empty without one."""
        if not self.rest.startswith(b"["):
            return b""
        return self.rest[1:].partition(b"]")[0].partition(b" ")[0].upper()

    @property
    def text(self) -> bytes:
        """Word and rest, as they are shown."""
        return self.word + b" " + self.rest

    @property
    def is_busy(self) -> bool:
        """Whether it says that others are being served."""
        return self.code in _BUSY or b"too many" in self.rest.lower()

    @property
    def capabilities(self) -> tuple[bytes, ...] | None:
        """The capabilities it lists, as data or as a response code; None where it lists none."""
        if self.word == b"CAPABILITY":
            return tuple(self.rest.split())
        if self.code == b"CAPABILITY":
            return tuple(self.rest[1:].partition(b"]")[0].split()[1:])
        return None


PROMPT: Final = Response(b"+", b"")


class Tags:
    """Tags of one session: a prefix nobody can guess, and a counter."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0

    def next(self) -> bytes:
        """The tag of the next command."""
        self._count += 1
        return f"{self._prefix}{self._count}".encode("ascii")


def parsed(text: bytes) -> Response:
    """A response without its tag."""
    word, _, rest = text.partition(b" ")
    return Response(word.upper(), rest)


def read_response(phase: Phase) -> Steps[bytes]:
    """One response with its literals in place; a literal over the limit is a bomb."""
    line = yield from next_line(phase, _READ_LINE)
    size = len(line)
    parts = [line]
    while match := _LITERAL.search(line[-24:]):
        count = int(match[1])
        size += count
        if count > LITERAL_LIMIT or size > REPLY_BYTES:
            raise exceeded(phase, parts[0])
        if count:
            parts.append(received((yield ReadBytes(count)), phase))
        line = yield from next_line(phase, _READ_LINE)
        size += len(line)
        parts.append(line)
    return b"".join(parts)


def read_tagged(tag: bytes, phase: Phase) -> Steps[tuple[Response, list[Response]]]:
    """The response to the command of this tag, and all that came before it. BYE ends the session, LOGOUT apart."""
    response, untagged = yield from _read(tag, phase, b"")
    return response, untagged


def read_prompt(tag: bytes, phase: Phase) -> Steps[Response | None]:
    """The server's `+`, told as None; or the command's own response, where it is refused at once."""
    response, _ = yield from _read(tag, phase, b"+")
    return None if response is PROMPT else response


def _read(tag: bytes, phase: Phase, prompt: bytes) -> Steps[tuple[Response, list[Response]]]:
    untagged: list[Response] = []
    size = 0
    while True:
        line = yield from read_response(phase)
        size += len(line)
        who, _, text = line.partition(b" ")
        if who == tag:
            return parsed(text), untagged
        if prompt and who == prompt:
            return PROMPT, untagged
        if who != b"*":
            raise malformed(phase, line)
        response = parsed(text)
        if response.word == b"BYE" and phase is not Phase.QUIT:
            raise farewell(response, phase, Reason.EOF_MID_SESSION)
        untagged.append(response)
        if len(untagged) > UNTAGGED_LIMIT or size > REPLY_BYTES:
            raise exceeded(phase, line)


def farewell(response: Response, phase: Phase, otherwise: Reason) -> Stop:
    """The server's BYE: it is busy, or it does not want us."""
    outcome: Outcome = Failed(phase, otherwise)
    if response.is_busy:
        outcome = Degraded(phase, Reason.BUSY, load=True)
    return stopped(outcome, response.text, "BYE", in_sync=False)


def refusal(response: Response, phase: Phase) -> Stop:
    """NO or BAD (or neither) where OK was asked for."""
    outcome: Outcome = Failed(phase, Reason.PROTOCOL_ERROR)
    if response.word in (b"NO", b"BAD") and phase is Phase.STARTTLS:
        outcome = Failed(phase, Reason.STARTTLS_REFUSED)
    elif response.word == b"NO":
        outcome = Failed(phase, Reason.PERM_REPLY)
    known = response.word in (b"NO", b"BAD")
    if response.word == b"NO" and (response.is_busy or response.code == b"SERVERBUG"):
        outcome = Degraded(phase, Reason.BUSY, load=True)
    return stopped(outcome, response.text, response.word.decode() if known else "", in_sync=known)
