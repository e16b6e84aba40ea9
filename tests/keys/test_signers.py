"""Signatures, judged by dnspython."""

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdtypes.ANY.RRSIG
import dns.rrset
import pytest

from gslb.errors import KeysError
from gslb.keys.keyfile import dnskey_of, tag_of
from gslb.keys.signers import make_secret, public_of, signer
from gslb.model.keys import Algorithm, Role

OWNER = dns.name.from_text("mail.example.com.")


@pytest.mark.parametrize("algorithm", Algorithm)
def test_signatures_validate(algorithm: Algorithm) -> None:
    """An RRSIG that holds what the signer gave passes dnspython's validation."""
    secret = make_secret(algorithm)
    rdata = dnskey_of(Role.CSK, algorithm, public_of(algorithm, secret))
    keys = dns.rrset.from_rdata(OWNER, 60, dns.rdata.from_wire("IN", "DNSKEY", rdata, 0, len(rdata)))
    answer = dns.rrset.from_text(OWNER, 60, "IN", "TXT", '"signed"')
    unsigned = dns.rdata.from_text(
        "IN", "RRSIG", f"TXT {algorithm:d} 3 60 20300101000000 20200101000000 {tag_of(rdata)} {OWNER} AAAA"
    )
    assert isinstance(unsigned, dns.rdtypes.ANY.RRSIG.RRSIG)

    signature = signer(algorithm, secret)(dns.dnssec._make_rrsig_signature_data(answer, unsigned, None))
    whole = dns.rrset.from_rdata(OWNER, 60, unsigned.replace(signature=signature))

    assert len(signature) == 64
    dns.dnssec.validate(answer, whole, {OWNER: keys}, now=1_800_000_000)


@pytest.mark.parametrize(
    ("algorithm", "secret"),
    [(Algorithm.ECDSAP256SHA256, b""), (Algorithm.ECDSAP256SHA256, b"\xff" * 32), (Algorithm.ED25519, b"short")],
)
def test_octets_that_are_no_key_are_refused(algorithm: Algorithm, secret: bytes) -> None:
    """And not shown."""
    with pytest.raises(KeysError, match="holds no private key of") as refused:
        public_of(algorithm, secret)
    assert repr(secret) not in str(refused.value)
