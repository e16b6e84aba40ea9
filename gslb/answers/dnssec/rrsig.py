"""RRSIG records (RFC 4034 section 3): what is signed, from when to when, and the rdata that says so."""

import struct
from hashlib import blake2b
from typing import NamedTuple

from gslb.answers.dnssec.canonical import RRset
from gslb.answers.records import IN
from gslb.model.keys import ZoneKey

VALIDITY = 14 * 86_400
"""Seconds from signing to expiry, at most."""

SPREAD = VALIDITY // 6
"""Seconds by which expiries are spread, earlier ones, so that what was signed at once is not renewed at once."""

REFRESH = VALIDITY // 3
"""Seconds before expiry from which a signature is made anew."""

BACKDATED = 3600
"""Seconds that validators' clocks may be behind ours."""

DIGEST = 16
_HEAD = struct.Struct("!HBBIIIH")
_RECORD = struct.Struct("!HHIH")
_KEY_DIGEST = 8


class Signature(NamedTuple):
    """A signature and its validity, Unix seconds: `inception` to `expiration`."""

    inception: int
    expiration: int
    octets: bytes

    def is_fresh(self, now: float) -> bool:
        """Whether it may go into a table now."""
        return self.inception <= now < self.expiration - REFRESH


def rrset_digest(rrset: RRset) -> bytes:
    """16 octets that stand for an RRset: equal for equal owner, type, original TTL and rdata."""
    state = blake2b(rrset.owner, digest_size=DIGEST)
    state.update(_RECORD.pack(rrset.rtype, IN, rrset.ttl, len(rrset.rdatas)))
    for rdata in rrset.rdatas:
        state.update(len(rdata).to_bytes(2))
        state.update(rdata)
    return state.digest()


def key_digest(key: ZoneKey) -> bytes:
    """8 octets that stand for a key of a zone: two keys may share a tag."""
    return blake2b(key.zone + key.dnskey, digest_size=_KEY_DIGEST).digest()


def sign(rrset: RRset, key: ZoneKey, digest: bytes, now: float) -> Signature:
    """Sign an RRset. `digest`: its `rrset_digest`, which spreads the expiry: the same on every node."""
    inception = int(now) - BACKDATED
    expiration = int(now) + VALIDITY - int.from_bytes(digest[:4]) % SPREAD
    head = rdata_head(rrset, key, inception, expiration)
    return Signature(inception, expiration, key.sign(head + signed_octets(rrset)))


def rdata_head(rrset: RRset, key: ZoneKey, inception: int, expiration: int) -> bytes:
    """The rdata of an RRSIG up to its signature (RFC 4034 section 3.1)."""
    times = expiration & 0xFFFF_FFFF, inception & 0xFFFF_FFFF
    head = _HEAD.pack(rrset.rtype, key.algorithm, _labels(rrset.owner), rrset.ttl, *times, key.tag)
    return head + key.zone


def signed_octets(rrset: RRset) -> bytes:
    """The RRset as it is signed (RFC 4034 section 3.1.8.1)."""
    owner, rtype, ttl, rdatas = rrset
    return b"".join([owner + _RECORD.pack(rtype, IN, ttl, len(rdata)) + rdata for rdata in rdatas])


def rrsig_rdata(rrset: RRset, key: ZoneKey, signature: Signature) -> bytes:
    """The rdata of the RRSIG that carries a signature."""
    return rdata_head(rrset, key, signature.inception, signature.expiration) + signature.octets


def _labels(owner: bytes) -> int:
    """Labels of an owner, the root and a leading `*` not counted (RFC 4034 section 3.1.3)."""
    count, at = -owner.startswith(b"\x01*"), 0
    while owner[at]:
        count += 1
        at += 1 + owner[at]
    return count
