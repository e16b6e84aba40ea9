"""The signed zones above ours: the root, com and example.com, each in an NSD of its own; `pointers` stand in the root.

com and the root never change. example.com holds whatever delegations it is given, and is signed anew for each.
"""

import signal
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import dns.dnssec
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec

from tests.kit.internet.daemon import Daemon, ask
from tests.kit.running import until
from tests.kit.servers.base import needs

KEY = ec.generate_private_key(ec.SECP256R1())
DNSKEY = dns.dnssec.make_dnskey(KEY.public_key(), 13, flags=257)
"""One key for all three: what is tested lies below them."""

SERVERS = {
    ".": ("192.0.2.1", "2001:db8::1"),
    "com.": ("192.0.2.2", "2001:db8::2"),
    "example.com.": ("192.0.2.3", "2001:db8::3"),
}
NAMES = {".": "a.root-servers.net.", "com.": "ns.nic.com.", "example.com.": "ns.example.com."}

OUTSIDE = "target.example.com."

ALIKE = """\
target.example.com.   3600 A     192.0.2.4
lost.example.com.     3600 CNAME nothing.example.com.
dn.example.com.       3600 DNAME deep.example.com.
b.deep.example.com.   3600 TXT   "for a.dn, b.dn"
"""
"""Names of example.com, in NSD, that show what a resolver makes of their shape."""

CONF = """\
server:
  ip-address: {v4}
  ip-address: {v6}
  server-count: 1
  username: ""
  zonesdir: "{folder}"
  database: ""
  logfile: "{folder}/log"
  pidfile: "{folder}/pid"
  zonelistfile: "{folder}/zone.list"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  zonefiles-check: yes
  hide-version: yes
remote-control:
  control-enable: no
zone:
  name: "{zone}"
  zonefile: "zone"
"""


@dataclass(frozen=True)
class Anchor:
    """What a resolver is told of the root: its key, the DS of it, and where it is."""

    ds: str
    key: str
    address: str
    hints: str


def anchor() -> Anchor:
    """Of the root here."""
    v4, v6 = SERVERS["."]
    name = NAMES["."]
    return Anchor(
        ds=f". IN DS {_ds('.')}",
        key=f". 3600 IN DNSKEY {DNSKEY}",
        address=v4,
        hints=f". 3600000 IN NS {name}\n{name} 3600000 IN A {v4}\n{name} 3600000 IN AAAA {v6}\n",
    )


class Parents:
    """All three, while entered."""

    def __init__(self, folder: Path, delegations: str = "", *, pointers: str = "") -> None:
        needs("nsd", root=False)
        self.pointers = pointers
        self._stack = ExitStack()
        self._serial = 1
        self.delegations = delegations
        self.servers = {zone: Parent(folder / (zone.rstrip(".") or "root"), zone) for zone in SERVERS}

    def __enter__(self) -> "Parents":
        self.servers["."].hold(_master(".", 1, _delegation("com.") + self.pointers))
        self.servers["com."].hold(_master("com.", 1, _delegation("example.com.")))
        self.servers["example.com."].hold(_master("example.com.", 1, self.delegations + ALIKE))
        for server in self.servers.values():
            self._stack.enter_context(server)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def delegate(self, delegations: str) -> None:
        """Let example.com hold these lines, and return once it answers them."""
        self.delegations = delegations
        self._serial += 1
        self.servers["example.com."].change(_master("example.com.", self._serial, delegations + ALIKE), self._serial)


class Parent(Daemon):
    """One of them."""

    def __init__(self, folder: Path, zone: str) -> None:
        self.v4, self.v6 = SERVERS[zone]
        self.zone = zone
        self.known = (zone, "SOA")
        super().__init__(folder, self.v4)
        (folder / "nsd.conf").write_text(CONF.format(v4=self.v4, v6=self.v6, folder=folder, zone=zone))

    def command(self) -> list[str]:
        """NSD, in the foreground."""
        return ["/usr/sbin/nsd", "-d", "-c", str(self.folder / "nsd.conf")]

    def hold(self, master: str) -> None:
        """Write the zone, signed."""
        aside = self.folder / "zone.new"
        aside.write_text(_signed(self.zone, master))
        aside.replace(self.folder / "zone")

    def change(self, master: str, serial: int) -> None:
        """Another content, served when this returns."""
        self.hold(master)
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)
        until(lambda: ask(self.v4, self.zone, "SOA").answer[0][0].serial == serial, 10, f"serial {serial}")


def _master(zone: str, serial: int, more: str) -> str:
    v4, v6 = SERVERS[zone]
    name = NAMES[zone]
    contact = "hostmaster." + zone.lstrip(".")
    return (
        f"{zone} 3600 IN SOA {name} {contact} {serial} 3600 600 1209600 1\n{zone} 3600 IN NS {name}\n"
        f"{name} 3600 IN A {v4}\n{name} 3600 IN AAAA {v6}\n{more}\n"
    )


def _delegation(zone: str) -> str:
    v4, v6 = SERVERS[zone]
    name = NAMES[zone]
    return f"{zone} 3600 NS {name}\n{name} 3600 A {v4}\n{name} 3600 AAAA {v6}\n{zone} 3600 DS {_ds(zone)}\n"


def _ds(zone: str) -> str:
    return str(dns.dnssec.make_ds(zone, DNSKEY, "SHA256"))


def _signed(zone: str, master: str) -> str:
    made = dns.zone.from_text(master, origin=zone, relativize=False)
    now = time.time()
    dns.dnssec.sign_zone(made, keys=[(KEY, DNSKEY)], inception=now - 3600, expiration=now + 864000, dnskey_ttl=3600)
    return str(made.to_text(relativize=False))


def lines(texts: Iterable[str]) -> str:
    """Delegations of several zones together."""
    return "\n".join(texts) + "\n"
