"""Four validating resolvers that know nothing but where the root is, and the DS of its key.

Each has on what it has of: QNAME minimisation, 0x20, aggressive use of NSEC and NSEC3, and serving what is stale.
"""

import os
from pathlib import Path
from typing import ClassVar

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
from dns.rdatatype import RdataType

from tests.kit.internet.daemon import Daemon, ask
from tests.kit.internet.parents import Anchor
from tests.kit.servers.base import needs

UNBOUND = """\
server:
  directory: "{folder}"
  pidfile: "{folder}/pid"
  chroot: ""
  username: ""
  interface: {address}
  access-control: 127.0.0.0/8 allow
  do-daemonize: no
  use-syslog: no
  logfile: "{folder}/log"
  log-servfail: yes
  val-log-level: 2
  root-hints: "{folder}/hints"
  trust-anchor: "{ds}"
  module-config: "validator iterator"
  qname-minimisation: yes
  qname-minimisation-strict: yes
  use-caps-for-id: yes
  aggressive-nsec: yes
  harden-below-nxdomain: yes
  harden-dnssec-stripped: yes
  harden-referral-path: yes
  harden-algo-downgrade: yes
  serve-expired: {stale}
  val-clean-additional: yes
  ede: yes
  num-threads: 1
remote-control:
  control-enable: no
"""

NAMED = """\
options {{
  directory "{folder}";
  pid-file "{folder}/pid";
  session-keyfile "{folder}/session.key";
  listen-on port 53 {{ {address}; }};
  listen-on-v6 {{ none; }};
  allow-query {{ any; }};
  recursion yes;
  dnssec-validation yes;
  qname-minimization strict;
  synth-from-dnssec yes;
  stale-cache-enable yes;
  stale-answer-enable yes;
  empty-zones-enable no;
}};
controls {{ }};
trust-anchors {{ . static-ds {ds_parts}; }};
zone "." {{ type hint; file "{folder}/hints"; }};
"""

KRESD = """\
net.listen('{address}', 53, {{ kind = 'dns' }})
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.load('hints')
modules.load('serve_stale < cache')
hints.root_file('{folder}/hints')
trust_anchors.remove('.')
trust_anchors.add('{ds}')
cache.size = 20 * MB
policy.add(policy.all(policy.FLAGS({{'STRICT'}})))
"""

PDNS = """\
local-address={address}
local-port=53
socket-dir={folder}
config-dir={folder}
hint-file={folder}/hints
lua-config-file={folder}/config.lua
dont-query=
allow-from=127.0.0.0/8
query-local-address=0.0.0.0,::
dnssec=validate
qname-minimization=yes
aggressive-nsec-cache-size=100000
serve-stale-extensions=1440
security-poll-suffix=
daemon=no
threads=1
quiet=yes
dnssec-log-bogus=yes
extended-resolution-errors=yes
"""


class Resolver(Daemon):
    """A validating resolver on its own address of loopback."""

    package: ClassVar[str]
    binary: ClassVar[str]
    files: ClassVar[dict[str, str]]
    place: ClassVar[str]

    def __init__(self, folder: Path, anchor: Anchor, **more: str) -> None:
        needs(self.package, self.binary)
        super().__init__(folder, self.place)
        self.known = (".", "SOA")
        (folder / "hints").write_text(anchor.hints)
        tag, algorithm, kind, digest = anchor.ds.split()[-4:]
        for name, text in self.files.items():
            parts = f'{tag} {algorithm} {kind} "{digest}"'
            filled = text.format(folder=folder, address=self.place, ds=anchor.ds, ds_parts=parts, **more)
            (folder / name).write_text(filled)
        for name in (folder, *folder.iterdir()):
            os.chmod(name, 0o777 if name.is_dir() else 0o644)

    def query(self, name: str, rtype: str) -> dns.message.Message:
        """One question that wants AD where the answer is validated."""
        return ask(self.address, name, rtype, recurse=True, timeout=20)


class Unbound(Resolver):
    """NLnet Labs' resolver."""

    package, binary, place = "unbound", "unbound", "127.0.0.21"
    files: ClassVar = {"unbound.conf": UNBOUND}

    def __init__(self, folder: Path, anchor: Anchor, *, stale: bool = True) -> None:
        super().__init__(folder, anchor, stale="yes" if stale else "no")

    def command(self) -> list[str]:
        """In the foreground."""
        return ["/usr/sbin/unbound", "-d", "-c", str(self.folder / "unbound.conf")]


class Named(Resolver):
    """BIND 9."""

    package, binary, place = "bind9", "named", "127.0.0.22"
    files: ClassVar = {"named.conf": NAMED}

    def command(self) -> list[str]:
        """In the foreground, with its log on standard error."""
        return ["/usr/sbin/named", "-g", "-n", "1", "-c", str(self.folder / "named.conf")]


class Kresd(Resolver):
    """Knot Resolver."""

    package, binary, place = "knot-resolver", "kresd", "127.0.0.23"
    files: ClassVar = {"kresd.conf": KRESD}

    def command(self) -> list[str]:
        """In the foreground, without a console."""
        return ["/usr/sbin/kresd", "-n", "-c", str(self.folder / "kresd.conf"), str(self.folder)]


class Pdns(Resolver):
    """PowerDNS Recursor."""

    package, binary, place = "pdns-recursor", "pdns_recursor", "127.0.0.24"
    files: ClassVar = {
        "recursor.conf": PDNS,
        "config.lua": "clearTA()\naddTA('.', \"{ds_lua}\")\n",
    }

    def __init__(self, folder: Path, anchor: Anchor) -> None:
        super().__init__(folder, anchor, ds_lua=" ".join(anchor.ds.split()[-4:]))

    def command(self) -> list[str]:
        """In the foreground."""
        return ["/usr/sbin/pdns_recursor", f"--config-dir={self.folder}"]


RESOLVERS = (Unbound, Named, Kresd, Pdns)


def kind(reply: dns.message.Message, rtype: str) -> str:
    """What a reply came to: the rcode, or NODATA where nothing of the type is in the answer."""
    wanted = dns.rdatatype.from_text(rtype)
    if reply.rcode() != dns.rcode.NOERROR:
        return str(dns.rcode.to_text(reply.rcode()))
    found = any(rrset.rdtype == wanted for rrset in reply.answer if rrset.rdtype != RdataType.RRSIG)
    return "NOERROR" if found else "NODATA"


def is_secure(reply: dns.message.Message) -> bool:
    """Whether the resolver vouches for it."""
    return bool(reply.flags & dns.flags.AD)
