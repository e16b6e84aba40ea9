"""Guards accounts against our own probes (probes.md 1.5): when a login may be tried, and what its result means. Pure.

after                                   the login is
2 rejections in a row at one target     not tried there for 15 minutes, then once; the wait doubles up to 6 hours
a rejection at 2 targets                bad everywhere: not tried for as long, whatever the target;
                                        2 rejections at one target do the same to a secret that never worked
a change of the secret, or success      tried as if nothing had happened

Until a secret is known to be good no more than two attempts stand open or refused at any time, so that a wrong one
costs two attempts however many members share it. Attempts that end in neither (a timeout) count for nothing.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

ATTEMPTS: Final = 2
FIRST_WAIT: Final = 15 * 60.0
LONGEST_WAIT: Final = 6 * 3600.0


class Permit(Enum):
    """Whether a login may be tried now."""

    GRANTED = "granted"
    REJECTED = "rejected"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Rejections in a row, and when the next attempt is due; `wait` in seconds, `retry_at` on the caller's clock."""

    rejections: int = 0
    wait: float = 0.0
    retry_at: float = 0.0

    def is_closed(self, now: float) -> bool:
        """Whether there were too many, too lately."""
        return self.rejections >= ATTEMPTS and now < self.retry_at

    def more(self, now: float) -> "Count":
        """One rejection more."""
        rejections = self.rejections + 1
        if rejections < ATTEMPTS:
            return Count(rejections=rejections)
        wait = min(self.wait * 2 or FIRST_WAIT, LONGEST_WAIT)
        return Count(rejections=rejections, wait=wait, retry_at=now + wait)


CLEAR: Final = Count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One credential: at each target, and altogether. `version`: of the secret; `open`: attempts under way.

    `proven`: accepted last; `worked`: accepted ever, with this secret.
    """

    version: Hashable = None
    proven: bool = False
    worked: bool = False
    open: int = 0
    overall: Count = CLEAR
    targets: tuple[tuple[str, Count], ...] = ()

    def at(self, target: str) -> Count:
        """What is known of it at one target."""
        return dict(self.targets).get(target, CLEAR)

    @property
    def is_bad(self) -> bool:
        """Whether it was refused at two targets (or never accepted and refused twice), and accepted by none since."""
        return self.overall.rejections >= ATTEMPTS


def asked(standing: Standing, target: str, version: Hashable, now: float) -> tuple[Standing, Permit]:
    """May it be tried at this target? Where granted, the attempt is open until `accepted`, `refused` or `dropped`."""
    if version != standing.version:
        standing = Standing(version=version, open=standing.open)
    if standing.overall.is_closed(now) or standing.at(target).is_closed(now):
        return standing, Permit.REJECTED
    # Once a wait is over a single attempt finds out; it is still known to be refused, not merely unknown.
    if standing.is_bad and standing.open:
        return standing, Permit.REJECTED
    if not standing.proven and not standing.is_bad and standing.open + standing.overall.rejections >= ATTEMPTS:
        return standing, Permit.WAITING
    return replace(standing, open=standing.open + 1), Permit.GRANTED


def accepted(standing: Standing, target: str, version: Hashable) -> Standing:
    """It is good: here, and altogether."""
    standing = dropped(standing)
    if version != standing.version:
        return standing
    return replace(standing, proven=True, worked=True, overall=CLEAR, targets=_with(standing, target, CLEAR))


def refused(standing: Standing, target: str, version: Hashable, now: float) -> Standing:
    """It was rejected here. A secret that has worked counts one rejection per target: that target may be broken."""
    standing = dropped(standing)
    if version != standing.version:
        return standing  # the secret of that attempt is gone already
    here = standing.at(target)
    known = bool(here.rejections) and standing.worked and not standing.is_bad
    overall = standing.overall if known else standing.overall.more(now)
    return replace(standing, proven=False, overall=overall, targets=_with(standing, target, here.more(now)))


def dropped(standing: Standing) -> Standing:
    """The attempt came to nothing: a timeout, a broken connection, a busy server."""
    return replace(standing, open=max(0, standing.open - 1))


def forgotten(standing: Standing, alive: frozenset[str]) -> Standing:
    """Without the targets that are no more."""
    return replace(standing, targets=tuple(pair for pair in standing.targets if pair[0] in alive))


def _with(standing: Standing, target: str, count: Count) -> tuple[tuple[str, Count], ...]:
    others = tuple(pair for pair in standing.targets if pair[0] != target)
    return others if count == CLEAR else (*others, (target, count))
