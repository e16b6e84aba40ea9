"""Whom `gslb validate --live` asks, and about what: read off the configuration. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from gslb.model import names
from gslb.model.checks import (
    CheckSettings,
    ImapSettings,
    LmtpSettings,
    Pop3Settings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    Timing,
    TlsCheckSettings,
    TlsSettings,
)
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.targets import Target, target_id
from gslb.model.values import Address, RecordType, TlsMode
from gslb.model.zones import Zone
from gslb.probes.dane import Tlsa, tlsa

TLSA: Final = 52
SMTP: Final = 25

Spoken: TypeAlias = type[SmtpSettings | SubmissionSettings | LmtpSettings | ImapSettings | Pop3Settings | SieveSettings]
_BY_PORT: Final[dict[int, Spoken]] = {
    24: LmtpSettings,
    25: SmtpSettings,
    110: Pop3Settings,
    143: ImapSettings,
    587: SubmissionSettings,
    4190: SieveSettings,
}
_OWNER: Final = re.compile(r"_(\d{1,5})\._tcp\.(.+)\.")
_TIMING: Final = Timing(interval=30.0, fast_interval=30.0, down_interval=30.0, timeout=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One conversation. `who`: the member, or the name, it is about; `address`: the answered one.

    `host`: the name that clients use. `owner` and `records`: the TLSA RRset for it, if any. `exchanger`: whether
    greeting and PTR should bear `host`.
    """

    path: str
    who: str
    host: str
    address: Address
    port: int
    target: Target
    owner: str = ""
    records: tuple[Tlsa, ...] = ()
    exchanger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A TLSA RRset about a host that nobody here has."""

    path: str
    owner: str
    host: str


def looks(config: Config) -> Iterator[Look | Lost]:
    """Every TLSA RRset at every address of its host, and every exchanger."""
    for zone in config.zones:
        yield from _tlsa_looks(config, zone)
        yield from _exchangers(config, zone)


def _tlsa_looks(config: Config, zone: Zone) -> Iterator[Look | Lost]:
    sets: dict[bytes, list[Tlsa]] = {}
    for record in zone.records:
        if record.rtype == TLSA:
            sets.setdefault(record.owner, []).append(tlsa(record.rdata))
    for owner, records in sets.items():
        text = names.to_text(owner)
        found = _OWNER.fullmatch(text)
        if found is None:
            continue  # over UDP, or no port: nothing that is probed here
        port, host = int(found[1]), found[2]
        places = tuple(_places(zone, names.to_wire(host + ".")))
        if not places:
            yield Lost(path=zone.path, owner=text, host=host)
        for who, address, member in places:
            target = _target(config, member, address, host, port, TlsMode.STARTTLS)
            yield Look(
                path=zone.path,
                who=who,
                host=host,
                address=address,
                port=port,
                target=target,
                owner=text,
                records=tuple(records),
            )


def _places(zone: Zone, host: bytes) -> Iterator[tuple[str, Address, Member | None]]:
    """Who answers for a name: members of that name, those of a service of that name, static addresses."""
    told = set()
    for who, member in _members(zone, host):
        for address in member.addresses:
            if address not in told:
                told.add(address)
                yield who, address, member
    for record in zone.records:
        if record.owner == host and record.rtype in (RecordType.A, RecordType.AAAA):
            yield names.to_text(host).removesuffix("."), _address(record.rdata), None


def _address(rdata: bytes) -> Address:
    from ipaddress import ip_address

    return ip_address(rdata)


def _members(zone: Zone, host: bytes) -> Iterator[tuple[str, Member]]:
    served = {pool for service in zone.services.values() if service.owner == host for pool in service.pools}
    for pool in zone.pools.values():
        for member in pool.members:
            own = names.to_wire(member.name, names.to_wire(pool.name, zone.name))
            if pool.name in served or host in (member.hostname, own):
                yield f"{pool.name}/{member.name}", member


def _exchangers(config: Config, zone: Zone) -> Iterator[Look]:
    pools = {pool for service in zone.services.values() if RecordType.MX in service.records for pool in service.pools}
    for name in sorted(pools):
        for member in zone.pools[name].members:
            host = names.to_text(member.hostname).removesuffix(".")
            for address in member.addresses:
                target = _target(config, member, address, host, SMTP, TlsMode.NONE)
                yield Look(
                    path=zone.path,
                    who=f"{name}/{member.name}",
                    host=host,
                    address=address,
                    port=SMTP,
                    target=target,
                    exchanger=True,
                )


def _target(config: Config, member: Member | None, address: Address, host: str, port: int, mode: TlsMode) -> Target:
    """Where a check on that port probes this member, if one does; spoken as that check does, but without a login."""
    probed = _checked(config, member, address, port)
    settings = probed.settings if probed else None
    kind = _BY_PORT.get(port)
    own = getattr(settings, "tls", None)
    if own is not None and own.mode is TlsMode.IMPLICIT and mode is not TlsMode.NONE:
        kind = None
    elif settings is not None and type(settings) in _BY_PORT.values():
        kind = type(settings)  # type: ignore[assignment]  # one of the values, as was just asked
    at = settings.port if settings else port
    wanted: CheckSettings
    if kind is None:
        wanted = TlsCheckSettings(port=at, tls=TlsSettings(mode=TlsMode.IMPLICIT, server_name=host))
    else:
        wanted = kind(port=at, tls=TlsSettings(mode=mode, server_name=host))
    where, source = (probed.address, probed.source) if probed else (address, None)
    return Target(id=target_id(wanted, where, source), address=where, settings=wanted, timing=_TIMING, source=source)


def _checked(config: Config, member: Member | None, address: Address, port: int) -> Target | None:
    """The target of a check on that port; for an exchanger any that speaks SMTP will do."""
    keys = member.verdicts.get(address, ()) if member else ()
    targets = [(config.checks[key.check].settings, config.targets[key.target]) for key in keys]
    exact = next((target for settings, target in targets if settings.port == port), None)
    if exact is None and port == SMTP:
        return next((target for settings, target in targets if isinstance(settings, SmtpSettings)), None)
    return exact
