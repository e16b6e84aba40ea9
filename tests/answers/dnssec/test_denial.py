import dns.dnssec
import dns.name
import dns.rdata
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.answers.dnssec.denial import bitmap, hashed, hashed_owner, nsec3_rdata, nsec_rdata
from tests.kit.answered import wire
from tests.kit.judging import bits


def parsed(rtype: str, rdata: bytes) -> dns.rdata.Rdata:
    """Rdata as dnspython reads it."""
    return dns.rdata.from_wire("IN", rtype, rdata, 0, len(rdata))


@given(st.sets(st.integers(1, 65_535)))
def test_bitmaps_hold_what_they_are_told(types: set[int]) -> None:
    """Any types, in the form that dnspython reads and writes."""
    found = parsed("NSEC", wire("next") + bitmap(types))

    assert bits(found.windows) == types
    assert found.to_wire() == wire("next") + bitmap(types)


def test_nsec_lists_itself() -> None:
    """NSEC and RRSIG stand at every link (RFC 4034 section 4.1.2)."""
    assert parsed("NSEC", nsec_rdata(wire("next"), [1, 15])).to_text() == "next.mail.example.com. A MX RRSIG NSEC"


def test_nsec3_has_no_salt_and_no_iterations() -> None:
    """RFC 9276 section 3.1; it lists what it is told."""
    assert parsed("NSEC3", nsec3_rdata(hashed(wire("x")), [1])).to_text().startswith("1 0 0 - ")
    assert bits(parsed("NSEC3", nsec3_rdata(hashed(wire("x")), [])).windows) == set()


@pytest.mark.parametrize("name", ["@", "a.b", "*.wild"])
def test_hashes_are_those_of_dnspython(name: str) -> None:
    """The owner of an NSEC3 record."""
    expected = dns.dnssec.nsec3_hash(dns.name.from_wire(wire(name), 0)[0], None, 0, "SHA1")

    assert hashed_owner(hashed(wire(name)), wire("@")) == wire(expected.lower())
