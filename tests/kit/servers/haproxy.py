"""HAProxy before a mail server: one frontend that wants the PROXY header, one that wants none."""

from tests.kit.servers.base import RealServer
from tests.kit.servers.extracted import unpacked

_CONF = """\
global
  log stdout format rfc3164 local0 info
defaults
  mode tcp
  log global
  option tcplog
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend wanting
  bind 127.0.0.1:{wanting} accept-proxy
  default_backend mail
frontend plain
  bind 127.0.0.1:{plain}
  default_backend mail
backend mail
  server mail 127.0.0.1:{backend}
"""


class HAProxy(RealServer):
    """Ports: wanting (a PROXY header first), plain. `backend`: the port of the server behind it."""

    port_names = ("wanting", "plain")

    def __init__(self, backend: int) -> None:
        self.binary = unpacked("haproxy", "usr/sbin/haproxy")
        self.backend = backend
        super().__init__()

    def configure(self) -> None:
        (self.directory / "haproxy.cfg").write_text(_CONF.format(backend=self.backend, **self.ports))

    def command(self) -> list[str]:
        return [str(self.binary), "-db", "-f", str(self.directory / "haproxy.cfg")]
