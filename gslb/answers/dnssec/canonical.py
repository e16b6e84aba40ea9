"""The canonical form of RRsets (RFC 4034 section 6): what a signature is made over.

Owners are lower-cased already wherever this project holds them; rdata is uncompressed.
"""

from collections.abc import Iterable
from typing import NamedTuple

_NAMES = {
    2: (0, 1),  # NS
    3: (0, 1),  # MD
    4: (0, 1),  # MF
    5: (0, 1),  # CNAME
    6: (0, 2),  # SOA
    7: (0, 1),  # MB
    8: (0, 1),  # MG
    9: (0, 1),  # MR
    12: (0, 1),  # PTR
    14: (0, 2),  # MINFO
    15: (2, 1),  # MX
    17: (0, 2),  # RP
    18: (2, 1),  # AFSDB
    21: (2, 1),  # RT
    24: (18, 1),  # SIG
    26: (2, 2),  # PX
    30: (0, 1),  # NXT
    33: (6, 1),  # SRV
    36: (2, 1),  # KX
    39: (0, 1),  # DNAME
}
"""Types with names that are lower-cased: how many octets come first, and how many names follow (RFC 4034 section 6.2,
as corrected by RFC 6840 section 5.1, which takes NSEC and HINFO away)."""

_NAPTR, _A6 = 35, 38
_NAPTR_FIXED = 4
_NAPTR_STRINGS = 3


class RRset(NamedTuple):
    """One RRset to sign. `owner`: wire name, a wildcard as it is written; `ttl`: the original TTL.

    `rdatas` are canonical, in canonical order, each once.
    """

    owner: bytes
    rtype: int
    ttl: int
    rdatas: tuple[bytes, ...]


def rrset(owner: bytes, rtype: int, ttl: int, rdatas: Iterable[bytes]) -> RRset:
    """The canonical RRset of these rdatas: as octet strings, a shorter one first where one begins the other (6.3)."""
    if rtype in _NAMES or rtype in (_NAPTR, _A6):
        rdatas = (canonical_rdata(rtype, rdata) for rdata in rdatas)
    return RRset(owner, rtype, ttl, tuple(sorted(set(rdatas))))


def canonical_rdata(rtype: int, rdata: bytes) -> bytes:
    """Rdata with the names that RFC 4034 section 6.2 lists lower-cased."""
    start, count = _place_of_names(rtype, rdata)
    if not count:
        return rdata
    end = start
    for _ in range(count):
        end = _after_name(rdata, end)
    return rdata[:start] + rdata[start:end].lower() + rdata[end:]


def _place_of_names(rtype: int, rdata: bytes) -> tuple[int, int]:
    if rtype == _NAPTR:
        at = _NAPTR_FIXED
        for _ in range(_NAPTR_STRINGS):
            at += 1 + rdata[at]
        return at, 1
    if rtype == _A6:
        return 1 + (128 - rdata[0] + 7) // 8, 1 if rdata[0] else 0
    return _NAMES.get(rtype, (0, 0))


def _after_name(rdata: bytes, at: int) -> int:
    while rdata[at]:
        at += 1 + rdata[at]
    return at + 1
