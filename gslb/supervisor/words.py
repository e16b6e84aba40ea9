"""What the supervisor hears of (events) and what it can do about it (actions). Child 0 is control, 1 to N workers."""

from dataclasses import dataclass
from signal import Signals
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Heartbeats of a child. Among them `R` (ready) and `N` (not ready), which control alone says."""

    child: int
    marks: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A child ended, or could not be started; `code` as subprocess gives it, None for the latter."""

    child: int
    why: str
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAsked:
    """SIGTERM or SIGINT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadAsked:
    """SIGHUP."""


Event: TypeAlias = Heard | Ended | StopAsked | ReloadAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Start this child."""

    child: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send this child a signal."""

    child: int
    signal: Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseListeners:
    """Close the supervisor's own hold on the sockets; they end with the last worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Tell systemd this assignment."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Log this. `child`: whom it is about; None is the whole. `after`: seconds until the next start."""

    event: str
    child: int | None = None
    why: str = ""
    after: float = 0.0


Action: TypeAlias = Start | Send | CloseListeners | Tell | Report
