"""Rules between the names of one zone: who owns which name and type, CNAME, delegations."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from gslb.config.documents import spelled
from gslb.config.drafts import ZoneDraft, whole_name
from gslb.config.masterfile import PlacedRecord
from gslb.config.positions import Path
from gslb.config.schema_zone import ServiceTable
from gslb.model import names
from gslb.model.values import RecordType

_BOTH = (RecordType.A, RecordType.AAAA)
_TYPES = {rtype.name: rtype for rtype in RecordType}
_TYPE_NAMES = {int(rtype): rtype.name for rtype in RecordType}
MOST_OF_A_SET = 60_000
"""Octets of records in one answer: a message ends at 65,535, even over TCP (RFC 1035 section 4.2.2)."""
_FIXED = 12
_WILDCARD = b"\x01*"
_GLUE = frozenset((int(RecordType.A), int(RecordType.AAAA)))
_OF_OTHER_NAMES = frozenset((int(RecordType.CNAME), int(RecordType.DNAME), int(RecordType.NS), int(RecordType.DS)))
"""Types of static records that bear upon what else a name, or one below it, may answer."""


class _Name(NamedTuple):
    """A name that some key makes, with the types it answers."""

    owner: bytes
    rtypes: tuple[RecordType, ...]
    path: Path
    shared: str = ""

    @property
    def claims(self) -> "list[_Claim]":
        return [_Claim(self.owner, rtype, self.path, shared=self.shared) for rtype in self.rtypes]


class _Claim(NamedTuple):
    """A name and type that some key answers; `placed` for static records, which share names among themselves."""

    owner: bytes
    rtype: int
    path: Path
    placed: PlacedRecord | None = None
    shared: str = ""

    def __str__(self) -> str:
        return f"{_type_text(self.rtype)} of {names.to_text(self.owner)}"


def check_names(draft: ZoneDraft, inner: Mapping[bytes, str]) -> None:
    """Every rule about names of this zone; none can be judged without the zone's own name.

    `inner`: the zones that lie in others, with the file of each.
    """
    if draft.document.is_damaged(("zone",)):
        return
    made = list(_made(draft))
    static = [claim for claim in _static(draft) if _belongs(draft, claim)]
    _same_name_and_type(draft, [*_made_twice(made, static), *static])
    if inner or any(claim.rtype in _OF_OTHER_NAMES for claim in static):
        claims = [*(claim for name in made for claim in name.claims), *static]
        _cnames(draft, claims)
        _dnames(draft, claims)
        _delegations(draft, claims)
        _inner_zones(draft, claims, inner)
        _signed_delegations(draft, claims, inner)
    _sets(draft)


def _made_twice(made: list[_Name], static: list[_Claim]) -> Iterator[_Claim]:
    """The claims to names that more than one key makes: of all others there is nothing to ask."""
    once: set[bytes] = set()
    twice = {claim.owner for claim in static}
    for name in made:
        (twice if name.owner in once else once).add(name.owner)
    for name in made if twice else ():
        if name.owner in twice:
            yield from name.claims


def _refuse(draft: ZoneDraft, claim: _Claim, message: str) -> None:
    if claim.placed is not None:
        draft.fault_at_record(claim.placed, message)
    else:
        draft.document.fault(claim.path, message)


def _static(draft: ZoneDraft) -> Iterator[_Claim]:
    for placed, path in draft.records:
        yield _Claim(placed.record.owner, placed.record.rtype, path, placed, shared="static")


def _belongs(draft: ZoneDraft, claim: _Claim) -> bool:
    """Whether a static record may stand in this zone at all."""
    if not names.is_below(claim.owner, draft.origin):
        _refuse(draft, claim, f"{names.to_text(claim.owner)} lies outside the zone {draft.table.zone}")
    elif claim.rtype == RecordType.SOA:
        _refuse(draft, claim, "SOA: the zone makes its own from contact, soa and negative_ttl")
    elif claim.rtype == RecordType.NS and claim.owner == draft.origin:
        _refuse(draft, claim, "NS of the zone itself: write its name servers under nameservers")
    else:
        return True
    return False


def _made(draft: ZoneDraft) -> Iterator[_Name]:
    """The names the configuration itself makes."""
    yield _Name(draft.origin, (RecordType.SOA,), ("zone",))
    yield _Name(draft.origin, (RecordType.NS,), ("nameservers",))
    for name, addresses in draft.table.nameservers.items():
        path: Path = ("nameservers", name)
        if server := whole_name(draft, name, draft.origin, path):
            versions = sorted({address.version for address in addresses or []})
            yield _Name(server, tuple([_BOTH[version == 6] for version in versions]), path)
    for name, service in draft.table.services.items():
        yield from _of_service(draft, name, service)
    yield from _of_pools(draft)


def _of_service(draft: ZoneDraft, name: str, service: ServiceTable) -> Iterator[_Name]:
    path: Path = ("services", name)
    if owner := whole_name(draft, name, draft.origin, path):
        yield _Name(owner, record_types(draft, name), path)
    for srv in service.srv:
        where: Path = (*path, "srv", srv)
        if owner := whole_name(draft, srv, draft.origin, where):
            yield _Name(owner, (RecordType.SRV,), where)


def record_types(draft: ZoneDraft, name: str) -> tuple[RecordType, ...]:
    """The record types a service answers: its own, else those of its alias's service, else A and AAAA."""
    seen: set[str] = set()
    while (service := draft.table.services.get(name)) is not None and name not in seen:
        https = () if service.https is None else (RecordType.HTTPS,)
        if service.records is not None:
            written = [_TYPES[word] for word in service.records]
            return tuple(dict.fromkeys((*written, *https)))
        seen.add(name)
        if service.alias is None:
            return (*_BOTH, *https)
        name = service.alias
    return _BOTH


