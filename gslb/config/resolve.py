"""Tables to the model: every default filled in, every name followed, every target found. No faults are left here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from gslb.config.crosscheck_names import record_types
from gslb.config.drafts import PoolDraft, ZoneDraft, addresses_of
from gslb.config.resolve_targets import Targets
from gslb.config.schema_node import NodeFile
from gslb.config.schema_zone import DnssecTable, MemberTable, ServiceTable, TransferTable
from gslb.config.values import contact_wire
from gslb.model import names
from gslb.model.clients import View
from gslb.model.keys import Algorithm
from gslb.model.pools import Member, MinHealthy, Pool, Requirement
from gslb.model.quick import quick
from gslb.model.settings import HttpListener, Node, Probing, RateLimit
from gslb.model.transfers import Transfer
from gslb.model.values import Address, MxMode, RecordType, WhenAllDown
from gslb.model.verdicts import VerdictKey
from gslb.model.zones import ALL, PLAIN_HTTPS, Dnssec, Https, NameServer, Service, SoaTimers, SrvOwner, ViewChain, Zone

new_member, new_pool, new_service = quick(Member), quick(Pool), quick(Service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the machine itself decides: its name, its cores, and a token file found at the default place.

    `full_name` is asked only where something would say it: it may have to ask DNS. `cpus`: the numbers of those that
    this process may use; empty: the first `cpu_count`.
    """

    name: str
    cpu_count: int
    cpus: tuple[int, ...] = ()
    token_file: Path | None = None
    full_name: Callable[[], str | None] = lambda: None

    @property
    def usable_cpus(self) -> tuple[int, ...]:
        """Their numbers, in order."""
        return self.cpus or tuple(range(self.cpu_count))


def resolve_node(table: NodeFile, directory: Path, host: Host, *, says_hello: bool) -> Node:
    """gslb.yaml with its defaults; paths are relative to the configuration directory.

    `says_hello`: some check says probing.name in EHLO, so that its default counts.
    """
    name = table.node or host.name
    http, tls = table.http, table.http.tls
    return Node(
        name=name,
        listen=tuple(table.dns.listen),
        workers=table.dns.workers or host.cpu_count,
        worker_cpus=host.usable_cpus if table.dns.worker_cpus == "auto" else table.dns.worker_cpus or (),
        nsid=table.dns.nsid or name,
        http=HttpListener(
            listen=http.listen,
            token_file=directory / http.token_file if http.token_file else host.token_file,
            certificate=directory / tls.certificate if tls else None,
            key=directory / tls.key if tls else None,
        ),
        state_dir=directory / table.state_dir,
        run_dir=directory / table.run_dir,
        probing=_probing(table, host.full_name() if says_hello and table.probing.name is None else None),
        log_format=table.log.format,
        log_level=table.log.level,
        cookie_secrets=directory / table.dns.cookies.secret_file if table.dns.cookies.secret_file else None,
        state_txt=tuple(table.dns.state_txt),
        rate_limit=RateLimit(
            responses_per_second=table.dns.rate_limit.responses_per_second,
            slip=table.dns.rate_limit.slip,
            exempt=tuple(table.dns.rate_limit.exempt),
        ),
    )


def resolve_views(table: NodeFile) -> tuple[View, ...]:
    """The views in the order declared, which numbers them."""
    return tuple(
        View(name=name, networks=tuple(view.networks), countries=tuple(view.countries), ecs=tuple(view.ecs))
        for name, view in table.views.items()
    )


def _probing(table: NodeFile, full_name: str | None) -> Probing:
    probing = table.probing
    return Probing(
        concurrency=probing.concurrency,
        per_host=probing.per_host,
        source_ipv4=probing.source.ipv4,
        source_ipv6=probing.source.ipv6,
        name=probing.name or full_name,
        startup_wait=probing.startup_wait,
        groups=probing.groups,
    )


