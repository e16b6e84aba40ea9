"""Canonical rdata and order, against dnspython's."""

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest

from gslb.answers.dnssec.canonical import canonical_rdata, rrset

TEXTS = {
    "NS": "Ns.Example.ORG.",
    "CNAME": "A.b.C.",
    "PTR": "A.b.C.",
    "DNAME": "A.b.C.",
    "SOA": "Ns.A. Host.B. 1 2 3 4 5",
    "MX": "10 Mx.Example.",
    "RP": "Mail.A. Text.B.",
    "AFSDB": "1 Db.A.",
    "RT": "1 Rt.A.",
    "PX": "1 Map.A. X400.B.",
    "SRV": "1 2 3 Srv.A.",
    "KX": "1 Kx.A.",
    "NAPTR": '1 2 "S" "SIP+D2U" "A" Nap.A.',
    "TXT": '"Stays As It Is"',
    "A": "192.0.2.77",
    "NSEC": "Next.A. A MX",
    "HINFO": '"CPU" "OS"',
    "SVCB": "1 Svc.A. alpn=h2",
}


@pytest.mark.parametrize("rtype", TEXTS)
def test_names_are_lower_cased_where_the_rfc_says(rtype: str) -> None:
    """The types of RFC 4034 section 6.2 as RFC 6840 corrects it, and no others."""
    rdata = dns.rdata.from_text(dns.rdataclass.IN, rtype, TEXTS[rtype], origin=dns.name.root, relativize=False)

    assert canonical_rdata(int(dns.rdatatype.from_text(rtype)), rdata.to_wire()) == rdata.to_digestable()


@pytest.mark.parametrize(
    ("rdata", "expected"),
    [
        (b"\x00" + b"\xaa" * 16 + b"\x01A\x00", None),
        (b"\x40" + b"\xaa" * 8 + b"\x01A\x00", b"\x01a\x00"),
        (b"\x80\x01A\x00", b"\x01a\x00"),
    ],
)
def test_a6(rdata: bytes, expected: bytes | None) -> None:
    """The prefix name of A6 stands behind as many octets as the suffix takes (RFC 2874 section 3.1)."""
    assert canonical_rdata(38, rdata) == (rdata if expected is None else rdata[: -len(expected)] + expected)


def test_an_rrset_is_a_set_in_order() -> None:
    """As octet strings, the shorter one first where one begins the other, each once (RFC 4034 section 6.3)."""
    assert rrset(b"\1a\0", 16, 30, [b"\2ab", b"\1a", b"\2aa", b"\1a"]).rdatas == (b"\1a", b"\2aa", b"\2ab")
    assert rrset(b"\1a\0", 2, 30, [b"\1B\0", b"\1a\0", b"\1b\0"]).rdatas == (b"\1a\0", b"\1b\0")
