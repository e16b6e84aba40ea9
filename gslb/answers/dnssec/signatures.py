"""Signatures made before: nothing is signed twice while a signature of it is fresh, not even by the next process.

As octets, for state_dir: MAGIC, then for each signature its key (RRset's digest, key's digest), inception, expiration
and the 64 octets of the signature itself, then BLAKE2b-256 of all that. Losing it costs time, nothing else.
"""

import struct
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from gslb.answers.dnssec.rrsig import Signature

MAGIC = b"GSLBSIG1"
SPARE = 20_000
"""So many signatures that no table needs now are kept: health comes and goes, and what went comes back."""

_RECORD = struct.Struct("<24sQQ64s")
_CHECK = 32


class Signatures:
    """Digest of an RRset and of a key → signature. Lately used ones last when there are too many."""

    def __init__(self) -> None:
        self._known: dict[bytes, Signature] = {}
        self.made = 0

    def __len__(self) -> int:
        return len(self._known)

    def __repr__(self) -> str:
        return f"<Signatures {len(self)} known, {self.made} made>"

    def fresh(self, key: bytes, now: float) -> Signature | None:
        """A signature that may go into a table now. Reads only: safe beside another thread."""
        found = self._known.get(key)
        return found if found is not None and found.is_fresh(now) else None

    def add(self, made: Mapping[bytes, Signature]) -> None:
        """Keep new ones, in place of older ones of the same."""
        for key in made:
            self._known.pop(key, None)
        self._known.update(made)
        self.made += len(made)

    def prune(self, used: Iterable[bytes], now: float) -> None:
        """Drop what is not fresh, and of those unused the oldest beyond SPARE."""
        kept = {key: self._known[key] for key in used if key in self._known}
        unused = [key for key, found in self._known.items() if key not in kept and found.is_fresh(now)]
        spare = {key: self._known[key] for key in unused[-SPARE:]}
        self._known = spare | kept

    def export(self) -> bytes:
        """All of them as octets. Reads only: safe beside another thread."""
        body = MAGIC + b"".join([_RECORD.pack(key, *found) for key, found in list(self._known.items())])
        return body + blake2b(body, digest_size=_CHECK).digest()

    def restore(self, octets: bytes, now: float) -> str:
        """Take back what `export` gave and is fresh; a sentence on why not, empty when all is well."""
        body, check = octets[:-_CHECK], octets[-_CHECK:]
        if not body.startswith(MAGIC) or (len(body) - len(MAGIC)) % _RECORD.size:
            return "is not of this format; every RRset is signed anew"
        if blake2b(body, digest_size=_CHECK).digest() != check:
            return "is damaged; every RRset is signed anew"
        for key, *rest in _RECORD.iter_unpack(body[len(MAGIC) :]):
            found = Signature(*rest)
            if found.is_fresh(now):
                self._known[key] = found
        return ""
