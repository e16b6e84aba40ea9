"""Answering from a table reference, and surviving our own bugs."""

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest

from gslb.dns.worker.answerer import Answerer, packed
from gslb.dns.worker.tcp import IDLE
from gslb.handoff.policy import Policy
from gslb.handoff.reader import Part
from gslb.handoff.table import Table
from tests.kit.asking import the_table
from tests.kit.tables import Made, table
from tests.kit.workers import one_name

QUERY = dns.message.make_query("smtp.mail.example.com", "A", use_edns=0).to_wire()
BROKEN = table(Made("mail.example.com.", {"mail.example.com.": {}}, negatives=False))
"""A table no writer of ours makes: every look-up in it is a bug."""


class Noted(Answerer):
    """An answerer with its log at hand."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, str]]] = []
        super().__init__(nsid=b"", seed=bytes(32), log=lambda *line: self.lines.append(line))

    def parsed(self, packet: bytes = QUERY, host: str = "192.0.2.1") -> dns.message.Message:
        reply = self.answer(packet, host)
        assert reply is not None
        return dns.message.from_wire(reply)


def test_without_a_table() -> None:
    """Before the first table: SERVFAIL."""
    assert Noted().parsed().rcode() == dns.rcode.SERVFAIL


def test_swap() -> None:
    """A new table answers from the next packet on, and its counters are raised."""
    answerer = Noted()
    answerer.swap(the_table())

    assert answerer.parsed().rcode() == dns.rcode.NOERROR
    assert len(answerer.sent.take()) == 1
    answerer.swap(one_name("192.0.2.1") and table(one_name("192.0.2.1")))
    assert answerer.parsed().rcode() == dns.rcode.REFUSED


def test_counts_dropped_at_a_swap() -> None:
    """Counts that control never fetched are bounded; what goes is told."""
    answerer = Noted()
    for _ in range(20):
        given = the_table()
        answerer.swap(Table(given.manifest, given.names, tuple(Part(part.data) for part in given.parts)))
        answerer.parsed()

    assert answerer.tally.totals["reports_dropped"] == 3


def test_stale() -> None:
    """While control is silent, replies carry extended error 3."""
    answerer = Noted()
    answerer.swap(the_table())
    answerer.stale(True)

    assert [option.code for option in answerer.parsed().options if isinstance(option, dns.edns.EDEOption)] == [3]


def test_bug() -> None:
    """A bug of ours is SERVFAIL, counted each time, logged once per place, with the packet."""
    answerer = Noted()
    answerer.swap(BROKEN)

    assert answerer.parsed().rcode() == dns.rcode.SERVFAIL
    assert answerer.parsed().rcode() == dns.rcode.SERVFAIL
    assert answerer.tally.totals["bugs"] == 2
    assert [(level, facts["packet"]) for level, _, facts in answerer.lines] == [("error", QUERY.hex())]


def test_tally() -> None:
    """Queries, drops and rcodes are counted apart for UDP and TCP."""
    answerer = Noted()
    answerer.swap(the_table())
    answerer.answer(QUERY, "192.0.2.1")
    answerer.answer(QUERY, "192.0.2.1", tcp=True)
    answerer.answer(b"noise", "192.0.2.1")

    totals = answerer.tally.totals
    assert (totals["queries_udp"], totals["queries_tcp"], totals["dropped"], totals["rcode_NOERROR"]) == (2, 1, 1, 2)


def test_shares_hold_for_each_host() -> None:
    """A thousand questions of one host hit each of four equal answers within half a point, beside another host."""
    answerer = Noted()
    answerer.swap(the_table())
    seen: dict[str, int] = {}
    for _ in range(1000):
        answerer.answer(QUERY, "2001:db8::1")
        answer = str(answerer.parsed(host="192.0.2.1").answer[0][0])
        seen[answer] = seen.get(answer, 0) + 1

    assert all(245 <= count <= 255 for count in seen.values())


def cookie_query(cookie: bytes = b"clientck") -> bytes:
    """A query with a cookie."""
    option = dns.edns.GenericOption(10, cookie)
    return dns.message.make_query("smtp.mail.example.com", "A", use_edns=0, options=[option]).to_wire()


def limited(per_second: float = 5.0, slip: int = 2, exempt: tuple[str, ...] = ()) -> Noted:
    """An answerer that limits, with cookies."""
    answerer = Noted()
    answerer.swap(the_table())
    answerer.obey(Policy(secrets=(b"s" * 16,), per_second=per_second, slip=slip, exempt=exempt))
    return answerer


def test_limited() -> None:
    """Above the limit a client gets stubs or nothing; neither is counted as an answer sent."""
    answerer = limited(0.5)
    replies = [answerer.answer(QUERY, f"192.0.2.{n}") for n in range(101)]

    whole = [reply for reply in replies if reply and not reply[2] & 2]
    assert (len(whole), replies.count(None), answerer.tally.totals["rate_slipped"]) == (1, 50, 50)
    assert sum(sent for counts in answerer.sent.take() for _, sent in counts.pairs) == 1


def test_stubs() -> None:
    """A stub is truncated, with the question and no more; a client with a cookie gets BADCOOKIE and a good one."""
    answerer = limited(0.5, 1)
    answerer.parsed()
    plain, told = answerer.parsed(), answerer.parsed(cookie_query())

    assert (plain.rcode(), bool(plain.flags & dns.flags.TC), plain.answer) == (dns.rcode.NOERROR, True, [])
    assert (told.rcode(), told.answer, len(told.options)) == (dns.rcode.BADCOOKIE, [], 1)
    proof = cookie_query(told.options[0].to_wire() or b"")
    assert all(answerer.parsed(proof).answer for _ in range(20))
    assert answerer.tally.totals["cookies_valid"] == 20


def test_never_limited() -> None:
    """TCP and exempt networks are not limited."""
    answerer = limited(0.5, 0, ("198.51.100.0/24",))

    assert all(answerer.answer(QUERY, "192.0.2.1", tcp=True) for _ in range(20))
    assert all(answerer.answer(QUERY, "198.51.100.1") for _ in range(20))


def test_parting() -> None:
    """The idle limit told over TCP is the one that counts, and 0 once connections are to end."""
    answerer = Noted()
    asked = dns.message.make_query("x.", "A", use_edns=0, options=[dns.edns.GenericOption(11, b"")]).to_wire()

    def told() -> bytes | None:
        reply = dns.message.from_wire(answerer.answer(asked, "192.0.2.1", tcp=True) or b"")
        return next(one for one in reply.options if int(one.otype) == 11).to_wire()

    assert told() == (10 * int(IDLE)).to_bytes(2)
    answerer.parting()
    assert told() == bytes(2)


def test_obeying_again() -> None:
    """A policy that changes nothing leaves buckets and remembered cookies as they are; another one does not."""
    answerer = limited(0.5, 0)
    answerer.parsed()
    answerer.obey(Policy(secrets=(b"s" * 16,), per_second=0.5, slip=0, state_txt=("::1/128",)))
    assert answerer.answer(QUERY, "192.0.2.1") is None
    answerer.obey(Policy())

    assert answerer.parsed(cookie_query()).options == ()
    assert all(answerer.answer(QUERY, "192.0.2.1") for _ in range(20))


@pytest.mark.parametrize(
    ("host", "octets"),
    [("192.0.2.1", b"\xc0\0\2\1"), ("::1", bytes(15) + b"\1"), ("fe80::1%eth0", b"\xfe\x80" + bytes(13) + b"\1")],
)
def test_packed(host: str, octets: bytes) -> None:
    """Addresses as sockets name them, scopes left out."""
    assert packed(host) == octets
