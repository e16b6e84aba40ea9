"""The fast path gives the bytes of the complete responder, or nothing."""

import random
from array import array

import dns.message
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.dns.draws import Draws, network_number
from gslb.dns.edns import Edns, write_opt
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from gslb.dns.worker.native import fast
from gslb.dns.worker.tally import NativeCounts
from gslb.handoff.table import Table
from tests.kit.mailzone import mail_table
from tests.kit.packets import mutated, queries

if fast is None:
    pytest.skip("NOT TESTED: the fast path was not built (no compiler, or no Python headers)", allow_module_level=True)

TABLE = mail_table()
SEEDS = queries()
SEED = bytes(range(16))
HOST = b"\xc0\0\2\1"
NETWORK = network_number(HOST)
FACTS = Facts(nsid=b"node")
OPT = write_opt(Edns(payload=0, version=0, do=False), rcode=0, nsid=b"", errors=())


class Fast:
    """An engine that answers from a table, and what it counts."""

    def __init__(self, table: Table = TABLE) -> None:
        self.engine = fast.Engine(SEED)
        self.engine.opt(OPT)
        self.counts = [NativeCounts(1, number, part.counter_count) for number, part in enumerate(table.parts)]
        parts = [(part.data, own.counters, own.marks) for part, own in zip(table.parts, self.counts, strict=True)]
        self.engine.swap(table.names.data, parts)


FAST = Fast()


def agrees(packet: bytes, draw: int) -> bool:
    """Whether it gave the same bytes; None counts as agreement, since the complete responder is asked then."""
    quick = FAST.engine.answer(packet, NETWORK, draw)
    if quick is None:
        return True
    slow = respond(packet, TABLE, lambda _: draw, FACTS, HOST)
    return slow is not None and quick == slow.data


@pytest.mark.parametrize("seed", range(4))
def test_same_bytes(seed: int) -> None:
    """For well-formed queries of every kind and for what becomes of them when octets flip."""
    chance = random.Random(seed)

    for _ in range(10_000):
        packet = mutated(chance, SEEDS)
        draw = chance.getrandbits(32)
        assert agrees(packet, draw), (packet.hex(), draw)


@settings(deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32 - 1))
def test_same_bytes_for_what_is_well_formed(packet: bytes, draw: int) -> None:
    """Whatever the draw picks."""
    assert agrees(packet, draw)


@pytest.mark.parametrize("edns", [-1, 0])
@pytest.mark.parametrize("question", ["smtp.mail.example.com A", "smtp.mail.example.com MX", "mail.example.com SOA"])
def test_what_is_common_is_fast(question: str, edns: int) -> None:
    """Services, with and without EDNS, need no Python."""
    packet = dns.message.make_query(*question.split(), use_edns=edns).to_wire()

    assert FAST.engine.answer(packet, NETWORK, 7) is not None


def test_draws_are_the_same() -> None:
    """The fast path draws as the complete responder does, for every resolver, from the same seed."""
    draws, quick = Draws(SEED), Fast()
    packet = dns.message.make_query("smtp.mail.example.com", "A", use_edns=0).to_wire()
    for host in (HOST, bytes(3) + b"\1", b"\x20\1\x0d\xb8\0\0\7"):
        network = network_number(host)
        for _ in range(50):
            slow = respond(packet, TABLE, lambda key: draws.draw(network, key), FACTS)  # noqa: B023 - called at once
            assert slow is not None
            assert quick.engine.answer(packet, network) == slow.data


def test_counts_are_the_same() -> None:
    """What was sent is counted under the same counters, and taken once."""
    quick = Fast()
    packet = dns.message.make_query("smtp.mail.example.com", "A", use_edns=0).to_wire()
    slow = respond(packet, TABLE, lambda _: 9, FACTS)
    assert slow is not None
    for _ in range(3):
        quick.engine.answer(packet, NETWORK, 9)

    ((part, counter),) = slow.sent
    assert quick.counts[part].take(100) == ((counter, 3),)
    assert quick.counts[part].take(100) == ()
    assert quick.engine.totals()[1] == 3


def test_rests() -> None:
    """While it rests, as rate limiting needs, everything is handed over."""
    quick = Fast()
    packet = dns.message.make_query("smtp.mail.example.com", "A").to_wire()
    quick.engine.rest(True)
    assert quick.engine.answer(packet, NETWORK, 1) is None
    quick.engine.rest(False)
    assert quick.engine.answer(packet, NETWORK, 1) is not None


@pytest.mark.parametrize("cut", [0, 64, 100, 200])
def test_half_a_table_is_refused(cut: int) -> None:
    """A file that ends before its tables do is an error, and the table before stays."""
    quick = Fast()
    with pytest.raises(ValueError, match="file"):
        quick.engine.swap(TABLE.names.data[:cut], [])

    packet = dns.message.make_query("smtp.mail.example.com", "A").to_wire()
    assert quick.engine.answer(packet, NETWORK, 1) is not None


def test_too_few_counters_are_refused() -> None:
    """Marks that do not reach to the last counter would be written beyond."""
    part = TABLE.parts[0]
    with pytest.raises(ValueError, match="part"):
        FAST.engine.swap(TABLE.names.data, [(part.data, array("I", bytes(4096)), bytearray(1))])
