"""When one child is started, judged silent and started again. Pure: `now` is monotonic seconds.

WAITING --started--> STARTING --heard--> RUNNING --ended--> WAITING
                         |                  |
                         +-- too long silent: KILLED --ended--> WAITING
"""

from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How patient the supervisor is with one kind of child; all in seconds.

    silence: the longest pause between two heartbeats. first_beat: the longest time from a start to the first one.
    backoff: the wait before each next start while it keeps dying young; the last one stays. settled: the age at
    which a child has proved itself, so that its end counts as the first again.
    """

    silence: float = 3.0
    first_beat: float = 10.0
    backoff: tuple[float, ...] = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
    settled: float = 10.0


class Phase(StrEnum):
    """Where a child is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    RUNNING = "running"
    KILLED = "killed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One child. `since`: when it was started, or when it may be. `heard`: its last sign of life.

    `quick`: how many times in a row it died young. `restarts`: how often it was started again. `why`: what ended
    the one before, empty for the first.
    """

    phase: Phase = Phase.WAITING
    since: float
    heard: float = 0.0
    quick: int = 0
    restarts: int = 0
    why: str = ""

    @property
    def alive(self) -> bool:
        """Whether a process stands behind it."""
        return self.phase is not Phase.WAITING


def start(life: Life, now: float) -> Life:
    """It was started just now."""
    again = 1 if life.why else 0
    return replace(life, phase=Phase.STARTING, since=now, heard=now, restarts=life.restarts + again)


def hear(life: Life, now: float) -> Life:
    """It gave a sign of life. One that is being killed, or is gone already, stays so."""
    if life.phase in (Phase.WAITING, Phase.KILLED):
        return life
    return replace(life, phase=Phase.RUNNING, heard=now)


def end(life: Life, rules: Rules, now: float, why: str) -> Life:
    """It ended: when to start the next. What a kill was for is a better reason than the kill."""
    quick = 0 if now - life.since >= rules.settled else life.quick
    wait = rules.backoff[min(quick, len(rules.backoff) - 1)]
    reason = life.why if life.phase is Phase.KILLED else why
    return replace(life, phase=Phase.WAITING, since=now + wait, quick=quick + 1, why=reason)


def kill(life: Life, rules: Rules) -> Life:
    """It was silent too long and SIGKILL is on its way."""
    return replace(life, phase=Phase.KILLED, why=_complaint(life, rules))


def excuse(life: Life, now: float) -> Life:
    """Count its silence from now: the supervisor itself did not listen."""
    return replace(life, heard=now) if life.alive else life


def wake(life: Life, rules: Rules) -> float | None:
    """When it must be started, or else be killed; None while a kill is under way."""
    match life.phase:
        case Phase.WAITING:
            return life.since
        case Phase.STARTING:
            return life.heard + rules.first_beat
        case Phase.RUNNING:
            return life.heard + rules.silence
        case _:
            return None


def fresh(life: Life, rules: Rules, now: float) -> bool:
    """Whether its loop runs, as far as is known now."""
    return life.phase is Phase.RUNNING and now - life.heard <= rules.silence


def _complaint(life: Life, rules: Rules) -> str:
    if life.phase is Phase.STARTING:
        return f"no sign of life in {rules.first_beat:g} s after its start"
    return f"silent for {rules.silence:g} s"
