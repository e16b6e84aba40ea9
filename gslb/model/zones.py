"""Zones and services, as declared, with every default resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from gslb.model.keys import Algorithm
from gslb.model.pools import Pool
from gslb.model.transfers import Transfer
from gslb.model.values import Address, MxMode, RecordType, WhenAllDown

ALL = 0
"""`Service.answers` when every healthy member is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServer:
    """A name server of the zone, wire name; addresses (glue) only when the name lies in the zone."""

    name: bytes
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRecord:
    """One static record: owner in wire form, type number, TTL in seconds, rdata in wire form, uncompressed."""

    owner: bytes
    rtype: int
    ttl: int
    rdata: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SoaTimers:
    """Seconds, for secondaries (RFC 1035 section 3.3.13)."""

    refresh: int = 3600
    retry: int = 600
    expire: int = 1_209_600


@dataclass(frozen=True, slots=True, kw_only=True)
class SrvOwner:
    """An SRV owner relative to the service's zone, as wire name, and the port answered (RFC 2782)."""

    owner: bytes
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewChain:
    """The tiers a service has for one view, and how many members one answer of theirs holds."""

    pools: tuple[str, ...]
    answers: int = 1


EVERYBODY = ""
"""The view of those that no other view of a service holds."""

_EVERYBODY_ALONE = (EVERYBODY,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Https:
    """What a service's HTTPS records say (RFC 9460): protocols (ALPN), port, and whether healthy addresses as hints."""

    alpn: tuple[str, ...] = ("h2",)
    port: int = 443
    hints: bool = True


PLAIN_HTTPS = Https()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An ordered chain of pools (tiers) behind one name.

    `name` is the label or "@"; `owner` the wire name. `answers`: how many members one answer holds, ALL for every one.
    `alias_of`: the service whose decision this name shows (its own `records` still count). `pool_name`: the
    service POOL.ZONE that every pool has by itself. `views`: by name, for those clients instead of `pools`.
    `slow_start`: seconds in which a member that comes back rises to all of its weight. `failback`: seconds for which an
    earlier tier must have held before it answers again, inf: until an operator says so. `together`: a member's
    addresses of both families are withdrawn together. `spill_over`: what a tier's health does not bear goes to the
    next; `trickle`: so much of the answers, 0 to 1, goes there in any case. `last_resort`: what WhenAllDown.LIST
    answers. `sticky`: a client's network is given the same member as long as that is healthy.
    """

    name: str
    owner: bytes
    records: tuple[RecordType, ...]
    pools: tuple[str, ...]
    answers: int = 1
    mx: MxMode = MxMode.RANKED
    srv: tuple[SrvOwner, ...] = ()
    when_all_down: WhenAllDown = WhenAllDown.SERVE_ALL
    alias_of: str | None = None
    pool_name: bool = False
    slow_start: float = 0.0
    failback: float = 0.0
    together: bool = False
    sticky: bool = False
    spill_over: bool = False
    trickle: float = 0.0
    last_resort: tuple[Address, ...] = ()
    https: Https = PLAIN_HTTPS
    views: Mapping[str, ViewChain] = field(default_factory=dict)

    def seen_from(self, view: str) -> "Service":
        """The service as a view shows it: with that view's tiers, where it has some."""
        chain = self.views.get(view)
        return self if chain is None else replace(self, pools=chain.pools, answers=chain.answers)

    @property
    def seen(self) -> tuple[str, ...]:
        """Every view that shows a chain of its own, EVERYBODY first."""
        return (EVERYBODY, *self.views) if self.views else _EVERYBODY_ALONE

    @property
    def every_pool(self) -> tuple[str, ...]:
        """The pools of all its chains, each once."""
        views = [pool for chain in self.views.values() for pool in chain.pools] if self.views else ()
        return tuple(dict.fromkeys((*self.pools, *views)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dnssec:
    """A zone that is signed: the directory of its key files, the algorithm of new keys, how absence is denied."""

    keys: Path
    algorithm: Algorithm = Algorithm.ECDSAP256SHA256
    denial: Literal["nsec", "nsec3"] = "nsec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One delegated zone. `name` is wire form, `text` as people write it, without the final dot. TTLs in seconds.

    `services` holds the declared ones and one for each pool's own name, keyed by Service.name.
    """

    name: bytes
    text: str
    contact: bytes
    nameservers: tuple[NameServer, ...]
    pools: Mapping[str, Pool]
    services: Mapping[str, Service]
    ttl: int = 30
    min_ttl: int = 15
    negative_ttl: int = 30
    static_ttl: int = 3600
    soa: SoaTimers = SoaTimers()
    records: tuple[StaticRecord, ...] = ()
    path: str = ""
    dnssec: Dnssec | None = None
    transfer: Transfer | None = None
