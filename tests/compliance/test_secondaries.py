"""Signed zones that only secondaries answer for: BIND, NSD and Knot follow us by NOTIFY and IXFR, and all validates."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from time import time

import dns.exception
import dns.message
import dns.query
import dns.zone
import pytest

from tests.kit.copied import faults
from tests.kit.internet.child import SERVER, Child
from tests.kit.internet.daemon import ask
from tests.kit.internet.namespace import Namespace
from tests.kit.internet.parents import Parents, anchor
from tests.kit.internet.resolvers import Unbound
from tests.kit.internet.rolls import CHECK, MEMBERS, NAMES, TYPES, quick
from tests.kit.internet.secondaries import SECONDARIES, Secondary
from tests.kit.internet.watchers import by_dnspython, by_resolver
from tests.kit.internet.zones import Kind
from tests.kit.ports import Ports
from tests.kit.running import until

FIRST, SECOND, SIX = MEMBERS
ZONES = {
    each: (
        Kind(f"{each.binary}.example.com", "ecdsap256sha256", "nsec"),
        Kind(f"{each.binary}3.example.com", "ed25519", "nsec3", pair=True),
    )
    for each in SECONDARIES
}


def followed(zone: Kind, place: str) -> str:
    """The zone's file: its name server is the secondary, which is told and may fetch."""
    servers = next(line for line in quick(zone).splitlines() if line.startswith("nameservers"))
    transfer = f"transfer: {{to: [192.0.2.0/24], notify: [{place}]}}"
    return quick(zone).replace(servers, f"nameservers: {{ns1: [{place}]}}\n{transfer}")


@dataclass(frozen=True)
class Site:
    """Our server, whom nobody asks but secondaries."""

    child: Child
    ports: Ports
    unbound: Unbound
    secondaries: tuple[Secondary, ...]

    def serials(self) -> dict[str, int]:
        """Ours, by zone."""
        return {zone: ask(SERVER, zone, "SOA").answer[0][0].serial for zone in self.child.zones}

    def moved(self, before: dict[str, int]) -> bool:
        """Whether each zone has a later serial."""
        return all(serial > before[zone] for zone, serial in self.serials().items())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All three at once, each with a zone of NSEC and one of NSEC3."""
    folder = tmp_path_factory.mktemp("secondaries")
    with ExitStack() as stack:
        stack.enter_context(Namespace())
        ports = stack.enter_context(Ports(MEMBERS))
        zones = {zone: followed(zone, each.place) for each, own in ZONES.items() for zone in own}
        child = Child(folder / "child", zones, workers=1, checks=CHECK.format(port=ports.port))
        stack.enter_context(child)
        stack.enter_context(Parents(folder / "parents", child.delegation()))
        secondaries = tuple(stack.enter_context(each(folder / each.binary, own)) for each, own in ZONES.items())
        unbound = stack.enter_context(Unbound(folder / "unbound", anchor(), stale=False))
        yield Site(child, ports, unbound, secondaries)


def life(site: Site) -> tuple[tuple[str, Callable[[], object]], ...]:
    """What happens to the members."""

    def say(*words: str) -> Callable[[], object]:
        return lambda: [
            site.child.does(*words[:1], f"{zone}/relays/{words[1]}", "--force") for zone in site.child.zones
        ]

    return (
        ("all are up", lambda: None),
        ("the one with IPv6 dies", lambda: site.ports.stop(SECOND, SIX)),
        ("it is back", lambda: site.ports.start(SECOND, SIX)),
        ("all die", lambda: site.ports.stop(*MEMBERS)),
        ("all are back", lambda: site.ports.start(*MEMBERS)),
        ("one is drained", say("drain", "m2")),
        ("so is the other one", say("drain", "m1")),
        ("all is well", lambda: [say("clear", "m1")(), say("clear", "m2")()]),
    )


def test_secondaries_follow_and_all_validates(site: Site) -> None:
    """At each step of a life three secondaries hold what we hold; dnspython and unbound validate all they say."""
    told = {}
    for step, do in life(site):
        before = site.serials()
        do()
        if step != "all are up":
            until(partial(site.moved, before), 60, step)
        told[step] = [fault for each in site.secondaries for zone in each.zones for fault in wrong(site, each, zone)]

    assert {step: found for step, found in told.items() if found} == {}
    assert all(each.steps(zone) >= len(told) - 2 for each in site.secondaries for zone in each.zones)


def wrong(site: Site, secondary: Secondary, zone: Kind) -> Iterator[str]:
    """What a secondary holds otherwise than we do, and what of it does not validate."""
    until(lambda: fetched(secondary.place, zone) == fetched(SERVER, zone), 60, f"{zone.name} is alike")
    yield from faults(fetched(secondary.place, zone), time())
    for who, ask_it in (
        ("itself", by_dnspython(zone.name, secondary.place)),
        ("unbound", by_resolver(site.unbound, [])),
    ):
        yield from (f"{who}: {name} {rtype}: {said}" for name, rtype in asked(zone) if (said := ask_it(name, rtype)))


def asked(zone: Kind) -> list[tuple[str, str]]:
    """Names and types of every sort; the negative ones first, for unbound uses proofs of absence for all they say."""
    below = [(f"{name}.{zone.name}".lstrip("."), rtype) for name in NAMES for rtype in TYPES]
    return sorted(below, key=lambda each: each[1] != "TXT")


def fetched(server: str, zone: Kind) -> dns.zone.Zone:
    """The zone by AXFR."""
    made = dns.zone.Zone(zone.name, relativize=False)
    dns.query.inbound_xfr(server, made, dns.message.make_query(zone.name, "AXFR"), lifetime=10)
    return made
