"""An operator's word over verdicts: who said what, why, and for how long."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from gslb.model.pools import Member


class Forced(StrEnum):
    """What an operator may say: never chosen but probed; healthy whatever the verdict; down whatever the verdict."""

    DRAINED = "drained"
    FORCED_UP = "forced_up"
    FORCED_DOWN = "forced_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One word. `target`: ZONE/POOL/MEMBER, ZONE/SERVICE or machine:NAME; times are Unix seconds.

    `expires` is None for one that stands until it is cleared. Of several that reach a member the highest `number`
    wins: it grows with each word.
    """

    target: str
    state: Forced
    owner: str
    reason: str = ""
    since: float
    expires: float | None = None
    number: int = 0

    def __str__(self) -> str:
        until = "" if self.expires is None else f" until {_moment(self.expires)}"
        return f"{self.state.replace('_', ' ')} by {self.owner}{until}{f': {self.reason}' if self.reason else ''}"


class Standing(NamedTuple):
    """An override as of now: `ends_in` are the seconds it still stands, inf until it is cleared."""

    override: Override
    ends_in: float


OverrideOf: TypeAlias = Callable[[str, str | None, str, Member], Standing | None]
"""The word that counts for a member: of which zone (text), seen by which service (None: by none), in which pool."""


def nobody(_zone: str, _service: str | None, _pool: str, _member: Member) -> Standing | None:
    """No operator has said anything."""
    return None


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
