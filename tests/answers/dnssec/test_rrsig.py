import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
import pytest

from gslb.answers.dnssec.canonical import RRset, rrset
from gslb.answers.dnssec.rrsig import (
    BACKDATED,
    REFRESH,
    SPREAD,
    VALIDITY,
    Signature,
    key_digest,
    rrset_digest,
    rrsig_rdata,
    sign,
)
from gslb.model.keys import Algorithm
from tests.kit.answered import wire
from tests.kit.zonekeys import ED25519, NOW, P256, key

ORIGIN = dns.name.from_text("mail.example.com")


def signed(made: RRset, algorithm: Algorithm = P256) -> tuple[Signature, dns.rrset.RRset, dns.rrset.RRset]:
    """The signature; the RRset and the RRSIG as dnspython has them."""
    signature = sign(made, key(algorithm=algorithm), rrset_digest(made), NOW)
    rdata = rrsig_rdata(made, key(algorithm=algorithm), signature)
    owner = dns.name.from_wire(made.owner, 0)[0]
    records = [dns.rdata.from_wire("IN", made.rtype, each, 0, len(each)) for each in made.rdatas]
    rrsig = dns.rdata.from_wire("IN", "RRSIG", rdata, 0, len(rdata))
    return signature, dns.rrset.from_rdata_list(owner, 30, records), dns.rrset.from_rdata(owner, 30, rrsig)


@pytest.mark.parametrize("algorithm", [P256, ED25519])
@pytest.mark.parametrize("owner", ["smtp", "*.wild", "@"])
def test_a_second_library_agrees(owner: str, algorithm: Algorithm) -> None:
    """dnspython validates what is signed here, a wildcard under the name it is asked by, too."""
    _, records, rrsig = signed(rrset(wire(owner), 1, 30, [b"\xc0\0\2\1", b"\xc0\0\2\2"]), algorithm)
    public = key(algorithm=algorithm).dnskey
    anchor = dns.rrset.from_rdata(ORIGIN, 30, dns.rdata.from_wire("IN", "DNSKEY", public, 0, len(public)))
    asked = [records.name] if owner != "*.wild" else [records.name, dns.name.from_text("a.b.wild", ORIGIN)]

    for records.name in rrsig.name, *asked:
        rrsig.name = records.name
        dns.dnssec.validate(records, rrsig, {ORIGIN: anchor}, now=NOW)


def test_validity() -> None:
    """Backdated by an hour, valid for 14 days less what spreads it; fresh until a third remains."""
    signature, _, _ = signed(rrset(wire("a"), 1, 30, [b"\xc0\0\2\1"]))

    assert signature.inception == NOW - BACKDATED
    assert NOW + VALIDITY - SPREAD < signature.expiration <= NOW + VALIDITY
    assert signature.is_fresh(NOW)
    assert signature.is_fresh(signature.expiration - REFRESH - 1)
    assert not signature.is_fresh(signature.expiration - REFRESH)
    assert not signature.is_fresh(signature.inception - 1)


def test_expiries_are_spread() -> None:
    """What is signed at once is not renewed at once."""
    made = [rrset(wire(f"n{n}"), 1, 30, [b"\xc0\0\2\1"]) for n in range(20)]

    assert len({signed(each)[0].expiration for each in made}) > 15


def test_digests_tell_rrsets_and_keys_apart() -> None:
    """Owner, type, original TTL, rdata and where one ends; a key by its zone as well."""
    parts = [
        (b"\1a\0", 1, 30, [b"a", b"b"]),
        (b"\1b\0", 1, 30, [b"a", b"b"]),
        (b"\1a\0", 16, 30, [b"a", b"b"]),
        (b"\1a\0", 1, 31, [b"a", b"b"]),
        (b"\1a\0", 1, 30, [b"ab"]),
    ]

    assert len({rrset_digest(rrset(*each)) for each in parts}) == len(parts)
    assert key_digest(key()) != key_digest(key(number=1))
