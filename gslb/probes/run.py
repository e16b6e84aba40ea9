"""The one door to probing: one target, one deadline, one observation."""

import time
from collections.abc import Callable

from gslb.model.observations import Observation
from gslb.model.targets import Target


async def probe(
    target: Target,
    *,
    name: str | None,
    now: Callable[[], float] = time.time,
    transcript: Callable[[str], None] | None = None,
) -> Observation:
    """Probe once. Never raises for what a peer does; a bug of ours is inconclusive (local_bug). `now`: Unix time.

    `name` is said in EHLO; None: the address literal of the local address. Ends within the target's timeout + 1.2 s.
    """
    raise NotImplementedError
