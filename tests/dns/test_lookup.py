"""Which entry answers which name: the rules of zones, cuts, wildcards and aliases."""

import dns.edns
import dns.flags
import dns.rcode
import pytest

from gslb.dns.lookup import find
from gslb.errors import TableError
from gslb.handoff.specs import EntrySpec
from gslb.model.names import to_wire
from tests.kit.asking import ask, rdata, shape, soa_ttl
from tests.kit.mailzone import ZONE
from tests.kit.tables import Made, answer, rrset, table
from tests.kit.viewed import viewed
from tests.kit.views import octets


@pytest.mark.parametrize("name", ["example.com.", "example.org.", ".", "mail.example.org.", "com."])
def test_outside(name: str) -> None:
    """Names in none of our zones are refused."""
    reply = ask(name, "A")

    assert reply.rcode() == dns.rcode.REFUSED
    assert not reply.flags & dns.flags.AA


@pytest.mark.parametrize(
    ("name", "rtype", "ttl"),
    [
        ("ns1", "AAAA", 30),
        ("@", "MX", 30),
        ("smtp", "AAAA", 15),
        ("own", "AAAA", 7),
        ("own", "TYPE0", 7),
        ("gone", "A", 30),
        ("relays", "A", 30),
        ("wild", "A", 30),
        ("there.wild", "A", 30),
        ("any.wild", "TXT", 30),
        ("ns1", "RRSIG", 30),
        ("smtp", "TYPE65280", 30),
        ("relays", "ANY", 30),
    ],
)
def test_nodata(name: str, rtype: str, ttl: int) -> None:
    """An existing name without the type, an emptied type, an empty non-terminal: NOERROR, AA, SOA, no answer."""
    reply = ask(name, rtype)

    assert (reply.rcode(), reply.answer, soa_ttl(reply)) == (dns.rcode.NOERROR, [], ttl)
    assert reply.flags & dns.flags.AA


@pytest.mark.parametrize("name", ["nothing", "a.b.nothing", "below.smtp", "x.there.wild"])
def test_nxdomain(name: str) -> None:
    """A name that is not there, nor covered by a wildcard: NXDOMAIN, AA, SOA."""
    reply = ask(name, "A")

    assert (reply.rcode(), reply.answer, soa_ttl(reply)) == (dns.rcode.NXDOMAIN, [], 30)
    assert reply.flags & dns.flags.AA


@pytest.mark.parametrize("name", ["x.wild", "a.b.c.wild", "*.wild"])
def test_wildcard(name: str) -> None:
    """A wildcard answers under the name asked, at any depth, and under its own."""
    assert shape(ask(name, "A")) == [f"{name}.mail.example.com. A"]


@pytest.mark.parametrize(
    ("name", "rtype"), [("sub", "A"), ("sub", "NS"), ("sub", "ANY"), ("x.y.sub", "MX"), ("ns.sub", "A")]
)
def test_referral(name: str, rtype: str) -> None:
    """At and below a cut: NS in the authority section, glue in the additional one, AA clear."""
    reply = ask(name, rtype)

    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, [])
    assert [(str(one.name), one.rdtype.name) for one in reply.authority] == [("sub.mail.example.com.", "NS")]
    assert [(str(one.name), one.rdtype.name) for one in reply.additional] == [
        ("ns.sub.mail.example.com.", "A"),
        ("ns.sub.mail.example.com.", "AAAA"),
    ]
    assert not reply.flags & dns.flags.AA


def test_ds_at_a_cut() -> None:
    """DS belongs to the side above the cut, with AA (RFC 4035 section 3.1.4.1)."""
    reply = ask("sub", "DS")

    assert shape(reply) == ["sub.mail.example.com. DS"]
    assert reply.flags & dns.flags.AA
    assert soa_ttl(ask("plain-sub", "DS")) == 30
    assert not ask("x.sub", "DS").flags & dns.flags.AA


def test_zone_in_a_zone() -> None:
    """The inner zone answers for itself; its DS is the outer zone's, or the one's above a cut between them."""
    assert rdata(ask("inner", "A"), "A") == ["192.0.2.77"]
    assert str(ask("x.inner", "A").authority[0].name) == "inner.mail.example.com."
    assert str(ask("inner", "DS").authority[0].name) == ZONE
    assert str(ask("deep.sub", "DS").authority[0].name) == "sub.mail.example.com."


def test_ds_at_an_apex_without_parent() -> None:
    """Where the zone above is not ours, DS is NODATA of the zone itself."""
    assert soa_ttl(ask("@", "DS")) == 30


@pytest.mark.parametrize(
    ("name", "rtype"), [("smtp", "A"), ("@", "NS"), ("www", "CNAME"), ("gone", "TXT"), ("x.wild", "A"), ("own", "A")]
)
def test_any(name: str, rtype: str) -> None:
    """ANY gets one RRset that exists, the lowest type; an alias is not followed (RFC 8482 section 4.1)."""
    reply = ask(name, "ANY")

    assert [rrset.rdtype.name for rrset in reply.answer] == [rtype]