def _of_pools(draft: ZoneDraft) -> Iterator[_Name]:
    for pool in draft.pools.values():
        apex = whole_name(draft, pool.name, draft.origin, pool.path)
        if apex is None:
            continue
        if not pool.short_form and pool.name not in draft.table.services:
            yield _Name(apex, _BOTH, pool.path)
        for name, member in pool.members.items():
            path = (*pool.path, "members", name)
            owner = whole_name(draft, name, apex, path)
            answered = member.address is not None or member.addresses
            if owner and answered:
                yield _Name(owner, _BOTH, path, "member")
            if member.hostname is not None and answered:
                given = names.to_wire(member.hostname + ".")
                if names.is_below(given, draft.origin):
                    yield _Name(given, _BOTH, (*path, "hostname"), "member")


def _same_name_and_type(draft: ZoneDraft, claims: list[_Claim]) -> None:
    first: dict[tuple[bytes, int], _Claim] = {}
    told: set[tuple[bytes, Path, PlacedRecord | None]] = set()
    for claim in claims:
        other = first.setdefault((claim.owner, claim.rtype), claim)
        if other is claim or (claim.shared and claim.shared == other.shared):
            continue
        once = (claim.owner, claim.path, claim.placed)
        if once not in told:
            told.add(once)
            _refuse(draft, claim, f"{claim} comes from {spelled(other.path)} already: {_remedy(claim)}")


def _remedy(claim: _Claim) -> str:
    return "leave this record out" if claim.placed is not None else "each name and type has one source"


def _cnames(draft: ZoneDraft, claims: list[_Claim]) -> None:
    aliases: dict[bytes, _Claim] = {}
    for claim in claims:
        if claim.rtype == RecordType.CNAME and aliases.setdefault(claim.owner, claim) is not claim:
            _refuse(draft, claim, f"a second CNAME of {names.to_text(claim.owner)}")
    others: dict[bytes, _Claim] = {}
    for claim in claims:
        if claim.rtype != RecordType.CNAME and claim.owner in aliases:
            others.setdefault(claim.owner, claim)
    for owner, other in others.items():
        message = f"CNAME beside other data: {other} comes from {spelled(other.path)}"
        _refuse(draft, aliases[owner], message)


