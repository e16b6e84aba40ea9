"""dnspython, dig and unbound get what explain says."""

import shutil
import subprocess
from pathlib import Path

import dns.message
import dns.rcode
import pytest

from tests.kit.resolver import Unbound
from tests.kit.running import Running
from tests.kit.zones import FOUR

pytestmark = [pytest.mark.system, pytest.mark.servers]

ZONE = (
    FOUR
    + """\
  imap:
    srv: {_imap._tcp: 143}
    members:
      m1: {addresses: [192.0.2.31, "2001:db8::31"]}
      m2: {address: 192.0.2.32}
  mailstore: {alias: imap}
"""
)
QUESTIONS = [
    ("smtp.mail.example.com", "A"),
    ("smtp.mail.example.com", "MX"),
    ("relays.mail.example.com", "A"),
    ("r1.relays.mail.example.com", "A"),
    ("imap.mail.example.com", "A"),
    ("imap.mail.example.com", "AAAA"),
    ("mailstore.mail.example.com", "A"),
]


def explained(server: Running, name: str, rtype: str) -> set[str]:
    """The data that explain says may be answered."""
    told = server.get("/api/v1/explain", name=name, type=rtype).json()["decision"]
    if rtype == "MX":
        return {line["name"] for line in told["exchangers"]}
    chosen = [line for tier in told["tiers"] for line in tier["members"] if line["chosen"]]
    if told["subject"] == "host":
        return set(told["answer"].split(", "))
    return {address for line in chosen for address in line["addresses"]}


def held(reply: dns.message.Message, rtype: str) -> set[str]:
    """The data of one reply: addresses, or exchangers."""
    return {
        str(getattr(rdata, "exchange", rdata))
        for rrset in reply.answer
        for rdata in rrset
        if rrset.rdtype == dns.rdatatype.from_text(rtype)
    }


def over_many(ask: object, name: str, rtype: str) -> set[str]:
    """What forty answers hold together: every member with a share of a tenth has had its turn."""
    return set().union(*(held(ask(name, rtype), rtype) for _ in range(40)))  # type: ignore[operator]


def test_dnspython_and_unbound_get_what_explain_says(tmp_path: Path) -> None:
    """Over forty answers both get exactly the data that explain lists, over UDP and, in one, over TCP."""
    with (
        Running(tmp_path, {"zones/mail.yaml": ZONE}) as server,
        Unbound(tmp_path / "unbound", "mail.example.com", server.dns_port) as unbound,
    ):
        for name, rtype in QUESTIONS:
            expected = explained(server, name, rtype)

            assert expected
            assert over_many(server.query, name, rtype) == expected, (name, rtype)
            assert over_many(unbound.query, name, rtype) == expected, (name, rtype)
            assert held(server.query(name, rtype, tcp=True), rtype) <= expected


def test_unbound_sees_the_shape_of_the_zone(tmp_path: Path) -> None:
    """A CNAME is followed, a wildcard matches, an empty non-terminal exists, NODATA and NXDOMAIN are told apart."""
    with (
        Running(tmp_path, {"zones/mail.yaml": ZONE}) as server,
        Unbound(tmp_path / "unbound", "mail.example.com", server.dns_port) as unbound,
    ):
        cname = unbound.query("www.mail.example.com", "A")
        wildcard = unbound.query("any.wild.mail.example.com", "A")
        empty = unbound.query("wild.mail.example.com", "A")
        nodata = unbound.query("smtp.mail.example.com", "AAAA")
        nothing = unbound.query("nothing.mail.example.com", "A")
        srv = unbound.query("_imap._tcp.mail.example.com", "SRV")

    assert [rrset.rdtype.name for rrset in cname.answer] == ["CNAME", "A"]
    assert held(wildcard, "A") == {"192.0.2.99"}
    assert (empty.rcode(), empty.answer) == (dns.rcode.NOERROR, [])
    assert (nodata.rcode(), nodata.answer) == (dns.rcode.NOERROR, [])
    assert nothing.rcode() == dns.rcode.NXDOMAIN
    assert len(srv.answer[0]) == 2


@pytest.mark.skipif(shutil.which("dig") is None, reason="dig is not installed (Debian package bind9-dnsutils)")
def test_dig_gets_what_explain_says(tmp_path: Path) -> None:
    """dig, with its cookies and EDNS, over UDP and TCP."""
    with Running(tmp_path, {"zones/mail.yaml": ZONE}) as server:
        for name, rtype in QUESTIONS:
            for tcp in ("+notcp", "+tcp"):
                line = ["dig", "@127.0.0.1", "-p", str(server.dns_port), name, rtype, "+short", "+norecurse", tcp]
                said = subprocess.run(line, capture_output=True, text=True, check=True, timeout=20).stdout.split()
                data = {word for word in said if "." in word or ":" in word}

                assert data
                assert data <= explained(server, name, rtype), (name, rtype)
