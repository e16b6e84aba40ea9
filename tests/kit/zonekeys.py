"""Keys of a zone for tests: real ones, made once per role and algorithm, with the dates a test wants."""

from functools import cache

from gslb.control.keyring import usable
from gslb.keys.keyfile import StoredKey, dnskey_of
from gslb.keys.signers import make_secret, public_of
from gslb.model.keys import Algorithm, KeyTimes, Role, ZoneKey
from gslb.model.names import to_wire

ZONE = to_wire("mail.example.com.")
P256, ED25519 = Algorithm.ECDSAP256SHA256, Algorithm.ED25519
NOW = 1_800_000_000.0
ALWAYS = KeyTimes(created=NOW - 9e5, publish=NOW - 9e5, active=NOW - 9e5, sync_publish=NOW - 8e5)


@cache
def secret(algorithm: Algorithm, number: int) -> bytes:
    """A private part; the same for the same number."""
    return make_secret(algorithm)


def stored(
    role: Role = Role.CSK,
    algorithm: Algorithm = P256,
    times: KeyTimes = ALWAYS,
    *,
    zone: bytes = ZONE,
    number: int = 0,
) -> StoredKey:
    """A key as its files hold it."""
    private = secret(algorithm, number)
    dnskey = dnskey_of(role, algorithm, public_of(algorithm, private))
    return StoredKey(zone=zone, role=role, algorithm=algorithm, dnskey=dnskey, times=times, secret=private)


def key(role: Role = Role.CSK, algorithm: Algorithm = P256, times: KeyTimes = ALWAYS, *, number: int = 0) -> ZoneKey:
    """A key that signs."""
    return usable(stored(role, algorithm, times, number=number))
