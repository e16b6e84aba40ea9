"""Knot DNS: a third authoritative server, to hold ours against. It serves master files as they are."""

from collections.abc import Mapping

from tests.kit.servers.base import RealServer, needs

_CONF = """\
server:
    listen: 127.0.0.1@{dns}
    rundir: "{directory}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    udp-max-payload: 1232
database:
    storage: "{directory}"
log:
  - target: stderr
    any: warning
template:
  - id: default
    storage: "{directory}"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
"""


class Knot(RealServer):
    """Port: dns. `zones` maps names without the final dot to master files."""

    port_names = ("dns",)

    def __init__(self, zones: Mapping[str, str]) -> None:
        needs("knotd", root=False)
        self.zones = zones
        super().__init__()

    def configure(self) -> None:
        conf = _CONF.format(directory=self.directory, **self.ports)
        for name, text in self.zones.items():
            (self.directory / f"{name}.zone").write_text(text)
            conf += f'  - domain: "{name}"\n    file: "{name}.zone"\n'
        (self.directory / "knot.conf").write_text(conf)

    def command(self) -> list[str]:
        return ["/usr/sbin/knotd", "-c", str(self.directory / "knot.conf")]
