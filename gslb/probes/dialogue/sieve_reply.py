"""ManageSieve responses (RFC 5804 sections 1.2, 1.3, 4): lines of strings, then OK, NO or BYE with a code and a text.

A string is quoted, or a literal: `{n}`, the line end, n octets, and the line goes on.
"""

import re
from dataclasses import dataclass
from typing import Final

from gslb.model.observations import Degraded, Failed, Outcome, Phase, Reason
from gslb.probes.dialogue.commands import REPLY_BYTES, REPLY_LINES, ReadBytes, Steps
from gslb.probes.dialogue.endings import Stop, exceeded, malformed, next_line, received, stopped

LITERAL_LIMIT: Final = 4096

_LITERAL: Final = re.compile(rb"\{(\d{1,20})\+?\}\Z")
_TOKEN: Final = re.compile(rb' *(?:"((?:[^"\\]|\\.)*)"|([()])|([^ "()]+))')
_ESCAPED: Final = re.compile(rb"\\(.)")
_FINAL: Final = (b"OK", b"NO", b"BYE")


@dataclass(frozen=True, slots=True)
class Token:
    """A string, or (`string` False) a bare word or a parenthesis."""

    text: bytes
    string: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a response and the lines before it. `code` is in capitals, `argument` the first string beside it."""

    word: bytes
    code: bytes
    argument: bytes
    text: bytes
    lines: tuple[tuple[bytes, ...], ...]

    @property
    def ok(self) -> bool:
        """Whether it says OK."""
        return self.word == b"OK"


def read_answer(phase: Phase) -> Steps[Answer]:
    """One whole response."""
    lines: list[tuple[bytes, ...]] = []
    size = 0
    while True:
        tokens, length = yield from _read_tokens(phase)
        size += length
        if len(lines) == REPLY_LINES or size > REPLY_BYTES:
            raise exceeded(phase, b"")
        if tokens and not tokens[0].string:
            if tokens[0].text.upper() not in _FINAL:
                raise malformed(phase, tokens[0].text)
            return _answer(tokens, tuple(lines))
        if not tokens:
            raise malformed(phase, b"")
        lines.append(tuple(token.text for token in tokens))


def _read_tokens(phase: Phase) -> Steps[tuple[list[Token], int]]:
    """One line with its literals, and the octets it took."""
    tokens: list[Token] = []
    size = 0
    while True:
        line = yield from next_line(phase)
        size += len(line)
        literal = _LITERAL.search(line[-24:])
        tokens += _tokens(line[: len(line) - len(literal[0])] if literal else line, phase)
        if literal is None:
            return tokens, size
        count = int(literal[1])
        size += count
        if count > LITERAL_LIMIT or size > REPLY_BYTES:
            raise exceeded(phase, line)
        tokens.append(Token(received((yield ReadBytes(count)), phase) if count else b"", True))


def _tokens(line: bytes, phase: Phase) -> list[Token]:
    found, at, end = [], 0, len(line.rstrip(b" "))
    while at < end:
        match = _TOKEN.match(line, at)
        if match is None:
            raise malformed(phase, line)
        quoted, mark, word = match.groups()
        if quoted is not None:
            found.append(Token(_ESCAPED.sub(rb"\1", quoted), True))
        else:
            found.append(Token(mark or word, False))
        at = match.end()
    return found


def _answer(tokens: list[Token], lines: tuple[tuple[bytes, ...], ...]) -> Answer:
    inside: list[Token] = []
    rest = tokens[1:]
    if rest and rest[0] == Token(b"(", False):
        close = next((at for at, token in enumerate(rest) if token == Token(b")", False)), len(rest))
        inside, rest = rest[1:close], rest[close + 1 :]
    code = inside[0].text.upper() if inside else b""
    argument = next((token.text for token in inside if token.string), b"")
    text = b" ".join(token.text for token in rest)
    return Answer(tokens[0].text.upper(), code, argument, text, lines)


def refusal(answer: Answer, phase: Phase) -> Stop:
    """NO or BYE where OK was asked for."""
    outcome: Outcome = Failed(phase, _PERMANENT.get(phase, Reason.PERM_REPLY))
    if answer.code == b"TRYLATER":
        outcome = Degraded(phase, Reason.BUSY, load=True)
    elif answer.word == b"BYE" and phase is not Phase.GREETING:
        outcome = Failed(phase, Reason.EOF_MID_SESSION)
    return stopped(outcome, shown_of(answer), answer.word.decode(), in_sync=answer.word == b"NO")


def shown_of(answer: Answer) -> bytes:
    """Code and text, as they are shown."""
    return b" ".join(part for part in (answer.code and b"(%b)" % answer.code, answer.text) if part)


_PERMANENT: Final = {Phase.GREETING: Reason.GREETING_REJECTED, Phase.STARTTLS: Reason.STARTTLS_REFUSED}
