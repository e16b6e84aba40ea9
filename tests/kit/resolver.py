"""unbound as a resolver in front of a server under test: QNAME minimisation and 0x20 on."""

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
  module-config: "iterator"
  qname-minimisation: yes
  qname-minimisation-strict: yes
  use-caps-for-id: yes
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  num-threads: 1
  local-zone: "." transparent
remote-control:
  control-enable: no
stub-zone:
  name: "{zone}"
  stub-addr: 127.0.0.1@{server}
  stub-prime: no
"""


class Unbound:
    """A recursive resolver on a free port that knows one stub zone. It keeps nothing in its cache."""

    def __init__(self, run: Path, zone: str, server: int) -> None:
        if shutil.which("unbound") is None:
            pytest.skip("unbound is not installed (Debian package unbound)")
        run.mkdir(parents=True, exist_ok=True)
        (self.port,) = free_ports(1)
        self.config = run / "unbound.conf"
        self.config.write_text(CONFIG.format(run=run, port=self.port, zone=zone, server=server))

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
        """One recursive question."""
        return dns.query.udp(dns.message.make_query(name, rtype, use_edns=0), "127.0.0.1", port=self.port, timeout=5)
