"""Aliases followed, draws taken, counters raised."""

import dns.flags
import dns.rcode
import pytest

from gslb.dns.chain import entry_key
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from tests.kit.asking import ask, rdata, send, shape, soa_ttl, the_table

DO = {"use_edns": 0, "want_dnssec": True}


def wire(name: str, rtype: str = "A") -> bytes:
    """A plain query for a name in the zone."""
    return dns.message.make_query(f"{name}.mail.example.com", rtype).to_wire()


def test_alias() -> None:
    """An alias is followed inside the zone; owners are the names along the way."""
    reply = ask("chain", "A")

    assert shape(reply) == [
        "chain.mail.example.com. CNAME",
        "www.mail.example.com. CNAME",
        "Smtp.mail.example.com. A",
    ]
    assert rdata(reply, "A") == ["192.0.2.11"]
    assert reply.flags & dns.flags.AA


def test_alias_itself() -> None:
    """Asked for the CNAME, it is the answer."""
    assert shape(ask("chain", "CNAME")) == ["chain.mail.example.com. CNAME"]


def test_alias_into_another_zone_of_ours() -> None:
    """A target in another zone that we serve is followed too."""
    assert rdata(ask("into", "A"), "A") == ["192.0.2.77"]


def test_alias_out_of_our_zones() -> None:
    """A target elsewhere ends the answer."""
    reply = ask("out", "A")

    assert (reply.rcode(), len(reply.answer), reply.authority) == (dns.rcode.NOERROR, 1, [])


def test_rcode_is_the_last_ones() -> None:
    """An alias to nothing is NXDOMAIN with its CNAME (RFC 6604 section 3); to a name without the type, NODATA."""
    nothing, nodata = ask("lost", "A"), ask("bare", "AAAA")

    assert (nothing.rcode(), len(nothing.answer), soa_ttl(nothing)) == (dns.rcode.NXDOMAIN, 1, 30)
    assert (nodata.rcode(), len(nodata.answer), soa_ttl(nodata)) == (dns.rcode.NOERROR, 1, 30)


def test_alias_below_a_cut() -> None:
    """An alias below a cut ends in a referral; AA tells of the alias."""
    reply = ask("down-there", "A")

    assert reply.flags & dns.flags.AA
    assert (len(reply.answer), len(reply.authority), len(reply.additional)) == (1, 1, 2)


@pytest.mark.parametrize("name", ["ring1", "x.spiral", "a.spiral"])
def test_circles_end(name: str) -> None:
    """Aliases in a circle are told once each."""
    reply = ask(name, "A")

    assert reply.rcode() == dns.rcode.NOERROR
    assert len({rrset.name for rrset in reply.answer}) == len(reply.answer) <= 2


def test_long_chains_end() -> None:
    """No more than nine aliases are followed in one answer."""
    assert len(ask("hop0", "A").answer) == 9


def test_alias_that_fails() -> None:
    """An alias entry that is an rcode answers that rcode."""
    assert ask("empty-alias", "A").rcode() == dns.rcode.SERVFAIL
    assert ask("x.off", "A").rcode() == dns.rcode.SERVFAIL


def test_dname() -> None:
    """Below a DNAME the alias is made for the name asked (RFC 6672 section 3.1)."""
    reply = ask("R1.old", "A")

    assert shape(reply) == [
        "old.mail.example.com. DNAME",
        "R1.old.mail.example.com. CNAME",
        "r1.relays.mail.example.com. A",
    ]
    assert rdata(reply, "CNAME") == ["r1.relays.mail.example.com."]
    assert shape(ask("old", "A")) == []
    assert shape(ask("old", "DNAME")) == ["old.mail.example.com. DNAME"]


def test_dname_asked_for_the_alias() -> None:
    """The alias it makes is the answer to a question for one, and is not followed."""
    assert shape(ask("to-smtp.old", "CNAME")) == [
        "old.mail.example.com. DNAME",
        "to-smtp.old.mail.example.com. CNAME",
    ]


def test_dname_behind_an_alias() -> None:
    """Owners point to the right places also when the name comes from an alias."""
    assert shape(ask("to-old", "A")) == [
        "to-old.mail.example.com. CNAME",
        "old.mail.example.com. DNAME",
        "r1.old.mail.example.com. CNAME",
        "r1.relays.mail.example.com. A",
    ]


def test_dname_too_long() -> None:
    """A name that the DNAME makes too long is YXDOMAIN (RFC 6672 section 2.2)."""
    reply = ask("y" * 60 + ".long", "A")

    assert (reply.rcode(), len(reply.answer)) == (dns.rcode.YXDOMAIN, 1)


def test_signatures_go_with_do() -> None:
    """DO picks the signed length of each chunk, alias and answer both."""
    signed, plain = ask("www", "A", options=DO), ask("www", "A", options={"use_edns": 0})

    assert shape(signed) == [
        "www.mail.example.com. CNAME",
        "www.mail.example.com. RRSIG",
        "Smtp.mail.example.com. A",
        "Smtp.mail.example.com. RRSIG",
    ]
    assert shape(plain) == ["www.mail.example.com. CNAME", "Smtp.mail.example.com. A"]
    assert len(ask("x.sub", "A", options=DO).authority) == 1


@pytest.mark.parametrize("number", range(4))
def test_draw_picks(number: int) -> None:
    """The draw picks the variant, whose counter is told."""
    draw = number * 2**30

    response = send(wire("smtp"), draw=draw + 1)

    assert response is not None
    assert rdata(ask("smtp", "A", draw=draw + 1), "A") == [f"192.0.2.{11 + number}"]
    first = send(wire("smtp"), draw=1)
    assert first is not None
    assert response.sent == ((0, first.sent[0][1] + number),)


def test_draw_only_where_there_is_a_choice() -> None:
    """Entries with one variant take no draw; others by their own key."""
    keys: list[int] = []

    def draw(key: int) -> int:
        keys.append(key)
        return 0

    for name in ("ns1", "nothing", "smtp", "chain", "sometimes"):
        respond(wire(name), the_table(), draw, Facts())

    assert len(keys) == 3
    assert len(set(keys)) == 2


def test_keys_differ() -> None:
    """No two entries of a table share a key."""
    assert len({entry_key(part, slot) for part in range(3) for slot in range(100)}) == 300


def test_sent_along_a_chain() -> None:
    """Each entry along a chain is counted once."""
    response = send(wire("chain"))

    assert response is not None
    assert len(set(response.sent)) == 3


def test_empty_variant_among_others() -> None:
    """A draw that picks nobody is NODATA of the zone."""
    reply = ask("sometimes", "A", draw=2**32 - 1)

    assert (reply.answer, soa_ttl(reply)) == ([], 30)
    assert len(ask("sometimes", "A", draw=0).answer) == 1


def test_additional() -> None:
    """The tail's additional records go with every variant."""
    assert len(ask("smtp", "MX").additional) == 2
