"""What is believed: of a check at an address, of a member's address, and a change of belief."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from gslb.model.observations import Outcome, Reason


class State(StrEnum):
    """Of one check on one address."""

    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"


class Health(StrEnum):
    """Of one member address, over all its checks."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"

    @property
    def is_good(self) -> bool:
        """Whether the address may be answered as healthy."""
        return self is _UP or self is _DEGRADED


_UP, _DEGRADED = Health.UP, Health.DEGRADED


class VerdictKey(NamedTuple):
    """A verdict belongs to one check on one target."""

    check: str
    target: str


class MemberKey(NamedTuple):
    """A member, by zone (text without final dot), pool and member name."""

    zone: str
    pool: str
    member: str

    def __str__(self) -> str:
        return f"{self.zone}/{self.pool}/{self.member}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The belief of one check on one target, with its counters. Times are Unix seconds.

    `successes`: good outcomes in a row. `failures`: bad outcomes not yet forgiven (while up). `since`: when `state`
    began. `degraded`: whether load or a notice stands (entered and left after two outcomes in a row); `degraded_run`:
    outcomes in a row that contradict it. `loaded`, `loaded_run`: the same of load alone, which lowers weights where a
    notice does not. `factor`: how much of its weight the member asked for last, 0 to 2.56; 0: nothing new. `saved`:
    known from a saved file only, not yet confirmed by an outcome here. `stale`: no conclusive outcome for too long.
    `provisional`: the belief is that of a target since changed; it stands until the first conclusive outcome, which
    then decides alone. `temporary`: answers of "later" in a row.
    `penalty`: for flapping, as of `penalized_at`; `suppressed`: it was above the limit then (health.damping).
    """

    state: State = State.UNKNOWN
    since: float = 0.0
    successes: int = 0
    failures: int = 0
    degraded: bool = False
    degraded_run: int = 0
    last: Outcome | None = None
    last_at: float = 0.0
    saved: bool = False
    stale: bool = False
    transitions: int = 0
    provisional: bool = False
    temporary: int = 0
    penalty: float = 0.0
    penalized_at: float = 0.0
    suppressed: bool = False
    loaded: bool = False
    loaded_run: int = 0
    factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A change of belief, with the reason that made it."""

    key: VerdictKey
    before: State
    after: State
    at: float
    reason: Reason
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressHealth:
    """What steering sees of one member address: its health, why, and how soon it could change (seconds).

    `changes_in` is inf for an address that nothing probes; `changes_by` names the check that could change first.
    `damped`: up, but flapping: left out while another member of its pool is good. `loaded`: degraded by load, not by a
    notice. `factor`: how much of its weight it asks for, 0 to 2.56; 0: drained by its own word.
    """

    health: Health
    changes_in: float = float("inf")
    why: str = ""
    damped: bool = False
    changes_by: str = ""
    loaded: bool = False
    factor: float = 1.0

    @property
    def is_calm(self) -> bool:
        """Whether nothing has to be weighed: it may be answered like any other that is."""
        return not self.damped and self.health.is_good and self.factor > 0

    @property
    def is_answerable(self) -> bool:
        """Whether the address may be answered as healthy: good, and not asking for nothing new."""
        return self.health.is_good and self.factor > 0
