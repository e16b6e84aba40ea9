"""TLSA records against chains."""

import hashlib
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gslb.probes.certificates import Trust
from gslb.probes.dane import Tlsa, digest_of, mismatch, tlsa
from tests.kit.certificates import NOW, Signed, authority, mint

HOST = "mx1.example.com"
ROOT = authority()
MIDDLE = authority("middle", ROOT)
LEAF = mint(HOST, issuer=MIDDLE)
CHAIN = (LEAF.der, MIDDLE.der, ROOT.der)
NOBODY = Trust.of(())


def spki(signed: Signed) -> bytes:
    """The public key, DER."""
    return signed.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def told(
    *records: Tlsa, chain: tuple[bytes, ...] = CHAIN, host: str = HOST, port: int = 443, pkix: Trust = NOBODY
) -> str:
    """Why it does not fit; nothing where it does."""
    return mismatch(records, chain, host, port, NOW.timestamp(), pkix) or ""


@pytest.mark.parametrize(
    "record",
    [
        Tlsa(3, 1, 1, hashlib.sha256(spki(LEAF)).digest()),
        Tlsa(3, 1, 2, hashlib.sha512(spki(LEAF)).digest()),
        Tlsa(3, 0, 1, hashlib.sha256(LEAF.der).digest()),
        Tlsa(3, 0, 0, LEAF.der),
        Tlsa(3, 1, 0, spki(LEAF)),
        Tlsa(2, 0, 1, hashlib.sha256(ROOT.der).digest()),
        Tlsa(2, 1, 1, hashlib.sha256(spki(MIDDLE)).digest()),
    ],
)
def test_a_record_names_a_certificate_or_key(record: Tlsa) -> None:
    """Of the leaf itself, or of an authority above it; whole, or by a digest."""
    assert told(record) == ""


def test_a_key_that_is_named_itself_needs_no_name_and_no_date() -> None:
    """RFC 7671 section 5.1: usage 3 looks at the key alone."""
    old = mint("other.example", starts=-timedelta(days=9), ends=-timedelta(days=2))

    assert told(Tlsa(3, 0, 1, hashlib.sha256(old.der).digest()), chain=(old.der,)) == ""


def test_an_authority_vouches_for_the_name() -> None:
    """Usage 2 wants a chain to it, valid, with the host's name."""
    record = Tlsa(2, 0, 1, hashlib.sha256(MIDDLE.der).digest())

    assert "cert_name" in told(record, host="mx2.example.com")
    assert "names no certificate of the chain" in told(record, chain=(LEAF.der,))
    assert "cert_untrusted" in told(record, chain=(mint(HOST).der, MIDDLE.der))


def test_an_authority_may_stand_whole_in_its_record() -> None:
    """Then the server need not send it; what is no certificate names none."""
    assert told(Tlsa(2, 0, 0, MIDDLE.der), chain=(LEAF.der,)) == ""
    assert "names no certificate" in told(Tlsa(2, 0, 0, b"junk"), chain=(LEAF.der,))


def test_the_usages_of_the_web_need_the_web_s_trust() -> None:
    """Usage 0 and 1 hold beside an ordinary chain; mail does not use them at all."""
    ee, ta = Tlsa(1, 1, 1, hashlib.sha256(spki(LEAF)).digest()), Tlsa(0, 0, 1, hashlib.sha256(MIDDLE.der).digest())
    store = Trust.of((ROOT.certificate,))

    assert told(ee, pkix=store) == told(ta, pkix=store) == ""
    assert "cert_untrusted" in told(ee)
    assert "cert_untrusted" in told(ta)
    assert "mail servers do not use this usage" in told(ee, port=25, pkix=store)


def test_one_record_that_fits_is_enough() -> None:
    """The other may be of a certificate to come; where none fits, the one that would is told."""
    right, wrong = Tlsa(3, 1, 1, hashlib.sha256(spki(LEAF)).digest()), Tlsa(3, 1, 1, b"\x01" * 32)

    assert told(wrong, right) == ""
    assert told(wrong).endswith(f"not this certificate; what it shows is 3 1 1 {digest_of(LEAF.der)}")


@pytest.mark.parametrize("record", [Tlsa(4, 1, 1, b""), Tlsa(3, 2, 1, b""), Tlsa(3, 1, 3, b"")])
def test_fields_that_nobody_knows_fit_nothing(record: Tlsa) -> None:
    """As a client would treat them: unusable."""
    assert "nobody knows these fields" in told(record)


def test_rdata_is_taken_apart() -> None:
    """As RFC 6698 section 2.1 puts it together."""
    assert tlsa(bytes((3, 1, 1)) + b"abc") == Tlsa(3, 1, 1, b"abc")
    assert told(Tlsa(3, 1, 1, b""), chain=()) == "shows no certificate"
