"""Warnings about views: clients who get less than they would expect."""

import pytest

from gslb.config.review import mta_sts_lines
from tests.kit.configs import accepted, texts, warnings

ZONE = """\
pools:
  relays: {checks: [smtp], members: {r1: {addresses: [192.0.2.11, "2001:db8::11"]}, r2: {address: 192.0.2.12}}}
  east: {checks: [smtp], members: {e1: {address: 192.0.2.21}, e2: {addresses: [192.0.2.22, "2001:db8::22"]}}}
  four: {checks: [smtp], members: {f1: {address: 192.0.2.31}, f2: {address: 192.0.2.32}}}
  sure: {members: {s1: {address: 192.0.2.41}, s2: {addresses: [192.0.2.42, "2001:db8::42"]}}}
services:
  smtp: {records: [MX, A, AAAA], pools: [relays], views: {%s}}
"""
NODE = "views: {a: {networks: [10.0.0.0/8]}, b: {networks: [10.0.0.0/9]}, c: {networks: [10.128.0.0/9]}}\n"


def told(chains: str, node: str = NODE, zone: str = ZONE) -> list[str]:
    """What is said of a service with these chains."""
    return [one for one in warnings(texts(zone % chains, node=node)) if "views" in one and "own way" not in one]


@pytest.mark.parametrize(
    ("chains", "words"),
    [
        ("a: [east]", "services.smtp.views.a: no fallback: while east is down its clients get serve_all"),
        (
            "a: [four, relays], b: [four]",
            "services.smtp.views.b: no member has an IPv6 address: its clients get no data for AAAA, unlike everybody",
        ),
        (
            "a: [east, relays], b: [east, relays], c: [east, relays]",
            "services.smtp.views.a: never reached: every client of it is in a narrower view that this service has",
        ),
        ("a: [sure, relays]", "services.smtp.views.a[1]: never reached: sure before it has no check"),
    ],
)
def test_chains_that_surprise(chains: str, words: str) -> None:
    """What happens to clients of a view is told before it does."""
    assert any(words in one for one in told(chains))


@pytest.mark.parametrize(
    ("chains", "node"),
    [
        ("a: [east, relays], b: [east, relays]", NODE),
        ("a: [sure]", NODE),
        (
            "a: [east, relays], b: [east, relays], c: [east, relays]",
            NODE.replace("10.0.0.0/9]", "10.0.0.0/9], ecs: ['::1']"),
        ),
        ("a: [east, relays], b: [east, relays]", NODE.replace("[10.0.0.0/8]", '["2001:db8::/32"]')),
    ],
)
def test_chains_that_do_not(chains: str, node: str) -> None:
    """A fallback, a pool that never fails, a view that still holds somebody: nothing to say."""
    assert told(chains, node) == []


def test_views_nobody_uses() -> None:
    """A view that no service answers in its own way changes nothing, and a trust in everybody much."""
    found = warnings(texts(ZONE % "", node="views: {a: {networks: [10.0.0.0/8], ecs: ['::/0']}}"))

    assert any("views.a: no service answers this view in its own way" in one for one in found)
    assert any("views.a.ecs[0]: ::/0 trusts everybody" in one for one in found)


def test_countries_the_file_does_not_know() -> None:
    """A country without a network holds nobody."""
    found = warnings(texts(ZONE % "", node="geoip: c.mmdb\nviews: {a: {countries: [DE]}}"))

    assert any("views.a.countries[0]: c.mmdb knows no network in DE: nobody is held" in one for one in found)


def test_other_warnings_look_at_views_too() -> None:
    """Shares, exchangers, foreign names and MTA-STS lines count the pools of views."""
    zone = ZONE.replace("e1: {address: 192.0.2.21}", "e1: {address: 192.0.2.21, weight: 9, hostname: mx.example.org}")
    many = ", ".join(f"m{n}: {{addresses: [10.0.0.{n}, '::{n + 1}']}}" for n in range(11))
    zone = zone.replace("e2: {", f"{many}, e2: {{").replace("views:", "answers: 2, views:")
    found = warnings(texts(zone % "a: [east, relays]", node=NODE))

    assert any("2 answers at these weights in east" not in one for one in found)
    assert any("services.smtp.views.a[0]: 12 exchangers in east" in one or "13 exchangers" in one for one in found)
    assert any("pools.east.members.e1.hostname: outside the zone" in one for one in found)
    lines = mta_sts_lines(accepted(zone % "a: [east, relays]", node=NODE).zones[0])
    assert "mx: mx.example.org" in lines["smtp.mail.example.com"]
