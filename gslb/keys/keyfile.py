r"""Key files as text, in the form that BIND's and ldns' tools read and write.

    KZONE.+ALG+TAG.key       the DNSKEY as a master-file line
    KZONE.+ALG+TAG.private   "Private-key-format: v1.3", the private part, and the dates
    KZONE.+ALG+TAG.state     "KSK: yes", "ZSK: yes": what the key is for (BIND's dnssec-policy writes the same)
    KZONE.unsign             ours: since when the parent is asked to drop every DS

ALG has three digits, TAG five. Dates are YYYYMMDDHHMMSS, UTC.
"""

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime

from gslb.errors import KeysError
from gslb.model import names
from gslb.model.keys import Algorithm, KeyTimes, Role, is_between

SEP = 257
"""Flags of a key that a DS may name (RFC 4034 section 2.1.1); those of a ZSK are 256."""

_WORDS = {
    "created": "Created",
    "publish": "Publish",
    "active": "Activate",
    "retire": "Inactive",
    "remove": "Delete",
    "ds_publish": "DSPublish",
    "sync_publish": "SyncPublish",
    "sync_delete": "SyncDelete",
}
_DATE = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """What the files of one key hold. `secret`: the private part, 32 octets for either algorithm."""

    zone: bytes
    role: Role
    algorithm: Algorithm
    dnskey: bytes
    times: KeyTimes
    secret: bytes = field(repr=False)

    @property
    def tag(self) -> int:
        """The key tag."""
        return tag_of(self.dnskey)

    def is_published(self, now: float) -> bool:
        """Whether its DNSKEY stands in the zone."""
        return is_between(self.times.publish, now, self.times.remove)

    @property
    def stem(self) -> str:
        """The files' name without its ending."""
        return f"{prefix(self.zone)}+{self.algorithm:03d}+{self.tag:05d}"


def prefix(zone: bytes) -> str:
    """How the names of a zone's key files begin."""
    return f"K{names.to_text(zone)}"


def tag_of(dnskey: bytes) -> int:
    """The key tag of a DNSKEY rdata (RFC 4034 appendix B)."""
    padded = dnskey + b"\0" * (len(dnskey) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    return (total + (total >> 16)) & 0xFFFF


def dnskey_of(role: Role, algorithm: Algorithm, public: bytes) -> bytes:
    """DNSKEY rdata: flags, protocol 3, algorithm, public key (RFC 4034 section 2.1)."""
    return struct.pack("!HBB", SEP - (role is Role.ZSK), 3, algorithm) + public


def render(key: StoredKey, ttl: int) -> dict[str, str]:
    """The three files by name, the private one last: with it the key is whole."""
    return {
        f"{key.stem}.key": _public(key, ttl),
        f"{key.stem}.state": _state(key),
        f"{key.stem}.private": _private(key),
    }


def _public(key: StoredKey, ttl: int) -> str:
    flags, protocol, algorithm = struct.unpack_from("!HBB", key.dnskey)
    zone, text = names.to_text(key.zone), base64.b64encode(key.dnskey[4:]).decode()
    kind = "key" if flags == SEP else "zone"
    return (
        f"; This is a {kind}-signing key, keyid {key.tag}, for {zone}\n"
        + "".join(f"; {word}: {date}\n" for word, date in _dates(key.times))
        + f"{zone} {ttl} IN DNSKEY {flags} {protocol} {algorithm} {text}\n"
    )


def _private(key: StoredKey) -> str:
    secret = base64.b64encode(key.secret).decode()
    head = f"Private-key-format: v1.3\nAlgorithm: {key.algorithm:d} ({key.algorithm.name})\nPrivateKey: {secret}\n"
    return head + "".join(f"{word}: {date}\n" for word, date in _dates(key.times))


def _state(key: StoredKey) -> str:
    signs = {"KSK": key.role is not Role.ZSK, "ZSK": key.role is not Role.KSK}
    words = "".join(f"{word}: {'yes' if it_does else 'no'}\n" for word, it_does in signs.items())
    return (
        f"; What key {key.tag} of {names.to_text(key.zone)} is for.\nAlgorithm: {key.algorithm:d}\nLength: 256\n{words}"
    )


def _dates(times: KeyTimes) -> Iterator[tuple[str, str]]:
    for name, word in _WORDS.items():
        date = getattr(times, name)
        if date is not None:
            yield word, render_date(date)


def render_date(seconds: float) -> str:
    """A date as key files hold it."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_DATE)


def show_date(seconds: float) -> str:
    """A date for people, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def parse_date(text: str) -> float:
    """Unix seconds of a date in a key file. Raises ValueError."""
    try:
        found = datetime.strptime(text, _DATE).replace(tzinfo=UTC).timestamp()
    except ValueError:
        found = -1.0
    if render_date(max(0.0, found)) != text:
        raise ValueError(f"{text[:20]!r} is no date: YYYYMMDDHHMMSS")
    return found


def parse(zone: bytes, texts: Mapping[str, str], unsign: float | None = None) -> StoredKey:
    """The key in the texts of its files, by ending (`state` may be missing). Raises KeysError, ValueError.

    A key with the flag SEP whose role nothing tells is a CSK: it signs too much rather than too little.
    """
    private = _table(texts["private"])
    dnskey = _dnskey(zone, texts["key"])
    algorithm = _algorithm(private, dnskey)
    return StoredKey(
        zone=zone,
        role=_role(dnskey, _table(texts.get("state", ""))),
        algorithm=algorithm,
        dnskey=dnskey,
        times=_times(private, unsign),
        secret=_decoded(private.get("PrivateKey", "")),
    )


def _table(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines() if line and not line.startswith(";"))
    return {word.strip(): value.strip() for word, _, value in pairs}


def _dnskey(zone: bytes, text: str) -> bytes:
    for line in text.splitlines():
        words = line.partition(";")[0].split()
        if "DNSKEY" in words:
            at = words.index("DNSKEY")
            if at == 0 or names.to_wire(words[0]) != zone:
                raise KeysError(f"holds the key of {words[0]}")
            flags, protocol, algorithm = map(int, words[at + 1 : at + 4])
            return struct.pack("!HBB", flags, protocol, algorithm) + _decoded("".join(words[at + 4 :]))
    raise KeysError("holds no DNSKEY record")


def _algorithm(private: Mapping[str, str], dnskey: bytes) -> Algorithm:
    if not private.get("Private-key-format", "").startswith("v1."):
        raise KeysError("is no private key in the format v1.3")
    number = int(private.get("Algorithm", "0").split()[0])
    if number not in tuple(Algorithm):
        known = " or ".join(f"{each.name} ({each:d})" for each in Algorithm)
        raise KeysError(f"is a key of algorithm {number}; this server signs with {known}")
    if dnskey[3] != number:
        raise KeysError(f"is a key of algorithm {number}, its .key file says {dnskey[3]}")
    return Algorithm(number)


def _role(dnskey: bytes, state: Mapping[str, str]) -> Role:
    if struct.unpack_from("!H", dnskey)[0] != SEP:
        return Role.ZSK
    return Role.KSK if state.get("ZSK") == "no" else Role.CSK


def _times(private: Mapping[str, str], unsign: float | None) -> KeyTimes:
    dates = {name: parse_date(private[word]) for name, word in _WORDS.items() if word in private}
    return KeyTimes(
        **{each.name: dates.get(each.name) for each in fields(KeyTimes) if each.name != "unsign"}, unsign=unsign
    )


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise KeysError("holds no sound base64") from None  # the text may be the private part
