import dns.rdata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.config.records import parse
from gslb.model.names import to_text, to_wire

ORIGIN = to_wire("mail.example.com.")


def shown(source: str) -> list[str]:
    """Records of a text without fault, as people write them."""
    parsed = parse(source, ORIGIN, 3600)
    assert parsed.faults == []
    records = [placed.record for placed in parsed.records]
    return [
        f"{to_text(r.owner)} {r.ttl} {r.rtype} {dns.rdata.from_wire(1, r.rtype, r.rdata, 0, len(r.rdata)).to_text()}"
        for r in records
    ]


def faults(source: str) -> list[tuple[int, str]]:
    """Line and message of each fault."""
    return [(line, message) for line, _, message in parse(source, ORIGIN, 3600).faults]


def test_names_are_relative_to_the_zone() -> None:
    """Owners and names in data without final dot are completed; a name is lower-cased as owner only."""
    assert shown("Www MX 10 Mx1\n@ NS ns.example.net.\n") == [
        "www.mail.example.com. 3600 15 10 Mx1.mail.example.com.",
        "mail.example.com. 3600 2 ns.example.net.",
    ]


def test_ttl_and_class_come_in_either_order() -> None:
    """TTL, then class, or class, then TTL, or neither."""
    lines = shown("a 60 IN A 192.0.2.1\nb IN 1m A 192.0.2.1\nc A 192.0.2.1\nd in A 192.0.2.1\n")

    assert [line.split()[1] for line in lines] == ["60", "60", "3600", "3600"]


def test_directives_hold_from_there_on() -> None:
    """$TTL and $ORIGIN change what follows; an owner left out is the one above."""
    assert shown("$TTL 2m\n$ORIGIN sub\na A 192.0.2.1\n  A 192.0.2.2\n@ A 192.0.2.3\n") == [
        "a.sub.mail.example.com. 120 1 192.0.2.1",
        "a.sub.mail.example.com. 120 1 192.0.2.2",
        "sub.mail.example.com. 120 1 192.0.2.3",
    ]


@pytest.mark.parametrize(
    "record",
    [
        'a TXT "b;c" "d(e)" f',
        'a CAA 0 issue "ca.example.net"',
        "a HTTPS 1 . alpn=h2 port=443",
        "a SVCB 0 b",
        "a SRV 0 5 25 b",
        "a SSHFP 1 1 123456789abcdef67890123456789abcdef67890",
        "a TYPE65280 \\# 3 abcdef",
        "* CNAME b",
        "a DNAME b",
        'a NAPTR ( 1 2 "s" "x"\n "" b )',
        "a.b\\.c A 192.0.2.1",
    ],
)
def test_types_people_use_are_understood(record: str) -> None:
    """dnspython reads the data of every type it knows, in parentheses too."""
    assert len(shown(record)) == 1


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("a A 192.0.2.256", "A '192.0.2.256': malformed; write it like A 192.0.2.1"),
        ("a A", "A without data"),
        ("a A 192.0.2.1 x", "A '192.0.2.1 x': more words than the type takes; write it like A 192.0.2.1"),
        ("a", "a record without a type: write `name TYPE data`"),
        ("a 60 IN", "a record without a type: write `name TYPE data`"),
        ("a CNAM b", "CNAM is no record type; did you mean CNAME?"),
        ("a TYPE99999 x", "TYPE99999 is no record type"),
        ("a DNSKEY x", "DNSKEY: a signed zone makes its own (dnssec), no record says it"),
        ("a RRSIG x", "RRSIG: a signed zone makes its own (dnssec), no record says it"),
        ("a ANY x", "ANY is no type a zone can hold"),
        ("a OPT x", "OPT is no type a zone can hold"),
        ("a CH A 192.0.2.1", "class CH: only IN is served"),
        ("a 2d A 192.0.2.1", "TTL 2d is above 1 day: write 86400 at most"),
        ("a 1x A 192.0.2.1", "1x is no TTL: write seconds, or units like 1h30m"),
        ("ä A 192.0.2.1", "ä holds letters beyond ASCII: write the xn-- form (RFC 5890)"),
        ("a..b A 192.0.2.1", "a..b: an empty label"),
        (" A 192.0.2.1", "begins with a blank, but no record stands above it whose owner it could take"),
        ("$INCLUDE other", "$INCLUDE is not used here; allowed: $ORIGIN, $TTL"),
        ("$GENERATE 1-9 a A 192.0.2.$", "$GENERATE is not used here; allowed: $ORIGIN, $TTL"),
        ("$TTL", "$TTL takes one value"),
        ("$TTL 3d", "TTL 3d is above 1 day: write 86400 at most"),
    ],
)
def test_each_fault_says_what_is_wrong(record: str, message: str) -> None:
    """What no zone can hold, or this server does not, is refused with its reason."""
    assert faults(record) == [(1, message)]


def test_all_faults_show_at_once_in_order() -> None:
    """Faults of lines and of records come together, by line."""
    found = faults('a A x\nb TXT "c\nd BOGUS 1\ne A 192.0.2.1\n')

    assert [line for line, _ in found] == [1, 2, 3]


@settings(deadline=None)
@given(
    st.text(alphabet='ab@ ();"\\\n\t$.0123456789', max_size=40),
    st.sampled_from(["A", "TXT", "MX", "HTTPS", "TYPE300", "LOC"]),
)
def test_no_text_breaks_the_parser(source: str, rtype: str) -> None:
    """Whatever stands there, records or faults come out."""
    parse(f"x {rtype} {source}\n{source}", ORIGIN, 60)
