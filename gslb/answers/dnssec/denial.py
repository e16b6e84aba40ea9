"""The chain of denial: which names it holds, in which order, and the rdata of each link.

NSEC (RFC 4034 section 4): every name with data, in canonical order; not what lies below a zone cut, not empty
non-terminals. NSEC3 (RFC 5155) with zero iterations and no salt (RFC 9276): empty non-terminals, too; no opt-out.
Names are fixed by configuration; only bitmaps move with health.
"""

from base64 import b32hexencode
from collections.abc import Iterable
from hashlib import sha1

from gslb.model.values import RecordType

PARAMETERS = bytes((1, 0, 0, 0, 0))
"""NSEC3PARAM rdata: SHA-1, no flags, zero iterations, no salt (RFC 5155 section 4)."""


def bitmap(types: Iterable[int]) -> bytes:
    """Type bitmaps (RFC 4034 section 4.1.2): a window of 256 types each, as short as may be."""
    windows: dict[int, bytearray] = {}
    for rtype in types:
        octets = windows.setdefault(rtype >> 8, bytearray(32))
        octets[(rtype & 0xFF) >> 3] |= 0x80 >> (rtype & 7)
    made = b""
    for window in sorted(windows):
        octets = windows[window].rstrip(b"\0")
        made += bytes((window, len(octets))) + octets
    return made


def nsec_rdata(following: bytes, types: Iterable[int]) -> bytes:
    """NSEC: the next name of the chain, and the types of this one; NSEC and RRSIG are always among them."""
    return following + bitmap({*types, RecordType.NSEC, RecordType.RRSIG})


def nsec3_rdata(following: bytes, types: Iterable[int]) -> bytes:
    """NSEC3: the next hash of the chain (20 octets), and the types of this name; RRSIG where one is signed."""
    return PARAMETERS + bytes((len(following),)) + following + bitmap(types)


def hashed(name: bytes) -> bytes:
    """The NSEC3 hash of a lower-cased wire name (RFC 5155 section 5)."""
    return sha1(name, usedforsecurity=False).digest()


def hashed_owner(digest: bytes, apex: bytes) -> bytes:
    """The owner of the NSEC3 record of a hash (RFC 5155 section 3)."""
    label = b32hexencode(digest).lower()
    return bytes((len(label),)) + label + apex
