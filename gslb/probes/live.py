"""`gslb validate --live`: asks members and DNS what no file can tell, once.

TLSA records against the certificate shown; for exchangers the greeting's name and the PTR of each address; the DS that
the parent holds. Each conversation is a probe without login; what cannot be seen is told, not guessed.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import dns.reversename

from gslb.errors import Fault
from gslb.model.keys import ZoneKey
from gslb.model.observations import Failed, Inconclusive, Observation
from gslb.model.settings import Config, Endpoint
from gslb.probes import certificates
from gslb.probes.dane import mismatch
from gslb.probes.journal import Peer
from gslb.probes.live_parent import parent_warnings
from gslb.probes.live_plan import Look, Lost, looks
from gslb.probes.resolver import Found, ask
from gslb.probes.run import probe

AT_ONCE: Final = 20

_GREETING: Final = re.compile(r"\bS: 220[ -]([^\s\[]\S*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one conversation showed: the certificates (DER, leaf first) and the name in the greeting."""

    observation: Observation
    chain: tuple[bytes, ...]
    greeting: str | None


async def live_warnings(
    config: Config, keys: Mapping[str, Sequence[ZoneKey]], *, name: str | None, resolver: Endpoint | None = None
) -> tuple[Fault, ...]:
    """What does not fit, as warnings. `keys`: of each signed zone, by its text. `name`: said in EHLO.

    `resolver`: asked for PTR and DS, None: the system's.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    members = [_asked(one, name, resolver, gate) for one in looks(config)]
    parents = [parent_warnings(zone, keys.get(zone.text, ()), time.time(), resolver) for zone in config.zones]
    found = await asyncio.gather(*members, *parents)
    return tuple(dict.fromkeys(fault for faults in found for fault in faults))


async def _asked(
    look: Look | Lost, name: str | None, resolver: Endpoint | None, gate: asyncio.Semaphore
) -> tuple[Fault, ...]:
    if isinstance(look, Lost):
        return (
            Fault(path=look.path, key="records", message=f"{look.owner} TLSA: nobody here has the name {look.host}"),
        )
    async with gate:
        shown = await _show(look, name)
        if not look.exchanger:
            return tuple(_tlsa(look, shown))
        pointers = await ask(dns.reversename.from_address(str(look.address)), "PTR", resolver)
    return tuple(_exchanger(look, shown, pointers))


async def _show(look: Look, name: str | None) -> Shown:
    chain: list[bytes] = []
    lines: list[str] = []

    def seen(peer: Peer) -> None:
        chain.extend(getattr(peer, "chain", ()))

    observation = await probe(look.target, name=name, transcript=lines.append, seen=seen)
    greeting = next((found[1] for line in lines if (found := _GREETING.search(line))), None)
    return Shown(observation=observation, chain=tuple(chain), greeting=greeting)


def _tlsa(look: Look, shown: Shown) -> Iterator[Fault]:
    where = f"{look.owner} TLSA: {look.who} at {look.target.address} port {look.target.port}"
    if not shown.chain:
        yield Fault(
            path=look.path, key="records", message=f"{where} shows no certificate: {_reason(shown.observation)}"
        )
        return
    trust = certificates.trust_of(None)
    wrong = mismatch(look.records, shown.chain, look.host, look.port, time.time(), trust)
    if wrong:
        yield Fault(path=look.path, key="records", message=f"{where} does not match: {wrong}")


def _exchanger(look: Look, shown: Shown, pointers: Found) -> Iterator[Fault]:
    key = f"pools.{look.who.replace('/', '.members.')}"
    if shown.greeting is None:
        told = f"{look.target.address} port {look.target.port} does not greet: {_reason(shown.observation)}"
        yield Fault(path=look.path, key=key, message=told)
    elif _plain(shown.greeting) != look.host:
        yield Fault(path=look.path, key=key, message=f"greets as {shown.greeting}, and its name in MX is {look.host}")
    if pointers.error:
        yield Fault(path=look.path, key=key, message=f"the PTR of {look.address} cannot be asked: {pointers.error}")
    elif not pointers.texts:
        yield Fault(path=look.path, key=key, message=f"{look.address} has no PTR; strict mail servers want {look.host}")
    elif look.host not in map(_plain, pointers.texts):
        told = f"the PTR of {look.address} is {', '.join(pointers.texts)}, and its name in MX is {look.host}"
        yield Fault(path=look.path, key=key, message=told)


def _reason(observation: Observation) -> str:
    if isinstance(observation.outcome, Failed | Inconclusive):
        return f"{observation.outcome.reason} ({observation.outcome.phase})"
    return "TLS was not begun"


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")
