"""A type that health empties leaves the bitmap in the same swap, and comes back likewise: at every step of a life."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import dns.name
import dns.rdatatype

from tests.kit.internet.chain import Validator
from tests.kit.internet.child import Child
from tests.kit.internet.namespace import Namespace
from tests.kit.internet.parents import Parents, anchor
from tests.kit.internet.resolvers import Unbound, is_secure, kind
from tests.kit.internet.rolls import CHECK, CSK, MEMBERS, PAIR, quick
from tests.kit.internet.watchers import Ask, Watcher
from tests.kit.internet.zones import Kind
from tests.kit.ports import Ports
from tests.kit.running import until

Asked: TypeAlias = set[tuple[str, str]]
FIRST, SECOND, SIX = MEMBERS
ASKED = tuple((name, rtype) for name in ("smtp", "gone") for rtype in ("TXT", "A", "AAAA", "MX"))
WHOLE = {("smtp", "A"), ("smtp", "AAAA"), ("smtp", "MX"), ("gone", "A"), ("gone", "AAAA")}
FOUR = WHOLE - {("smtp", "AAAA"), ("gone", "AAAA")}
SERVED = WHOLE - {("gone", "A"), ("gone", "AAAA")}
"""All are down: smtp serves all nevertheless, gone answers no data."""


def test_a_life(tmp_path: Path) -> None:
    """Dead, back, forced and drained: unbound and dnspython validate each step, and the bitmap is never another."""
    with ExitStack() as stack:
        stack.enter_context(Namespace())
        ports = stack.enter_context(Ports(MEMBERS))
        zones = {zone: quick(zone) for zone in (CSK, PAIR)}
        files = tmp_path / "child"
        child = stack.enter_context(Child(files, zones, workers=1, checks=CHECK.format(port=ports.port)))
        stack.enter_context(Parents(tmp_path / "parents", child.delegation()))
        unbound = stack.enter_context(Unbound(tmp_path / "unbound", anchor(), stale=False))
        watchers = [
            stack.enter_context(Watcher(f"bitmap {zone.name}", bitmap(zone), in_zone(zone, WHOLE))) for zone in zones
        ]
        for told, do, there in life(child, ports):
            do()
            for zone in zones:
                validated(child, unbound, zone, there, f"{told}: {zone.name}")

    assert [fault for each in watchers for fault in each.faults] == []
    assert all(each.count > 100 for each in watchers)


def validated(child: Child, unbound: Unbound, zone: Kind, there: Asked, told: str) -> None:
    """Once the server answers so, dnspython proves it at once, and unbound as soon as its cache lets go."""
    until(lambda: found(child, zone) == there, 15, told)
    judge = Validator(zone.name)
    proved = {one for one, asked in pairs(zone) if judge.check(*asked) == "answer"}
    assert proved == there, told
    until(lambda: resolved(unbound, zone) == there, 15, f"unbound: {told}")


def life(child: Child, ports: Ports) -> tuple[tuple[str, Callable[[], object], Asked], ...]:
    """What happens, how, and what is there then."""

    def say(*words: str) -> Callable[[], object]:
        zones = [f"{zone}/relays/{words[1]}" for zone in child.zones]
        return lambda: [child.does(words[0], target, "--force") for target in zones]

    return (
        ("all are up", lambda: None, WHOLE),
        ("the one with IPv6 dies", lambda: ports.stop(SECOND, SIX), FOUR),
        ("it is back", lambda: ports.start(SECOND, SIX), WHOLE),
        ("all die", lambda: ports.stop(*MEMBERS), SERVED),
        ("one is forced up", say("force-up", "m1"), FOUR),
        ("that is taken back", say("clear", "m1"), SERVED),
        ("all are back", lambda: ports.start(*MEMBERS), WHOLE),
        ("the one with IPv6 is forced down", say("force-down", "m2"), FOUR),
        ("that is taken back, too", say("clear", "m2"), WHOLE),
        ("it is drained", say("drain", "m2"), FOUR),
        ("the other one dies as well", lambda: ports.stop(FIRST), {("smtp", "A"), ("smtp", "MX")}),
        ("all is well", lambda: [ports.start(FIRST), say("clear", "m2")()], WHOLE),
    )


def pairs(zone: Kind) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """What is asked, below the zone and whole."""
    return [((name, rtype), (f"{name}.{zone.name}", rtype)) for name, rtype in ASKED]


def in_zone(zone: Kind, asked: Asked) -> list[tuple[str, str]]:
    """The same questions, whole."""
    return [(f"{name}.{zone.name}", rtype) for name, rtype in sorted(asked)]


def found(child: Child, zone: Kind) -> Asked:
    """What the server itself answers with data."""
    return {one for one, asked in pairs(zone) if kind(child.ask(*asked), asked[1]) == "NOERROR"}


def resolved(unbound: Unbound, zone: Kind) -> Asked:
    """What unbound answers with data; it must vouch for everything."""
    there: Asked = set()
    for one, asked in pairs(zone):
        reply = unbound.query(*asked)
        assert is_secure(reply), (asked, reply)
        if kind(reply, asked[1]) == "NOERROR":
            there.add(one)
    return there


def bitmap(zone: Kind) -> Ask:
    """Whether a type is answered exactly while the bitmap of its name lists it; asked before and after, in one swap."""
    judge = Validator(zone.name)

    def listed(name: str, rtype: int) -> bool:
        assert judge.check(name, "TXT") == "nodata"
        types = judge.types(dns.name.from_text(name))
        assert types is not None
        return rtype in types

    def ask(name: str, rtype: str) -> str:
        try:
            number = int(dns.rdatatype.from_text(rtype))
            before, there, after = listed(name, number), judge.check(name, rtype) == "answer", listed(name, number)
        except AssertionError as error:
            return str(error)
        return "" if before != after or there == before else f"in the bitmap: {before}, answered: {there}"

    return ask
