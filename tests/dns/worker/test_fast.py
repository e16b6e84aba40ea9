"""The fast path gives the bytes of the complete responder, or nothing."""

import random
import socket
import time
from array import array
from dataclasses import replace

import dns.edns
import dns.message
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.dns.cookies import Cookies
from gslb.dns.draws import Draws, network_number
from gslb.dns.edns import Edns, write_opt
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from gslb.dns.worker.answerer import Answerer
from gslb.dns.worker.native import fast
from gslb.dns.worker.tally import NativeCounts
from gslb.handoff.policy import Policy
from gslb.handoff.table import Table
from gslb.model.values import RecordType
from tests.kit.answered import built
from tests.kit.estate import config, member, pool, service, zone
from tests.kit.mailzone import mail_table
from tests.kit.packets import TYPES, mutated, queries
from tests.kit.signed import Server, signed_zone
from tests.kit.viewed import viewed
from tests.kit.views import octets, seen_by, view, with_views

if fast is None:
    pytest.skip("NOT TESTED: the fast path was not built (no compiler, or no Python headers)", allow_module_level=True)

SEED = bytes(range(16))
HOST = b"\xc0\0\2\1"
NOW = 1_800_000_000
SECRETS = (bytes(range(16)), b"an older secret!")
COOKIES = Cookies(SECRETS)
FACTS = Facts(nsid=b"node", cookies=COOKIES)
OPT = write_opt(Edns(payload=0, version=0, do=False), rcode=0, nsid=b"", errors=())
COMMON = dns.message.make_query("smtp.mail.example.com", "A", use_edns=0).to_wire()
ALIAS = dns.message.make_query("www.mail.example.com", "A").to_wire()


class Fast:
    """An engine that answers from a table, and what it counts."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.engine = fast.Engine(SEED)
        self.engine.opt(OPT)
        self.engine.secrets(b"".join(SECRETS))
        self.counts = [NativeCounts(1, number, part.counter_count) for number, part in enumerate(table.parts)]
        parts = [(part.data, own.counters, own.marks) for part, own in zip(table.parts, self.counts, strict=True)]
        self.engine.swap(table.names.data, parts)

    def agrees(self, packet: bytes, draw: int, host: bytes = HOST) -> bool | None:
        """Whether it gave the same bytes; None where it gave none, since the complete responder is asked then."""
        quick = self.engine.answer(packet, host, NOW, draw)
        if quick is None:
            return None
        slow = respond(packet, self.table, lambda _: draw, FACTS, host, NOW)
        return slow is not None and quick == slow.data


def sticky() -> Table:
    """Of a service that gives each client network its own member, to one view other ones."""
    everywhere = pool("all", *(member(f"all{n}", f"192.0.2.{n}", f"2001:db8::{n}") for n in range(1, 6)))
    site = pool("site", *(member(f"site{n}", f"192.0.2.{n}") for n in range(31, 34)))
    smtp = service("smtp", "all", records=(RecordType.A, RecordType.AAAA, RecordType.MX), sticky=True)
    made = zone(everywhere, site, services=(seen_by(smtp, site="site"),))
    return built(with_views(config(made), view("site", "10.1.2.0/24")))


TABLES = {
    "mail": Fast(mail_table()),
    "views": Fast(viewed()),
    "sticky": Fast(sticky()),
    "nsec": Fast(Server(signed_zone()).table),
    "nsec3": Fast(Server(signed_zone("nsec3")).table),
}
FAST = TABLES["mail"]
HOSTS = [octets(host) for host in ("192.0.2.1", "10.1.1.1", "10.1.2.1", "10.1.2.3", "::ffff:10.1.2.1", "2001:db8::1")]
NAMES = (
    "a.b.deep.mail.example.com",
    "deep.mail.example.com",
    "x.there.wild.mail.example.com",
    "x.y.wild.mail.example.com",
    "host.sub.mail.example.com",
    "x.dn.mail.example.com",
    "smtp._gslb.mail.example.com",
)
SHOWN = (
    COOKIES.take(b"8 octets", HOST, NOW).data,
    COOKIES.take(b"8 octets", HOST, NOW - 1801).data,
    COOKIES.take(b"8 octets", HOST, NOW - 3601).data,
    COOKIES.take(b"8 octets", HOST, NOW + 299).data,
    COOKIES.take(b"8 octets", HOST, NOW + 301).data,
    Cookies(SECRETS[1:]).take(b"8 octets", HOST, NOW).data,
    COOKIES.take(b"8 octets", b"\xc0\0\2\2", NOW).data,
    b"8 octets",
    b"8 octets" + bytes(8),
    b"8 octets" + bytes(32),
    b"too short",
)


def asked(name: str, rtype: str, *, do: bool = False, cookie: bytes = b"") -> bytes:
    """A packet, with a cookie where there is one to show."""
    options = [dns.edns.GenericOption(10, cookie)] if cookie else []
    return dns.message.make_query(name, rtype, use_edns=0, want_dnssec=do, options=options).to_wire()


SEEDS = queries() + [asked("smtp.mail.example.com", "A", cookie=cookie) for cookie in SHOWN]
SEEDS += [asked(name, rtype, do=do) for name in NAMES for rtype in TYPES for do in (False, True)]


@pytest.mark.parametrize("table", TABLES)
def test_same_bytes_when_octets_flip(table: str) -> None:
    """For queries of every kind, and for what becomes of them."""
    chance = random.Random(table)

    for _ in range(6_000):
        packet, draw, host = mutated(chance, SEEDS), chance.getrandbits(32), chance.choice(HOSTS)
        assert TABLES[table].agrees(packet, draw, host) is not False, (packet.hex(), draw, host)


@settings(deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32 - 1), st.sampled_from(HOSTS), st.sampled_from(tuple(TABLES)))
def test_same_bytes_for_what_is_well_formed(packet: bytes, draw: int, host: bytes, table: str) -> None:
    """Whoever asks and whatever the draw picks."""
    assert TABLES[table].agrees(packet, draw, host) is not False


@pytest.mark.parametrize(
    ("table", "question"),
    [
        ("mail", "smtp.mail.example.com A"),
        ("mail", "smtp.mail.example.com AAAA"),
        ("mail", "smtp.mail.example.com MX"),
        ("mail", "mail.example.com SOA"),
        ("mail", "nothing.mail.example.com A"),
        ("mail", "x.wild.mail.example.com A"),
        ("views", "smtp.mail.example.com AAAA"),
        ("sticky", "smtp.mail.example.com A"),
        ("sticky", "smtp.mail.example.com MX"),
        ("nsec", "nothing.mail.example.com A"),
        ("nsec3", "smtp.mail.example.com MX"),
    ],
)
@pytest.mark.parametrize("edns", [-1, 0])
def test_what_is_common_is_fast(table: str, question: str, edns: int) -> None:
    """Services and what is not there need no Python, with and without EDNS, whoever asks."""
    packet = dns.message.make_query(*question.split(), use_edns=edns).to_wire()

    assert all(TABLES[table].agrees(packet, 7, host) for host in HOSTS)


@pytest.mark.parametrize("table", ["nsec", "nsec3"])
def test_signed_answers_are_fast(table: str) -> None:
    """What needs no proof of absence is copied with its signatures."""
    assert TABLES[table].agrees(asked("smtp.mail.example.com", "A", do=True), 7) is True
    assert TABLES[table].agrees(asked("nothing.mail.example.com", "A", do=True), 7) is None


@pytest.mark.parametrize("cookie", SHOWN[:-1])
def test_cookies_are_fast(cookie: bytes) -> None:
    """Ours, old and young, others' and none: judged alike, and a valid one is counted."""
    before = FAST.engine.totals()["cookies_valid"]

    assert FAST.agrees(asked("smtp.mail.example.com", "A", cookie=cookie), 7) is True
    valid = COOKIES.take(cookie, HOST, NOW).valid
    assert FAST.engine.totals()["cookies_valid"] == before + valid