def _dnames(draft: ZoneDraft, claims: list[_Claim]) -> None:
    """One DNAME to a name, none at a wildcard, and nothing below it (RFC 6672 section 2.4, RFC 4592 section 4.4)."""
    redirected: dict[bytes, _Claim] = {}
    for claim in claims:
        if claim.rtype != RecordType.DNAME:
            continue
        if claim.owner.startswith(_WILDCARD):
            _refuse(draft, claim, f"{claim}: a wildcard takes no DNAME")
        elif redirected.setdefault(claim.owner, claim) is not claim:
            _refuse(draft, claim, f"a second DNAME of {names.to_text(claim.owner)}")
    for claim in claims if redirected else ():
        above = names.parent(claim.owner) if claim.owner != draft.origin else draft.origin
        while above not in redirected and above != draft.origin:
            above = names.parent(above)
        if above in redirected and above != claim.owner:
            _refuse(draft, claim, f"{claim} is hidden by the DNAME of {names.to_text(above)} (static records)")


def _delegations(draft: ZoneDraft, claims: list[_Claim]) -> None:
    cuts = {claim.owner for claim in claims if claim.rtype == RecordType.NS and claim.owner != draft.origin}
    for claim in claims if cuts else ():
        cut = _cut_above(claim.owner, cuts, draft.origin)
        if cut is None or (claim.placed is not None and _fits_delegation(claim, cut)):
            continue
        _refuse(draft, claim, f"{claim} is hidden by the delegation of {names.to_text(cut)} (NS in the static records)")


def _inner_zones(draft: ZoneDraft, claims: list[_Claim], inner: Mapping[bytes, str]) -> None:
    """What lies in a zone inside is that zone's to answer; name servers and delegations may point there."""
    told: set[tuple[Path, PlacedRecord | None]] = set()
    for claim in claims if inner else ():
        zone = _cut_above(claim.owner, inner, draft.origin)
        if zone is None or claim.path[0] == "nameservers" or (claim.path, claim.placed) in told:
            continue
        if claim.placed is None or not _fits_delegation(claim, zone):
            told.add((claim.path, claim.placed))
            _refuse(draft, claim, f"{claim} is hidden by the zone {names.to_text(zone)} ({inner[zone]})")


def _cut_above(owner: bytes, cuts: Collection[bytes], origin: bytes) -> bytes | None:
    found = None
    while len(owner) > len(origin):
        if owner in cuts:
            found = owner
        owner = names.parent(owner)
    return found


def _fits_delegation(claim: _Claim, cut: bytes) -> bool:
    return claim.rtype in _GLUE or (claim.rtype in (RecordType.NS, RecordType.DS) and claim.owner == cut)


def _signed_delegations(draft: ZoneDraft, claims: list[_Claim], inner: Mapping[bytes, str]) -> None:
    """DS speaks of a zone below (RFC 4034 section 5): it stands where that is delegated, or ours, and nowhere else."""
    cuts = {claim.owner for claim in claims if claim.rtype == RecordType.NS} - {draft.origin}
    for claim in claims:
        if claim.rtype == RecordType.DS and (claim.owner == draft.origin or claim.owner not in cuts | inner.keys()):
            owner = names.to_text(claim.owner)
            _refuse(
                draft, claim, f"{claim}: {owner} is not delegated here; DS goes beside the NS records of a zone below"
            )


def _sets(draft: ZoneDraft) -> None:
    """One TTL to a set of records (RFC 2181 section 5.2), no record twice, and no set that no message could hold."""
    ttls: dict[tuple[bytes, int], int] = {}
    sizes: Counter[tuple[bytes, int]] = Counter()
    seen: set[tuple[bytes, int, bytes]] = set()
    for placed, _ in draft.records:
        record = placed.record
        name = f"{_type_text(record.rtype)} of {names.to_text(record.owner)}"
        ttl = ttls.setdefault((record.owner, record.rtype), record.ttl)
        if ttl != record.ttl:
            draft.fault_at_record(placed, f"TTL {record.ttl} beside {ttl}: {name} has one TTL")
        if (record.owner, record.rtype, record.rdata) in seen:
            draft.fault_at_record(placed, f"the same record twice: {name}")
        seen.add((record.owner, record.rtype, record.rdata))
        size = sizes[record.owner, record.rtype] + _FIXED + len(record.rdata)
        if size > MOST_OF_A_SET >= sizes[record.owner, record.rtype]:
            draft.fault_at_record(placed, f"{name} comes to more than {MOST_OF_A_SET} octets: no message could hold it")
        sizes[record.owner, record.rtype] = size


def _type_text(rtype: int) -> str:
    return _TYPE_NAMES.get(rtype, f"type {rtype}")
