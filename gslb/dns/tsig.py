"""TSIG: messages signed with a secret that both ends share (RFC 8945).

the query's TSIG                              the reply
none                                          unsigned
malformed, or not the last record             FORMERR, no TSIG
a MAC longer than its algorithm's, or shorter FORMERR, no TSIG (5.2.2.1)
than half of it or 10 octets
a key or algorithm we do not have             NOTAUTH, BADKEY, unsigned (5.2.1)
a MAC that is another one                     NOTAUTH, BADSIG, unsigned (5.2.2)
signed outside of its fudge                   NOTAUTH, BADTIME, signed, with our time (5.2.3)
a truncated MAC                               NOTAUTH, BADTRUNC, signed: no policy of ours allows one (5.2.4)
good                                          signed with the same key; of many messages each one (5.3.1)

Names in TSIG are lower-cased for the digest (4.3.3), which is right as long as a key is known under its name in lower
case.
"""

import hmac
from collections.abc import Mapping
from struct import Struct
from typing import NamedTuple

from gslb.dns.codes import FORMERR, NOERROR, NOTAUTH, TSIG
from gslb.dns.wire import name_end

BADSIG, BADKEY, BADTIME, BADTRUNC = 16, 17, 18, 22
FUDGE = 300
"""Seconds by which clocks may differ (RFC 8945 section 10)."""

ANY_CLASS = 255
DIGESTS = {"hmac-sha256": ("sha256", 32), "hmac-sha512": ("sha512", 64)}
"""Hash and octets of a MAC, by algorithm."""

_SHORTEST_MAC = 10
_HEAD = Struct("!HHIH")
_ERROR = Struct("!HH")
_COUNT = Struct("!H")
_ADDITIONAL = 10
"""Where ARCOUNT stands in a message."""


class Key(NamedTuple):
    """`name` and `algorithm`: wire names, lower-cased; `digest`: the hash; `size`: octets of a MAC."""

    name: bytes
    algorithm: bytes
    digest: str
    size: int
    secret: bytes

    def __repr__(self) -> str:
        return f"<Key {self.name!r}>"

    @property
    def reserve(self) -> int:
        """Octets that a TSIG record of this key takes, at most."""
        return len(self.name) + _HEAD.size + len(self.algorithm) + 16 + self.size + 6


Keys = Mapping[bytes, Key]
"""Keys by name."""


def key_of(name: bytes, algorithm: str, secret: bytes) -> Key:
    """The key of this wire name; KeyError for an algorithm that we do not do."""
    digest, size = DIGESTS[algorithm]
    return Key(name, bytes((len(algorithm),)) + algorithm.encode() + b"\0", digest, size, secret)


class Signed(NamedTuple):
    """The TSIG of a message. `at`: where the record begins; `time` in Unix seconds; names lower-cased."""

    at: int
    name: bytes
    algorithm: bytes
    time: int
    fudge: int
    mac: bytes
    ident: int
    error: int
    other: bytes


class Judged(NamedTuple):
    """What became of a TSIG: the rcode and TSIG error of the refusal, NOERROR and 0 for a good one.

    `key`: what the reply is to be signed with; None for a reply that is not signed.
    """

    rcode: int
    error: int
    key: Key | None


def read_tsig(name: bytes, class_and_ttl: tuple[int, int], data: bytes, at: int) -> Signed | None:
    """A TSIG record, its owner given in full; None for a malformed one (RFC 8945 section 4.2)."""
    end = name_end(data, 0)
    if not name or class_and_ttl != (ANY_CLASS, 0) or not end or len(data) < end + 16:
        return None
    mac_end = end + 10 + int.from_bytes(data[end + 8 : end + 10])
    if len(data) < mac_end + 6:
        return None
    ident, error, other = (int.from_bytes(data[mac_end + n : mac_end + n + 2]) for n in (0, 2, 4))
    if len(data) != mac_end + 6 + other:
        return None
    return Signed(
        at=at,
        name=name,
        algorithm=data[:end].lower(),
        time=int.from_bytes(data[end : end + 6]),
        fudge=int.from_bytes(data[end + 6 : end + 8]),
        mac=data[end + 10 : mac_end],
        ident=ident,
        error=error,
        other=data[mac_end + 6 :],
    )


