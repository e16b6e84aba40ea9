"""Warnings: what is allowed and still likely to surprise (contract section 5). They refuse nothing.

The sizes of answers are estimates from above: the answer section as `answers` writes it (names uncompressed, owners a
pointer), without additional records, which are left out where they do not fit.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from gslb.config.crosscheck_zone import MOST_MEMBERS
from gslb.config.drafts import CheckDraft, ZoneDraft
from gslb.config.positions import Path
from gslb.config.values import show_duration
from gslb.model import names
from gslb.model.checks import Check, LmtpSettings, RelaySettings, SmtpSettings
from gslb.model.plain import TcpSettings
from gslb.model.pools import Member, Pool
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.settings import Node
from gslb.model.values import IPV4, IPV6, Family, Gate, MxMode, RecordType, WhenAllDown
from gslb.model.zones import ALL, Service, Zone

MAX_UDP = 1232
"""Octets that pass any path unfragmented (DNS flag day 2020); a larger answer makes resolvers come again over TCP."""

MAX_EXCHANGERS = 10
"""Of one tier in one answer of ranked MX; equal MX holds all."""
MAIL_PORTS = frozenset((24, 25, 110, 143, 465, 587, 993, 995, 2003, 2424, 4190))

RARE = 60.0
"""Seconds that should lie between two envelopes that a probe begins at one server."""

_HEADER, _QUESTION, _OPT, _RECORD = 12, 4, 11, 12
_NSID = 4
_RRSIG, _SIGNATURE = 18, 64
_OF_FAMILIES = ((RecordType.A, IPV4, 4), (RecordType.AAAA, IPV6, 16))
"""What holds addresses of each family, and their octets."""
_HTTPS, _MX = RecordType.HTTPS, RecordType.MX


def review_check(draft: CheckDraft, check: Check) -> None:
    """Warn of one check."""
    settings, timing = check.settings, check.timing
    for key in ("interval", "fast_interval", "down_interval"):
        seconds = getattr(timing, key)
        if seconds < 1 and key in draft.table.model_fields_set:
            message = f"{show_duration(seconds)} is under 1s: each probe is a line in the server's log; make it longer"
            draft.document.warn((check.name, key), message)
    if isinstance(settings, SmtpSettings | LmtpSettings) and settings.stage in ("mail", "rcpt"):
        _deep_and_often(draft, check, settings.stage)
    if isinstance(settings, RelaySettings) and settings.foreign_domain.endswith(".invalid"):
        message = (
            "a name under .invalid may be refused because it does not resolve, before any rule about relaying; "
            "name a domain of yours that resolves and that the server does not serve"
        )
        draft.document.warn((check.name, "foreign_domain"), message)
    _introduction(draft, check)
    if isinstance(settings, TcpSettings) and settings.port in MAIL_PORTS and not (settings.expect or settings.send):
        message = (
            f"port {settings.port} speaks mail: a bare connection proves little and leaves "
            '"lost connection" in the log; use its own type'
        )
        draft.document.warn((check.name, "port"), message)


def _introduction(draft: CheckDraft, check: Check) -> None:
    """A name that no host goes by, or the server's own, is what forgers say in EHLO (probes.md 1.4)."""
    said = getattr(draft.table, "helo_name", None)
    if said is None:
        return
    name, own = said.lower().rstrip("."), getattr(draft.table, "server_name", None)
    if name == "localhost" or name.startswith("localhost."):
        message = (
            f"{said} is what any host is to itself, and many servers refuse it; write a name that resolves to this one"
        )
    elif own is not None and name == own.lower().rstrip("."):
        message = (
            f"{said} is the server's own name, and many refuse who says it; write a name that resolves to this host"
        )
    else:
        return
    draft.document.warn((check.name, "helo_name"), message)


def _deep_and_often(draft: CheckDraft, check: Check, stage: str) -> None:
    """A queue id, a line in the log, and a try that greylisting sees, each time (probes.md 1.6.1)."""
    apart = check.timing.interval * check.stage_every
    if apart < RARE:
        message = (
            f"stage {stage} every {show_duration(apart)}: each leaves a queue id and a line in the server's log, and "
            f"greylisting sees it; make it {show_duration(RARE)} or more, by interval or stage_every"
        )
        draft.document.warn((check.name, "stage"), message)


