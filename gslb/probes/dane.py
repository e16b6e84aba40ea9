"""TLSA records against a chain that was presented (RFC 6698, RFC 7671, RFC 7672 for mail). Pure.

Of an RRset one record that passes is enough: the others may belong to a certificate to come.
"""

import hashlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gslb.probes import certificates
from gslb.probes.certificates import Trust

PKIX_TA, PKIX_EE, DANE_TA, DANE_EE = range(4)
"""Certificate usages (RFC 7218)."""

MAIL_PORTS: Final = frozenset((25, 465, 587))
_HASHES: Final = {1: hashlib.sha256, 2: hashlib.sha512}


class Tlsa(NamedTuple):
    """One record's fields; `data` is what must be equal."""

    usage: int
    selector: int
    matching: int
    data: bytes

    def __str__(self) -> str:
        return f"{self.usage} {self.selector} {self.matching} {self.data.hex()[:16]}…"


def tlsa(rdata: bytes) -> Tlsa:
    """The fields of rdata in wire form."""
    return Tlsa(rdata[0], rdata[1], rdata[2], rdata[3:])


def mismatch(
    records: tuple[Tlsa, ...], chain: tuple[bytes, ...], host: str, port: int, now: float, trust: Trust
) -> str | None:
    """Why a client that heeds DANE would refuse this chain (DER, leaf first) of `host`; None: it would not.

    `trust`: the store for the usages 0 and 1, which mail between servers does not use (RFC 7672 section 3.1.3).
    """
    if not chain:
        return "shows no certificate"
    reasons = [_refusal(record, chain, host, port, now, trust) for record in records]
    if None in reasons:
        return None
    told = "; ".join(f"{record}: {reason}" for record, reason in zip(records, reasons, strict=True))
    return f"{told}; what it shows is {DANE_EE} 1 1 {digest_of(chain[0])}"


def digest_of(der: bytes) -> str:
    """The hex data of `3 1 1` for a certificate: SHA-256 of its public key."""
    return hashlib.sha256(_selected(der, 1)).hexdigest()


def _refusal(record: Tlsa, chain: tuple[bytes, ...], host: str, port: int, now: float, trust: Trust) -> str | None:
    if record.usage > DANE_EE or record.selector > 1 or record.matching > max(_HASHES):
        return "nobody knows these fields"
    if record.usage in (PKIX_TA, PKIX_EE) and port in MAIL_PORTS:
        return "mail servers do not use this usage"
    if record.usage in (PKIX_EE, DANE_EE):
        if not _matches(record, chain[0]):
            return "not this certificate"
        # Neither name nor date counts for a key that is named itself (RFC 7671 section 5.1).
        return None if record.usage == DANE_EE else _problem(chain, host, now, trust)
    return _anchored(record, chain, host, now, trust)


def _anchored(record: Tlsa, chain: tuple[bytes, ...], host: str, now: float, trust: Trust) -> str | None:
    anchors = tuple(_named(record, chain[1:] or chain))
    if not anchors:
        return "names no certificate of the chain"
    return _problem(chain, host, now, Trust.of(anchors)) or (
        _problem(chain, host, now, trust) if record.usage == PKIX_TA else None
    )


def _named(record: Tlsa, chain: tuple[bytes, ...]) -> Iterator[x509.Certificate]:
    """The authorities that a record names: in the chain, or whole within itself (RFC 7671 section 5.2.2)."""
    yield from (x509.load_der_x509_certificate(der) for der in chain if _matches(record, der))
    if (record.selector, record.matching) == (0, 0):
        try:
            yield x509.load_der_x509_certificate(record.data)
        except ValueError:
            pass  # no certificate, so it names none


def _problem(chain: tuple[bytes, ...], host: str, now: float, trust: Trust) -> str | None:
    found = certificates.facts_of(chain, host, now, trust).problem
    return None if found is None else found.value


def _matches(record: Tlsa, der: bytes) -> bool:
    selected = _selected(der, record.selector)
    hashed = _HASHES.get(record.matching)
    return record.data == (hashed(selected).digest() if hashed else selected)


def _selected(der: bytes, selector: int) -> bytes:
    if selector == 0:
        return der
    key = x509.load_der_x509_certificate(der).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
