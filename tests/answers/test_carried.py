"""What transfers carry of services and hosts."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from gslb.answers.carried import NOTHING, as_answered, of_host, of_service
from gslb.answers.entries import Scene, scene
from gslb.answers.slots import HostSlot, ServiceSlot
from gslb.handoff.specs import Chunk, EntrySpec, VariantSpec
from gslb.model.decisions import Decision, HostDecision, Mode
from gslb.model.values import Family, MxMode, RecordType, WhenAllDown
from tests.kit.answered import chosen, decision, exchanger, wire
from tests.kit.estate import ZONE, member, zone
from tests.kit.fetched import texts

A, AAAA, MX, SRV, HTTPS = RecordType.A, RecordType.AAAA, RecordType.MX, RecordType.SRV, RecordType.HTTPS
TWO = chosen(member("a", "192.0.2.11", weight=3), member("b", "192.0.2.12", "2001:db8::12"))
LATER = chosen(member("c", "192.0.2.13"), tier=2)
EXCHANGERS = (
    exchanger("a", "192.0.2.11", weight=1),
    replace(exchanger("b", "192.0.2.12", weight=3), load=2),
    exchanger("c", "192.0.2.13", weight=9, tier=2),
)


def here() -> Scene:
    """The zone's scene; its ttl is 30."""
    return scene(zone(), 1, frozenset())


def slot(rtype: RecordType, mx: MxMode = MxMode.RANKED) -> ServiceSlot:
    """A type of the service."""
    return ServiceSlot(zone=ZONE, service="smtp", decided_by="smtp", owner=wire("smtp"), rtype=rtype, mx=mx, port=25)


def carried(rtype: RecordType, *decisions: Decision, mx: MxMode = MxMode.RANKED) -> list[str]:
    """What is carried of it, as text."""
    return texts(of_service(slot(rtype, mx), decisions, here()))


def test_everybody_of_the_tier_in_use() -> None:
    """All members of the tier in use with the zone's ttl, whatever one answer holds and the TTL it has."""
    made = decision((*TWO, *LATER), answers=1, ttl=7)

    assert carried(A, made) == ["30 A 192.0.2.11", "30 A 192.0.2.12"]
    assert carried(AAAA, replace(made, family=Family.IPV6)) == ["30 AAAA 2001:db8::12"]


def test_mx() -> None:
    """Ranked by descending configured weight, later tiers behind; or with one preference for each tier."""
    made = decision(family=Family.ANY, exchangers=EXCHANGERS)

    assert carried(MX, made) == [f"30 MX {n} {name}.{ZONE}." for n, name in ((10, "b"), (11, "a"), (20, "c"))]
    assert carried(MX, made, mx=MxMode.EQUAL) == [
        f"30 MX {n} {name}.{ZONE}." for n, name in ((10, "a"), (10, "b"), (20, "c"))
    ]


def test_srv() -> None:
    """SRV with configured weights: those in motion would never rest."""
    made = decision(family=Family.ANY, exchangers=EXCHANGERS)

    assert carried(SRV, made) == [
        f"30 SRV {tier} {n} 25 {name}.{ZONE}." for tier, n, name in ((1, 1, "a"), (1, 3, "b"), (2, 9, "c"))
    ]


def test_https() -> None:
    """One binding with the hints of everybody."""
    six = decision(TWO, family=Family.IPV6, nodata=True)

    assert carried(HTTPS, decision(TWO, ttl=7), six) == [
        '30 HTTPS 1 . alpn="h2,http/1.1" ipv4hint="192.0.2.11,192.0.2.12"'
    ] or carried(HTTPS, decision(TWO, ttl=7), six)[0].endswith('ipv4hint="192.0.2.11,192.0.2.12"')
    assert carried(HTTPS, decision(), decision(family=Family.IPV6)) == []


@pytest.mark.parametrize(
    ("rtype", "decisions"),
    [
        (A, ()),
        (A, (decision(TWO, mode=Mode.STARTING),)),
        (A, (decision(TWO, nodata=True),)),
        (A, (decision(mode=Mode.ALL_DOWN),)),
        (MX, (decision(family=Family.ANY),)),
    ],
)
def test_nothing(rtype: RecordType, decisions: tuple[Decision, ...]) -> None:
    """Nothing before health is known, of a family that has none, and when nobody may be served."""
    assert of_service(slot(rtype), decisions, here()) == NOTHING


NOBODY = tuple(
    view._replace(chosen=False, addresses=(), member=replace(view.member, hostname=wire(view.member.name)))
    for view in (*chosen(member("s", "192.0.2.19", standby=True, weight=2)), *TWO, *LATER)
)


@pytest.mark.parametrize("action", [WhenAllDown.SERVFAIL, WhenAllDown.REFUSED])
def test_everybody_in_place_of_a_failure(action: WhenAllDown) -> None:
    """No zone can fail, and what is missing is denied: the first tier is carried, standby members where alone."""
    four = decision(NOBODY, mode=Mode.ALL_DOWN, tier=None, action=action)
    six, both = replace(four, family=Family.IPV6), replace(four, family=Family.ANY)
    standby = replace(four, members=NOBODY[:1])

    assert carried(A, four) == ["30 A 192.0.2.11", "30 A 192.0.2.12"]
    assert carried(AAAA, six) == ["30 AAAA 2001:db8::12"]
    assert carried(MX, both) == [f"30 MX {n} {name}.{ZONE}." for n, name in ((10, "a"), (11, "b"))]
    assert carried(SRV, both) == [f"30 SRV 1 {n} 25 {name}.{ZONE}." for n, name in ((3, "a"), (1, "b"))]
    assert carried(HTTPS, four, six)[0].endswith('ipv4hint="192.0.2.11,192.0.2.12" ipv6hint="2001:db8::12"')
    assert carried(A, standby) == ["30 A 192.0.2.19"]
    assert carried(AAAA, replace(standby, family=Family.IPV6)) == []


def test_a_list_that_nobody_stands_before() -> None:
    """Where the service answers a list, and no member could be served, the list is carried."""
    made = decision(
        NOBODY, mode=Mode.ALL_DOWN, tier=None, action=WhenAllDown.LIST, last_resort=(ip_address("192.0.2.99"),)
    )

    assert carried(A, made) == ["30 A 192.0.2.99"]


def test_hosts() -> None:
    """The addresses that a member's hostname answers, in one family."""
    made = HostDecision(
        hostname=wire("h"),
        addresses=(ip_address("192.0.2.1"), ip_address("2001:db8::1")),
        all_down=False,
        ttl=3,
        why="",
    )

    assert texts(of_host(HostSlot(zone=ZONE, hostname=wire("h"), rtype=A), made, here())) == ["30 A 192.0.2.1"]


def test_as_answered() -> None:
    """What has one answer is carried as it is; of a referral its NS; of what is denied, nothing."""
    variant = VariantSpec(data=b"x", count=1)

    assert as_answered(EntrySpec(variants=(variant,))).variants == (variant,)
    assert as_answered(EntrySpec(authoritative=False, authority=Chunk(data=b"x", plain_count=1))).variants == (variant,)
    assert as_answered(EntrySpec(authority=Chunk(data=b"x", plain_count=1))) == NOTHING
