"""One target's place in the schedule, and the heap of all starts."""

import asyncio
import heapq
from dataclasses import dataclass, replace
from itertools import count

from gslb.model.checks import Pop3Settings
from gslb.model.observations import Failed, Observation, Phase, Reason
from gslb.model.stages import shallow
from gslb.model.targets import Target
from gslb.probes import spread
from gslb.probes.slots import Ticket

_TIMEOUTS = frozenset(
    {
        Reason.CONNECT_TIMEOUT,
        Reason.GREETING_TIMEOUT,
        Reason.REPLY_TIMEOUT,
        Reason.TLS_TIMEOUT,
        Reason.DEADLINE,
    }
)

LONGEST_DELAY = 3600.0
"""Seconds between two logins that a server gets, whatever it asks for: one that asks for a year is still looked at."""


@dataclass(slots=True, eq=False)
class Turn:
    """Where a target stands, in one of three states: before its start, before a slot, under way.

    `scheduled`: the start that the next one is counted from; `start`: when it really may, at its crowded `host`.
    `window`: of the first start, until the second is set. `ticket`: while it waits for a slot or runs, since `asked`;
    `task`: while it runs, since `began`. `runs`: begun so far; `since_deep`: those since the last deep one; `deep`:
    whether the last was; `deep_fails`: whether the deep stage is what fails; `shallow`: the target in its shallow form.
    `suspect`: the last probe ran into a timeout. `login_delay`: seconds that the server asks for between two logins;
    `deep_at`: when the last deep run began. `overruns`: starts that passed while a run was under way; `waited`: seconds
    spent waiting for slots; both since the target is known. Times in seconds on the schedule's clock.
    """

    target: Target
    host: bytes
    place: float
    interval: float
    scheduled: float = 0.0
    start: float = 0.0
    spaced: bool = False
    window: float | None = None
    suspect: bool = False
    asked: float = 0.0
    began: float = 0.0
    runs: int = 0
    since_deep: int = 0
    deep: bool = True
    deep_fails: bool = False
    deep_at: float = 0.0
    login_delay: float = 0.0
    shallow: Target | None = None
    overruns: int = 0
    waited: float = 0.0
    ticket: Ticket | None = None
    task: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, target: Target) -> "Turn":
        """The turn of a target that nobody has probed."""
        turn = cls(target, target.address.packed, spread.position(target.id), target.timing.interval)
        turn.adopt(target)
        return turn

    def adopt(self, target: Target) -> None:
        """Take over what is not identity."""
        self.target = target
        shallower = shallow(target.settings) if target.stage_every > 1 else None
        self.shallow = None if shallower is None else replace(target, settings=shallower)

    def form(self, now: float) -> Target:
        """Begin a run: the target as it is to be probed, in full or in its shallow form.

        The first run is deep, and then each `stage_every`th while all is calm; and any while the deep stage fails. Not
        within the server's own delay between two logins.
        """
        self.deep = self._is_deep(now)
        self.since_deep = 0 if self.deep else self.since_deep + 1
        self.deep_at = now if self.deep else self.deep_at
        self.runs += 1
        return self.target if self.deep or self.shallow is None else self.shallow

    def _is_deep(self, now: float) -> bool:
        calm = self.interval >= self.target.timing.interval and now >= self.deep_at + self.login_delay
        due = not self.runs or self.since_deep >= self.target.stage_every - 1
        return self.shallow is None or self.deep_fails or (calm and due)

    def mailbox(self, now: float) -> tuple[str | None, ...] | None:
        """The mailbox that a run begun now would lock; None: none. One that hangs gets no lock, and waits for none.

        POP3 servers lock it while a session is logged in (RFC 1939 section 4), and members may share a store.
        """
        settings = self.target.settings
        if not isinstance(settings, Pop3Settings) or settings.credentials is None:
            return None
        if self.suspect or not self._is_deep(now):
            return None
        login = settings.credentials
        return ("mailbox", login.user, login.password_file, login.password_env)

    def heard(self, observation: Observation) -> None:
        """The run has ended."""
        self.suspect = observation.reason in _TIMEOUTS
        if self.deep:
            failed = isinstance(observation.outcome, Failed)
            self.deep_fails = failed or observation.phase in (Phase.AUTH, Phase.COMMAND)
            self.login_delay = login_delay(self.target, observation)

    @property
    def earliest(self) -> float:
        """Before which the next run may not begin: it has to log in, and the server asks for a delay."""
        return self.deep_at + self.login_delay if self.shallow is None or self.deep_fails else 0.0

    def regular_start(self, unit: float) -> float:
        """The start that follows by the interval alone; after it the first start's window is forgotten."""
        window, self.window = self.window, None
        if window is None:
            return spread.jittered(self.scheduled, self.interval, unit, self.target.timing.jitter)
        return spread.second_start(self.scheduled, window=window, place=self.place, interval=self.interval)


def login_delay(target: Target, observation: Observation) -> float:
    """Seconds between two logins, where a POP3 server asks for them (LOGIN-DELAY, RFC 2449 section 6.4)."""
    if not isinstance(target.settings, Pop3Settings) or target.settings.credentials is None:
        return 0.0
    words = (cap.split() for cap in (*observation.caps_plain, *observation.caps_tls))
    asked = [word[1] for word in words if len(word) > 1 and word[0].upper() == "LOGIN-DELAY"]
    return min(float(asked[-1]), LONGEST_DELAY) if asked and asked[-1].isdecimal() else 0.0


MOST = 5_000
"""Starts taken at once. Hundreds of thousands that are due, as in a startup round, would hold the loop for seconds."""


class Starts:
    """The starts to come, the earliest first. A turn that was planned anew is found at its latest start only."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Turn]] = []
        self._numbers = count()

    def begin(self, turn: Turn, now: float, window: float) -> None:
        """Give a target a first start within `window` from now."""
        turn.window = window
        self.plan(turn, now + window * turn.place)

    def plan(self, turn: Turn, scheduled: float) -> None:
        """Set a target's next start."""
        turn.scheduled = scheduled
        turn.spaced = False
        self.defer(turn, scheduled)

    def defer(self, turn: Turn, start: float) -> None:
        """Let a target start later than scheduled."""
        turn.start = start
        heapq.heappush(self._heap, (start, next(self._numbers), turn))

    def take(self, now: float) -> list[Turn]:
        """Remove and return who may start now, `MOST` at once: the rest with the next turn of the loop."""
        due: list[Turn] = []
        while self._heap and self._heap[0][0] <= now and len(due) < MOST:
            when, _, turn = heapq.heappop(self._heap)
            if turn.ticket is None and when == turn.start:
                due.append(turn)
        return due

    @property
    def first(self) -> float | None:
        """The earliest start."""
        return self._heap[0][0] if self._heap else None
