"""SMTP replies (RFC 5321 section 4.2, RFC 3463, RFC 2034) and what those mean that refuse.

reply             outcome                            where
421               see `_busy`                        anywhere
4xx               degraded, busy                     greeting, STARTTLS
452, 4.3.1, 4.2.2 degraded, storage_full             elsewhere
4xx               degraded, temp_reply               elsewhere
5xx               failed, greeting_rejected          greeting
5xx               failed, starttls_refused           STARTTLS
5xx               failed, perm_reply                 elsewhere
3xx               failed, protocol_error             no command of a probe asks for one
"""

import re
from dataclasses import dataclass
from typing import Final

from gslb.model.observations import Degraded, Failed, Outcome, Phase, Reason
from gslb.probes.dialogue.commands import REPLY_BYTES, REPLY_LINES, ReadLine, Steps
from gslb.probes.dialogue.endings import Stop, exceeded, malformed, received, stopped

GOODBYE: Final = b"421"
"""May come unasked, and answers what is said next: a server that stops says so when it must (RFC 5321 section 3.8)."""

_READ_LINE: Final = ReadLine()
_REPLY_LINE: Final = re.compile(rb"[2-5][0-9][0-9](?:[ -]|\Z)")
_ENHANCED: Final = re.compile(rb"([245])\.\d{1,3}\.\d{1,3}(?= |$)")


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its code, and the text of each line."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def kind(self) -> int:
        """The first digit of the code."""
        return self.code // 100

    @property
    def enhanced(self) -> str:
        """The enhanced status code; one that contradicts the code is ignored (RFC 2034 section 4)."""
        match = _ENHANCED.match(self.lines[-1][:16])
        return match[0].decode() if match and int(match[1]) == self.kind else ""

    @property
    def text(self) -> bytes:
        """All lines as one."""
        return b" ".join(self.lines)


def read_reply(phase: Phase) -> Steps[Reply]:
    """A whole reply, all its lines with one code. In a greeting a later 4xx or 5xx takes the teaser back.

    Mail servers that test for early talkers say `220-` first and refuse afterwards.
    """
    code = b""
    lines: list[bytes] = []
    size = 0
    while True:
        line = received((yield _READ_LINE), phase)
        size += len(line)
        if len(lines) == REPLY_LINES or size > REPLY_BYTES:
            raise exceeded(phase, line)
        if not _REPLY_LINE.match(line):
            raise malformed(phase, line)
        if code and not line.startswith(code):
            if phase is not Phase.GREETING or line[:1] not in b"45":
                raise malformed(phase, line)
            lines.clear()
        code = line[:3]
        lines.append(line[4:])
        if line[3:4] != b"-":
            return Reply(int(code), tuple(lines))


def refusal(reply: Reply, phase: Phase) -> Stop:
    """What a reply means that is not the 2xx asked for."""
    return stopped(_meaning(reply, phase), reply.text, str(reply.code), reply.enhanced)


def _meaning(reply: Reply, phase: Phase) -> Outcome:
    if reply.code == 421:
        return _busy(reply, phase)
    if reply.kind == 4:
        return _temporary(reply, phase)
    if reply.kind != 5:
        return Failed(phase, Reason.PROTOCOL_ERROR)
    return Failed(phase, _PERMANENT.get(phase, Reason.PERM_REPLY))


_PERMANENT: Final = {Phase.GREETING: Reason.GREETING_REJECTED, Phase.STARTTLS: Reason.STARTTLS_REFUSED}
_STOPPING: Final = (b"service not a", b"shutting down")  # "service not active", "service not available"


def _busy(reply: Reply, phase: Phase) -> Outcome:
    """421: a cap on this client, a cap on all, or a server that is not in service.

    Caps come first: sendmail says 4.3.2 for those as well.
    """
    text = reply.text.lower()
    if b"too many" in text and b"connections" in text and b"from" in text:
        return Degraded(phase, Reason.PER_CLIENT_LIMIT)
    if b"too many" in text or b"limit" in text:
        return Degraded(phase, Reason.BUSY, load=True)
    if reply.enhanced == "4.3.2" or any(words in text for words in _STOPPING):
        return Failed(phase, Reason.NOT_ACCEPTING)
    return Degraded(phase, Reason.BUSY, load=True)


def _temporary(reply: Reply, phase: Phase) -> Outcome:
    if phase is Phase.GREETING:
        busy = _busy(reply, phase)
        return busy if isinstance(busy, Degraded) else Degraded(phase, Reason.BUSY, load=True)
    if phase is Phase.STARTTLS:
        return Degraded(phase, Reason.BUSY, load=True)
    if reply.code == 452 or reply.enhanced in ("4.3.1", "4.2.2"):
        return Degraded(phase, Reason.STORAGE_FULL, load=True)
    return Degraded(phase, Reason.TEMP_REPLY, load=True)
