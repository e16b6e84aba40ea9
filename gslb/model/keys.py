"""A zone's DNSSEC keys as this node knows them: what each is for, and from when to when. Dates are Unix seconds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Role(StrEnum):
    """What a key signs: everything (CSK), the keys alone (KSK), or all but the keys (ZSK); RFC 6781 section 3.1."""

    CSK = "csk"
    KSK = "ksk"
    ZSK = "zsk"


class Algorithm(IntEnum):
    """The algorithms that are made here (RFC 6605, RFC 8080)."""

    ECDSAP256SHA256 = 13
    ED25519 = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTimes:
    """When what happens to a key; None: never, as far as is known now.

    `publish`, `remove`: its DNSKEY stands in the zone between them. `active`, `retire`: it signs between them; that is
    the longer time in a roll of the algorithm (RFC 6781 section 4.1.4). `sync_publish`, `sync_delete`: CDS and CDNSKEY
    ask the parent for its DS between them. `ds_publish`: since when the parent has its DS, as an operator has seen.
    `unsign`: since when CDS and CDNSKEY ask the parent to drop every DS (RFC 8078 section 4); the same for all keys.
    """

    created: float | None = None
    publish: float | None = None
    active: float | None = None
    retire: float | None = None
    remove: float | None = None
    sync_publish: float | None = None
    sync_delete: float | None = None
    ds_publish: float | None = None
    unsign: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneKey:
    """One key of a zone (`zone`: wire name). `dnskey`: its rdata in wire form; `tag`: RFC 4034 appendix B.

    `sign` gives the signature of octets in the form an RRSIG carries (r and s for P-256, RFC 6605 section 4). It is
    all that is left of the private part here.
    """

    zone: bytes
    role: Role
    algorithm: Algorithm
    dnskey: bytes
    tag: int
    times: KeyTimes
    sign: Callable[[bytes], bytes] = field(repr=False, compare=False)

    def is_published(self, now: float) -> bool:
        """Whether its DNSKEY stands in the zone."""
        return is_between(self.times.publish, now, self.times.remove)

    def is_signing(self, now: float) -> bool:
        """Whether it signs what its role signs."""
        return is_between(self.times.active, now, self.times.retire)

    @property
    def signs_keys(self) -> bool:
        """Whether its role signs DNSKEY, CDS and CDNSKEY (RFC 7344 section 4.1 wants the key that the DS names)."""
        return self.role is not Role.ZSK

    @property
    def signs_data(self) -> bool:
        """Whether its role signs all the rest."""
        return self.role is not Role.KSK


def is_between(start: float | None, now: float, end: float | None) -> bool:
    """Whether a span holds `now`, its start included; without a start it never begins, without an end it never ends."""
    return start is not None and start <= now and (end is None or now < end)
