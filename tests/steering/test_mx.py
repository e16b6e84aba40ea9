from gslb.model.decisions import Decision
from gslb.model.names import to_text
from gslb.model.pools import Pool
from gslb.model.values import Family
from gslb.steering.decide import decide
from tests.kit.estate import healths, member, pool, service, zone

RELAYS = pool(
    "relays",
    member("r1", "192.0.2.1", weight=10),
    member("r2", "192.0.2.2", "2001:db8::2", weight=90),
    member("s1", "192.0.2.9", standby=True),
)
DR = pool("dr", member("d1", "198.51.100.1", weight=1), member("d2", "198.51.100.2", weight=5))


def decided(*pools: Pool, family: Family = Family.ANY, **states: tuple[str, ...]) -> Decision:
    """The decision over these pools as tiers."""
    site = zone(*pools, services=(service("smtp", *[each.name for each in pools]),))
    return decide(site, site.services["smtp"], family, healths(**states), ready=True)


def listed(decision: Decision) -> list[tuple[str, int, int]]:
    """Hostname without the zone, tier and weight of each exchanger."""
    return [
        (to_text(one.hostname).removesuffix(".mail.example.com."), one.tier, one.weight) for one in decision.exchangers
    ]


def test_tier_in_use_as_declared_later_ones_by_weight() -> None:
    """The tier in use comes first in the order declared; later tiers follow by falling weight."""
    assert listed(decided(RELAYS, DR)) == [
        ("r1.relays", 1, 10),
        ("r2.relays", 1, 90),
        ("d2.dr", 2, 5),
        ("d1.dr", 2, 1),
    ]


def test_later_tier_in_use() -> None:
    """Tiers before the one in use are not listed."""
    assert listed(decided(RELAYS, DR, down=("192.0.2.1", "192.0.2.2", "2001:db8::2", "192.0.2.9"))) == [
        ("d1.dr", 2, 1),
        ("d2.dr", 2, 5),
    ]


def test_wound_7_exchanger_carries_its_healthy_addresses() -> None:
    """An exchanger is listed while one of its addresses is healthy, with exactly those."""
    decision = decided(RELAYS, down=("192.0.2.1", "192.0.2.2"))

    assert listed(decision) == [("r2.relays", 1, 90)]
    assert [str(address) for address in decision.exchangers[0].addresses] == ["2001:db8::2"]


def test_standby_of_a_later_tier() -> None:
    """A later tier is listed as it would answer: its standby only when no ordinary member is healthy."""
    backup = pool("dr", member("d1", "198.51.100.1"), member("d9", "198.51.100.9", standby=True))

    assert ("d1.dr", 2, 1) in listed(decided(RELAYS, backup))
    assert ("d9.dr", 2, 1) in listed(decided(RELAYS, backup, down=("198.51.100.1",)))


def test_one_hostname_is_one_exchanger() -> None:
    """Members with one hostname are one exchanger: weights summed in its tier, addresses joined over all tiers."""
    front = pool(
        "relays",
        member("r1", "192.0.2.1", weight=10, hostname="mx"),
        member("r2", "192.0.2.2", weight=30, hostname="mx"),
    )
    back = pool("dr", member("d1", "198.51.100.1", weight=7, hostname="mx"), member("d2", "192.0.2.1", hostname="mx2"))
    decision = decided(front, back)

    assert listed(decision) == [("mx", 1, 40), ("mx2", 2, 1)]
    assert [str(address) for address in decision.exchangers[0].addresses] == ["192.0.2.1", "192.0.2.2", "198.51.100.1"]


def test_all_down_lists_only_what_is_served() -> None:
    """When all are down, the members served nevertheless are the exchangers, with all their addresses."""
    decision = decided(
        RELAYS,
        DR,
        down=("192.0.2.1", "192.0.2.2", "2001:db8::2", "192.0.2.9", "198.51.100.1", "198.51.100.2"),
    )

    assert listed(decision) == [("r1.relays", 1, 10), ("r2.relays", 1, 90)]
    assert len(decision.exchangers[1].addresses) == 2


def test_addresses_have_no_exchangers() -> None:
    """A decision for A or AAAA lists none, nor does one in which nothing is answered."""
    assert decided(RELAYS, family=Family.IPV4).exchangers == ()
    assert decided(pool("a", member("a1", "192.0.2.1", weight=0))).exchangers == ()
