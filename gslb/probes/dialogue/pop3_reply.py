"""POP3 responses (RFC 1939 section 3) and their codes (RFC 2449 section 8, RFC 3206)."""

from dataclasses import dataclass
from typing import Final

from gslb.model.observations import Degraded, Failed, Outcome, Phase, Reason
from gslb.probes.dialogue.commands import REPLY_BYTES, REPLY_LINES, Steps
from gslb.probes.dialogue.endings import Stop, exceeded, malformed, next_line, stopped

_OCCUPIED: Final = (b"IN-USE", b"LOGIN-DELAY")


@dataclass(frozen=True, slots=True)
class Status:
    """`+OK text` or `-ERR [CODE] text`."""

    ok: bool
    text: bytes

    @property
    def code(self) -> bytes:
        """The response code in capitals; empty without one."""
        return self.text[1:].partition(b"]")[0].upper() if self.text.startswith(b"[") else b""

    @property
    def is_occupied(self) -> bool:
        """Whether another session stands in the way, a client's or our own: no fault of the server, however often."""
        return self.code in _OCCUPIED

    @property
    def is_temporary(self) -> bool:
        """Whether it says "later"."""
        return self.code == b"SYS/TEMP" or self.is_occupied or b"too many" in self.text.lower()


def read_status(phase: Phase) -> Steps[Status]:
    """A one-line response."""
    line = yield from next_line(phase)
    word, _, text = line.partition(b" ")
    if word.upper() not in (b"+OK", b"-ERR"):
        raise malformed(phase, line)
    return Status(word.upper() == b"+OK", text)


def read_prompt(phase: Phase) -> Steps[Status | None]:
    """The server's `+` (RFC 5034), told as None; or a refusal."""
    line = yield from next_line(phase)
    word, _, text = line.partition(b" ")
    if word == b"+":
        return None
    if word.upper() != b"-ERR":
        raise malformed(phase, line)
    return Status(False, text)


def read_list(phase: Phase) -> Steps[tuple[bytes, ...]]:
    """The lines of a multi-line response up to its ".", dots unstuffed; the status line has been read."""
    lines: list[bytes] = []
    size = 0
    while True:
        line = yield from next_line(phase)
        size += len(line)
        if line == b".":
            return tuple(lines)
        lines.append(line[1:] if line.startswith(b".") else line)
        if len(lines) > REPLY_LINES or size > REPLY_BYTES:
            raise exceeded(phase, line)


def refusal(status: Status, phase: Phase) -> Stop:
    """What -ERR means where +OK was asked for."""
    outcome: Outcome = Failed(phase, _PERMANENT.get(phase, Reason.PERM_REPLY))
    if status.is_temporary:
        occupied = status.is_occupied and phase not in _PERMANENT
        outcome = Degraded(phase, Reason.AUTH_TEMP if occupied else Reason.BUSY, load=not occupied)
    return stopped(outcome, status.text, "-ERR")


_PERMANENT: Final = {Phase.GREETING: Reason.GREETING_REJECTED, Phase.STARTTLS: Reason.STARTTLS_REFUSED}
