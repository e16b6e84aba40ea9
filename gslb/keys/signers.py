"""Making keys and signatures, by way of `cryptography`; nothing here is ours to invent.

A key signs with what it was made from, so two nodes that hold the same files give signatures that both validate; they
need not be the same octets.
"""

from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gslb.errors import KeysError
from gslb.model.keys import Algorithm

SIZE = 32
"""Octets of a private key, of a coordinate, of r and of s."""


def make_secret(algorithm: Algorithm) -> bytes:
    """The private part of a new key; by the system's random numbers."""
    if algorithm is Algorithm.ED25519:
        return ed25519.Ed25519PrivateKey.generate().private_bytes_raw()
    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(SIZE)


def public_of(algorithm: Algorithm, secret: bytes) -> bytes:
    """The public key in the form of a DNSKEY (RFC 6605 section 4, RFC 8080 section 3). Raises KeysError."""
    if algorithm is Algorithm.ED25519:
        return _ed25519(secret).public_key().public_bytes_raw()
    point = _p256(secret).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return point[1:]  # without the octet that says "uncompressed"


def signer(algorithm: Algorithm, secret: bytes) -> Callable[[bytes], bytes]:
    """What signs octets, in the form of an RRSIG: 64 octets for either algorithm. Raises KeysError."""
    if algorithm is Algorithm.ED25519:
        return _ed25519(secret).sign
    key, method = _p256(secret), ec.ECDSA(hashes.SHA256())

    def sign(octets: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(octets, method))
        return r.to_bytes(SIZE) + s.to_bytes(SIZE)

    return sign


def _p256(secret: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        return ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
    except ValueError:
        raise KeysError("holds no private key of P-256") from None


def _ed25519(secret: bytes) -> ed25519.Ed25519PrivateKey:
    try:
        return ed25519.Ed25519PrivateKey.from_private_bytes(secret)
    except ValueError:
        raise KeysError("holds no private key of Ed25519") from None
