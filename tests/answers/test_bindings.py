"""HTTPS records of services: what they say, and that their hints follow health and shares."""

from collections import Counter
from ipaddress import ip_address
from typing import Any

import pytest

from gslb.answers.bindings import of_service
from gslb.handoff.layout import STICKY_SLOTS
from gslb.handoff.table import Table
from gslb.model.settings import Config
from gslb.model.values import Family, RecordType, WhenAllDown
from gslb.model.zones import ALL, PLAIN_HTTPS, Https
from tests.kit.answered import built, decision, entry_at, replies
from tests.kit.configs import accepted, faults, texts
from tests.kit.estate import config, healths, member, pool, service, zone

A, AAAA, HTTPS = RecordType.A, RecordType.AAAA, RecordType.HTTPS
POOL = "pools: {p: {members: {a: {address: 192.0.2.1}}}}\n"


def estate(https: Https = PLAIN_HTTPS, *, answers: int = 1, action: WhenAllDown = WhenAllDown.SERVE_ALL) -> Config:
    """Two weighted members of both families, and one of IPv4 alone."""
    web = pool(
        "webs",
        member("w1", "192.0.2.1", "2001:db8::1", weight=50),
        member("w2", "192.0.2.2", "2001:db8::2", weight=30),
        member("w3", "192.0.2.3", weight=20),
    )
    shown = service("web", "webs", records=(A, AAAA, HTTPS), answers=answers, https=https, when_all_down=action)
    return config(zone(web, services=(shown,)))


def hints(text: str, name: str) -> tuple[str, ...]:
    """The addresses of one hint of a record."""
    found = [word.split("=", 1)[1].strip('"').split(",") for word in text.split() if word.startswith(f"{name}=")]
    return tuple(found[0]) if found else ()


def test_what_it_says() -> None:
    """The owner itself in service mode, protocols, a port that is not 443, and hints, in order of keys."""
    text = replies(built(estate(Https(alpn=("h2", "h3"), port=8443))), "web", "HTTPS")[0].rdata[0]

    assert text.startswith('1 . alpn="h2,h3" port="8443" ipv4hint="192.0.2.')
    assert 'ipv6hint="2001:db8::' in text
    assert replies(built(estate(Https(alpn=(), hints=False))), "web", "HTTPS")[0].rdata == ["1 ."]


def test_hints_follow_shares() -> None:
    """Each family's hints are drawn by the very shares of A and AAAA."""
    seen: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for each in replies(built(estate()), "web", "HTTPS"):
        for name in ("ipv4hint", "ipv6hint"):
            seen[name, hints(each.rdata[0], name)] += each.width

    shares = {key: round(width / 2**32, 3) for key, width in seen.items()}
    assert shares == {
        ("ipv4hint", ("192.0.2.1",)): 0.5,
        ("ipv4hint", ("192.0.2.2",)): 0.3,
        ("ipv4hint", ("192.0.2.3",)): 0.2,
        ("ipv6hint", ("2001:db8::1",)): 0.625,
        ("ipv6hint", ("2001:db8::2",)): 0.375,
    }


@pytest.mark.parametrize("answers", [0, 1, 2])
def test_hints_are_healthy(answers: int) -> None:
    """No hint is down; a family that is down has none."""
    down = ("192.0.2.1", "2001:db8::1", "2001:db8::2")
    for each in replies(built(estate(answers=answers), healths(down=down)), "web", "HTTPS"):
        assert set(hints(each.rdata[0], "ipv4hint")) <= {"192.0.2.2", "192.0.2.3"}
        assert not hints(each.rdata[0], "ipv6hint")


def test_all_down() -> None:
    """All down is what the service says of it: everybody, nothing, or a failure."""
    down = ("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2")
    found = {
        action: replies(built(estate(action=action), healths(down=down)), "web", "HTTPS")[0]
        for action in (WhenAllDown.SERVE_ALL, WhenAllDown.NODATA, WhenAllDown.SERVFAIL)
    }

    assert hints(found[WhenAllDown.SERVE_ALL].rdata[0], "ipv4hint")
    assert found[WhenAllDown.NODATA].rdata == []
    assert found[WhenAllDown.SERVFAIL].message.rcode() == 2