def review_zone(draft: ZoneDraft, zone: Zone, checks: Mapping[str, Check], node: Node) -> None:
    """Warn of one zone."""
    _nameservers(draft)
    for pool in zone.pools.values():
        _pool(draft, pool)
    _open_gates(draft, zone, checks)
    _slow_checks(draft, zone, checks)
    mail = _answering_mx(zone)
    for service in zone.services.values():
        if service.alias_of is None and not service.pool_name:
            _service(draft, zone, service, checks, mx=service.name in mail)
        elif service.alias_of and service.alias_of not in draft.table.services and service.name in mail:
            _exchangers(draft, ("services", service.name, "alias"), service.mx, zone.pools[service.alias_of])
    _foreign_hostnames(draft, zone)
    _sizes(draft, zone, node)


def _nameservers(draft: ZoneDraft) -> None:
    for name in draft.table.nameservers:
        if "." in name and not name.endswith("."):
            message = f"means {name}.{draft.table.zone}.: a whole name ends in a dot, {name}."
            draft.document.warn(("nameservers", name), message)


def _pool(draft: ZoneDraft, pool: Pool) -> None:
    path = draft.pools[pool.name].path
    if len(pool.members) == 1:
        message = f"one member only: nothing stands in for {pool.members[0].name} in this pool; add a second one"
        draft.document.warn((*path, "members"), message)
    machines = {member.machine for member in pool.members}
    if len(pool.members) > 1 and len(machines) == 1 and None not in machines:
        message = f"all members run on the machine {machines.pop()} and fail with it; put one elsewhere"
        draft.document.warn((*path, "members"), message)


def _open_gates(draft: ZoneDraft, zone: Zone, checks: Mapping[str, Check]) -> None:
    for pool in zone.pools.values():
        if pool.checks and all(checks[name].gate is not Gate.HARD for name in pool.checks):
            written = draft.pools[pool.name]
            message = "no check has a hard gate: none takes a member out; add one that does"
            draft.document.warn(written.checks.path(written.path), message)


def _slow_checks(draft: ZoneDraft, zone: Zone, checks: Mapping[str, Check]) -> None:
    told = set()
    for pool in zone.pools.values():
        for index, name in enumerate(pool.checks):
            timeout = checks[name].timing.timeout
            if timeout > zone.ttl and name not in told and not isinstance(checks[name].settings, RoundtripSettings):
                told.add(name)
                message = (
                    f"{name} may take {show_duration(timeout)}, longer than an answer lives: ttl is {zone.ttl}s; "
                    "shorten its timeout, or raise ttl"
                )
                written = draft.pools[pool.name]
                draft.document.warn((*written.checks.path(written.path), index), message)


def _service(draft: ZoneDraft, zone: Zone, service: Service, checks: Mapping[str, Check], *, mx: bool) -> None:
    path: Path = ("services", service.name)
    pools = [zone.pools[name] for name in service.pools]
    if mx:
        _all_down(draft, path, service)
    _steps(draft, path, service, zone)
    _families(draft, path, service, pools)
    for view in service.seen:
        seen, where = service.seen_from(view), (*path, "views", view) if view else (*path, "pools")
        _unreachable(draft, where, [zone.pools[name] for name in seen.pools], checks, trickle=service.trickle > 0)
        # what was told of everybody's pools is not told again for a view that has them, too
        fresh = {name: zone.pools[name] for name in seen.pools if not view or name not in service.pools}
        for name, pool in fresh.items() if mx else ():
            _exchangers(draft, (*where, seen.pools.index(name)), service.mx, pool)
        _shares(draft, path, seen, list(fresh.values()), mx=mx)


def _answering_mx(zone: Zone) -> set[str]:
    """The services that answer MX, or that an alias shows which does, and those aliases."""
    answering = [one for one in zone.services.values() if RecordType.MX in one.records]
    return {one.name for one in answering} | {one.alias_of for one in answering if one.alias_of is not None}


def _all_down(draft: ZoneDraft, path: Path, service: Service) -> None:
    effect = {
        WhenAllDown.NODATA: "senders find no exchanger and bounce",
        WhenAllDown.REFUSED: "every name server looks lame",
    }.get(service.when_all_down)
    if effect:
        message = f"{service.when_all_down} on a service with MX: {effect}; servfail makes mail queue"
        draft.document.warn((*path, "when_all_down"), message)


def _exchangers(draft: ZoneDraft, where: Path, mode: MxMode, pool: Pool) -> None:
    count = len({member.hostname for member in pool.members})
    if mode is MxMode.RANKED and count > MAX_EXCHANGERS:
        message = f"{count} exchangers in {pool.name}: an answer holds {MAX_EXCHANGERS} of a tier; split it in tiers"
        draft.document.warn(where, message)


