"""Name servers that fetch a zone from ours and follow it: NSD and BIND, each as sites run them."""

import dns.message
import dns.query

from tests.kit.running import until
from tests.kit.servers.base import RealServer, needs

_NSD = """\
server:
  ip-address: 127.0.0.1@{dns}
  server-count: 1
  do-ip6: no
  username: ""
  zonesdir: "{directory}"
  database: ""
  logfile: "{directory}/log"
  verbosity: 2
  pidfile: "{directory}/pid"
  zonelistfile: "{directory}/zone.list"
  xfrdfile: "{directory}/xfrd.state"
  xfrdir: "{directory}"
remote-control:
  control-enable: no
{key}
zone:
  name: "{zone}"
  zonefile: "secondary.zone"
  allow-notify: 127.0.0.1 {by}
  request-xfr: 127.0.0.1@{primary} {by}
"""

_BIND = """\
options {{
    directory "{directory}";
    listen-on port {dns} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file "{directory}/pid";
    session-keyfile "{directory}/session.key";
    recursion no;
    notify no;
    dnssec-validation no;
    allow-transfer {{ none; }};
}};
controls {{ }};
{key}
zone "{zone}" {{
    type secondary;
    file "secondary.zone";
    masterfile-format text;
    primaries {{ 127.0.0.1 port {primary} {by}; }};
}};
"""


class Secondary(RealServer):
    """Port: dns. `primary`: our port; `key`: name and base64 secret of an hmac-sha256 key, or none."""

    port_names = ("dns",)

    def __init__(self, zone: str, primary: int = 0, key: tuple[str, str] | None = None) -> None:
        self.zone = zone
        self.primary = primary
        self.key = key
        super().__init__()

    def follows(self, primary: int) -> None:
        """Start as a secondary of ours."""
        self.primary = primary
        self.configure()
        self.start()


class NsdSecondary(Secondary):
    """NSD."""

    def __init__(self, zone: str, primary: int = 0, key: tuple[str, str] | None = None) -> None:
        needs("nsd", root=False)
        super().__init__(zone, primary, key)

    def configure(self) -> None:
        block = (
            f'key:\n  name: "{self.key[0]}"\n  algorithm: hmac-sha256\n  secret: "{self.key[1]}"' if self.key else ""
        )
        conf = _NSD.format(
            directory=self.directory,
            key=block,
            by=self.key[0] if self.key else "NOKEY",
            zone=self.zone,
            primary=self.primary,
            **self.ports,
        )
        (self.directory / "nsd.conf").write_text(conf)

    def command(self) -> list[str]:
        return ["/usr/sbin/nsd", "-d", "-c", str(self.directory / "nsd.conf")]


class BindSecondary(Secondary):
    """BIND's named."""

    def __init__(self, zone: str, primary: int = 0, key: tuple[str, str] | None = None) -> None:
        needs("bind9", "named", root=False)
        super().__init__(zone, primary, key)

    def configure(self) -> None:
        block = f'key "{self.key[0]}" {{ algorithm hmac-sha256; secret "{self.key[1]}"; }};' if self.key else ""
        conf = _BIND.format(
            directory=self.directory,
            key=block,
            by=f'key "{self.key[0]}"' if self.key else "",
            zone=self.zone,
            primary=self.primary,
            **self.ports,
        )
        (self.directory / "named.conf").write_text(conf)

    def command(self) -> list[str]:
        return ["/usr/sbin/named", "-g", "-n", "1", "-U", "1", "-c", str(self.directory / "named.conf")]


def has(secondary: Secondary, name: str, rtype: str, wanted: set[str], patience: float = 20) -> None:
    """Wait until a secondary answers just this."""

    def answers() -> set[str]:
        question = dns.message.make_query(name, rtype)
        reply = dns.query.udp(question, "127.0.0.1", port=secondary.ports["dns"], timeout=5)
        return {str(rdata) for rrset in reply.answer for rdata in rrset}

    until(lambda: answers() == wanted, patience, f"{type(secondary).__name__} answers {wanted}")
