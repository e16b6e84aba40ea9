"""What a slot of the table stands for: fixed by configuration, whatever the health."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from gslb.model.values import ANY, IPV4, IPV6, Family, MxMode, RecordType
from gslb.model.zones import EVERYBODY, PLAIN_HTTPS, Https, StaticRecord


class ZoneKind(StrEnum):
    """The answers every zone has by itself."""

    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    SOA = "soa"
    NS = "ns"
    DNSKEY = "dnskey"
    CDS = "cds"
    CDNSKEY = "cdnskey"
    NSEC3PARAM = "nsec3param"


KEY_KINDS = frozenset((ZoneKind.DNSKEY, ZoneKind.CDS, ZoneKind.CDNSKEY, ZoneKind.NSEC3PARAM))
"""What stands at the apex because of the zone's keys, and moves with their dates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSlot:
    """One of the zone's own answers. `zone` is its text without the final dot, here and below."""

    zone: str
    kind: ZoneKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSlot:
    """A type of a service's name, or of one of its SRV owners (then `port` is what it answers).

    `service` is the name asked, `decided_by` the service whose decision it shows: itself, or what its alias leads to.
    `view`: whose answer it is, "" everybody's.
    """

    zone: str
    service: str
    decided_by: str
    owner: bytes
    rtype: RecordType
    mx: MxMode
    port: int = 0
    https: Https = PLAIN_HTTPS
    view: str = EVERYBODY

    @property
    def family(self) -> Family:
        """The family whose decision this type shows."""
        return FAMILIES.get(self.rtype, ANY)

    @property
    def families(self) -> tuple[Family, ...]:
        """Every family whose decision this type shows: HTTPS holds hints of both."""
        return _DECIDED_BY.get(self.rtype, _BY_ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSlot:
    """The addresses of one family (A or AAAA) of a member's own hostname."""

    zone: str
    hostname: bytes
    rtype: RecordType


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticSlot:
    """An RRset that configuration wrote down. Types are numbers: static records may hold any."""

    zone: str
    owner: bytes
    rtype: int
    records: tuple[StaticRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralSlot:
    """The delegation at a zone cut: NS records and, as glue, addresses of those they name (RFC 1034 section 4.2.1)."""

    zone: str
    owner: bytes
    records: tuple[StaticRecord, ...]
    glue: tuple[StaticRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSlot:
    """TXT of a state name (see states): `text` where nothing moves it, else a service, or the pool of a member."""

    zone: str
    text: str = ""
    decided_by: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialSlot:
    """A name's link in the chain of denial: NSEC, or NSEC3 where `owner` is the hashed name.

    `following`: the next name, or the next hash. `types`: each type the link may list, and its slot in the same part;
    `always`: types it lists though they have none. `delegates`: it stands at a zone cut.
    """

    zone: str
    owner: bytes
    rtype: int
    following: bytes
    types: tuple[tuple[int, int], ...]
    always: tuple[int, ...] = ()
    delegates: bool = False


Slot: TypeAlias = ZoneSlot | ServiceSlot | HostSlot | StaticSlot | ReferralSlot | StateSlot | DenialSlot

FAMILIES = {RecordType.A: IPV4, RecordType.AAAA: IPV6}
"""The address types and their families; HTTPS goes by both, MX and SRV by any."""

_DECIDED_BY = {RecordType.A: (IPV4,), RecordType.AAAA: (IPV6,), RecordType.HTTPS: (IPV4, IPV6)}
_BY_ANY = (ANY,)

ADDRESS_TYPES = {family: rtype for rtype, family in FAMILIES.items()}
