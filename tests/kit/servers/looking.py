"""One probe of a real server, as the prober itself makes it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address

from gslb.model.checks import CheckSettings, Timing, TlsSettings
from gslb.model.observations import Observation, Outcome, Phase
from gslb.model.targets import Target
from gslb.model.values import TlsMode
from gslb.probes.logins import Logins
from gslb.probes.run import probe
from tests.kit.servers.base import RealServer

LATITUDE = 1.2
"""Seconds that a probe may take beyond its timeout."""


async def look(
    settings: CheckSettings,
    *,
    deadline: float = 5.0,
    source: str | None = None,
    logins: Logins | None = None,
    transcript: Callable[[str], None] | None = None,
    turn: int = 0,
) -> Observation:
    """One probe on 127.0.0.1, which must end in time."""
    target = Target(
        id="t",
        address=IPv4Address("127.0.0.1"),
        settings=settings,
        timing=Timing(timeout=deadline),
        source=IPv4Address(source) if source else None,
    )
    began = time.monotonic()
    seen = await probe(target, name="probe.example.com", logins=logins, transcript=transcript, turn=turn)
    assert time.monotonic() - began <= deadline + LATITUDE
    return seen


async def look_at_all(checks: Mapping[str, CheckSettings], *, deadline: float = 5.0) -> dict[str, Outcome]:
    """One probe of each, all at once: what came of them, by name."""
    seen = await asyncio.gather(*(look(settings, deadline=deadline) for settings in checks.values()))
    return {name: observation.outcome for name, observation in zip(checks, seen, strict=True)}


def trusting(server: RealServer, mode: TlsMode) -> TlsSettings:
    """TLS that knows the server's name and authority."""
    return TlsSettings(mode=mode, server_name=server.certificates.name, ca_file=str(server.certificates.ca_file))


def phases(seen: Observation) -> list[Phase]:
    """The phases that occurred."""
    return [phase for phase, _ in seen.timings]
