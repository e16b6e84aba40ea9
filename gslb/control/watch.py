"""What the prober tells of itself, looked at each second: credentials that are refused everywhere, and too few slots.

A credential is bad itself once two targets have refused it and none has taken it since (probes.md 1.5): the members are
fine. A probe that waited for a slot longer than half its interval makes verdicts late: an alarm, once a minute at most.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gslb.control import diary
from gslb.control.metrics import Metrics
from gslb.model.checks import Credentials

QUIET: Final = 60.0
"""Seconds between two alarms about too few slots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """The prober at one moment: credentials that are bad, and how many probes have waited too long so far."""

    bad: tuple[Credentials, ...] = ()
    saturated: int = 0


class Watch:
    """Remembers what was told."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._saturated = 0
        self._told_at = float("-inf")
        self.bad: frozenset[Credentials] = frozenset()

    def __repr__(self) -> str:
        return f"<Watch {len(self.bad)} bad credentials, {self._saturated} waits>"

    @property
    def told(self) -> tuple[str, ...]:
        """The bad credentials, for people."""
        return tuple(sorted(map(described, self.bad)))

    def look(self, doing: Doing, now: float) -> None:
        """Tell what has changed. `now`: Unix seconds."""
        self._compare(doing.bad)
        if doing.saturated > self._saturated and not 0 <= now - self._told_at < QUIET:
            diary.saturated(doing.saturated - self._saturated)
            self._saturated, self._told_at = doing.saturated, now

    def _compare(self, bad: Iterable[Credentials]) -> None:
        found = frozenset(bad)
        for credentials in found - self.bad:
            self._metrics.distrusts(credentials.user)
            diary.rejected(described(credentials), begins=True)
        for credentials in self.bad - found:
            diary.rejected(described(credentials), begins=False)
        self.bad = found


def described(credentials: Credentials) -> str:
    """Who, and where the password stands; never the password."""
    variable = f"${credentials.password_env}" if credentials.password_env else "the configuration"
    return f"{credentials.user} ({credentials.password_file or variable})"
