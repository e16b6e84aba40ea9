"""Proofs in messages; what they prove is judged in tests/answers/dnssec/test_whole.py."""

import dns.message
import dns.name
import dns.rdatatype
import pytest

from gslb.dns.clients import NOBODY
from gslb.dns.denial import Proof, owned, proofs
from gslb.dns.lookup import Hit, nodata
from gslb.model.names import to_wire
from tests.kit.answered import wire
from tests.kit.signed import Server, signed_zone

DENIALS = pytest.mark.parametrize("denial", ["nsec", "nsec3"])


def links(reply: dns.message.Message) -> list[str]:
    """The owners of NSEC records; the number of NSEC3 records instead of their owners."""
    found = [each for each in reply.authority if each.rdtype in (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)]
    hashed = [each for each in found if each.rdtype == dns.rdatatype.NSEC3]
    return [str(len(hashed))] if hashed else [str(each.name).removesuffix(".mail.example.com.") for each in found]


@pytest.mark.parametrize(
    ("name", "rtype", "nsec", "nsec3"),
    [
        ("smtp", "TXT", ["smtp"], ["1"]),
        ("deep", "A", ["bare"], ["1"]),
        ("nothing", "A", ["naptr", "mail.example.com."], ["3"]),
        ("a.wild", "A", ["*.wild"], ["1"]),
        ("a.wild", "MX", ["*.wild"], ["3"]),
        ("bare", "A", ["bare"], ["1"]),
        ("smtp", "A", [], []),
        ("dn", "DNAME", [], []),
    ],
)
def test_which_links_go_with_what(name: str, rtype: str, nsec: list[str], nsec3: list[str]) -> None:
    """The table of the module, each link once."""
    assert links(SERVERS["nsec"].ask(name, rtype)) == nsec
    assert links(SERVERS["nsec3"].ask(name, rtype)) == nsec3


SERVERS = {denial: Server(signed_zone(denial)) for denial in ("nsec", "nsec3")}


@DENIALS
def test_only_for_those_who_ask(denial: str) -> None:
    """Without DO there are neither proofs nor signatures."""
    for name, rtype in (("nothing", "A"), ("smtp", "TXT"), ("sub", "A"), ("smtp", "MX")):
        reply = SERVERS[denial].ask(name, rtype, do=False)
        sections = [each.rdtype for each in (*reply.answer, *reply.authority, *reply.additional)]
        assert not {dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3, dns.rdatatype.DS} & set(sections)


def test_nothing_is_proved_of_nothing() -> None:
    """An entry that stands for no name at all, as a table with a hole in it gives it."""
    table = SERVERS["nsec"].table
    hit: Hit = nodata(table, 0)

    assert not list(proofs(table, hit, wire("smtp"), NOBODY, empty=True))


@pytest.mark.parametrize(
    ("owner", "at", "expected"),
    [
        ("smtp", 12, b"\xc0\x0c"),
        ("a.b.smtp", 12, b"\1a\1b\xc0\x0c"),
        ("*.mail.example.com.", 40, b"\1*\xc0" + bytes((40 + 5,))),
        ("other.example.", 12, to_wire("other.example.")),
        ("smtp", 0x4000, wire("smtp")),
    ],
)
def test_owners_are_compressed(owner: str, at: int, expected: bytes) -> None:
    """Against the name asked, where a pointer reaches it (RFC 1035 section 4.1.4)."""
    record = b"\0\x2f\0\1\0\0\0\x1e\0\3abc"
    proof = Proof((0, 0), wire(owner), b"\xc0\x0c" + record + b"\xc0\x0c" + record, 2, False)

    assert owned(proof, wire("smtp"), at) == (expected + record) * 2
