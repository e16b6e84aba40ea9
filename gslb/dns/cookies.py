"""DNS cookies: a client that shows ours back does receive at the address it claims (RFC 7873, RFC 9018).

option in the query (octets)      what it is               what goes back
8                                 a client cookie alone    it, and a server cookie made for it
16 to 40, the server cookie ours  a client we know         the same; a fresh one where it is half an hour old, or of
                                                           another secret than the first
16 to 40, any other               as if alone (5.2.4)      it, and a server cookie made for it
any other length                  malformed                FORMERR (edns.read_opt)

A server cookie is version, 3 reserved octets, time, and SipHash-2-4 over client cookie, these and the client's address
(RFC 9018 section 4). It holds for an hour, under any of our secrets; cookies are made with the first.
"""

from typing import NamedTuple

from gslb.dns.siphash import siphash24

CLIENT_SIZE = 8
FULL_SIZE = 24
"""Octets of a client cookie with a server cookie of ours."""

PAST, AHEAD, FRESH = 3600, 300, 1800
"""Seconds a cookie may be old, or of the future; and how old it may be to go back as it came (RFC 9018 section 4.3)."""

REMEMBERED = 4096
"""Cookies of one generation that need not be hashed again; there are two generations."""

_HEAD = b"\1\0\0\0"
_TIME = slice(12, 16)
_HASHED = 16


class Cookie(NamedTuple):
    """What became of a query's cookie: whether it proves the client, and the option's data for the reply, or none."""

    valid: bool
    data: bytes


NONE = Cookie(False, b"")


class Cookies:
    """Makes and checks cookies; `secrets` are 16 octets each, the first makes them. Memory is bounded."""

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._secrets = secrets
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}

    def __repr__(self) -> str:
        return f"<Cookies secrets={len(self._secrets)} remembered={len(self._young) + len(self._old)}>"

    def take(self, option: bytes, address: bytes, now: int) -> Cookie:
        """Judge the data of a query's option (8, or 16 to 40 octets). `address`: 4 or 16 octets; `now`: Unix time."""
        seen = option + address
        until = self._young.get(seen) or self._old.get(seen)
        if until is not None and until - FRESH - AHEAD <= now <= until:  # the clock may have been set
            return Cookie(True, option)
        secret = self._secret_of(option, address, now)
        if secret != 0 or _age(option, now) > FRESH:
            return Cookie(secret is not None, self._made(option, address, now))
        self._remember(seen, now - _age(option, now) + FRESH)
        return Cookie(True, option)

    def _secret_of(self, option: bytes, address: bytes, now: int) -> int | None:
        """The number of the secret this cookie was made with; None: it is none of ours, or its time is over."""
        if len(option) != FULL_SIZE or option[CLIENT_SIZE] != 1 or not -AHEAD <= _age(option, now) <= PAST:
            return None
        hashed = option[:_HASHED] + address
        for number, secret in enumerate(self._secrets):
            if siphash24(secret, hashed) == option[_HASHED:]:
                return number
        return None

    def _made(self, option: bytes, address: bytes, now: int) -> bytes:
        head = option[:CLIENT_SIZE] + _HEAD + (now & 0xFFFF_FFFF).to_bytes(4)
        return head + siphash24(self._secrets[0], head + address)

    def _remember(self, seen: bytes, until: int) -> None:
        if len(self._young) >= REMEMBERED:
            self._old, self._young = self._young, {}
        self._young[seen] = until


def _age(option: bytes, now: int) -> int:
    """Seconds since a cookie was made, in serial number arithmetic (RFC 1982); negative: of the future."""
    age = now - int.from_bytes(option[_TIME]) & 0xFFFF_FFFF
    return age - (1 << 32) if age >= 1 << 31 else age
