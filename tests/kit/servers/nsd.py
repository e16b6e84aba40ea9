"""NSD: one small zone, over UDP and TCP."""

from tests.kit.servers.base import RealServer, needs

SERIAL = 2024010100

_CONF = """\
server:
  ip-address: 127.0.0.1@{dns}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "{directory}"
  database: ""
  pidfile: "{directory}/pid"
  xfrdfile: "{directory}/xfrd.state"
  zonelistfile: "{directory}/zone.list"
  logfile: "{directory}/log"
remote-control:
  control-enable: no
zone:
  name: example.com
  zonefile: zone
"""

_ZONE = """\
$ORIGIN example.com.
$TTL 300
@    SOA ns1 hostmaster {serial} 3600 600 1209600 300
@    NS  ns1
@    MX  10 mx1
@    MX  20 mx2
@    TXT "v=spf1 mx" " -all"
ns1  A   192.0.2.53
mx1  A   192.0.2.11
mx1  AAAA 2001:db8::11
mx2  A   192.0.2.12
_submission._tcp SRV 1 2 587 mx1
large TXT {large}
"""


class Nsd(RealServer):
    """Ports: dns. The zone example.com; `large` does not fit into a datagram."""

    port_names = ("dns",)

    def __init__(self) -> None:
        needs("nsd", root=False)
        super().__init__()

    def configure(self) -> None:
        (self.directory / "nsd.conf").write_text(_CONF.format(directory=self.directory, **self.ports))
        large = " ".join(f'"{"x" * 200}"' for _ in range(40))
        (self.directory / "zone").write_text(_ZONE.format(serial=SERIAL, large=large))

    def command(self) -> list[str]:
        return ["/usr/sbin/nsd", "-d", "-c", str(self.directory / "nsd.conf")]
