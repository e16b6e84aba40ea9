"""NSD: another authoritative server, to hold ours against. It serves master files as they are."""

from collections.abc import Mapping

from tests.kit.servers.base import RealServer, needs

_CONF = """\
server:
  ip-address: 127.0.0.1@{dns}
  server-count: 1
  do-ip6: no
  username: ""
  zonesdir: "{directory}"
  database: ""
  logfile: "{directory}/log"
  pidfile: "{directory}/pid"
  zonelistfile: "{directory}/zone.list"
  xfrdfile: "{directory}/xfrd.state"
  xfrdir: "{directory}"
  ipv4-edns-size: 1232
  minimal-responses: yes
  round-robin: no
  refuse-any: no
  hide-version: yes
  hide-identity: yes
remote-control:
  control-enable: no
"""

SERIAL = 2024010100

_SMALL = """\
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


def small() -> "Nsd":
    """One small zone, example.com; `large` does not fit into a datagram."""
    large = " ".join(f'"{"x" * 200}"' for _ in range(40))
    return Nsd({"example.com": _SMALL.format(serial=SERIAL, large=large)})


class Nsd(RealServer):
    """Port: dns. `zones` maps names without the final dot to master files."""

    port_names = ("dns",)

    def __init__(self, zones: Mapping[str, str]) -> None:
        needs("nsd", root=False)
        self.zones = zones
        super().__init__()

    def configure(self) -> None:
        conf = _CONF.format(directory=self.directory, **self.ports)
        for name, text in self.zones.items():
            (self.directory / f"{name}.zone").write_text(text)
            conf += f'zone:\n  name: "{name}"\n  zonefile: "{name}.zone"\n'
        (self.directory / "nsd.conf").write_text(conf)

    def command(self) -> list[str]:
        return ["/usr/sbin/nsd", "-d", "-c", str(self.directory / "nsd.conf")]
