"""Zones whose TTLs are seconds, so that a key roll is over in some; and the roll, by the commands of an operator."""

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.kit.internet.child import Child
from tests.kit.internet.namespace import Namespace
from tests.kit.internet.parents import Parents, anchor
from tests.kit.internet.resolvers import Unbound
from tests.kit.internet.watchers import Doing, Watcher, by_dnspython, by_resolver
from tests.kit.internet.zones import Kind
from tests.kit.ports import Ports

QUICK = """\
zone: {name}
contact: hostmaster@{name}
nameservers: {{ns1: [192.0.2.53, "2001:db8::53"], ns2: [198.51.100.53, "2001:db8:1::53"]}}
ttl: 2
min_ttl: 1
negative_ttl: 1
static_ttl: 1
dnssec: {{algorithm: {algorithm}, denial: {denial}}}
records: |
  @       TXT "v=spf1 mx -all"
  *.wild  A   192.0.2.99
  a.b.deep TXT "deep"
  www     CNAME smtp
pools:
  relays:
    checks: [there]
    members:
      m1: {{address: 192.0.2.61, weight: 60}}
      m2: {{addresses: [192.0.2.62, "2001:db8::3"], weight: 40}}
services:
  smtp: {{records: [MX, A, AAAA], pools: [relays]}}
  every: {{records: [MX, A, AAAA], mx: equal, pools: [relays], answers: all}}
  gone: {{pools: [relays], when_all_down: nodata}}
"""
CHECK = (
    "there: {{type: tcp, port: {port}, interval: 200ms, fast_interval: 100ms, down_interval: 200ms, timeout: 150ms,"
    " rise: 1, fall: 1, forgive: 1, min_hold: 0s}}\n"
)
MEMBERS = ("192.0.2.61", "192.0.2.62", "2001:db8::3")

CSK = Kind("csk.example.com", "ecdsap256sha256", "nsec")
PAIR = Kind("pair.example.com", "ed25519", "nsec3", pair=True)
NAMES = ("", "smtp", "every", "gone", "www", "any.wild", "wild", "deep", "nothing", "nothing.smtp")
TYPES = ("A", "AAAA", "MX", "TXT")


def quick(kind: Kind) -> str:
    """The zone's file."""
    return QUICK.format(name=kind.name, algorithm=kind.algorithm, denial=kind.denial)


def asked(kind: Kind) -> tuple[tuple[str, str], ...]:
    """Questions of every sort about a quick zone."""
    below = tuple((f"{name}.{kind.name}".lstrip("."), rtype) for name in NAMES for rtype in TYPES)
    return (*below, (kind.name, "DNSKEY"), (kind.name, "SOA"), (kind.name, "CDS"))


class Roller:
    """Rolls keys of a server whose parents do what they are told.

    Its operator states as `delay` how many seconds new key files take to come to work: `delay`, and on a loaded machine
    twice what a command and a reload have just taken.
    """

    def __init__(self, child: Child, parents: Parents, delay: int = 2) -> None:
        self.child = child
        self.parents = parents
        self.rolled: list[str] = []
        self._pause = threading.Event()
        begin = time.monotonic()
        self._reload(child.does("keys", "list", CSK.name, "--json"))
        self.delay = max(delay, math.ceil(2 * (time.monotonic() - begin)))

    def zsk(self, zone: str) -> None:
        """Pre-publish: over once the old key has left."""
        self.wait(self.begin_zsk(zone))

    def begin_zsk(self, zone: str) -> dict[str, Any]:
        """The same, to be waited for later: it needs nobody in between."""
        self.rolled.append(f"{zone} ZSK")
        return self._step("roll", zone, "--zsk")

    def ksk(self, zone: str, *role: str) -> None:
        """Double signature: the parent changes its DS when it is due."""
        ready = max(key["times"]["sync_publish"] or 0 for key in self._step("roll", zone, *role)["keys"])
        self._until(ready)
        self.parents.delegate(self.child.delegation())
        self.wait(self._step("roll", zone, "--ds-seen"))
        self.rolled.append(f"{zone} {'KSK' if role else 'CSK'}")

    def _step(self, *words: str) -> dict[str, Any]:
        """A step, and the reload behind it."""
        lag = ("--ds-ttl", "1s") if "--zsk" not in words else ()
        told = self.child.does("keys", *words, "--delay", f"{self.delay}s", *lag, "--json")
        return self._reload(told)

    def _reload(self, told: str) -> dict[str, Any]:
        assert self.child.post("/api/v1/reload").status_code == 200
        found: dict[str, Any] = json.loads(told)
        return found

    def wait(self, told: dict[str, Any]) -> None:
        """Until the last date of these keys."""
        self._until(max((step["at"] for key in told["keys"] for step in key["steps"]), default=0.0))

    def _until(self, date: float) -> None:
        self._pause.wait(max(0.0, date - time.time()) + 0.1)


@dataclass(frozen=True)
class Estate:
    """Two quick zones on a signed internet, and those who ask about them. `again`: what unbound was asked twice."""

    roller: Roller
    watchers: tuple[Watcher, ...]
    flapping: Doing
    unbound: Unbound
    again: list[str]

    def faults(self) -> list[str]:
        """Everything that was not validated, as those who asked saw it, and as unbound wrote it down."""
        written = (self.unbound.folder / "log").read_text().splitlines()
        bogus = [line for line in written if "validation failure" in line]
        return [*(fault for each in self.watchers for fault in each.faults), *bogus]

    def repeated(self) -> float:
        """The part of all questions that unbound failed to get to the server, which a loaded machine is slow to run."""
        return len(self.again) / sum(each.count for each in self.watchers)

    def figures(self) -> str:
        """What was done and asked, to be shown."""
        told = (f"{each.label}: {each.count} asked, {len(each.faults)} faults" for each in self.watchers)
        asked_again = f"unbound was asked again: {self.again}"
        stated = f"delay stated: {self.roller.delay} s"
        return "\n".join((*self.roller.rolled, stated, f"{self.flapping.count} changes of members", *told, asked_again))


@contextmanager
def estate(folder: Path, *, delay: int, pause: float = 0.0) -> Iterator[Estate]:
    """In a namespace: members flap every second; unbound and dnspython validate on and on, `pause` s between two."""
    with ExitStack() as stack:
        stack.enter_context(Namespace())
        ports = stack.enter_context(Ports(MEMBERS))
        zones = {kind: quick(kind) for kind in (CSK, PAIR)}
        child = stack.enter_context(Child(folder / "child", zones, workers=1, checks=CHECK.format(port=ports.port)))
        parents = stack.enter_context(Parents(folder / "parents", child.delegation()))
        unbound = stack.enter_context(Unbound(folder / "unbound", anchor(), stale=False))
        again: list[str] = []
        watchers = tuple(
            stack.enter_context(Watcher(f"{who} {kind.name}", ask, asked(kind), pause))
            for kind in (CSK, PAIR)
            for who, ask in (("unbound", by_resolver(unbound, again)), ("dnspython", by_dnspython(kind.name)))
        )
        flapping = stack.enter_context(Doing(1.0, *_flaps(ports)))
        yield Estate(Roller(child, parents, delay), watchers, flapping, unbound, again)


def _flaps(ports: Ports) -> tuple[Callable[[], None], ...]:
    """One member goes, and comes; the one with both families does; both do."""
    first, *second = MEMBERS
    return tuple(partial(do, *who) for who in ((first,), tuple(second), MEMBERS) for do in (ports.stop, ports.start))
