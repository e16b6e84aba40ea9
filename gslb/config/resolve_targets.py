"""The targets of all zones: what checks and members come to together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gslb.config.combined import with_parents
from gslb.config.resolve_checks import ResolvedCheck, for_member
from gslb.config.schema_zone import MemberTable
from gslb.model.checks import CheckSettings, Timing
from gslb.model.quick import quick
from gslb.model.settings import Probing
from gslb.model.targets import Identity, Target, identity
from gslb.model.values import Address
from gslb.model.verdicts import VerdictKey

new_target = quick(Target)


class Targets:
    """Collects the targets of all zones: one for each dialogue with an address, however many checks share it."""

    def __init__(self, checks: Mapping[str, ResolvedCheck], probing: Probing) -> None:
        self.probing = probing
        self.found: dict[str, Target] = {}
        self._depends_on = {name: one.check.depends_on for name, one in checks.items()}
        self._lineage: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._alike = {
            (name, version): _alike(one, version, probing) for name, one in checks.items() for version in (4, 6)
        }

    def with_parents(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The checks and all they depend on."""
        found = self._lineage.get(names)
        if found is None:
            found = self._lineage[names] = with_parents(names, self._depends_on)
        return found

    def canary(self, check_name: str, address: Address) -> str:
        """The id of a target that is probed for this host's own sake; it is added."""
        name = str(address)
        return self.key(check_name, name, MemberTable.model_validate({"address": name}), address, name).target

    def key(self, check_name: str, name: str, member: MemberTable, answered: Address, public_name: str) -> VerdictKey:
        """The verdict of one check on one answered address of a member; its target is added."""
        probed, port, hostname = member.probe_address, member.probe_port, member.hostname
        address = answered if probed is None else _probed(probed, answered)
        one = self._alike[check_name, address.version]
        settings, ids = one.settings, one.ids
        if port is not None or one.asks_member or (hostname is not None and one.asks_hostname):
            given = port.get(check_name) if isinstance(port, dict) else port
            settings = for_member(settings, given, name, hostname, public_name)
            ids = identity(for_member(one.written, given, name, hostname, public_name), one.identified_source)
        target = new_target(
            id=ids.at(address),
            address=address,
            settings=settings,
            timing=one.timing,
            slow_after=one.slow_after,
            source=one.source,
            stage_every=one.stage_every,
            groups=one.groups,
        )
        other = self.found.setdefault(target.id, target)
        if other is not target:
            self.found[target.id] = _shared(other, target)
        return VerdictKey(check_name, target.id)


@dataclass(frozen=True, slots=True)
class _Alike:
    """What the targets of one check in one address family have in common.

    `written`, `identified_source`: what their identity is of, `ids`, where a member adds nothing to it.
    """

    settings: CheckSettings
    written: CheckSettings
    asks_member: bool
    asks_hostname: bool
    ids: Identity
    identified_source: Address | None
    source: Address | None
    timing: Timing
    slow_after: float | None
    stage_every: int
    groups: tuple[str, ...]


def _alike(one: ResolvedCheck, version: int, probing: Probing) -> _Alike:
    check = one.check
    own, of_node = (
        (check.source_ipv4, probing.source_ipv4) if version == 4 else (check.source_ipv6, probing.source_ipv6)
    )
    return _Alike(
        settings=check.settings,
        written=one.written,
        asks_member=one.asks_member,
        asks_hostname=one.asks_hostname,
        ids=identity(one.written, own),
        identified_source=own,
        source=own or of_node,
        timing=check.timing,
        slow_after=check.slow_after,
        stage_every=check.stage_every,
        groups=() if check.group is None else (check.group,),
    )


def _probed(written: Address | dict[Address, Address], answered: Address) -> Address:
    return written.get(answered, answered) if isinstance(written, dict) else written


def _shared(one: Target, other: Target) -> Target:
    """One target for two checks, as eager as the more eager of them in every respect."""
    slow = [target.slow_after for target in (one, other) if target.slow_after is not None]
    timing = Timing(
        interval=min(one.timing.interval, other.timing.interval),
        fast_interval=min(one.timing.fast_interval, other.timing.fast_interval),
        down_interval=min(one.timing.down_interval, other.timing.down_interval),
        jitter=min(one.timing.jitter, other.timing.jitter),
        timeout=min(one.timing.timeout, other.timing.timeout),
    )
    deep = min(one.stage_every, other.stage_every)
    groups = tuple(dict.fromkeys((*one.groups, *other.groups)))
    return replace(one, timing=timing, slow_after=min(slow, default=None), stage_every=deep, groups=groups)
