"""What one probe run has learned so far: phases and their times, notices, facts, and at last the verdict.

A prober is `async def prober(target: Target, journal: Journal) -> None`. It enters phases, notes notices, hands its
stream over as soon as it has one, and concludes. `gslb.probes.run` owns the rest: the one deadline, what a timeout, a
fault of the stream or a bug mean, the certificate's part in the verdict, and the end of the stream.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from gslb.model.limits import LIMITS, Limits
from gslb.model.observations import Phase, Reason, TlsFacts
from gslb.model.values import Address
from gslb.probes.deadline import Deadline
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.text import masked

if TYPE_CHECKING:
    from gslb.probes.logins import Logins

_LIMITED: Final = {
    Phase.CONNECT: "connect",
    Phase.TLS: "handshake",
    Phase.TLS_UPGRADE: "handshake",
    Phase.QUIT: "farewell",
}
"""Phases with a limit of their own, by the field of `Limits` that holds it."""


class Peer(Protocol):
    """What the journal asks of a stream."""

    peer: Address | None
    source: Address | None
    bytes_in: int
    buffer: bytearray

    def abort(self) -> None:
        """End at once."""


class Journal:
    """The running record of one probe. `timeout` in seconds.

    `transcript`, where given, is called with lines of text: "S: " and "C: " for what was said, "-- " for the rest.
    `logins`: where probers get their logins from; `turn`: counts the runs of a target, for checks that rotate.
    `accepted`: the server has taken the login. `limits`: of the parts of a dialogue.
    """

    def __init__(
        self,
        timeout: float,
        *,
        now: Callable[[], float] = time.time,
        name: str | None = None,
        transcript: Callable[[str], None] | None = None,
        logins: "Logins | None" = None,
        turn: int = 0,
        limits: Limits = LIMITS,
    ) -> None:
        self.timeout = timeout
        self.limits = limits
        self.logins = logins
        self.turn = turn
        self.accepted = False
        self.now = now
        self.name = name
        self.transcript = transcript
        self.phase = Phase.RESOLVE
        self.notices: list[Reason] = []
        self.timings: dict[Phase, float] = {}
        self.total = 0.0
        self.stream: Peer | None = None
        self.tls: TlsFacts | None = None
        self.tls_phase = Phase.TLS
        self.caps_plain: tuple[str, ...] = ()
        self.caps_tls: tuple[str, ...] = ()
        self.lines_in = 0
        self.conclusion: Conclusion | None = None
        self._hidden: tuple[str, ...] = ()
        self._limit: Deadline | None = None
        self._deadline = 0.0
        self._reserve = 0.0
        self._begun = self._entered = time.perf_counter()

    @property
    def first_limit(self) -> float:
        """Seconds until the deadline of the first phase, which is a connection."""
        return min(self.timeout, self.limits.connect)

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed, so that a cancellation under way means just that."""
        return self._limit is not None and self._limit.expired()

    def watch(self, limit: Deadline, *, greeting_reserve: float = 0.0) -> None:
        """The one deadline, set to `first_limit`, to be moved as phases begin.

        A greeting must leave `greeting_reserve` seconds of the whole.
        """
        self._limit = limit
        self._deadline = asyncio.get_running_loop().time() + self.timeout
        self._reserve = greeting_reserve

    def enter(self, phase: Phase) -> None:
        """A phase begins, and the one before it ends; phases entered twice add up."""
        self._stamp()
        self.phase = phase
        if self._limit is not None:
            self._move(phase, self._limit)
        if self.transcript is not None:
            self.say(f"-- {phase}")

    def note(self, reason: Reason) -> None:
        """Keep a notice, once."""
        if reason not in self.notices:
            self.notices.append(reason)

    def conclude(self, conclusion: Conclusion) -> None:
        """The verdict: the first one stands. What follows has the farewell's limit."""
        if self.conclusion is None:
            self._stamp()
            self.conclusion = conclusion
            self.total = self._entered - self._begun

    def finish(self) -> None:
        """The run is over: the farewell's time is known."""
        if self.phase is Phase.QUIT:
            self._stamp()

    def say(self, line: str) -> None:
        """One line of the transcript, with the seconds since the start."""
        if self.transcript is not None:
            self.transcript(f"{time.perf_counter() - self._begun:7.3f} {self.masked(line)}")

    def hide(self, secrets: tuple[str, ...]) -> None:
        """Texts that must not be told, whoever says them."""
        self._hidden += secrets

    def masked(self, text: str) -> str:
        """The text without what is hidden."""
        return masked(text, self._hidden) if self._hidden else text

    def _stamp(self) -> None:
        now = time.perf_counter()
        counts = self.conclusion is None or self.phase is Phase.QUIT
        if counts and self.phase is not Phase.RESOLVE:
            self.timings[self.phase] = self.timings.get(self.phase, 0.0) + now - self._entered
        self._entered = now

    def _move(self, phase: Phase, limit: Deadline) -> None:
        when = self._deadline
        if phase is Phase.GREETING:
            when = min(when - self._reserve, asyncio.get_running_loop().time() + self.limits.greeting)
        elif phase in _LIMITED:
            if phase is Phase.CONNECT and not self.timings:
                return  # the deadline stands there already
            seconds: float = getattr(self.limits, _LIMITED[phase])
            when = asyncio.get_running_loop().time() + seconds
            when = when if phase is Phase.QUIT else min(when, self._deadline)
        if when != limit.when():
            limit.reschedule(when)
