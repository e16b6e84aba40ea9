"""What the parent holds of a zone's keys, and how the zone asks it to: DS, CDS, CDNSKEY. All rdata in wire form."""

import hashlib
import struct
from collections.abc import Iterable
from enum import IntEnum

from gslb.keys.keyfile import show_date
from gslb.model.keys import ZoneKey, is_between


class Digest(IntEnum):
    """Digest types of DS (RFC 4509, RFC 6605)."""

    SHA256 = 2
    SHA384 = 4


_HASHES = {Digest.SHA256: hashlib.sha256, Digest.SHA384: hashlib.sha384}

DELETE_CDS = bytes.fromhex("00000000 00")
"""RFC 8078 section 4 as corrected (erratum 5049): `0 0 0 00`, one digest octet."""

DELETE_CDNSKEY = bytes.fromhex("00000300 00")
"""RFC 8078 section 4: `0 3 0 AA==`."""


def ds(key: ZoneKey, digest: Digest = Digest.SHA256) -> bytes:
    """The DS of a key: tag, algorithm, digest type, digest of owner and DNSKEY rdata (RFC 4034 section 5.1)."""
    return struct.pack("!HBB", key.tag, key.algorithm, digest) + _HASHES[digest](key.zone + key.dnskey).digest()


def cds(keys: Iterable[ZoneKey], now: float) -> tuple[bytes, ...]:
    """The CDS RRset at the apex (RFC 7344): the DS RRset the parent should hold; empty for none.

    The delete form stands alone, and only after an operator chose it (`gslb keys retire --all`).
    """
    found = tuple(keys)
    return (DELETE_CDS,) if _is_leaving(found, now) else tuple(ds(key) for key in _wanted(found, now))


def cdnskey(keys: Iterable[ZoneKey], now: float) -> tuple[bytes, ...]:
    """The CDNSKEY RRset at the apex; it always says what `cds` says (RFC 7344 section 4)."""
    found = tuple(keys)
    return (DELETE_CDNSKEY,) if _is_leaving(found, now) else tuple(key.dnskey for key in _wanted(found, now))


def delegated(keys: Iterable[ZoneKey], now: float) -> tuple[ZoneKey, ...]:
    """The keys whose DS belong to the parent: those CDS asks for; of keys without such dates, those that sign keys."""
    found = tuple(keys)
    if _is_leaving(found, now):
        return ()
    dateless = (key for key in found if key.times.sync_publish is None and key.is_published(now))
    return _wanted(found, now) or tuple(key for key in dateless if key.signs_keys and key.is_signing(now))


def notes(keys: Iterable[ZoneKey], now: float) -> tuple[str, ...]:
    """What somebody who changes the parent should know besides the DS."""
    found = tuple(keys)
    if not any(key.is_published(now) for key in found):
        return ("no key is published: no DS belongs to the parent; gslb keys generate makes a key",)
    if _is_leaving(found, now):
        return ("the zone leaves DNSSEC: no DS belongs to the parent",)
    told = "alone, " if delegated(found, now) else ""
    return tuple(
        f"the DS of key {key.tag} belongs to the parent {told}from {show_date(key.times.sync_publish)} on, not before"
        for key in found
        if key.times.sync_publish is not None and key.times.sync_publish > now
    )


def _is_leaving(keys: tuple[ZoneKey, ...], now: float) -> bool:
    return any(is_between(key.times.unsign, now, None) and key.is_published(now) for key in keys)


def _wanted(keys: tuple[ZoneKey, ...], now: float) -> tuple[ZoneKey, ...]:
    return tuple(
        key
        for key in keys
        if key.signs_keys and key.is_published(now) and is_between(key.times.sync_publish, now, key.times.sync_delete)
    )
