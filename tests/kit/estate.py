"""Zones, pools, members and whole configurations made in code, in a line each.

estate = config(zone(pool("relays", member("relay1", "192.0.2.11")), services=(service("smtp", "relays"),)))
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gslb.model.checks import Check, SmtpSettings, Thresholds, Timing
from gslb.model.names import to_wire
from gslb.model.pools import Member, MinHealthy, Pool
from gslb.model.settings import Config, Endpoint, HttpListener, Node
from gslb.model.targets import Target, target_id
from gslb.model.values import Address, MxMode, RecordType, WhenAllDown
from gslb.model.verdicts import AddressHealth, Health, VerdictKey
from gslb.model.zones import NameServer, Service, Zone

ZONE = "mail.example.com"
LOOPBACK = ip_address("127.0.0.1")


def check(name: str = "smtp", *, settings: Any = None, **cadence: float) -> Check:
    """A check; `cadence` holds any field of Timing or Thresholds."""
    timing = {key: value for key, value in cadence.items() if key in Timing.__dataclass_fields__}
    thresholds = {key: value for key, value in cadence.items() if key in Thresholds.__dataclass_fields__}
    assert len(timing) + len(thresholds) == len(cadence), f"unknown keys in {cadence}"
    return Check(
        name=name,
        settings=settings or SmtpSettings(),
        timing=Timing(**timing),
        thresholds=Thresholds(**thresholds),  # type: ignore[arg-type]  # the caller knows which are counts
    )


def member(
    name: str,
    *addresses: str,
    weight: int = 1,
    standby: bool = False,
    hostname: str | None = None,
    machine: str | None = None,
    checks: tuple[Check, ...] = (check(),),
    capacity: int | None = None,
) -> Member:
    """A member not yet in a pool: `pool` and `zone` fill in its hostname."""
    parsed = tuple(ip_address(address) for address in addresses)
    keys = {
        address: tuple(VerdictKey(each.name, target_id(each.settings, address)) for each in checks)
        for address in parsed
    }
    return Member(
        name=name,
        addresses=parsed,
        hostname=b"" if hostname is None else to_wire(hostname, to_wire(ZONE + ".")),
        hostname_given=hostname is not None,
        weight=weight,
        standby=standby,
        machine=machine,
        verdicts=keys,
        capacity=capacity,
    )


def pool(
    name: str,
    *members: Member,
    at_least: int | None = 1,
    percent: float | None = None,
    short_form: bool = False,
    degraded_weight: float = 1.0,
) -> Pool:
    """A pool; give `percent` for a share of configured weight instead of a number of members."""
    least = MinHealthy(members=None if percent is not None else at_least, percent=percent)
    checks = tuple(dict.fromkeys(key.check for one in members for keys in one.verdicts.values() for key in keys))
    return Pool(
        name=name,
        members=members,
        checks=checks,
        min_healthy=least,
        short_form=short_form,
        degraded_weight=degraded_weight,
    )


def service(
    name: str,
    *pools: str,
    records: tuple[RecordType, ...] = (RecordType.A, RecordType.AAAA),
    answers: int = 1,
    mx: MxMode = MxMode.RANKED,
    when_all_down: WhenAllDown = WhenAllDown.SERVE_ALL,
    alias_of: str | None = None,
    **more: Any,
) -> Service:
    """A service of ZONE; `zone` sets its owner; `more` are further fields."""
    return Service(
        name=name,
        owner=b"",
        records=records,
        pools=pools,
        answers=answers,
        mx=mx,
        when_all_down=when_all_down,
        alias_of=alias_of,
        **more,
    )


def zone(*pools: Pool, services: tuple[Service, ...] = (), name: str = ZONE, ttl: int = 30, min_ttl: int = 15) -> Zone:
    """A zone with its pools, its services, and the service every pool has by itself."""
    origin = to_wire(name + ".")
    placed = {each.name: _placed(each, origin) for each in pools}
    declared = {each.name: replace(each, owner=to_wire(each.name, origin)) for each in services}
    for each in pools:
        if each.name not in declared:
            own = replace(service(each.name, each.name), owner=to_wire(each.name, origin), pool_name=True)
            declared[each.name] = own
    return Zone(
        name=origin,
        text=name,
        contact=to_wire("hostmaster", origin),
        nameservers=(NameServer(name=to_wire("ns1", origin), addresses=(LOOPBACK,)),),
        pools=placed,
        services=declared,
        ttl=ttl,
        min_ttl=min_ttl,
    )


def _placed(each: Pool, origin: bytes) -> Pool:
    prefix = "" if each.name == "@" else f".{each.name}"
    members = tuple(
        one if one.hostname_given else replace(one, hostname=to_wire(one.name + prefix, origin)) for one in each.members
    )
    return replace(each, members=members)


def config(*zones: Zone, checks: tuple[Check, ...] = (check(),)) -> Config:
    """A whole configuration; its targets follow from the members and the checks."""
    by_name = {each.name: each for each in checks}
    targets = {
        key.target: Target(
            id=key.target,
            address=address,
            settings=by_name[key.check].settings,
            timing=by_name[key.check].timing,
        )
        for each in zones
        for one_pool in each.pools.values()
        for one in one_pool.members
        for address, keys in one.verdicts.items()
        for key in keys
    }
    node = Node(
        name="ns1",
        listen=(Endpoint(address=LOOPBACK, port=5300),),
        workers=1,
        nsid="ns1",
        http=HttpListener(listen=Endpoint(address=LOOPBACK, port=8053)),
        state_dir=Path("state"),
        run_dir=Path("run"),
    )
    return Config(
        node=node, zones=zones, checks=by_name, targets=targets, directory=Path("."), digest="0123456789abcdef"
    )


def healths(
    *,
    down: tuple[str, ...] = (),
    unknown: tuple[str, ...] = (),
    degraded: tuple[str, ...] = (),
    loaded: tuple[str, ...] = (),
    factors: Mapping[str, float] = MappingProxyType({}),
) -> Callable[[Member, Address], AddressHealth]:
    """What steering asks for: every address is up but those named.

    `loaded`: degraded by load; `factors`: the part of its weight that an address asks for.
    """
    states: Mapping[str, Health] = {
        **dict.fromkeys((*degraded, *loaded), Health.DEGRADED),
        **dict.fromkeys(unknown, Health.UNKNOWN),
        **dict.fromkeys(down, Health.DOWN),
    }

    def health_of(_member: Member, address: Address) -> AddressHealth:
        health = states.get(str(address), Health.UP)
        return AddressHealth(
            health=health,
            changes_in=45.0,
            why=f"smtp {health}",
            changes_by="smtp",
            loaded=str(address) in loaded,
            factor=factors.get(str(address), 1.0),
        )

    return health_of
