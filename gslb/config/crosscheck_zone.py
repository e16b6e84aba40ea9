"""Rules between the tables of one zone: pools, members, services, aliases, name servers."""

from collections import Counter
from collections.abc import Collection, Sequence

from gslb.config.documents import Document
from gslb.config.drafts import PoolDraft, ZoneDraft, addresses_of, whole_name
from gslb.config.hints import among, did_you_mean, listed
from gslb.config.positions import Path
from gslb.config.schema_zone import MemberTable, ServiceTable
from gslb.config.values import show_duration
from gslb.model import names
from gslb.model.values import Address, WhenAllDown

MOST_MEMBERS = 1000
"""In one pool. Every change of health works out shares and orders of all of them anew, while nothing else moves."""

_SHORT_FORM_KEYS = ("checks", "min_healthy", "degraded_weight")
_ALIAS_KEYS = frozenset(("alias", "records", "srv", "https"))


def check_zone(draft: ZoneDraft, checks: Collection[str]) -> None:
    """Every rule of this file; `checks` are the names defined (or damaged) anywhere."""
    document, table = draft.document, draft.table
    if table.min_ttl is not None and table.min_ttl > table.ttl and not document.is_damaged(("ttl",)):
        document.fault(("min_ttl",), f"above ttl: {show_duration(table.ttl)} at most")
    _nameservers(draft)
    for pool in draft.pools.values():
        _pool(document, pool, checks)
    for name, service in table.services.items():
        _service(draft, name, service)
    _aliases(draft)


def _nameservers(draft: ZoneDraft) -> None:
    document = draft.document
    if document.is_damaged(("zone",)):
        return
    for name, addresses in draft.table.nameservers.items():
        path: Path = ("nameservers", name)
        if document.is_damaged(path):
            continue
        server = whole_name(draft, name, draft.origin, path)
        if server is None:
            continue
        inside = names.is_below(server, draft.origin)
        if inside and not addresses:
            document.fault(path, "in the zone, so it needs an address; a name elsewhere ends in a dot")
        if not inside and addresses:
            document.fault(path, "outside the zone, so its addresses are not answered here: leave them out")
        for address in sorted(_twice(addresses or []), key=str):
            document.fault(path, f"{address} stands twice")


def _twice(items: list[Address]) -> set[Address]:
    return {item for item, count in Counter(items).items() if count > 1}


def _pool(document: Document, pool: PoolDraft, checks: Collection[str]) -> None:
    _check_names(document, pool, checks)
    if len(pool.members) > MOST_MEMBERS:
        document.fault((*pool.path, "members"), f"{len(pool.members)} members: {MOST_MEMBERS} at most in one pool")
    for name, member in pool.members.items():
        if not _is_plain(member):
            _member(document, (*pool.path, "members", name), member, pool)
    _addresses_once(document, pool)
    _min_healthy(document, pool)


def _is_plain(member: MemberTable) -> bool:
    """Whether no rule has anything to say of a member by itself, as of most."""
    return (
        member.address is not None
        and member.addresses is None
        and member.probe_address is None
        and member.probe_port is None
    )


def _addresses_once(document: Document, pool: PoolDraft) -> None:
    every = [address for member in pool.members.values() for address in addresses_of(member)]
    if len(set(every)) == len(every):
        return
    holders: dict[Address, str] = {}
    for name, member in pool.members.items():
        for address in addresses_of(member):
            if address in holders:
                path = (*pool.path, "members", name)
                document.fault(path, f"{address} stands twice in this pool: {holders[address]} has it")
            holders.setdefault(address, name)


def _check_names(document: Document, pool: PoolDraft, checks: Collection[str]) -> None:
    path = pool.checks.path(pool.path)
    for index, name in enumerate(pool.checks.names):
        if name not in checks:
            document.fault((*path, index), f"no check is named {name}{among(name, checks)}")
    _refuse_twice(document, path, pool.checks.names)


def _member(document: Document, path: Path, member: MemberTable, pool: PoolDraft) -> None:
    if document.is_damaged(path):
        return
    if member.address is not None and member.addresses is not None:
        document.fault(path, "address and addresses: use one of them")
    elif not addresses_of(member):
        document.fault(path, "required: address, or addresses for more than one")
    _probe_address(document, path, member)
    _probe_port(document, path, member, pool)


def _probe_address(document: Document, path: Path, member: MemberTable) -> None:
    probed, answered = member.probe_address, addresses_of(member)
    if isinstance(probed, dict):
        for address in probed:
            if address not in answered:
                known = listed(answered)
                document.fault((*path, "probe_address"), f"{address} is no address of this member; it has {known}")
    elif probed is not None and len(answered) > 1:
        document.fault((*path, "probe_address"), "several addresses: write a table, answered: probed")


