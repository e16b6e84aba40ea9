"""Our server as the child: its own commands make the keys of its zones, and print what its parent is to hold."""

from collections.abc import Mapping
from pathlib import Path

import dns.message
import dns.reversename

from tests.kit.internet.daemon import ask
from tests.kit.internet.parents import lines
from tests.kit.internet.zones import Kind
from tests.kit.running import Running

YOUNG = """\
zone: {name}
contact: hostmaster@{name}
nameservers: {{ns1: [192.0.2.53]}}
ttl: 1
negative_ttl: 1
static_ttl: 1
dnssec: {{algorithm: {algorithm}}}
"""
"""A zone when its keys are made: nobody caches anything of it for long, so the parent may have its DS at once."""

NAMESERVERS = {"ns1": ("192.0.2.53", "2001:db8::53"), "ns2": ("198.51.100.53", "2001:db8:1::53")}
SERVER = "192.0.2.53"
LISTEN = tuple(f"[{one}]:53" if ":" in one else f"{one}:53" for both in NAMESERVERS.values() for one in both)


class Child(Running):
    """Listens on the addresses of ns1 and ns2. `zones`: the zones' files, by how each is signed."""

    def __init__(self, directory: Path, zones: Mapping[Kind, str], *, workers: int = 2, checks: str = "") -> None:
        self.zones = tuple(kind.name for kind in zones)
        young = {f"zones/{kind.name}.yaml": YOUNG.format(name=kind.name, algorithm=kind.algorithm) for kind in zones}
        super().__init__(directory, young, workers=workers, also=LISTEN)
        for kind in zones:
            roles = ("--ksk", "--zsk") if kind.pair else ()
            self.does("keys", "generate", kind.name, "--delay", "0s", *roles)
        self.write({f"zones/{kind.name}.yaml": text for kind, text in zones.items()})
        if checks:
            self.write({"checks/all.yaml": checks})

    def does(self, *words: str) -> str:
        """A command that must succeed, and what it printed."""
        done = self.command(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def delegation(self) -> str:
        """What `gslb delegation` prints for the parent, of all zones."""
        return lines(self.does("delegation", zone, "--form", "bind") for zone in self.zones)

    def pointers(self) -> str:
        """PTR records of the name servers' addresses."""
        return lines(
            f"{dns.reversename.from_address(address)} 3600 PTR {server}.{zone}."
            for zone in self.zones
            for server, addresses in NAMESERVERS.items()
            for address in addresses
        )

    def ask(self, name: str, rtype: str) -> dns.message.Message:
        """What the server itself says."""
        return ask(SERVER, name, rtype)