def test_state_names_are_not_its_business() -> None:
    """Who may ask for state is for the complete responder to know."""
    assert FAST.agrees(asked("smtp._gslb.mail.example.com", "TXT"), 0) is None


def test_without_secrets_cookies_are_passed_over() -> None:
    """As the complete responder does while it has none."""
    quick = Fast(FAST.table)
    quick.engine.secrets(b"")
    packet = asked("smtp.mail.example.com", "A", cookie=b"8 octets")

    slow = respond(packet, quick.table, lambda _: 7, replace(FACTS, cookies=None), HOST, NOW)
    assert slow is not None
    assert quick.engine.answer(packet, HOST, NOW, 7) == slow.data


def test_sticky_clients_are_not_alike() -> None:
    """Many networks are given many members, each always its own, and as the complete responder gives them."""
    quick, seen = TABLES["sticky"], set()
    for number in range(200):
        host = bytes((198, 51, number, 7))
        assert quick.agrees(COMMON, number, host) is True
        seen.add(quick.engine.answer(COMMON, host, NOW))

    assert len(seen) == 5


def test_draws_are_the_same() -> None:
    """The fast path draws as the complete responder does, for every resolver, from the same seed."""
    draws, quick = Draws(SEED), Fast(FAST.table)
    for host in (HOST, bytes(3) + b"\1", octets("2001:db8:0:700::")):
        network = network_number(host if len(host) == 4 else host[:7])
        for _ in range(50):
            slow = respond(COMMON, quick.table, lambda key: draws.draw(network, key), FACTS)  # noqa: B023 - at once
            assert slow is not None
            assert quick.engine.answer(COMMON, host, NOW) == slow.data


def test_counts_are_the_same() -> None:
    """What was sent is counted under the same counters, and taken once."""
    quick = Fast(FAST.table)
    slow = respond(COMMON, FAST.table, lambda _: 9, FACTS)
    assert slow is not None
    for _ in range(3):
        quick.engine.answer(COMMON, HOST, NOW, 9)

    ((part, counter),) = slow.sent
    assert quick.counts[part].take(100) == ((counter, 3),)
    assert quick.counts[part].take(100) == ()
    assert quick.engine.totals()["rcode_NOERROR"] == 3