def _steps(draft: ZoneDraft, path: Path, service: Service, zone: Zone) -> None:
    """Nine steps from a tenth to the whole, each at least min_ttl: less than that a window cannot be."""
    least = 9 * zone.min_ttl
    if 0 < service.slow_start < least:
        message = (
            f"{show_duration(service.slow_start)} lasts {show_duration(least)}: nine steps, one each min_ttl "
            f"({show_duration(zone.min_ttl)}); make it longer, or min_ttl shorter"
        )
        draft.document.warn((*path, "slow_start"), message)


def _ordinary(pool: Pool) -> list[Member]:
    return [member for member in pool.members if member.weight and not member.standby]


def _shares(draft: ZoneDraft, path: Path, service: Service, pools: list[Pool], *, mx: bool) -> None:
    for pool in pools:
        weights = [member.weight for member in _ordinary(pool)]
        if len(set(weights)) <= 1:
            continue
        if service.answers == ALL:
            message = f"all, but the weights in {pool.name} differ: shares cannot hold; 1 is what holds them"
            draft.document.warn((*path, "answers"), message)
        elif service.answers * max(weights) > sum(weights):
            most = service.answers * max(weights) / sum(weights)
            message = (
                f"{service.answers} answers at these weights in {pool.name}: the heaviest would need to stand in "
                f"{100 * most:.0f} % of them, so shares cannot hold; answer fewer, or weigh it less"
            )
            draft.document.warn((*path, "answers"), message)
        if service.mx is MxMode.EQUAL and mx:
            message = f"equal, but the weights in {pool.name} differ: senders share mail evenly; ranked holds them"
            draft.document.warn((*path, "mx"), message)


def _families(draft: ZoneDraft, path: Path, service: Service, pools: list[Pool]) -> None:
    """A type that was asked for by name and can never be answered; the default, A and AAAA, may hold one too many."""
    written = draft.table.services[service.name].records
    for rtype, family, _ in _OF_FAMILIES if written else ():
        if rtype in service.records and not any(_has(pool, family) for pool in pools):
            version = "IPv4" if family is IPV4 else "IPv6"
            draft.document.warn(
                (*path, "records"), f"{rtype.name}, but no member has an {version} address: no data; leave it out"
            )


def _unreachable(
    draft: ZoneDraft, chain: Path, pools: list[Pool], checks: Mapping[str, Check], *, trickle: bool
) -> None:
    endless: list[Pool] = []
    for index, pool in enumerate(pools):
        where: Path = (*chain, index)
        if endless and not (trickle and _trickled(pool, endless)):
            lacks = "no check" if not endless[-1].checks else "no check with a hard gate"
            message = (
                f"never reached: {endless[-1].name} before it has {lacks}, so it never fails; "
                "give it one, or take this one out"
            )
            draft.document.warn(where, message)
        elif not any(member.weight for member in pool.members):
            draft.document.warn(where, f"never answers: every weight in {pool.name} is 0; raise one")
        elif all(checks[name].gate is not Gate.HARD for name in pool.checks):
            endless.append(pool)


def _trickled(pool: Pool, endless: list[Pool]) -> bool:
    """Whether a trickle from the first tier that never fails gets here: it goes to the next one of the same family."""
    first, *others = endless
    reaching = [family for family in Family if _has(pool, family) and _has(first, family)]
    return any(not any(_has(other, family) for other in others) for family in reaching)


def _has(pool: Pool, family: Family) -> bool:
    return any(member.of_family(family) for member in pool.members)


def _foreign_hostnames(draft: ZoneDraft, zone: Zone) -> None:
    """Hostnames that MX and SRV answers give and whose addresses others answer, whatever is down."""
    naming = {
        pool
        for service in zone.services.values()
        if RecordType.MX in service.records or service.srv
        for pool in service.every_pool
    }
    for name in zone.pools:
        for member in zone.pools[name].members if name in naming else ():
            if not names.is_below(member.hostname, zone.name):
                path = (*draft.pools[name].path, "members", member.name, "hostname")
                message = (
                    f"outside the zone {zone.text}: its addresses are answered elsewhere and not filtered; "
                    "a name in the zone is"
                )
                draft.document.warn(path, message)


