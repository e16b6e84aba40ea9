"""Every resolver gets the configured shares by itself."""

import socket
from collections import Counter
from pathlib import Path

import dns.message
import dns.rdatatype
import pytest

from tests.kit.running import Running
from tests.kit.zones import FOUR, FOUR_ADDRESSES, WEIGHTS

pytestmark = pytest.mark.system

QUERIES = 1000


def first(reply: dns.message.Message) -> str:
    """The address, or the exchanger of lowest preference."""
    (rrset,) = reply.answer
    if rrset.rdtype == dns.rdatatype.MX:
        return str(min(rrset, key=lambda mx: mx.preference).exchange).split(".")[0]
    return str(rrset[0])


def asked_in_turn(port: int, resolver: str) -> dict[str, Counter[str]]:
    """A and MX in turn, each from a new port, as resolvers do."""
    queries = {rtype: dns.message.make_query("smtp.mail.example.com", rtype, use_edns=0) for rtype in ("A", "MX")}
    seen: dict[str, Counter[str]] = {"A": Counter(), "MX": Counter()}
    for _ in range(QUERIES):
        for rtype, query in queries.items():
            with socket.socket(type=socket.SOCK_DGRAM) as asking:
                asking.settimeout(5)
                asking.bind((resolver, 0))
                asking.sendto(query.to_wire(), ("127.0.0.1", port))
                seen[rtype][first(dns.message.from_wire(asking.recv(4096)))] += 1
    return seen


def test_shares_hold_for_every_resolver_within_one_point(tmp_path: Path) -> None:
    """Wound 10: 40/30/20/10, two workers, three resolvers that ask A and MX in turn: nobody is off by over 1 point."""
    with Running(tmp_path, {"zones/mail.yaml": FOUR}, workers=2) as server:
        for resolver in ("127.0.0.2", "127.0.0.3", "127.0.0.4"):
            seen = asked_in_turn(server.dns_port, resolver)

            for expected, found in ((FOUR_ADDRESSES, seen["A"]), (WEIGHTS, seen["MX"])):
                off = {member: 100 * found[member] / QUERIES - weight for member, weight in expected.items()}
                assert max(map(abs, off.values())) <= 1, (resolver, off)
