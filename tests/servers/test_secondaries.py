"""Secondaries that sites have, NSD and BIND, follow a zone of ours as health moves it."""

import base64
import socket
from contextlib import ExitStack
from pathlib import Path

import dns.message
import dns.name
import dns.query
import dns.tsig
import dns.tsigkeyring
import dns.zone
import pytest

from tests.kit.running import Running
from tests.kit.servers.secondaries import BindSecondary, NsdSecondary, Secondary, has
from tests.kit.zones import QUICK

pytestmark = [pytest.mark.servers, pytest.mark.system]

NAME = "mail.example.com"
KEY = "transfer.mail.example.com"
SECRET = base64.b64encode(bytes(range(32))).decode()
KEY_FILE = f'key "{KEY}" {{\n    algorithm hmac-sha256;\n    secret "{SECRET}";\n}};\n'
ONE, TWO = "127.0.20.1", "127.0.20.2"
BOTH = {ONE, TWO}

ZONE = f"""\
zone: {NAME}
contact: hostmaster@example.com
nameservers: {{ns1: [127.0.0.1]}}
ttl: 5
min_ttl: 1
transfer: {{to: [127.0.0.0/8], notify: [NOTIFY], key: transfer.key}}
records: |
  @ TXT "v=spf1 mx -all"
pools:
  relays:
    checks: [tcp]
    members:
      one: {{address: {ONE}, weight: 3}}
      two: {{address: {TWO}, weight: 1}}
services:
  smtp: {{records: [MX, A], pools: [relays], answers: 1}}
"""


class Members:
    """Two members that accept connections."""

    def __init__(self) -> None:
        self.sockets = {ONE: self._listen(ONE, 0)}
        self.port = self.sockets[ONE].getsockname()[1]
        self.sockets[TWO] = self._listen(TWO, self.port)

    def _listen(self, address: str, port: int) -> socket.socket:
        return socket.create_server((address, port))

    def goes(self, address: str) -> None:
        """A member goes down."""
        self.sockets.pop(address).close()

    def comes(self, address: str) -> None:
        """It comes back."""
        self.sockets[address] = self._listen(address, self.port)

    def __enter__(self) -> "Members":
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.sockets.values():
            each.close()


def primary(folder: Path, port: int, secondaries: list[Secondary]) -> Running:
    """Our server, which tells these of changes; whoever fetches has to sign."""
    notify = ", ".join(f"127.0.0.1:{each.ports['dns']}" for each in secondaries)
    files = {
        "zones/mail.yaml": ZONE.replace("NOTIFY", notify),
        "checks/checks.yaml": f"tcp: {{type: tcp, port: {port}, {QUICK}}}\n",
        "transfer.key": KEY_FILE,
    }
    made = Running(folder, files, workers=2)
    (folder / "transfer.key").chmod(0o600)
    return made


def test_nsd_and_bind_follow_health(tmp_path: Path) -> None:
    """A member that goes down is gone at each secondary within seconds: told by NOTIFY, fetched by IXFR, all signed."""
    secondaries: list[Secondary] = [NsdSecondary(NAME, key=(KEY, SECRET)), BindSecondary(NAME, key=(KEY, SECRET))]
    with ExitStack() as stack:
        members = stack.enter_context(Members())
        server = stack.enter_context(primary(tmp_path, members.port, secondaries))
        for each in secondaries:
            stack.callback(each.stop)
            each.follows(server.dns_port)
            has(each, f"smtp.{NAME}", "A", BOTH)
            has(each, f"smtp.{NAME}", "MX", {f"10 one.relays.{NAME}.", f"11 two.relays.{NAME}."})

        members.goes(TWO)
        for each in secondaries:
            has(each, f"smtp.{NAME}", "A", {ONE})
            has(each, f"smtp.{NAME}", "MX", {f"10 one.relays.{NAME}."})
        members.comes(TWO)
        for each in secondaries:
            has(each, f"smtp.{NAME}", "A", BOTH)


def test_tampered(tmp_path: Path) -> None:
    """A client of dnspython fetches the zone with the key; with another secret, or with none, nobody does."""
    with Members() as members, primary(tmp_path, members.port, []) as server:
        zone = dns.zone.Zone(NAME + ".")
        query = dns.message.make_query(NAME, "AXFR")
        query.use_tsig({dns.name.from_text(KEY): dns.tsig.Key(KEY, SECRET, "hmac-sha256")})
        dns.query.inbound_xfr("127.0.0.1", zone, query, port=server.dns_port, lifetime=10)

        assert {str(rdata) for rdata in zone.find_rdataset("smtp", "A")} == BOTH

        query = dns.message.make_query(NAME, "AXFR")
        wrong = dns.tsig.Key(KEY, base64.b64encode(bytes(32)).decode(), "hmac-sha256")
        query.use_tsig({dns.name.from_text(KEY): wrong})
        with pytest.raises(dns.tsig.PeerBadSignature):
            dns.query.inbound_xfr("127.0.0.1", dns.zone.Zone(NAME + "."), query, port=server.dns_port, lifetime=10)
        with pytest.raises(dns.xfr.TransferError):
            dns.query.inbound_xfr("127.0.0.1", dns.zone.Zone(NAME + "."), port=server.dns_port, lifetime=10)
