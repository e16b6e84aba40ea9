"""Whether a table file is whole and of this layout."""

import hashlib

from gslb.errors import TableError
from gslb.handoff.layout import DIGEST_AT, HEADER, VERSION


def digest(data: bytes | bytearray | memoryview) -> bytes:
    """BLAKE2b-256 of a file with its digest field left out."""
    view = memoryview(data)
    state = hashlib.blake2b(view[:DIGEST_AT], digest_size=32)
    state.update(view[HEADER.size :])
    return state.digest()


def verified(data: memoryview, magic: bytes) -> int:
    """The generation of a file that is whole and of this layout; TableError otherwise."""
    if len(data) < HEADER.size:
        raise TableError("shorter than a header")
    found, version, _, generation, length, told = HEADER.unpack_from(data, 0)
    if found != magic:
        raise TableError(f"magic is {found!r}, not {magic!r}")
    if version != VERSION:
        raise TableError(f"layout version is {version}, this program reads {VERSION}")
    if length != len(data):
        raise TableError(f"length is {len(data)}, the header says {length}")
    if told != digest(data):
        raise TableError("the digest does not match")
    return int(generation)
