"""Real resolvers with clients behind them: unbound and BIND, in front of a server under test."""

import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
import pytest

from tests.kit.resolver import CONFIG, STUB, Unbound
from tests.kit.running import free_ports, until

ZONE = "mail.example.com"
FORGETFUL = "max-cache-ttl 0; max-ncache-ttl 0;"

NAMED = """\
options {{
  directory "{run}";
  pid-file none;
  session-keyfile none;
  lock-file none;
  port {server};
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  allow-query {{ 127.0.0.0/8; }};
  allow-query-cache {{ 127.0.0.0/8; }};
  allow-recursion {{ 127.0.0.0/8; }};
  dnssec-validation no;
  {caching}
}};
controls {{ }};
zone "{zone}" {{ type static-stub; server-addresses {{ 127.0.0.1; }}; }};
"""


class CachingUnbound(Unbound):
    """unbound that keeps what it is told to keep, for as long as it is told, and counts."""

    def __init__(self, run: Path, server: int) -> None:
        super().__init__(run, ZONE, server)
        self.control = run / "control"
        text = CONFIG.format(run=run, port=self.port, modules="iterator", caching="")
        heard = f"control-enable: yes\n  control-interface: {self.control}\n  control-use-cert: no"
        self.config.write_text(text.replace("control-enable: no", heard) + STUB.format(zone=ZONE, server=server))

    def counts(self) -> tuple[int, int]:
        """Queries that its cache answered, and all others, so far."""
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(10)
            asking.connect(str(self.control))
            asking.sendall(b"UBCT1 stats_noreset\n")
            told = dict(line.split("=") for line in asking.makefile().read().split())
        return int(told["total.num.cachehits"]), int(told["total.num.cachemiss"])


class Bind:
    """BIND's named as a recursive resolver on a free port, which keeps nothing for longer than a question.

    It runs as a copy: Debian's AppArmor profile, which goes by the path, lets named read below /etc/bind alone.
    """

    def __init__(self, run: Path, server: int) -> None:
        named = shutil.which("named", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        if named is None:
            pytest.skip("NOT TESTED against BIND: named is missing (sh tests/packages.sh installs bind9)")
        run.mkdir(parents=True)
        self.binary = shutil.copy(named, run / "named")
        (self.port,) = free_ports(1)
        self.config = run / "named.conf"
        self.config.write_text(NAMED.format(run=run, port=self.port, server=server, zone=ZONE, caching=FORGETFUL))

    def __enter__(self) -> "Bind":
        line = [self.binary, "-g", "-n", "1", "-c", self.config]
        self.process = subprocess.Popen(line, stderr=subprocess.DEVNULL)
        until(self._answers, 20, "named answers")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def _answers(self) -> bool:
        try:
            dns.query.udp(dns.message.make_query("localhost", "A"), "127.0.0.1", port=self.port, timeout=0.5)
        except (OSError, dns.exception.DNSException):
            return False
        return True


def clients(count: int, block: int) -> list[str]:
    """So many addresses of loopback, of the 127.0.x.0 with this x."""
    return [f"127.0.{block}.{number}" for number in range(1, count + 1)]


def asked_by(sources: Sequence[str], port: int, name: str, rtype: str, lookups: int) -> Counter[str]:
    """What the clients behind a resolver got, one lookup after another, in turn: addresses, or first exchangers."""
    query = dns.message.make_query(name, rtype).to_wire()
    found: Counter[str] = Counter()
    sockets = [socket.socket(type=socket.SOCK_DGRAM) for _ in sources]
    try:
        for one, source in zip(sockets, sources, strict=True):
            one.settimeout(10)
            one.bind((source, 0))
            one.connect(("127.0.0.1", port))
        for number in range(lookups):
            asking = sockets[number % len(sockets)]
            asking.send(query)
            found[_first(dns.message.from_wire(asking.recv(4096)))] += 1
    finally:
        for one in sockets:
            one.close()
    return found


def _first(reply: dns.message.Message) -> str:
    (rrset,) = (each for each in reply.answer if each.rdtype in (dns.rdatatype.A, dns.rdatatype.MX))
    if rrset.rdtype == dns.rdatatype.MX:
        return str(min(rrset, key=lambda mx: mx.preference).exchange).split(".")[0]
    return str(rrset[0])
