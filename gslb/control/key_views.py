"""Keys as the faces see them: state and next date, never what signs."""

from collections.abc import Sequence
from dataclasses import dataclass

from gslb.keys import words
from gslb.model.keys import ZoneKey
from gslb.model.zones import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatus:
    """One key of a signed zone: what it does now, and what is next at a Unix time; None: nothing is planned."""

    key: int
    role: str
    algorithm: str
    state: str
    next_at: float | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DnssecStatus:
    """How a zone is signed: its keys, and what an operator has to do about them.

    `error`: why the key files cannot be used; the keys that were read before sign on.
    """

    denial: str
    keys: tuple[KeyStatus, ...]
    to_do: tuple[str, ...]
    error: str = ""


def dnssec_status(zone: Zone, keys: Sequence[ZoneKey], now: float, error: str = "") -> DnssecStatus | None:
    """How a zone is signed at `now` (Unix seconds); None for one that is not to be."""
    if zone.dnssec is None:
        return None
    found = tuple(_key(key, now) for key in keys)
    return DnssecStatus(denial=zone.dnssec.denial, keys=found, to_do=words.to_do(keys, now), error=error)


def _key(key: ZoneKey, now: float) -> KeyStatus:
    coming = words.steps((key,), now)
    return KeyStatus(
        key=key.tag,
        role=key.role.value,
        algorithm=key.algorithm.name.lower(),
        state=words.state(key, now),
        next_at=coming[0].at if coming else None,
        next=coming[0].what if coming else None,
    )