def judge(packet: bytes, signed: Signed, keys: Keys, now: int, asked: bytes = b"") -> Judged:
    """Whether a message was signed by who has one of these keys, in the order of RFC 8945 section 5.2.

    `asked`: for a reply, the MAC of what it answers.
    """
    key = keys.get(signed.name)
    if key is None or key.algorithm != signed.algorithm:
        return Judged(NOTAUTH, BADKEY, None)
    if not max(_SHORTEST_MAC, key.size // 2) <= len(signed.mac) <= key.size:
        return Judged(FORMERR, NOERROR, None)
    before = _COUNT.pack(len(asked)) + asked if asked else b""
    right = _mac(key, before + _unsigned(packet, signed), _variables(key, signed))
    if not hmac.compare_digest(right[: len(signed.mac)], signed.mac):
        return Judged(NOTAUTH, BADSIG, None)
    if abs(now - signed.time) > signed.fudge:
        return Judged(NOTAUTH, BADTIME, key)
    if len(signed.mac) < key.size:
        return Judged(NOTAUTH, BADTRUNC, key)
    return Judged(NOERROR, NOERROR, key)


def unsigned_record(signed: Signed, error: int) -> bytes:
    """The record without a MAC that says BADKEY or BADSIG (RFC 8945 section 5.3.2)."""
    return _record(signed.name, signed.algorithm, signed._replace(mac=b"", error=error, other=b""))


class Signer:
    """Signs the replies to one query, or (`asked` empty) a query of our own.

    The first message is signed with all of TSIG's variables, each further one, of a transfer, with its times and the
    MAC before it (RFC 8945 section 5.3.1).
    """

    def __init__(self, key: Key, asked: bytes = b"") -> None:
        self.key = key
        self._before = asked
        self._first = True

    def __repr__(self) -> str:
        return f"<Signer {self.key!r}>"

    @property
    def mac(self) -> bytes:
        """Of the message signed last."""
        return self._before

    def sign(self, message: bytes, now: int, *, error: int = 0, other: bytes = b"") -> bytes:
        """The message with its TSIG. `now`: Unix time; for BADTIME that of the query, with ours in `other`."""
        ident = message[0] << 8 | message[1]
        key = self.key
        signed = Signed(0, key.name, key.algorithm, now, FUDGE, b"", ident, error, other)
        before = _COUNT.pack(len(self._before)) + self._before if self._before else b""
        self._before = _mac(key, before + message, _variables(key, signed) if self._first else _times(signed))
        self._first = False
        additional = _COUNT.pack((message[_ADDITIONAL] << 8 | message[_ADDITIONAL + 1]) + 1)
        record = _record(key.name, key.algorithm, signed._replace(mac=self._before))
        return message[:_ADDITIONAL] + additional + message[_ADDITIONAL + 2 :] + record


def _mac(key: Key, message: bytes, variables: bytes) -> bytes:
    return hmac.digest(key.secret, message + variables, key.digest)


def _variables(key: Key, signed: Signed) -> bytes:
    head = key.name + b"\0\xff\0\0\0\0" + key.algorithm
    return head + _times(signed) + _ERROR.pack(signed.error, len(signed.other)) + signed.other


def _times(signed: Signed) -> bytes:
    return signed.time.to_bytes(6) + _COUNT.pack(signed.fudge)


def _unsigned(packet: bytes, signed: Signed) -> bytes:
    """The message as it was before it was signed (RFC 8945 section 4.3.2)."""
    additional = (packet[_ADDITIONAL] << 8 | packet[_ADDITIONAL + 1]) - 1
    return (
        _COUNT.pack(signed.ident)
        + packet[2:_ADDITIONAL]
        + _COUNT.pack(additional)
        + packet[_ADDITIONAL + 2 : signed.at]
    )


def _record(name: bytes, algorithm: bytes, signed: Signed) -> bytes:
    data = algorithm + _times(signed) + _COUNT.pack(len(signed.mac)) + signed.mac + _COUNT.pack(signed.ident)
    data += _ERROR.pack(signed.error, len(signed.other)) + signed.other
    return name + _HEAD.pack(TSIG, ANY_CLASS, 0, len(data)) + data
