"""Keys as the faces see them: state and next date, never what signs."""

from collections.abc import Sequence

from gslb.control.views import DnssecStatus, KeyStatus
from gslb.keys import words
from gslb.model.keys import ZoneKey
from gslb.model.zones import Zone


def dnssec_status(zone: Zone, keys: Sequence[ZoneKey], now: float) -> DnssecStatus | None:
    """How a zone is signed at `now` (Unix seconds); None for one that is not to be."""
    if zone.dnssec is None:
        return None
    found = tuple(_key(key, now) for key in keys)
    return DnssecStatus(denial=zone.dnssec.denial, keys=found, to_do=words.to_do(keys, now))


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
