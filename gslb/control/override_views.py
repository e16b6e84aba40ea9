"""Operators' overrides as the faces see them and ask for them, as frozen records. Times are Unix seconds."""

from dataclasses import dataclass
from enum import StrEnum

from gslb.steering.consequences import Consequences


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideStatus:
    """An operator's word. `expires`: None until cleared. `orphaned`: nothing here bears its target."""

    target: str
    state: str
    owner: str
    reason: str
    since: float
    expires: float | None
    orphaned: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRequest:
    """What an operator says of a TARGET. `state` None: clear. `seconds` None: until cleared.

    `force`: even where a service loses its last healthy member; `dry_run`: only tell what would follow. `at_once`, to
    clear: who comes back has all of its weight at once, without slow start.
    """

    target: str
    state: str | None
    owner: str
    reason: str = ""
    seconds: float | None = None
    force: bool = False
    dry_run: bool = False
    at_once: bool = False


class Ending(StrEnum):
    """What becomes of a request: done, only tried, refused for what would follow, or about nothing that is here."""

    DONE = "done"
    DRY_RUN = "dry_run"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideOutcome:
    """What became of a request, and what follows from it, or would.

    `overrides`: those set, or cleared. `notes`: what else the operator should know. `lines`: all of it in words.
    """

    ending: Ending
    target: str
    error: str = ""
    overrides: tuple[OverrideStatus, ...] = ()
    consequences: Consequences | None = None
    notes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
