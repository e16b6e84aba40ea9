"""The prober of name servers (probes.md 1.12; section 6, number 24)."""

import asyncio
import dataclasses
import socket
from ipaddress import IPv4Address

import dns.flags
import pytest

from gslb.model.observations import Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.plain import DnsSettings, TcpSettings
from gslb.probes.journal import Journal
from gslb.probes.name_server import probe_dns
from gslb.probes.run import probe
from tests.kit.datagrams import answering, good, over_tcp
from tests.kit.hostile import closed_port, silent
from tests.kit.probing import look, target

pytestmark = pytest.mark.usefixtures("harmless")

SOA = DnsSettings(qname="example.com")
MALFORMED = Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR)


def asks(port, base=SOA, **keys):
    """A check at a port."""
    return dataclasses.replace(base, port=port, **keys)


def truncated(query):
    """TC, and nothing else."""
    return [good(query, flags=dns.flags.TC)]


async def test_a_good_answer_passes():
    """From a connected socket; the answer is told, and what it cost."""
    async with answering(lambda query: [good(query)]) as port:
        seen = await look(asks(port, authoritative=True, min_answers=1, serial_at_least=7))

    assert (seen.outcome, seen.code) == (Passed(), "NOERROR")
    assert seen.text == "ns1.example.com. host.example.com. 7 1 2 3 4"
    assert [phase for phase, _ in seen.timings] == [Phase.CONNECT, Phase.COMMAND, Phase.TOTAL]
    assert seen.bytes_in > 60
    assert str(seen.source) == "127.0.0.1"


async def test_a_serial_is_held_against_a_peers():
    """Where the peer answers; where it does not, that is a notice and no fault of the target's."""
    here = {"serial_peer": IPv4Address("127.0.0.1"), "serial_within": 0}
    async with answering(lambda query: [good(query)]) as port, answering(lambda query: []) as mute:
        same = await look(asks(port, **here, serial_peer_port=port))
        unheard = [
            await look(asks(port, **here, serial_peer_port=other), timeout=0.4) for other in (mute, closed_port())
        ]

    assert (same.outcome, same.notices) == (Passed(), ())
    assert [(seen.outcome.kind.value, Reason.PEER_UNHEARD in seen.notices) for seen in unheard] == [
        ("passed", True)
    ] * 2


async def test_a_serial_too_far_from_a_peers_fails():
    """The numbers of both are told."""
    later = "ns1.example.com. host.example.com. 12 1 2 3 4"
    async with answering(lambda query: [good(query)]) as port, answering(lambda query: [good(query, later)]) as peer:
        keys = {"serial_peer": IPv4Address("127.0.0.1"), "serial_peer_port": peer}
        seen = await look(asks(port, **keys, serial_within=4))

    assert seen.outcome == Failed(Phase.COMMAND, Reason.ANSWER_MISMATCH)
    assert seen.text == "serial 7 is 5 from 12 at 127.0.0.1"


async def test_answers_are_judged():
    """An unexpected rcode fails."""
    async with answering(lambda query: [good(query, rcode=5)]) as port:
        seen = await look(asks(port))

    assert (seen.outcome, seen.code) == (Failed(Phase.COMMAND, Reason.RCODE), "REFUSED")


async def test_a_transcript_tells_question_and_answer():
    """With the flags that matter."""
    lines = []
    async with answering(truncated, tcp=over_tcp(good)) as port:
        await probe(target(asks(port)), name=None, transcript=lines.append)

    said = [line.split(maxsplit=1)[1] for line in lines if "-- " not in line]
    assert said[0] == "C: example.com SOA over UDP"
    assert said[1].startswith("S: NOERROR tc, ")
    assert said[2] == "C: example.com SOA over TCP"
    assert said[-1] == "S: ns1.example.com. host.example.com. 7 1 2 3 4"


async def test_a_lost_question_is_asked_once_more():
    """After half the time, with the same id."""
    heard = []
    async with answering(lambda query: [good(query)] if len(heard) > 1 else [], heard=heard) as port:
        seen = await look(asks(port), timeout=0.4)

    assert seen.outcome == Passed()
    assert len(heard) == 2
    assert heard[0] == heard[1]


async def test_silence_ends_at_the_deadline():
    """Two questions, no answer."""
    heard = []
    async with answering(lambda query: [], heard=heard) as port:
        seen = await look(asks(port), timeout=0.3)

    assert (seen.outcome, len(heard)) == (Failed(Phase.COMMAND, Reason.REPLY_TIMEOUT), 2)


async def test_a_closed_port_is_told_at_once():
    """ICMP says so."""
    seen = await look(asks(closed_port()), timeout=5)

    assert seen.outcome == Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)
    assert seen.timings[-1][1] < 1


def strays(query):
    """Another id, another question, noise."""
    other = good(query.replace(b"\x07example", b"\x07sample7"))
    return [b"\0\0" + good(query)[2:], other, b"x"]


