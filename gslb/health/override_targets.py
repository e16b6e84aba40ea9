"""TARGET, as operators write it: what it names now, and what an override of it reaches.

    ZONE/POOL/MEMBER    one member
    ZONE/POOL           the members that the pool has now
    ZONE/SERVICE        what that one service sees of the members of all its pools, later ones too
    machine:NAME        every member on that machine, later ones too

Each part may be a glob (`*`, `?`, `[…]`), which is expanded when given. A pool comes before a service of its name:
the short form's pool is its service. An alias stands for the service that it shows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from gslb.model.overrides import OverrideOf
from gslb.model.pools import Member, Pool
from gslb.model.settings import Config
from gslb.model.verdicts import MemberKey
from gslb.model.zones import Zone

MACHINE = "machine:"

_GLOB = frozenset("*?[")
_NONE: frozenset[MemberKey] = frozenset()

FORMS = "ZONE/POOL/MEMBER, ZONE/POOL, ZONE/SERVICE or machine:NAME, with * ? [] as globs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a TARGET names: the targets that overrides stand on, sorted; none, and `why` in a sentence."""

    targets: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Members that overrides of some targets may bear on, and services that see their members otherwise."""

    members: frozenset[MemberKey] = frozenset()
    services: frozenset[tuple[str, str]] = frozenset()


def named(config: Config, text: str) -> Named:
    """What `text` names in this configuration."""
    pattern = tidy(text)
    if pattern.startswith(MACHINE):
        found = {
            MACHINE + member.machine
            for _, member in members(config)
            if member.machine is not None and fnmatchcase(member.machine, pattern.removeprefix(MACHINE))
        }
    else:
        parts = pattern.split("/")
        if len(parts) not in (2, 3) or not all(parts):
            return Named(targets=(), why=f"{text}: write {FORMS}")
        found = set(_members(config, parts)) or set(_services(config, parts))
    if found:
        return Named(targets=tuple(sorted(found)))
    return Named(targets=(), why=f"nothing is called {text} here{_near(config, pattern)}")


def tidy(text: str) -> str:
    """A TARGET as it is compared: lower case, no final dot behind the zone."""
    zone, slash, rest = text.strip().lower().partition("/")
    return zone.removesuffix(".") + slash + rest


def covers(pattern: str, target: str) -> bool:
    """Whether a tidy TARGET means an override that stands on `target`, which may name what is there no more."""
    if pattern.startswith(MACHINE) or target.startswith(MACHINE):
        return pattern.startswith(MACHINE) and fnmatchcase(target, pattern)
    wanted, parts = pattern.split("/"), target.split("/")
    return len(wanted) in (2, len(parts)) and all(map(fnmatchcase, parts, wanted))


def reach(config: Config, targets: Iterable[str]) -> Reach:
    """Whom overrides of these targets bear on in this configuration; nobody where all of them are gone."""
    wanted = frozenset(targets)
    if not wanted:
        return Reach()
    machines = frozenset(target.removeprefix(MACHINE) for target in wanted if target.startswith(MACHINE))
    on_machines = frozenset(key for key, member in members(config) if member.machine in machines) if machines else _NONE
    zones = {zone.text: zone for zone in config.zones}
    paths = [target.rsplit("/", 2) for target in wanted if not target.startswith(MACHINE)]
    return Reach(
        members=on_machines | frozenset(_members_at(zones, paths)),
        services=frozenset(
            (text, name) for text, _, name in (target.rpartition("/") for target in wanted)
            if text in zones and name in zones[text].services
        ),
    )  # fmt: skip


def _members_at(zones: Mapping[str, Zone], paths: Iterable[list[str]]) -> Iterator[MemberKey]:
    for path in paths:
        if len(path) == len(MemberKey._fields) and path[0] in zones and path[1] in zones[path[0]].pools:
            key = MemberKey(*path)
            if any(member.name == key.member for member in zones[key.zone].pools[key.pool].members):
                yield key


def words_on(config: Config, look: OverrideOf, keys: Iterable[MemberKey]) -> tuple[str, ...]:
    """What operators say of these members now, wherever they stand: `ZONE/POOL/MEMBER forced up by anna`."""
    zones = {zone.text: zone for zone in config.zones}
    found = []
    for key in keys:
        pool = zones[key.zone].pools[key.pool]
        member = next(one for one in pool.members if one.name == key.member)
        standing = look(key.zone, None, key.pool, member)
        if standing is not None:
            found.append(f"{key} {standing.override}")
    return tuple(found)


def members(config: Config) -> Iterator[tuple[MemberKey, Member]]:
    """Every member of every pool."""
    for zone in config.zones:
        for pool in zone.pools.values():
            for member in pool.members:
                yield MemberKey(zone.text, pool.name, member.name), member


def _members(config: Config, parts: list[str]) -> Iterator[str]:
    """A zone and a pool alone mean all members."""
    wanted = parts[2] if len(parts) == len(MemberKey._fields) else "*"
    for zone in config.zones:
        if fnmatchcase(zone.text, parts[0]):
            for pool in _called(zone.pools, parts[1]):
                for member in pool.members:
                    if fnmatchcase(member.name, wanted):
                        yield f"{zone.text}/{pool.name}/{member.name}"


def _called(pools: Mapping[str, Pool], pattern: str) -> Iterable[Pool]:
    """Those of that name; only a glob is held against each of thousands."""
    if _GLOB.isdisjoint(pattern):
        return [pools[pattern]] if pattern in pools else []
    return [pool for name, pool in pools.items() if fnmatchcase(name, pattern)]


def _services(config: Config, parts: list[str]) -> Iterator[str]:
    for zone in config.zones if len(parts) == 2 else ():
        for service in zone.services.values():
            if fnmatchcase(zone.text, parts[0]) and fnmatchcase(service.name, parts[1]) and not service.pool_name:
                yield f"{zone.text}/{_decider(zone, service.name)}"


def _decider(zone: Zone, name: str) -> str:
    while (shown := zone.services[name].alias_of) is not None:
        name = shown
    return name


def _near(config: Config, pattern: str) -> str:
    known = {str(key) for key, _ in members(config)}
    known |= {f"{zone.text}/{name}" for zone in config.zones for name in (*zone.pools, *zone.services)}
    known |= {MACHINE + member.machine for _, member in members(config) if member.machine is not None}
    near = get_close_matches(pattern, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else f": {FORMS}"
