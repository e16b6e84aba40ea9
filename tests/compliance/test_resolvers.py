"""Validating resolvers that cache: the negative first, then the positive, so that no bitmap may omit what is there."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.compliance.conftest import Internet
from tests.kit.internet.daemon import ask
from tests.kit.internet.explained import explained
from tests.kit.internet.parents import OUTSIDE, SERVERS, anchor
from tests.kit.internet.resolvers import RESOLVERS, Resolver, is_secure, kind
from tests.kit.internet.zones import FAILING, KINDS, Kind, questions

FAILURES = ("SERVFAIL", "REFUSED")


class Said(NamedTuple):
    """One question below a zone, the answer to it, what a resolver makes of that, and whether it vouches for it."""

    name: str
    rtype: str
    answered: str
    said: str
    secure: bool

    @property
    def is_good(self) -> bool:
        """Alike and validated; a failure stays a failure."""
        if self.answered in FAILURES:
            return self.said == "SERVFAIL"
        return self.answered == self.said and self.secure


@pytest.fixture(scope="module", params=RESOLVERS, ids=lambda each: each.package)
def resolver(request: pytest.FixtureRequest, internet: Internet) -> Iterator[Resolver]:
    """One of the four, with an empty cache."""
    with request.param(internet.folder / request.param.package, anchor()) as running:
        yield running


def answer(internet: Internet, name: str, rtype: str) -> str:
    """What the server answers, and where an alias leaves its zones, what the parent does."""
    outside = name.startswith("out.") and rtype != "CNAME"
    return kind(ask(SERVERS["example.com."][0], OUTSIDE, rtype) if outside else internet.child.ask(name, rtype), rtype)


def said(internet: Internet, resolver: Resolver, zone: Kind) -> list[Said]:
    """Everything there is to ask: what is not there, then what is, then what fails."""
    answered = {asked: answer(internet, *asked) for asked in questions(zone)}
    order = sorted(answered, key=lambda asked: answered[asked] == "NOERROR")
    answered |= {asked: answer(internet, *asked) for asked in questions(zone, FAILING)}
    found = []
    for name, rtype in (*order, *questions(zone, FAILING)):
        reply = resolver.query(name, rtype)
        below = name.removesuffix(zone.name).rstrip(".")
        found.append(Said(below, rtype, answered[name, rtype], kind(reply, rtype), is_secure(reply)))
    return found


@pytest.mark.parametrize("zone", KINDS, ids=lambda each: each.name.partition(".")[0])
def test_what_the_server_says_is_validated(internet: Internet, resolver: Resolver, zone: Kind) -> None:
    """Every name and type of a zone with one of everything comes through alike and validated, but what is explained."""
    told = said(internet, resolver, zone)
    reasons = explained(resolver.package)

    assert {one.answered for one in told} == {"NOERROR", "NODATA", "NXDOMAIN", *FAILURES}
    bad = [one for one in told if not one.is_good]
    assert [one for one in bad if not any(each.covers(*one[:4]) for each in reasons)] == []
    assert all(any(each.covers(*one[:4]) for one in bad) for each in reasons), "a reason that nothing needs"


def test_other_servers_meet_the_same(internet: Internet, resolver: Resolver) -> None:
    """What is explained happens with NSD's zone of the same shape as well."""
    for each in explained(resolver.package):
        names = [pattern.replace("*", "b") for pattern in each.patterns()]
        found = {kind(resolver.query(f"{name}.example.com", rtype), rtype) for name in names for rtype in each.types}
        assert each.says in found, each
