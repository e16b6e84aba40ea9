"""AXFR and IXFR, put together by dnspython's client."""

from dataclasses import replace

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.tsig
import pytest

from gslb.dns.allowed import Allowed
from gslb.dns.networks import Networks
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from gslb.dns.transfer import MESSAGE, is_later
from gslb.dns.tsig import key_of
from gslb.handoff.table import Table
from tests.kit.asking import drawn, the_table
from tests.kit.fetchable import APEX, address, fetchable, soa, step
from tests.kit.fetched import NOW, fetched, follow, lines, messages, query, serial_of

ANYBODY = Facts(tcp=True, transfers={APEX: Allowed()})
SMALL = [address(f"h{n}", "192.0.2.1") for n in range(20)]
OLD, NEW = address("smtp", "192.0.2.11"), address("smtp", "192.0.2.12")
STEPS = (step(1, 2, [OLD]), step(2, 3, [], [NEW]))
THREE = fetchable(3, [*SMALL, NEW], STEPS)


def refusal(asked: dns.message.Message, facts: Facts = ANYBODY, table: Table | None = THREE) -> tuple[str, list[int]]:
    """Rcode and extended errors of a reply that carries nothing."""
    asked.use_edns(0)
    response = respond(asked.to_wire(), table, drawn(0), facts, b"\x7f\0\0\1", NOW)
    assert response is not None
    assert response.following is None
    reply = dns.message.from_wire(response.data)
    assert not reply.answer
    return dns.rcode.to_text(reply.rcode()), [int(option.code) for option in reply.options]


@pytest.mark.parametrize(
    ("facts", "table", "told"),
    [
        (Facts(tcp=True), THREE, ("REFUSED", [18])),
        (Facts(tcp=True, transfers={APEX: Allowed(networks=Networks(("192.0.2.0/24",)))}), THREE, ("REFUSED", [18])),
        (Facts(tcp=True, transfers={APEX: Allowed(keys=frozenset((b"\1k\0",)))}), THREE, ("REFUSED", [18])),
        (replace(ANYBODY, busy=True), THREE, ("SERVFAIL", [])),
        (ANYBODY, the_table(), ("SERVFAIL", [14])),
        (ANYBODY, None, ("SERVFAIL", [14])),
        (replace(ANYBODY, tcp=False), THREE, ("FORMERR", [])),
    ],
)
def test_nothing(facts: Facts, table: Table | None, told: tuple[str, list[int]]) -> None:
    """Who may not fetch is refused and told why; a zone without health, too many at once, and UDP get nothing."""
    assert refusal(query(), facts, table) == told


def test_ixfr_needs_an_soa() -> None:
    """An IXFR query that tells no serial is broken (RFC 1995 section 3)."""
    asked = query(1)
    asked.authority.clear()

    assert refusal(asked) == ("FORMERR", [])


def test_axfr() -> None:
    """The whole zone between its SOA and its SOA."""
    zone = fetched(THREE)

    assert (serial_of(zone), len(lines(zone))) == (3, 23)


def test_many_messages() -> None:
    """A big zone comes in messages of some 16 KiB, OPT in each, the question in the first; a huge record goes alone."""
    huge = [b"".join((OLD[:-14], b"\xff\xf0\0\1\0\0\0\x1e\x9c\x40", bytes(40_000)))]
    table = fetchable(7, [*(address(f"h{n}", "192.0.2.1") for n in range(2_000)), *huge])
    asked = query()
    asked.use_edns(0)

    made = [dns.message.from_wire(data, xfr=True) for data in messages(asked, table)]

    assert len(made) == 7
    assert [bool(one.question) for one in made] == [True] + [False] * 6
    assert all(one.edns == 0 and one.flags & dns.flags.AA for one in made)
    assert sorted(len(data) > MESSAGE + 100 for data in messages(asked, table)) == [False] * 6 + [True]
    assert len(lines(fetched(table))) == 2_003


def test_ixfr() -> None:
    """From any serial of the journal, the steps since then; they make a zone what AXFR says."""
    for serial, records in ((1, [*SMALL, OLD]), (2, SMALL)):
        zone = fetched(fetchable(serial, records))

        follow(zone, THREE)

        assert lines(zone) == lines(fetched(THREE))


@pytest.mark.parametrize(
    ("serial", "table", "records"),
    [
        (3, THREE, 1),
        (4, THREE, 1),
        (2**32 - 1, fetchable(3, SMALL), 23),
        (0, THREE, 24),
        (1, fetchable(3, [NEW], STEPS), 4),
    ],
)
def test_ixfr_without_steps(serial: int, table: Table, records: int) -> None:
    """Who is up to date gets the SOA; who is too far behind, or for whom steps are longer, the whole zone."""
    made = [dns.message.from_wire(data, xfr=True, one_rr_per_rrset=True) for data in messages(query(serial), table)]

    assert sum(len(one.answer) for one in made) == records


def test_ixfr_over_udp() -> None:
    """What fits into a datagram comes in one; else the SOA alone says: by TCP (RFC 1995 section 2)."""
    asked = query(1)
    asked.use_edns(0, payload=1232)
    (steps,) = messages(asked, THREE, tcp=False)
    (whole,) = messages(query(0), fetchable(3, [address(f"h{n}", "192.0.2.1") for n in range(50)]), tcp=False)

    assert len(dns.message.from_wire(steps, xfr=True, one_rr_per_rrset=True).answer) == 8
    (only,) = dns.message.from_wire(whole).answer
    assert (only.rdtype, len(whole) <= 512) == (dns.rdatatype.SOA, True)


def test_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key every message is signed, and dnspython checks each."""
    monkeypatch.setattr("time.time", lambda: NOW)
    key = key_of(b"\1k\0", "hmac-sha256", bytes(32))
    facts = Facts(tcp=True, keys={key.name: key}, transfers={APEX: Allowed(keys=frozenset((key.name,)))})
    table = fetchable(7, [address(f"h{n}", "192.0.2.1") for n in range(1_000)])
    asked, context, count = query(), None, 0
    asked.use_tsig(dns.tsig.Key("k.", bytes(32), "hmac-sha256"))
    wire = asked.to_wire()
    response = respond(wire, table, drawn(0), facts, b"\x7f\0\0\1", NOW)
    assert response is not None
    assert response.following is not None
    data: bytes | None = response.data
    while data is not None:
        got = dns.message.from_wire(
            data, keyring=asked.keyring, request_mac=asked.mac, xfr=True, multi=True, tsig_ctx=context
        )
        assert got.had_tsig
        context, count, data = got.tsig_ctx, count + 1, response.following(NOW)
    assert count == 3


def test_serials() -> None:
    """Serials wrap (RFC 1982 section 3.2)."""
    assert [is_later(*pair) for pair in ((2, 1), (1, 1), (1, 2), (0, 2**32 - 1), (2**31, 0))] == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_the_soa_is_that_of_the_file() -> None:
    """A table's transfer file tells its own serial."""
    assert bytes(THREE.transfers[APEX].soa) == soa(3)
