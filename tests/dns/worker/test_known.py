"""Replies known already: the same bytes as made anew, and every one counted."""

import random

import dns.message
import pytest

from gslb.dns.worker.answerer import Answerer
from gslb.dns.worker.known import MOST
from gslb.handoff.policy import Policy
from gslb.handoff.table import Table
from tests.kit.answered import built
from tests.kit.estate import config, member, pool, service, zone
from tests.kit.mailzone import mail_table
from tests.kit.packets import mutated, queries
from tests.kit.viewed import viewed

TABLE = mail_table()
STICKY = built(
    config(
        zone(
            pool("all", member("a", "192.0.2.1"), member("b", "192.0.2.2")),
            services=(service("smtp", "all", sticky=True),),
        )
    )
)
SMTP = dns.message.make_query("smtp.mail.example.com", "A", use_edns=0).to_wire()


def answerer(table: Table = TABLE) -> Answerer:
    """Without the fast path."""
    made = Answerer(nsid=b"", seed=bytes(32), log=lambda *_: None)
    made.swap(table)
    return made


def test_the_same_bytes() -> None:
    """Two that draw alike, of which one looks at what it knows first, never differ."""
    quick, slow, chance = answerer(), answerer(), random.Random(1)
    seeds = queries()
    for _ in range(3_000):
        packet = chance.choice(seeds) if chance.random() < 0.7 else mutated(chance, seeds)
        reply = quick.known.get(packet, "192.0.2.1") or quick.answer(packet, "192.0.2.1")
        assert reply == slow.answer(packet, "192.0.2.1"), packet.hex()

    assert quick.totals() == slow.totals()
    assert quick.sent.take() == slow.sent.take()


def test_what_is_known_is_said_with_the_id_asked() -> None:
    """The second time nothing is made; only the id is another."""
    server = answerer()
    assert server.known.get(SMTP, "192.0.2.1") is None
    server.answer(SMTP, "192.0.2.1")

    reply = server.known.get(b"\x12\x34" + SMTP[2:], "192.0.2.1")
    assert reply is not None
    assert reply[:2] == b"\x12\x34"


@pytest.mark.parametrize(
    "change",
    [
        lambda server: server.swap(mail_table()),
        lambda server: server.stale(True),
        lambda server: server.obey(Policy(per_second=5.0)),
    ],
)
def test_another_table_or_policy_is_known_anew(change: object) -> None:
    """What was known of another state of things is forgotten, but not uncounted."""
    server = answerer()
    server.answer(SMTP, "192.0.2.1")
    assert server.known.get(SMTP, "192.0.2.1") is not None
    change(server)  # type: ignore[operator] # one of the above

    assert server.known.get(SMTP, "192.0.2.1") is None
    assert server.totals()["queries_udp"] == 2


@pytest.mark.parametrize(
    ("table", "packet"),
    [
        (viewed(), SMTP),
        (TABLE, dns.message.make_query("smtp._gslb.mail.example.com", "TXT").to_wire()),
        (TABLE, dns.message.make_query("nothing.mail.example.com", "A").to_wire()),
        (TABLE, dns.message.make_query("big.mail.example.com", "TXT").to_wire()),
        (STICKY, SMTP),
    ],
    ids=["views", "state", "absence", "truncated", "sticky"],
)
def test_what_is_not_kept(table: Table, packet: bytes) -> None:
    """What depends on who asks, what does not exist under ever new names, and what is cut short."""
    server = answerer(table)
    server.answer(packet, "192.0.2.1")

    assert server.known.get(packet, "192.0.2.1") is None


def test_memory_is_bounded() -> None:
    """Ever new spellings of a name do not make it grow; each second makes room for others."""
    server = answerer()
    for number in range(MOST + 100):
        spelt = bytes(octet ^ 0x20 if number >> place & 1 else octet for place, octet in enumerate(b"smtpmailexample"))
        packet = SMTP.replace(b"smtp", spelt[:4]).replace(b"mail", spelt[4:8]).replace(b"example", spelt[8:])
        server.answer(packet, "192.0.2.1")

    assert len(server.known._replies) == MOST
    server.totals()
    assert not server.known._replies
