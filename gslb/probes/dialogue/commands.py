"""The vocabulary between a dialogue and the shell that drives it (gslb.probes.lines).

A dialogue is a generator: it yields one command, is sent what came of it, and ends by returning its Conclusion. It has
no socket, clock or loop, so the same dialogue runs over a scripted stream in tests and over a real one here.

    command      answered with     notes
    Enter        None              the phase that begins; entering QUIT comes after the verdict
    Send         None              refused by the shell (protocol_error) while unasked bytes wait, unless they may
    ReadLine     bytes or END      one line without its end; END once the peer has closed
    ReadBytes    bytes or END      exactly `count` bytes (an IMAP literal)
    ReadSome     bytes or END      whatever came, at least one byte
    Pause        None              so many seconds in which nobody says anything
    StartTls     None              refused by the shell (starttls_injection) while any byte waits
    Note         None              a notice, kept whatever happens next
    Offered      None              capabilities, of the plain or the encrypted session
    Conclude     None              the verdict; the clock of the probe stops; exactly one in each dialogue
"""

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

from gslb.model.observations import Outcome, Phase, Reason

LINE_LIMIT: Final = 2048
REPLY_LINES: Final = 100
REPLY_BYTES: Final = 32 * 1024


class End(Enum):
    """The peer has closed; a class of one, so that types tell it from bytes."""

    END = "end"


END: Final = End.END


@dataclass(frozen=True, slots=True)
class Enter:
    """A phase begins."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for the peer, in one write. `secret`: never recorded, and sent over a verified session only.

    `unasked`: what may wait all the same, if it begins so.
    """

    data: bytes
    pending_ok: bool = False
    secret: bool = False
    unasked: bytes = b""

    def __repr__(self) -> str:
        return "Send(***)" if self.secret else f"Send({self.data!r})"


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line; longer than `limit` bytes is bounds_exceeded."""

    limit: int = LINE_LIMIT


@dataclass(frozen=True, slots=True)
class ReadBytes:
    """Exactly `count` bytes."""

    count: int


@dataclass(frozen=True, slots=True)
class ReadSome:
    """At least one byte."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait; what comes meanwhile is kept for the next read."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StartTls:
    """The handshake, now."""


@dataclass(frozen=True, slots=True)
class Note:
    """A notice: it decides nothing."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Offered:
    """The capabilities of the session as it stands, plain or encrypted."""

    caps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The server has taken the login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What a dialogue found. `text` is made with `dialogue.text.shown`: escaped, at most 200 characters.

    `weight_factor`: 0 to 2.56, what the member asks for; `metrics`: numbers found, by name.
    """

    outcome: Outcome
    code: str = ""
    enhanced: str = ""
    text: str = ""
    weight_factor: float | None = None
    metrics: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Conclude:
    """The verdict; what follows is politeness and cannot change it.

    Unasked bytes spoil it, unless `pending_ok`, or they begin with `unasked`.
    """

    conclusion: Conclusion
    pending_ok: bool = False
    unasked: bytes = b""


Command: TypeAlias = (
    Enter | Send | ReadLine | ReadBytes | ReadSome | Pause | StartTls | Note | Offered | LoggedIn | Conclude
)
Answer: TypeAlias = bytes | Literal[End.END] | None
Result = TypeVar("Result")
Steps: TypeAlias = Generator[Command, Answer, Result]
Dialogue: TypeAlias = Generator[Command, Answer, Conclusion]