def test_any_of_a_failing_name() -> None:
    """A name whose types all fail fails for ANY too, with their rcode and error: NODATA would be cached."""
    starting, refusing = ask("starting", "ANY"), ask("refusing", "ANY")

    assert (starting.rcode(), refusing.rcode()) == (dns.rcode.SERVFAIL, dns.rcode.REFUSED)
    assert starting.authority == refusing.authority == []


def test_any_without_records() -> None:
    """An empty non-terminal, and a name whose types were emptied, have nothing to give for ANY."""
    emptied = table(Made("example.", {"example.": {}, "x.example.": {"A": EntrySpec(), "AAAA": EntrySpec()}}))

    assert soa_ttl(ask("wild", "ANY")) == 30
    assert soa_ttl(ask("x.example.", "ANY", table=emptied)) == 30


def test_case_is_preserved() -> None:
    """The name comes back as it was asked (0x20), also as owner of the answer."""
    reply = ask("SmTp.MAIL.eXample.com.", "A")

    assert str(reply.question[0].name) == str(reply.answer[0].name) == "SmTp.MAIL.eXample.com."


def test_broken_table() -> None:
    """A cut without its NS falls back to NODATA; a zone without negative answers is a table never to be written."""
    cut = Made(
        "example.",
        {"example.": {}, "sub.example.": {"NS": EntrySpec()}, "d.example.": {"DNAME": EntrySpec()}},
        cuts=["sub.example."],
        missing=[("sub.example.", "NS"), ("d.example.", "DNAME")],
    )
    made = table(cut)

    assert soa_ttl(ask("x.sub.example.", "A", table=made)) == 30
    assert soa_ttl(ask("x.d.example.", "A", table=made)) == 30

    lacking = table(Made("example.", {"example.": {"A": answer(rrset(1, "A", "192.0.2.1"))}}, negatives=False))
    with pytest.raises(TableError, match="lacks a negative entry"):
        find(lacking, to_wire("x.example."), 1)


@pytest.mark.parametrize(
    ("client", "rtype", "found"),
    [
        ("198.51.100.1", "A", ["192.0.2.11"]),
        ("10.1.1.1", "A", ["192.0.2.21"]),
        ("10.1.2.1", "A", ["192.0.2.31"]),
        ("10.1.2.3", "A", ["192.0.2.31"]),
        ("10.1.1.1", "AAAA", ["2001:db8::21"]),
        ("10.1.2.1", "AAAA", []),
        ("10.1.2.1", "MX", ["10 site1.site.mail.example.com."]),
        ("10.1.2.1", "ANY", ["192.0.2.31"]),
        ("::ffff:10.1.2.1", "A", ["192.0.2.31"]),
    ],
)
def test_the_first_view_that_the_service_has(client: str, rtype: str, found: list[str]) -> None:
    """A client gets the answer of the narrowest of its views that the service has; its own NODATA, too."""
    reply = ask("smtp", rtype, table=viewed(), address=octets(client))

    assert [str(one) for rrset in reply.answer for one in rrset] == found
    assert soa_ttl(reply) == (-1 if found else 30)


@pytest.mark.parametrize(
    ("name", "rtype", "resolver", "scope"),
    [
        ("smtp", "A", "203.0.113.9", 24),
        ("smtp", "AAAA", "203.0.113.9", 24),
        ("smtp", "TXT", "203.0.113.9", 0),
        ("other", "A", "203.0.113.9", 0),
        ("smtp", "A", "198.51.100.1", 0),
        ("@", "SOA", "203.0.113.9", 0),
        ("nothing", "A", "203.0.113.9", 0),
    ],
)
def test_the_scope_is_what_the_answer_depends_on(name: str, rtype: str, resolver: str, scope: int) -> None:
    """The prefix sent where a view of the service uses ECS from this resolver, even if it holds nobody; else 0."""
    option = dns.edns.ECSOption("198.51.100.0", 24)
    reply = ask(name, rtype, options={"options": [option]}, table=viewed(), address=octets(resolver))

    (told,) = [one for one in reply.options if isinstance(one, dns.edns.ECSOption)]
    assert (told.address, told.srclen, told.scopelen) == ("198.51.100.0", 24, scope)


def test_ecs_from_a_trusted_resolver_decides() -> None:
    """What a trusted resolver tells puts its client into a view; what another one tells does not."""
    option = {"options": [dns.edns.ECSOption("10.1.1.0", 24)]}

    trusted = ask("smtp", "A", options=option, table=viewed(), address=octets("203.0.113.9"))
    stranger = ask("smtp", "A", options=option, table=viewed(), address=octets("198.51.100.1"))

    assert (rdata(trusted, "A"), rdata(stranger, "A")) == (["192.0.2.21"], ["192.0.2.11"])