def resolve_zone(draft: ZoneDraft, targets: Targets, state_dir: Path, directory: Path) -> Zone:
    """One zone as the rest of the project sees it; its DNSSEC keys are looked for below `state_dir`, the file of its
    TSIG keys below `directory`."""
    table = draft.table
    public_names = _public_names(draft)
    pools = {pool.name: _pool(draft, pool, targets, public_names[pool.name]) for pool in draft.pools.values()}
    return Zone(
        name=draft.origin,
        text=table.zone,
        contact=contact_wire(table.contact),
        nameservers=tuple(
            NameServer(name=names.to_wire(name, draft.origin), addresses=tuple(addresses or ()))
            for name, addresses in table.nameservers.items()
        ),
        pools=pools,
        services=_services(draft, pools),
        ttl=table.ttl,
        min_ttl=max(1, table.ttl // 2) if table.min_ttl is None else table.min_ttl,
        negative_ttl=table.negative_ttl,
        static_ttl=table.static_ttl,
        soa=SoaTimers(refresh=table.soa.refresh, retry=table.soa.retry, expire=table.soa.expire),
        records=tuple(placed.record for placed, _ in draft.records),
        path=draft.document.path,
        dnssec=_dnssec(table.dnssec, state_dir),
        transfer=_transfer(table.transfer, directory),
    )


def _transfer(table: TransferTable | None, directory: Path) -> Transfer | None:
    if table is None:
        return None
    key = None if table.key is None else directory / table.key
    return Transfer(to=tuple(table.to), notify=tuple(table.notify), key=key)


def _dnssec(table: DnssecTable | None, state_dir: Path) -> Dnssec | None:
    if table is None:
        return None
    algorithm = Algorithm[table.algorithm.upper()]
    return Dnssec(keys=state_dir / table.keys, algorithm=algorithm, denial=table.denial)


def _public_names(draft: ZoneDraft) -> dict[str, str]:
    """The name clients know each pool by: that of the first service that uses it, else its own."""
    zone = draft.table.zone
    public: dict[str, str] = {}
    for name, service in draft.table.services.items():
        chain = [name] if service.members is not None else service.pools or []
        for pool in chain + [pool for pools in service.views.values() for pool in pools]:
            public.setdefault(pool, zone if name == "@" else f"{name}.{zone}")
    return {pool: public.get(pool, f"{pool}.{zone}") for pool in draft.pools}


def _pool(draft: ZoneDraft, pool: PoolDraft, targets: Targets, public_name: str) -> Pool:
    apex = names.to_wire(pool.name, draft.origin)
    requirement = pool.checks.requirement
    judged = _Judged(targets, targets.with_parents(pool.checks.names), requirement, public_name)
    return new_pool(
        name=pool.name,
        members=tuple([_member(name, member, apex, judged) for name, member in pool.members.items()]),
        checks=pool.checks.names,
        requirement=requirement,
        min_healthy=pool.table.min_healthy or _ONE,
        degraded_weight=1.0 if pool.table.degraded_weight is None else pool.table.degraded_weight,
        short_form=pool.short_form,
    )


_UNJUDGED: Mapping[Address, tuple[VerdictKey, ...]] = {}
"""One for all members that nothing probes."""
_ONE = MinHealthy()


class _Judged(NamedTuple):
    """How a pool is judged: by which checks, with all they depend on, and by what name clients know it."""

    targets: Targets
    checks: tuple[str, ...]
    requirement: Requirement | None
    public_name: str


def _member(name: str, member: MemberTable, apex: bytes, judged: _Judged) -> Member:
    targets, checks, requirement, public_name = judged
    addresses = tuple(addresses_of(member))
    given = member.hostname is not None
    return new_member(
        name=name,
        addresses=addresses,
        hostname=names.to_wire(f"{member.hostname}.") if given else names.to_wire(name, apex),
        hostname_given=given,
        weight=member.weight,
        standby=member.standby,
        machine=member.machine,
        capacity=member.capacity,
        verdicts={
            address: tuple([targets.key(check, name, member, address, public_name) for check in checks])
            for address in addresses
        }
        if checks
        else _UNJUDGED,
        requirement=requirement,
    )


def _services(draft: ZoneDraft, pools: Mapping[str, Pool]) -> dict[str, Service]:
    table = draft.table
    own = {
        name: _service(draft, name, service, pools) for name, service in table.services.items() if service.alias is None
    }
    of_pools = {pool.name: _pool_service(draft, pool) for pool in pools.values() if not pool.short_form}
    deciding = {**own, **of_pools}
    aliases = {
        name: _alias(draft, name, service, deciding)
        for name, service in table.services.items()
        if service.alias is not None
    }
    declared = {name: own.get(name) or aliases[name] for name in table.services}
    return {**declared, **of_pools}


def _service(draft: ZoneDraft, name: str, service: ServiceTable, pools: Mapping[str, Pool]) -> Service:
    chain = (name,) if service.members is not None else tuple(service.pools or ())
    when = service.when_all_down
    return new_service(
        name=name,
        owner=names.to_wire(name, draft.origin),
        records=record_types(draft, name),
        pools=chain,
        answers=_answers(service, chain, pools),
        mx=MxMode(service.mx),
        srv=_srv(draft, service),
        when_all_down=when if isinstance(when, WhenAllDown) else WhenAllDown.LIST,
        last_resort=() if isinstance(when, WhenAllDown) else when,
        failback=service.failback,
        together=service.together,
        sticky=service.sticky,
        spill_over=service.spill_over,
        trickle=service.trickle,
        slow_start=service.slow_start,
        https=_https(service),
        views={
            view: ViewChain(pools=tuple(written), answers=_answers(service, written, pools))
            for view, written in service.views.items()
        },
    )


def _answers(service: ServiceTable, chain: Iterable[str], pools: Mapping[str, Pool]) -> int:
    return default_answers([pools[pool] for pool in chain]) if service.answers is None else service.answers


def _pool_service(draft: ZoneDraft, pool: Pool) -> Service:
    return new_service(
        name=pool.name,
        owner=names.to_wire(pool.name, draft.origin),
        records=(RecordType.A, RecordType.AAAA),
        pools=(pool.name,),
        answers=default_answers([pool]),
        pool_name=True,
    )


def _alias(draft: ZoneDraft, name: str, service: ServiceTable, own: Mapping[str, Service]) -> Service:
    """A service that shows another's decision: `alias_of` names the one that decides, however many stand between."""
    target = service.alias or ""
    while target not in own:
        target = draft.table.services[target].alias or ""
    return replace(
        own[target],
        name=name,
        owner=names.to_wire(name, draft.origin),
        records=record_types(draft, name),
        srv=_srv(draft, service),
        https=own[target].https if service.https is None else _https(service),
        alias_of=target,
        pool_name=False,
    )


def _srv(draft: ZoneDraft, service: ServiceTable) -> tuple[SrvOwner, ...]:
    return tuple(SrvOwner(owner=names.to_wire(owner, draft.origin), port=port) for owner, port in service.srv.items())


def _https(service: ServiceTable) -> Https:
    written = service.https
    return PLAIN_HTTPS if written is None else Https(alpn=tuple(written.alpn), port=written.port, hints=written.hints)


def default_answers(pools: list[Pool]) -> int:
    """All where the configured weights of those that take part are equal, else one (contract, zones).

    Equal within each pool: an answer never mixes two, so their weights are not to be compared.
    """
    weights = ({member.weight for member in pool.members if not member.standby and member.weight} for pool in pools)
    return ALL if all(len(each) <= 1 for each in weights) else 1
