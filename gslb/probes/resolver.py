"""One question to a resolver, for whoever validates live: answers, none, or why it could not be asked."""

import asyncio
from dataclasses import dataclass
from typing import Final

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from gslb.model.settings import Endpoint

PATIENCE: Final = 5.0
"""Seconds for one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The RRset's rdata, as text in order and in wire form; none where the name or the type is not there."""

    texts: tuple[str, ...] = ()
    rdatas: tuple[bytes, ...] = ()
    error: str = ""


async def ask(name: dns.name.Name, rtype: str, at: Endpoint | None) -> Found:
    """Ask the resolver `at`, None: the system's; never raises for what it says or does not say."""
    return await asyncio.to_thread(_ask, name, rtype, at)


def _ask(name: dns.name.Name, rtype: str, at: Endpoint | None) -> Found:
    try:
        resolver = dns.resolver.Resolver(configure=at is None)
        if at is not None:
            resolver.nameservers, resolver.port = [str(at.address)], at.port
        answer = list(resolver.resolve(name, rtype, lifetime=PATIENCE, search=False))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Found()
    except dns.exception.DNSException as error:
        return Found(error=type(error).__name__)
    rdatas = tuple(wire for each in answer if (wire := each.to_wire()) is not None)
    return Found(texts=tuple(sorted(map(str, answer))), rdatas=rdatas)
