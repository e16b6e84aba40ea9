import pytest

from gslb.model.decisions import HostDecision
from gslb.model.names import to_text
from gslb.model.pools import Pool
from gslb.steering.hosts import decide_host, hosts
from tests.kit.estate import healths, member, pool, zone

RELAYS = pool(
    "relays",
    member("r1", "192.0.2.1", weight=0),
    member("r2", "192.0.2.2", "2001:db8::2", hostname="mx"),
    member("r3", "192.0.2.3", hostname="mx"),
    member("r4", "192.0.2.4", hostname="mx.elsewhere.example."),
    member("r5", "192.0.2.5", hostname="r5.relays"),
)


def of(*pools: Pool) -> dict[str, list[str]]:
    """Hostname without the zone to the members behind it."""
    found = hosts(zone(*pools))
    return {
        to_text(name).removesuffix(".mail.example.com."): [one.name for _, one in behind]
        for name, behind in found.items()
    }


def decided(name: str, **states: tuple[str, ...]) -> HostDecision:
    """The decision of a host of RELAYS."""
    site = zone(RELAYS)
    (wire,) = [each for each in hosts(site) if to_text(each) == f"{name}.mail.example.com."]
    return decide_host(site, wire, healths(**states))


def test_every_name_of_a_member() -> None:
    """A member answers to MEMBER.POOL.ZONE and to the hostname given, where that lies in the zone."""
    assert of(RELAYS) == {
        "r1.relays": ["r1"],
        "r2.relays": ["r2"],
        "mx": ["r2", "r3"],
        "r3.relays": ["r3"],
        "r4.relays": ["r4"],
        "r5.relays": ["r5"],
    }


def test_members_of_the_zone_itself() -> None:
    """The short form of the zone's own name has its members directly below the zone."""
    assert of(pool("@", member("web1", "192.0.2.1"), member("web2", "192.0.2.2", hostname="www"))) == {
        "web1": ["web1"],
        "web2": ["web2"],
        "www": ["web2"],
    }


@pytest.mark.parametrize(
    ("down", "expected", "all_down"),
    [
        ((), ["192.0.2.2", "2001:db8::2", "192.0.2.3"], False),
        (("192.0.2.2",), ["2001:db8::2", "192.0.2.3"], False),
        (("192.0.2.2", "192.0.2.3"), ["2001:db8::2"], False),
        (("192.0.2.2", "2001:db8::2", "192.0.2.3"), ["192.0.2.2", "2001:db8::2", "192.0.2.3"], True),
    ],
)
def test_healthy_addresses_or_all(down: tuple[str, ...], expected: list[str], all_down: bool) -> None:
    """A host answers its healthy addresses, or all when none is healthy."""
    decision = decided("mx", down=down)

    assert ([str(address) for address in decision.addresses], decision.all_down) == (expected, all_down)


def test_drained_member_still_answers_its_own_name() -> None:
    """Weight 0 takes a member out of services, not out of its own name."""
    assert len(decided("r1.relays").addresses) == 1


def test_unknown_is_not_healthy() -> None:
    """An unknown address is answered only where none is known good."""
    assert [str(address) for address in decided("r2.relays", unknown=("192.0.2.2",)).addresses] == ["2001:db8::2"]
    assert len(decided("r1.relays", unknown=("192.0.2.1",)).addresses) == 1


def test_address_behind_two_members_is_answered_once() -> None:
    """Members that share hostname and address give it once, and only while both find it healthy."""
    site = zone(
        pool("a", member("a1", "192.0.2.1", hostname="mx")),
        pool("b", member("b1", "192.0.2.1", hostname="mx")),
    )
    known = hosts(site)
    (wire,) = [name for name, behind in known.items() if len(behind) == 2]

    assert [str(address) for address in decide_host(site, wire, healths(), known=known).addresses] == ["192.0.2.1"]


def test_reasons_and_ttl() -> None:
    """A host tells the health of each address, and what its TTL rests on."""
    decision = decided("r2.relays", down=("192.0.2.2",))

    assert decision.why == "192.0.2.2: smtp down; 2001:db8::2: smtp up"
    assert (decision.ttl, decision.ttl_why) == (30, "the zone's ttl: nothing could change sooner")


def test_no_such_host() -> None:
    """Asking for a name that no member has raises KeyError."""
    with pytest.raises(KeyError):
        decide_host(zone(RELAYS), b"\4nope\0", healths())
