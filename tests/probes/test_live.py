"""What members and DNS say when they are asked."""

import ssl
from ipaddress import ip_address
from pathlib import Path

import dns.message
import dns.rdatatype
import dns.rrset

from gslb.model.settings import Config, Endpoint
from gslb.probes.dane import digest_of
from gslb.probes.live import live_warnings
from tests.kit.certificates import Signed, mint
from tests.kit.configs import HEAD, accepted
from tests.kit.datagrams import answering
from tests.kit.hostile import Behaviour, Peer, closed_port, serving

HOST = "r1.smtp.mail.example.com"
LOOPBACK = ip_address("127.0.0.1")


def exchanger(context: ssl.SSLContext, name: str = HOST) -> Behaviour:
    """A mail server that greets by a name, and offers STARTTLS."""

    async def behaviour(peer: Peer) -> None:
        await peer.say(f"220 {name} ESMTP\r\n".encode())
        while word := (await peer.hear()).upper()[:4]:
            if word == b"STAR":
                await peer.say(b"220 go\r\n")
                await peer.upgrade(context)
            elif word == b"EHLO":
                await peer.say(f"250-{name}\r\n250 STARTTLS\r\n".encode())
            else:
                await peer.say(b"221 bye\r\n")

    return behaviour


def configuration(port: int, *records: str, services: str = "records: [MX, A]") -> Config:
    """One exchanger on loopback at this port, and TLSA records."""
    lines = "".join(f"  {record}\n" for record in records)
    return accepted(
        f"records: |\n  note TXT x\n{lines}services:\n  smtp: {{checks: [smtp], {services},"
        f" members: {{r1: {{address: 127.0.0.1, probe_port: {port}}}}}}}\n",
        head=HEAD,
    )


async def warnings(config: Config, *pointers: str, rcode: int = 0) -> list[str]:
    """What is told, where DNS gives these PTR names."""

    def answer(query: bytes) -> list[bytes]:
        reply = dns.message.make_response(dns.message.from_wire(query), recursion_available=True)
        reply.set_rcode(rcode)
        asked = reply.question[0]
        if pointers and asked.rdtype == dns.rdatatype.PTR:
            reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "PTR", *pointers))
        return [reply.to_wire()]

    async with answering(answer) as port:
        found = await live_warnings(
            config, {}, name="probe.example.com", resolver=Endpoint(address=LOOPBACK, port=port)
        )
    return [fault.message for fault in found]


def record(signed: Signed) -> str:
    """The TLSA record of a certificate."""
    return f"_25._tcp.r1.smtp TLSA 3 1 1 {digest_of(signed.der)}"


async def test_all_that_fits_is_silent(tmp_path: Path) -> None:
    """Greeting, PTR and certificate of an exchanger as they should be."""
    one = mint(HOST)
    async with serving(exchanger(one.server(tmp_path))) as port:
        assert await warnings(configuration(port, record(one)), f"{HOST.upper()}.") == []


async def test_all_that_does_not_fit_is_told(tmp_path: Path) -> None:
    """Each by itself, with what is there and what should be."""
    one, other = mint(HOST), mint(HOST)
    async with serving(exchanger(one.server(tmp_path), "mail.local")) as port:
        found = await warnings(configuration(port, record(other)), "a.example.com.", "b.example.com.")

    assert len(found) == 3
    assert found[0].startswith("_25._tcp.r1.smtp.mail.example.com. TLSA: smtp/r1 at 127.0.0.1 port ")
    assert found[0].endswith(f"not this certificate; what it shows is 3 1 1 {digest_of(one.der)}")
    assert found[1] == f"greets as mail.local, and its name in MX is {HOST}"
    assert found[2] == f"the PTR of 127.0.0.1 is a.example.com., b.example.com., and its name in MX is {HOST}"


async def test_what_cannot_be_seen_is_told() -> None:
    """A closed port shows neither certificate nor greeting; a name may have no PTR."""
    found = await warnings(configuration(closed_port(), record(mint(HOST))), rcode=3)

    assert "shows no certificate: connect_refused (connect)" in found[0]
    assert "does not greet: connect_refused (connect)" in found[1]
    assert found[2] == f"127.0.0.1 has no PTR; strict mail servers want {HOST}"


async def test_a_resolver_that_fails_is_told(tmp_path: Path) -> None:
    """It says nothing about the exchanger."""
    async with serving(exchanger(mint(HOST).server(tmp_path))) as port:
        found = await warnings(configuration(port), rcode=5)
        without = await warnings(configuration(port))

    assert without == [f"127.0.0.1 has no PTR; strict mail servers want {HOST}"]
    assert found == ["the PTR of 127.0.0.1 cannot be asked: NoNameservers"]


async def test_a_server_without_tls_shows_no_certificate() -> None:
    """The reason is that of the conversation."""

    async def plain(peer: Peer) -> None:
        await peer.answer(f"220 {HOST}\r\n".encode(), f"250 {HOST}\r\n".encode(), b"221 bye\r\n")

    async with serving(plain) as port:
        found = await warnings(configuration(port, record(mint(HOST)), services="records: [A]"))

    assert "shows no certificate: " in found[0]
    assert "starttls" in found[0]


async def test_implicit_tls_is_looked_at_as_well(tmp_path: Path) -> None:
    """A TLSA record for a port whose check speaks TLS from the first octet."""
    one = mint(HOST)
    zone = (
        f"records: |\n  _993._tcp.imap TLSA 3 1 1 {digest_of(one.der)}\n  _993._tcp.gone TLSA 3 1 1 {'00' * 32}\n"
        f"  _dns._udp.imap TLSA 3 1 1 {'00' * 32}\n  _8443._tcp.web TLSA 3 1 1 {'00' * 32}\n  web A 127.0.0.1\n"
        "services:\n  imap: {checks: [imaps], members: {s1: {address: 127.0.0.1, probe_port: PORT}}}\n"
    )

    async def quiet(peer: Peer) -> None:
        await peer.silence()

    async with serving(quiet, tls=one.server(tmp_path)) as port:
        zone = zone.replace("PORT", str(port)).replace("8443", str(closed_port()))
        config = accepted(zone, "imaps: {type: imap, tls: implicit}\n")
        found = await warnings(config)

    assert len(found) == 2
    assert found[0] == "_993._tcp.gone.mail.example.com. TLSA: nobody here has the name gone.mail.example.com"
    assert "web.mail.example.com at 127.0.0.1 port" in found[1]
