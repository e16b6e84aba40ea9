"""unbound as a resolver in front of a server under test: QNAME minimisation and 0x20 on; validating, where told."""

import shutil
import subprocess
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import pytest

from tests.kit.running import free_ports, until

CONFIG = """\
server:
  directory: "{run}"
  pidfile: "{run}/unbound.pid"
  chroot: ""
  username: ""
  interface: 127.0.0.1@{port}
  do-ip6: no
  do-daemonize: no
  use-syslog: no
  do-not-query-localhost: no
  module-config: "{modules}"
  qname-minimisation: yes
  qname-minimisation-strict: yes
  use-caps-for-id: yes
  {caching}
  num-threads: 1
  local-zone: "." transparent
remote-control:
  control-enable: no
"""

STUB = """\
stub-zone:
  name: "{zone}"
  stub-addr: 127.0.0.1@{server}
  stub-prime: no
"""

FORGETFUL = """cache-max-ttl: 0
  cache-max-negative-ttl: 0"""

VALIDATING = """aggressive-nsec: yes
  harden-below-nxdomain: yes
  trust-anchor: "{anchor}"
  val-permissive-mode: no
  ede: yes"""


class Unbound:
    """A recursive resolver on a free port that knows one stub zone. It keeps nothing in its cache.

    With `anchor` (a DS or DNSKEY record as text) it validates, and caches like any other, NSEC aggressively. `more`:
    zones below that the same server has.
    """

    def __init__(self, run: Path, zone: str, server: int, *, anchor: str = "", more: tuple[str, ...] = ()) -> None:
        if shutil.which("unbound") is None:
            pytest.skip("unbound is not installed (Debian package unbound)")
        run.mkdir(parents=True, exist_ok=True)
        (self.port,) = free_ports(1)
        self.config = run / "unbound.conf"
        modules, caching = (
            ("validator iterator", VALIDATING.format(anchor=anchor)) if anchor else ("iterator", FORGETFUL)
        )
        self.config.write_text(
            CONFIG.format(run=run, port=self.port, modules=modules, caching=caching)
            + "".join(STUB.format(zone=one, server=server) for one in (zone, *more))
        )

    def __enter__(self) -> "Unbound":
        self.process = subprocess.Popen(["unbound", "-d", "-c", self.config], stderr=subprocess.DEVNULL)
        until(self._answers, 10, "unbound answers")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)

    def _answers(self) -> bool:
        try:
            dns.query.udp(dns.message.make_query("localhost", "A"), "127.0.0.1", port=self.port, timeout=0.5)
        except (OSError, dns.exception.DNSException):
            return False
        return True

    def query(self, name: str, rtype: str) -> dns.message.Message:
        """One recursive question; AD comes back where the answer is validated."""
        query = dns.message.make_query(name, rtype, use_edns=0, want_dnssec=True)
        return dns.query.udp_with_fallback(query, "127.0.0.1", port=self.port, timeout=5)[0]
