"""Secondaries that are a zone's only public name servers: BIND, NSD and Knot, on port 53 of addresses of their own."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from tests.kit.internet.child import SERVER
from tests.kit.internet.daemon import Daemon
from tests.kit.internet.zones import Kind
from tests.kit.servers.base import needs

NAMED = """\
options {{
  directory "{folder}";
  pid-file "{folder}/pid";
  session-keyfile "{folder}/session.key";
  listen-on port 53 {{ {address}; }};
  listen-on-v6 {{ none; }};
  query-source address {address};
  transfer-source {address};
  recursion no;
  notify no;
  dnssec-validation no;
  min-refresh-time 1;
  allow-transfer {{ any; }};
}};
controls {{ }};
{zones}
"""
NAMED_ZONE = """\
zone "{zone}" {{ type secondary; file "{zone}"; primaries {{ {primary}; }}; request-ixfr yes; max-journal-size 1m; }};
"""

NSD = """\
server:
  ip-address: {address}
  server-count: 1
  username: ""
  zonesdir: "{folder}"
  database: ""
  logfile: "{folder}/log"
  verbosity: 2
  pidfile: "{folder}/pid"
  zonelistfile: "{folder}/zone.list"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
remote-control:
  control-enable: no
{zones}
"""
NSD_ZONE = """\
zone:
  name: "{zone}"
  zonefile: "{zone}"
  allow-notify: {primary} NOKEY
  request-xfr: {primary} NOKEY
  outgoing-interface: {address}
  provide-xfr: 192.0.2.0/24 NOKEY
"""

KNOT = """\
server:
  rundir: "{folder}"
  listen: {address}@53
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
log:
  - target: stderr
    any: info
database:
  storage: "{folder}"
remote:
  - id: primary
    address: {primary}
    via: {address}
acl:
  - id: notified
    address: {primary}
    action: notify
  - id: fetched
    address: 192.0.2.0/24
    action: transfer
template:
  - id: default
    storage: "{folder}"
    master: primary
    acl: [notified, fetched]
    dnssec-validation: on
zone:
{zones}
"""
KNOT_ZONE = "  - domain: {zone}\n"
"""Knot refuses a zone that does not validate as a whole: its signatures, its chain and each of its bitmaps."""


class Secondary(Daemon):
    """Follows these zones of ours; `stepped`: what it writes of each IXFR that it takes."""

    package, binary, place, stepped = "", "", "", ""
    conf, each = "", ""
    logs: ClassVar[tuple[str, ...]] = ("output",)

    def __init__(self, folder: Path, zones: Iterable[Kind]) -> None:
        needs(self.package, self.binary, root=False)
        super().__init__(folder, self.place)
        self.zones = tuple(zones)
        self.known = (self.zones[0].name, "SOA")
        fields = {"folder": folder, "address": self.place, "primary": SERVER}
        listed = "".join(self.each.format(zone=zone.name, **fields) for zone in self.zones)
        (folder / "conf").write_text(self.conf.format(zones=listed, **fields))

    def steps(self, zone: Kind) -> int:
        """How often it took a difference instead of the whole."""
        written = "".join((self.folder / log).read_text(errors="replace") for log in self.logs)
        return sum(zone.name in line and self.stepped in line for line in written.splitlines())


class BindSecondary(Secondary):
    """BIND's named."""

    package, binary, place, stepped = "bind9", "named", "192.0.2.81", "got incremental response"
    conf, each = NAMED, NAMED_ZONE

    def command(self) -> list[str]:
        """In the foreground, with its log on standard error, so much of it as tells IXFR from AXFR."""
        return ["/usr/sbin/named", "-g", "-d", "3", "-n", "1", "-U", "1", "-c", str(self.folder / "conf")]


class NsdSecondary(Secondary):
    """NSD, which asks for IXFR, and does not write down what it was given."""

    package, binary, place, stepped = "nsd", "nsd", "192.0.2.82", "committed"
    conf, each, logs = NSD, NSD_ZONE, ("log",)

    def command(self) -> list[str]:
        """In the foreground."""
        return ["/usr/sbin/nsd", "-d", "-c", str(self.folder / "conf")]


class KnotSecondary(Secondary):
    """Knot DNS, which validates what it takes."""

    package, binary, place, stepped = "knot", "knotd", "192.0.2.83", "IXFR, incoming, remote 192.0.2.53@53, finished"
    conf, each = KNOT, KNOT_ZONE

    def command(self) -> list[str]:
        """In the foreground."""
        return ["/usr/sbin/knotd", "-c", str(self.folder / "conf")]


SECONDARIES = (BindSecondary, NsdSecondary, KnotSecondary)