def test_configured() -> None:
    """The key `https` adds the type; an alias has its service's or its own; records may name it alone."""
    services = "services: {w: {pools: [p], https: {alpn: [], port: 444}}, v: {alias: w}, u: {alias: w, https: {}}}\n"
    made = accepted(POOL + services).zones[0].services

    assert made["w"].records == made["v"].records == made["u"].records == (A, AAAA, HTTPS)
    assert made["w"].https == made["v"].https == Https(alpn=(), port=444)
    assert made["u"].https == Https()
    alone = accepted(POOL + "services: {w: {pools: [p], records: [HTTPS]}}\n").zones[0].services["w"]
    assert (alone.records, alone.https) == ((HTTPS,), Https())


def test_one_source() -> None:
    """A static HTTPS record at the same name is a second source."""
    told = faults(texts(POOL + "services: {w: {pools: [p], https: {}}}\nrecords: |\n  w HTTPS 1 .\n"))

    assert len(told) == 1
    assert "HTTPS of w.mail.example.com. comes from services.w already" in told[0]


def test_nobody_to_bind_to() -> None:
    """Without an address of either family there is no record."""
    decisions = [decision(family=Family.IPV4), decision(family=Family.IPV6, nodata=True)]

    assert of_service(PLAIN_HTTPS, decisions, 30) is None


def test_addresses_of_last_resort() -> None:
    """While all are down, the list that the service names is what it hints at."""
    last = (ip_address("198.51.100.9"),)
    drawn = of_service(PLAIN_HTTPS, [decision(last_resort=last), decision(family=Family.IPV6)], 30)

    assert drawn is not None
    assert [bytes(variant.data[-4:]) for variant in drawn.variants] == [last[0].packed]


def sharing(**more: Any) -> Table:
    """The table of a service that two pools share, each with members of both families."""
    pools = [
        pool(name, *(member(f"w{n}", f"192.0.{tier}.{n}", f"2001:db8:{tier}::{n}") for n in range(1, 4)))
        for tier, name in enumerate(("near", "far"), 1)
    ]
    shown = service("web", "near", "far", records=(A, AAAA, HTTPS), trickle=0.4, **more)
    return built(config(zone(*pools, services=(shown,))))


def test_hints_come_from_one_pool() -> None:
    """Where tiers share the answers, the tier is drawn first, for the hints of both families alike."""
    parts: Counter[str] = Counter()
    for each in replies(sharing(answers=2), "web", "HTTPS"):
        found = (*hints(each.rdata[0], "ipv4hint"), *hints(each.rdata[0], "ipv6hint"))
        (tier,) = {text.split(".")[2] if "." in text else text.split(":")[2] for text in found}
        parts[tier] += each.width

    assert {tier: round(width / 2**32, 6) for tier, width in parts.items()} == {"1": 0.6, "2": 0.4}


@pytest.mark.parametrize("answers", [1, 2, ALL])
def test_hints_stick_as_addresses_do(answers: int) -> None:
    """Each slot of clients is hinted at the very addresses that A and AAAA answer it, in their order."""
    table = sharing(answers=answers, sticky=True)
    texts = {name: by_slot(table, name) for name in ("A", "AAAA", "HTTPS")}

    for four, six, (text,) in zip(*texts.values(), strict=True):
        assert hints(text, "ipv4hint") == tuple(four)
        assert hints(text, "ipv6hint") == tuple(six)


def test_hints_of_one_member_stick_to_nothing() -> None:
    """With nobody to choose between, and a family that has nobody, there is one answer for all."""
    shown = service("web", "webs", records=(A, AAAA, HTTPS), sticky=True)
    table = built(config(zone(pool("webs", member("w1", "192.0.2.1")), services=(shown,))))

    assert replies(table, "web", "HTTPS")[0].rdata == ['1 . alpn="h2" ipv4hint="192.0.2.1"']
    assert len(replies(table, "web", "HTTPS")) == 1


def by_slot(table: Table, rtype: str) -> list[list[str]]:
    """What each slot of clients is answered."""
    part, entry = entry_at(table, "web", rtype)
    texts = [each.rdata for each in replies(table, "web", rtype)]
    return [texts[part.in_slot(entry, slot)] for slot in range(STICKY_SLOTS)]
