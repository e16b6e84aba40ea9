"""NSD, asked over UDP and TCP."""

import dataclasses

import pytest

from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.plain import DnsSettings
from tests.kit.servers.looking import look, look_at_all
from tests.kit.servers.nsd import SERIAL, small

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def nsd():
    """An NSD that the tests of a module share."""
    with small() as server:
        yield server


def asks(server, qtype="SOA", qname="example.com", **keys):
    """A check of the zone."""
    return DnsSettings(port=server.ports["dns"], qname=qname, qtype=qtype, authoritative=True, min_answers=1, **keys)


@pytest.mark.parametrize(
    ("qname", "qtype", "must"),
    [
        ("example.com", "SOA", ()),
        ("example.com", "NS", ("ns1.example.com",)),
        ("example.com", "MX", ("10 mx1.example.com.", "20 mx2.example.com.")),
        ("example.com", "TXT", ("v=spf1 mx -all",)),
        ("mx1.example.com", "A", ("192.0.2.11",)),
        ("mx1.example.com", "AAAA", ("2001:db8::11",)),
        ("_submission._tcp.example.com", "SRV", ("1 2 587 mx1.example.com",)),
    ],
)
@pytest.mark.parametrize("transport", ["udp", "tcp", "both"])
async def test_records_are_found(nsd, qname, qtype, must, transport):
    """Of each type, by each transport, with the answer as written."""
    seen = await look(asks(nsd, qtype, qname, answer_must=must, transport=transport))

    assert (seen.outcome, seen.code) == (Passed(), "NOERROR")


@pytest.mark.parametrize("edns", [None, 1232, 4096])
async def test_what_does_not_fit_is_fetched_over_tcp(nsd, edns):
    """Eight kilobytes of text, truncated over UDP whatever is offered."""
    seen = await look(asks(nsd, "TXT", "large.example.com", edns=edns, answer_must=("x" * 8000,)))

    assert seen.outcome == Passed()
    assert seen.bytes_in > 8000


async def test_serials_rcodes_and_authority_are_judged(nsd):
    """What is behind, what is refused, what is not there."""
    zone = DnsSettings(port=nsd.ports["dns"], qname="example.com")
    checks = {
        "serial": dataclasses.replace(zone, serial_at_least=SERIAL),
        "behind": dataclasses.replace(zone, serial_at_least=SERIAL + 1),
        "missing": dataclasses.replace(zone, qname="nowhere.example.com", expect_rcode=("NXDOMAIN",)),
        "refused": dataclasses.replace(zone, qname="example.net"),
        "empty": dataclasses.replace(zone, qtype="AAAA", min_answers=1),
    }

    assert await look_at_all(checks) == {
        "serial": Passed(),
        "behind": Failed(Phase.COMMAND, Reason.ANSWER_MISMATCH),
        "missing": Passed(),
        "refused": Failed(Phase.COMMAND, Reason.RCODE),
        "empty": Failed(Phase.COMMAND, Reason.ANSWER_MISMATCH),
    }


async def test_stopped_and_hung_and_back(nsd):
    """ICMP says refused at once; a frozen server is silent until the deadline."""
    with nsd.stopped():
        down = await look(asks(nsd))
    with nsd.hung():
        hung = await look(asks(nsd), deadline=1.0)

    assert down.outcome == Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)
    assert hung.outcome == Failed(Phase.COMMAND, Reason.REPLY_TIMEOUT)
    assert (await look(asks(nsd))).outcome == Passed()
