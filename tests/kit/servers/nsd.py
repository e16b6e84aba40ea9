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