def _sizes(draft: ZoneDraft, zone: Zone, node: Node) -> None:
    option, signature = _OPT + _NSID + len(node.nsid.encode()), signature_octets(zone)
    for service in zone.services.values():
        if service.pool_name:
            continue
        path: Path = ("services", service.name)
        largest: dict[RecordType, int] = {}
        for view in service.seen:
            for rtype, size in _service_sizes(zone, service.seen_from(view)):
                largest[rtype] = max(size, largest.get(rtype, 0))
        for rtype, size in largest.items():
            _too_large(draft, path, rtype, size + option, signature)
    static: Counter[tuple[bytes, int]] = Counter()
    for record in zone.records:
        static[record.owner, record.rtype] += _RECORD + len(record.rdata)
    for (owner, number), size in static.items():
        whole = size + option + _HEADER + len(owner) + _QUESTION
        _too_large(draft, ("records",), f"type {number} of {names.to_text(owner)}", whole, signature)


def _too_large(draft: ZoneDraft, path: Path, of: RecordType | str, size: int, signature: int) -> None:
    if size + signature > MAX_UDP:
        what = of.name if isinstance(of, RecordType) else of
        signed = f" with its signature (and {size} without)" if signature else ""
        message = (
            f"an answer to {what} may take {size + signature} octets{signed}, above {MAX_UDP}: "
            "resolvers come again over TCP; hold fewer or shorter ones"
        )
        draft.document.warn(path, message)


def signature_octets(zone: Zone) -> int:
    """What an RRSIG adds to the answer of a signed zone (RFC 4034 section 3.1); the algorithms here sign in 64."""
    return 0 if zone.dnssec is None else _RECORD + _RRSIG + len(zone.name) + _SIGNATURE


def _service_sizes(zone: Zone, service: Service) -> Iterable[tuple[RecordType, int]]:
    pools = [zone.pools[name] for name in service.pools]
    base = _HEADER + len(service.owner) + _QUESTION
    for rtype, family, octets in _OF_FAMILIES:
        if rtype in service.records:
            count = max((_most_addresses(pool, family, service.answers) for pool in pools), default=0)
            yield rtype, base + count * (_RECORD + octets)
    if _HTTPS in service.records:
        yield _HTTPS, base + _binding(pools, service)
    if _MX in service.records:
        hostnames = [sorted({len(member.hostname) for member in pool.members}) for pool in pools]
        most = MAX_EXCHANGERS if service.mx is MxMode.RANKED else MOST_MEMBERS
        counts = [min(most, len({member.hostname for member in pool.members})) for pool in pools]
        yield (
            RecordType.MX,
            base + sum(count * (_RECORD + 2 + sizes[-1]) for count, sizes in zip(counts, hostnames, strict=True)),
        )
    for srv in service.srv:
        longest = {member.hostname for pool in pools for member in pool.members}
        yield RecordType.SRV, _HEADER + len(srv.owner) + _QUESTION + sum(_RECORD + 6 + len(name) for name in longest)


def _binding(pools: list[Pool], service: Service) -> int:
    """An HTTPS record: priority, the root as target, and a key and a length before each value (RFC 9460)."""
    hints = [
        4 + octets * max((_most_addresses(pool, family, service.answers) for pool in pools), default=0)
        for _, family, octets in _OF_FAMILIES
    ]
    alpn = 4 + sum(1 + len(word) for word in service.https.alpn)
    return _RECORD + 3 + alpn + 6 + (sum(hints) if service.https.hints else 0)


def _most_addresses(pool: Pool, family: Family, answers: int) -> int:
    """The most addresses one answer from a pool can hold."""
    counts = [len(member.of_family(family)) for member in pool.members]
    return sum(counts if answers == ALL else sorted(counts, reverse=True)[:answers])


def mta_sts_lines(zone: Zone) -> dict[str, tuple[str, ...]]:
    """The `mx:` lines an MTA-STS policy (RFC 8461 section 3.2) needs, sorted, by the name that answers MX.

    Every exchanger an answer may ever hold is among them: senders refuse one that the policy does not name.
    """
    return {
        _text(service.owner): tuple(f"mx: {name}" for name in sorted(_exchanger_names(zone, service)))
        for service in zone.services.values()
        if RecordType.MX in service.records
    }


def _exchanger_names(zone: Zone, service: Service) -> set[str]:
    named = {_text(member.hostname) for pool in service.every_pool for member in zone.pools[pool].members}
    return named | {_text(zone.services[service.alias_of or service.name].owner)} if service.last_resort else named


def _text(name: bytes) -> str:
    return names.to_text(name).removesuffix(".")