@pytest.mark.parametrize("slip", [0, 1, 2, 3])
def test_limits_are_the_same(slip: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies are sent, cut to stubs and held back like those that plain Python limits, with the same bytes."""
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)  # for both of them
    quick, slow = (answerer(native) for native in (True, False))
    assert quick.engine is not None
    for one in (quick, slow):
        one.obey(Policy(secrets=SECRETS, per_second=5.0, slip=slip, exempt=("10.1.0.0/16", "2001:db8::/32")))
    packets = [
        asked("smtp.mail.example.com", "A"),
        asked("nothing.mail.example.com", "A"),
        COMMON[:11] + b"\0" + COMMON[12:-11],
    ]
    packets.append(asked("smtp.mail.example.com", "AAAA", cookie=b"8 octets"))
    now = int(time.time())
    packets.append(asked("smtp.mail.example.com", "A", cookie=COOKIES.take(b"8 octets", HOST, now).data))

    for _ in range(30):
        for packet in packets:
            for host in HOSTS[:3]:
                said = quick.engine.answer(packet, host, now, 0, 5.0)
                address = socket.inet_ntoa(host)
                judged = slow.answer(packet, address)
                assert said is not None
                assert masked(said) == masked(judged or b"")
    counted = quick.totals(), slow.totals()
    assert counted[0]["rate_dropped"] + counted[0]["rate_slipped"] > 0
    assert all(
        counted[0].get(key, 0) == counted[1].get(key, 0) for key in ("rate_dropped", "rate_slipped", "truncated")
    )


def answerer(native: bool) -> Answerer:
    """With the fast path, or without."""
    made = Answerer(nsid=b"", seed=bytes(32), log=lambda *_: None, native=native)
    made.swap(FAST.table)
    return made


def masked(reply: bytes) -> tuple[int, bytes]:
    """Length and header of a reply: which record was drawn and when a cookie was made is not compared."""
    return len(reply), reply[:12]


def test_streams() -> None:
    """Messages of a connection are answered in order, up to one that is for the complete responder, or half of one."""
    common, alias = (len(packet).to_bytes(2) + packet for packet in (COMMON, ALIAS))

    replies, used, count = FAST.engine.stream(bytearray(common * 3 + alias + common), HOST, NOW, 64)
    assert (used, count) == (3 * len(common), 3)
    slow = respond(COMMON, FAST.table, lambda _: 0, replace(FACTS, tcp=True), HOST, NOW)
    assert slow is not None
    assert len(replies) == 3 * (2 + len(slow.data))
    assert FAST.engine.stream(bytearray(alias), HOST, NOW, 64) == (b"", 0, 0)
    assert FAST.engine.stream(bytearray(common * 3)[:-1], HOST, NOW, 64)[1:] == (2 * len(common), 2)
    assert FAST.engine.stream(bytearray(common * 3), HOST, NOW, 2)[1:] == (2 * len(common), 2)


def test_streams_large_answers() -> None:
    """Over TCP nothing is cut that fits into a message."""
    packet = dns.message.make_query("big.mail.example.com", "TXT").to_wire()
    slow = respond(packet, FAST.table, lambda _: 0, replace(FACTS, tcp=True), HOST, NOW)
    assert slow is not None

    replies, _, count = FAST.engine.stream(bytearray(len(packet).to_bytes(2) + packet), HOST, NOW, 64)
    assert (count, replies) == (1, len(slow.data).to_bytes(2) + slow.data)


@pytest.mark.parametrize("cut", [0, 64, 100, 200])
def test_half_a_table_is_refused(cut: int) -> None:
    """A file that ends before its tables do is an error, and the table before stays."""
    quick = Fast(FAST.table)
    with pytest.raises(ValueError, match="file"):
        quick.engine.swap(FAST.table.names.data[:cut], [])

    assert quick.engine.answer(COMMON, HOST, NOW, 1) is not None


def test_too_few_counters_are_refused() -> None:
    """Marks that do not reach to the last counter would be written beyond."""
    part = FAST.table.parts[0]
    with pytest.raises(ValueError, match="part"):
        FAST.engine.swap(FAST.table.names.data, [(part.data, array("I", bytes(4096)), bytearray(1))])


def test_addresses_have_four_or_sixteen_octets() -> None:
    """Anything else is a mistake of the caller."""
    with pytest.raises(ValueError, match="address"):
        FAST.engine.answer(COMMON, b"12345", NOW)
    with pytest.raises(ValueError, match="address"):
        FAST.engine.stream(bytearray(), b"", NOW, 1)


def test_secrets_are_whole() -> None:
    """Up to eight, of sixteen octets each."""
    for wrong in (bytes(15), bytes(16 * 9)):
        with pytest.raises(ValueError, match="secrets"):
            FAST.engine.secrets(wrong)
