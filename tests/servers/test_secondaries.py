"""Secondaries that sites have, NSD and BIND, follow a zone of ours as health moves it."""

import base64
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import dns.message
import dns.name
import dns.query
import dns.tsig
import dns.tsigkeyring
import dns.zone
import pytest

from gslb.control.keyring import usable, write_keys
from gslb.model.keys import KeyTimes
from tests.kit.judging import Judge
from tests.kit.running import Running, free_ports
from tests.kit.servers.secondaries import BindSecondary, NsdSecondary, Secondary, has
from tests.kit.zonekeys import stored
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
dnssec: {{keys: KEYS, denial: nsec3}}
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


class Site:
    """Our server and its members. `ports`: where secondaries are told of changes."""

    def __init__(self, folder: Path) -> None:
        self.members = Members()
        self.ports = free_ports(2)
        notify = ", ".join(f"127.0.0.1:{port}" for port in self.ports)
        files = {
            "zones/mail.yaml": ZONE.replace("NOTIFY", notify).replace("KEYS", str(folder / "keys")),
            "checks/checks.yaml": f"tcp: {{type: tcp, port: {self.members.port}, {QUICK}}}\n",
            "transfer.key": KEY_FILE,
        }
        began = time.time() - 1e6
        key = stored(times=KeyTimes(created=began, publish=began, active=began))
        self.judge = Judge(NAME, (usable(key),), time.time())
        (folder / "keys").mkdir(mode=0o700)
        write_keys(folder / "keys", [key], 3600)
        self.server = Running(folder, files, workers=2)
        (folder / "transfer.key").chmod(0o600)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for the module; whoever fetches has to sign."""
    made = Site(tmp_path_factory.mktemp("site"))
    with made.members, made.server:
        yield made


@pytest.mark.parametrize(("number", "kind"), [(0, NsdSecondary), (1, BindSecondary)])
def test_a_secondary_follows_health(site: Site, number: int, kind: type[NsdSecondary | BindSecondary]) -> None:
    """A member that goes down is gone at a secondary within seconds: told by NOTIFY, fetched by IXFR, all signed.

    The zone is signed, too: what the secondary says and denies of it is validated at every step.
    """
    secondary = kind(NAME, key=(KEY, SECRET))
    secondary.ports = {"dns": site.ports[number]}
    with ExitStack() as stack:
        stack.callback(secondary.stop)
        secondary.follows(site.server.dns_port)
        has(secondary, f"smtp.{NAME}", "A", BOTH)
        has(secondary, f"smtp.{NAME}", "MX", {f"10 one.relays.{NAME}.", f"11 two.relays.{NAME}."})
        assert proved(site, secondary) == ["answer", "answer", "nodata", "nxdomain"]

        site.members.goes(TWO)
        has(secondary, f"smtp.{NAME}", "A", {ONE})
        has(secondary, f"smtp.{NAME}", "MX", {f"10 one.relays.{NAME}."})
        assert proved(site, secondary) == ["answer", "answer", "nodata", "nxdomain"]
        site.members.comes(TWO)
        has(secondary, f"smtp.{NAME}", "A", BOTH)


def proved(site: Site, secondary: Secondary) -> list[str]:
    """What dnspython makes of what a secondary says."""
    asked = (("smtp", "A"), ("smtp", "MX"), ("smtp", "TXT"), ("nothing", "A"))
    queries = [dns.message.make_query(f"{name}.{NAME}", rtype, want_dnssec=True, payload=4096) for name, rtype in asked]
    port = secondary.ports["dns"]
    return [site.judge.judge(dns.query.tcp(query, "127.0.0.1", port=port, timeout=5)) for query in queries]


def fetch(site: Site, key: dns.tsig.Key | None) -> dns.zone.Zone:
    """The zone as dnspython's client fetches it."""
    zone, query = dns.zone.Zone(NAME + "."), dns.message.make_query(NAME, "AXFR")
    if key is not None:
        query.use_tsig(key)
    dns.query.inbound_xfr("127.0.0.1", zone, query, port=site.server.dns_port, lifetime=10)
    return zone


def test_with_the_key_alone(site: Site) -> None:
    """A client of dnspython fetches the zone with the key; with another secret, or with none, nobody does."""
    zone = fetch(site, dns.tsig.Key(KEY, SECRET, "hmac-sha256"))
    assert {str(rdata) for rdata in zone.find_rdataset("smtp", "A")} == BOTH

    with pytest.raises(dns.tsig.PeerBadSignature):
        fetch(site, dns.tsig.Key(KEY, base64.b64encode(bytes(32)).decode(), "hmac-sha256"))
    with pytest.raises(dns.xfr.TransferError):
        fetch(site, None)
