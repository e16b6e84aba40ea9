"""Probes of a port on loopback, with settings in few words; each must end in time."""

import time
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

from gslb.model.checks import CheckSettings, Timing
from gslb.model.observations import Observation
from gslb.model.targets import Target
from gslb.probes.logins import Logins
from gslb.probes.run import probe

LOOPBACK = IPv4Address("127.0.0.1")

LATITUDE = 1.2
"""Seconds that a probe may take beyond its timeout."""


def target(settings: CheckSettings, *, timeout: float = 1.0, address: IPv4Address = LOOPBACK, **keys: object) -> Target:
    """A target on loopback."""
    return Target(id="t", address=address, settings=settings, timing=Timing(timeout=timeout), **keys)  # type: ignore[arg-type]  # slow_after, source


async def look(
    settings: CheckSettings,
    *,
    name: str | None = "probe.example.com",
    logins: Logins | None = None,
    transcript: Callable[[str], None] | None = None,
    **keys: object,
) -> Observation:
    """One probe."""
    return await timely(target(settings, **keys), name=name, logins=logins, transcript=transcript)  # type: ignore[arg-type]  # as above


async def timely(at: Target, **keys: Any) -> Observation:
    """One probe, which must end within its timeout and LATITUDE (probes.md section 6)."""
    began = time.monotonic()
    seen = await probe(at, **keys)
    assert time.monotonic() - began <= at.timing.timeout + LATITUDE
    return seen