def _probe_port(document: Document, path: Path, member: MemberTable, pool: PoolDraft) -> None:
    port = member.probe_port
    if isinstance(port, dict):
        for check in port:
            if check not in pool.checks.names:
                near = did_you_mean(check, pool.checks.names)
                document.fault((*path, "probe_port", check), f"no check of this pool{near}")
    elif port is not None and len(pool.checks.names) != 1:
        wanted = (
            "several checks: write a table, check: port" if pool.checks.names else "the pool has no check to use it"
        )
        document.fault((*path, "probe_port"), wanted)


def _min_healthy(document: Document, pool: PoolDraft) -> None:
    least = pool.table.min_healthy
    if least is None or least.members is None or "min_healthy" not in pool.table.model_fields_set:
        return
    has = countable(pool)
    if least.members > has and not document.is_damaged((*pool.path, "members")):
        document.fault((*pool.path, "min_healthy"), f"{least.members} is more than the pool has: {has} at most")


def countable(pool: PoolDraft) -> int:
    """Members that can count for min_healthy: ordinary ones with weight, or the standby where there are none."""
    ordinary = [member for member in pool.members.values() if not member.standby and member.weight]
    return len(ordinary) or sum(1 for member in pool.members.values() if member.standby and member.weight)


def _service(draft: ZoneDraft, name: str, service: ServiceTable) -> None:
    document, path = draft.document, ("services", name)
    forms = [key for key in ("pools", "members", "alias") if getattr(service, key) is not None]
    if len(forms) != 1 and not document.is_damaged(path):
        has = " and ".join(forms) or "none of them"
        document.fault(path, f"needs exactly one of pools, members (short form) and alias; it has {has}")
    if service.members is None:
        for key in _SHORT_FORM_KEYS:
            if getattr(service, key) is not None and not document.is_damaged(path):
                document.fault((*path, key), "belongs to a pool, or to the short form with members")
    elif name == "@":
        document.fault(path, "@ has no short form: its pool would have no name; declare the pool under pools")
    if service.alias is not None:
        for key in sorted(service.model_fields_set - _ALIAS_KEYS - set(forms) - set(_SHORT_FORM_KEYS)):
            document.fault(
                (*path, key), "an alias answers as its service does: only records, srv and https are its own"
            )
    if name in draft.table.pools:
        document.fault(path, f"a pool is named {name} too, and every pool's name answers by itself: rename one")
    _records(document, path, service)
    _last_resort(document, path, service)
    _pools_of(draft, path, service)


def _records(document: Document, path: Path, service: ServiceTable) -> None:
    records = service.records
    if records is None or document.is_damaged((*path, "records")):
        return
    if not (records or service.srv or service.https):
        document.fault((*path, "records"), "no record type is left: write some of A, AAAA, MX, HTTPS, or srv")
    _refuse_twice(document, (*path, "records"), records)


def _last_resort(document: Document, path: Path, service: ServiceTable) -> None:
    """MX and SRV then name the service: its own name must answer the list."""
    listed_ones, records = service.when_all_down, service.records or ()
    if isinstance(listed_ones, WhenAllDown) or not (service.srv or "MX" in records) or service.records is None:
        return
    needed = {"A" if address.version == 4 else "AAAA" for address in listed_ones}
    if missing := sorted(needed - set(records)):
        message = f"MX and SRV name the service when all are down, so its records need {listed(missing)} for this list"
        document.fault((*path, "when_all_down"), message)


def _pools_of(draft: ZoneDraft, path: Path, service: ServiceTable) -> None:
    document, pools = draft.document, service.pools or []
    for index, pool in enumerate(pools):
        here = (*path, "pools", index)
        if pool not in draft.pools and not document.is_damaged(("pools", pool)):
            document.fault(here, f"no pool is named {pool}{among(pool, draft.pools)}")
    _refuse_twice(document, (*path, "pools"), pools)


def _refuse_twice(document: Document, path: Path, items: Sequence[str]) -> None:
    if len(set(items)) == len(items):
        return
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item in seen:
            document.fault((*path, index), f"{item} stands twice")
        seen.add(item)


def _aliases(draft: ZoneDraft) -> None:
    document, services = draft.document, draft.table.services
    known = dict.fromkeys((*services, *draft.pools))
    aliases = {name: service.alias for name, service in services.items() if service.alias is not None}
    for name, target in aliases.items():
        path: Path = ("services", name, "alias")
        if target not in known:
            if not any(document.is_damaged((kind, target)) for kind in ("services", "pools")):
                others = [one for one in known if one != name]
                document.fault(path, f"no service is named {target}{among(target, others)}")
        elif cycle := _cycle(name, aliases):
            document.fault(path, f"aliases run in a circle: {' -> '.join(cycle)}")


def _cycle(name: str, aliases: dict[str, str]) -> list[str]:
    """The circle this alias lies on, from itself to itself; empty where it lies on none."""
    walked = {name: None}  # in order, and quick to look up
    following = aliases.get(name)
    while following is not None and following not in walked:
        walked[following] = None
        following = aliases.get(following)
    return [*walked, name] if following == name else []