async def test_strays_are_passed_over():
    """Up to ten; then the answer counts."""
    async with answering(lambda query: [*(strays(query) * 3), good(query)]) as port:
        passed = await look(asks(port))
    async with answering(lambda query: [*(strays(query) * 4), good(query)]) as port:
        flooded = await look(asks(port))

    assert passed.outcome == Passed()
    assert (flooded.outcome, flooded.text) == (MALFORMED, "11 strays")


async def test_what_another_address_sends_is_never_seen():
    """The socket is connected: the kernel drops it."""

    with socket.socket(type=socket.SOCK_DGRAM) as server, socket.socket(type=socket.SOCK_DGRAM) as other:
        for each, host in ((server, "127.0.0.1"), (other, "127.0.0.2")):
            each.bind((host, 0))
        server.setblocking(False)

        def answer():
            query, address = server.recvfrom(512)
            other.sendto(good(query), address)

        asyncio.get_running_loop().add_reader(server, answer)
        seen = await look(asks(server.getsockname()[1]), timeout=0.3)
        asyncio.get_running_loop().remove_reader(server)

    assert seen.outcome == Failed(Phase.COMMAND, Reason.REPLY_TIMEOUT)
    assert seen.bytes_in == 0


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (lambda query: good(query)[:-1], MALFORMED),
        (lambda query: query, MALFORMED),
        (lambda query: query[:2] + b"\x84\0\0\1\0\1\0\0\0\0" + query[12:] + b"\xc0\x1d", MALFORMED),
        (lambda query: good(query) + b"\0" * 4096, Failed(Phase.COMMAND, Reason.BOUNDS_EXCEEDED)),
    ],
)
async def test_malformed_answers(answer, outcome):
    """Cut off, an echo of the query, a compression loop, more than anybody asked for."""
    async with answering(lambda query: [answer(query)]) as port:
        assert (await look(asks(port))).outcome == outcome


async def test_a_truncated_answer_is_fetched_over_tcp():
    """Once, at the same port."""
    async with answering(truncated, tcp=over_tcp(good)) as port:
        seen = await look(asks(port))

    assert seen.outcome == Passed()
    assert [phase for phase, _ in seen.timings] == [Phase.CONNECT, Phase.COMMAND, Phase.TOTAL]


async def ends(peer):
    """Takes the question, and closes."""
    await peer.reader.readexactly(31)


@pytest.mark.parametrize(
    ("tcp", "outcome"),
    [
        (silent, Failed(Phase.COMMAND, Reason.REPLY_TIMEOUT)),
        (ends, Failed(Phase.COMMAND, Reason.EOF_MID_SESSION)),
        (over_tcp(lambda query: truncated(query)[0]), MALFORMED),
        (over_tcp(lambda query: b"\0\0" + good(query)[2:]), MALFORMED),
        (over_tcp(lambda query: b""), MALFORMED),
        (over_tcp(lambda query: good(query) + b"\0" * 60_000), Passed()),
        (
            over_tcp(lambda query: query[:2] + b"\x84\0\0\1\xff\xff\0\0\0\0" + query[12:] + b"\xc0\x1d" * 32_000),
            MALFORMED,
        ),
    ],
)
async def test_tcp_gone_wrong(tcp, outcome):
    """Silence, the end, TC again, another id, nothing, the longest message there can be."""
    async with answering(truncated, tcp=tcp) as port:
        seen = await look(asks(port), timeout=0.5)

    assert seen.outcome == outcome


@pytest.mark.parametrize(
    ("transport", "udp", "outcome"),
    [("tcp", 5, Passed()), ("both", 0, Passed()), ("both", 5, Failed(Phase.COMMAND, Reason.RCODE))],
)
async def test_the_transport_may_be_chosen(transport, udp, outcome):
    """TCP alone, or both, where either may fail."""
    async with answering(lambda query: [good(query, rcode=udp)], tcp=over_tcp(good)) as port:
        assert (await look(asks(port, transport=transport))).outcome == outcome


async def test_both_needs_tcp_too():
    """A name server that answers over UDP only."""
    async with answering(lambda query: [good(query)]) as port:
        seen = await look(asks(port, transport="both"))

    assert seen.outcome == Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)


@pytest.mark.parametrize("keys", [{"qname": "a..b"}, {"qtype": "ANY"}])
async def test_what_cannot_be_asked_is_our_own_fault(keys):
    """Inconclusive."""
    seen = await look(asks(1, **keys))

    assert seen.outcome == Inconclusive(Phase.RESOLVE, Reason.LOCAL_CONFIG)


async def test_a_source_that_is_not_ours_is_our_own_fault():
    """The bind fails, nothing is sent."""
    seen = await look(asks(1), source=IPv4Address("192.0.2.1"))

    assert seen.outcome == Inconclusive(Phase.CONNECT, Reason.LOCAL_BIND)


async def test_other_settings_are_a_bug():
    """Of whoever registered the prober."""
    with pytest.raises(TypeError):
        await probe_dns(target(TcpSettings(port=1)), Journal(1.0))
