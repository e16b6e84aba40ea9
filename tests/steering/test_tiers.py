import pytest

from gslb.model.decisions import Decision, Mode
from gslb.model.pools import Pool
from gslb.model.values import Family, WhenAllDown
from gslb.steering.decide import decide
from tests.kit.estate import healths, member, pool, service, zone

V4, V6, ANY = Family.IPV4, Family.IPV6, Family.ANY


def decided(family: Family, *pools: Pool, **states: tuple[str, ...]) -> Decision:
    """The decision over these pools as tiers."""
    site = zone(*pools, services=(service("smtp", *[each.name for each in pools]),))
    return decide(site, site.services["smtp"], family, healths(**states), ready=True)


def names(decision: Decision) -> list[str]:
    """The chosen members."""
    return [view.member.name for view in decision.chosen]


def relays(at_least: int = 1, percent: float | None = None) -> Pool:
    """Three ordinary members with weights 50, 30, 20 and a standby."""
    return pool(
        "relays",
        member("r1", "192.0.2.1", weight=50),
        member("r2", "192.0.2.2", weight=30),
        member("r3", "192.0.2.3", weight=20),
        member("s1", "192.0.2.9", standby=True),
        at_least=at_least,
        percent=percent,
    )


DR = pool("dr", member("d1", "198.51.100.1"), member("d2", "198.51.100.2"))


@pytest.mark.parametrize(
    ("at_least", "percent", "down", "tier", "why"),
    [
        (1, None, (), 1, "3 of 3 members healthy, 1 needed"),
        (2, None, ("192.0.2.1",), 1, "2 of 3 members healthy, 2 needed"),
        (2, None, ("192.0.2.1", "192.0.2.2"), 2, "1 of 3 members healthy, 2 needed"),
        (1, None, ("192.0.2.1", "192.0.2.2", "192.0.2.3"), 1, "1 standby, 0 of 3 members healthy, 1 needed"),
        (2, None, ("192.0.2.1", "192.0.2.2", "192.0.2.3"), 2, "1 standby, 0 of 3 members healthy, 2 needed"),
        (1, None, ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.9"), 2, "0 of 3 members healthy, 1 needed"),
        (1, 50.0, ("192.0.2.1",), 1, "weight 50 of 100 healthy, 50 % needed"),
        (1, 50.5, ("192.0.2.1",), 2, "weight 50 of 100 healthy, 50.5 % needed"),
        (1, 50.0, ("192.0.2.1", "192.0.2.2", "192.0.2.3"), 2, "standby weight 1 of 100 healthy, 50 % needed"),
        (1, 1.0, ("192.0.2.1", "192.0.2.2", "192.0.2.3"), 1, "standby weight 1 of 100 healthy, 1 % needed"),
    ],
)
def test_first_tier_with_min_healthy(
    at_least: int, percent: float | None, down: tuple[str, ...], tier: int, why: str
) -> None:
    """The first tier that has its minimum, by members or by configured weight, answers; standby once in use counts."""
    decision = decided(V4, relays(at_least, percent), DR, down=down)

    assert (decision.tier, decision.tiers[0].why, decision.mode) == (tier, why, Mode.NORMAL)


def test_standby_only_when_no_ordinary_member_is_healthy() -> None:
    """A standby member answers only once no ordinary member of its pool is healthy."""
    assert names(decided(V4, relays(), down=("192.0.2.1", "192.0.2.2"))) == ["r3"]
    assert names(decided(V4, relays(), down=("192.0.2.1", "192.0.2.2", "192.0.2.3"))) == ["s1"]


@pytest.mark.parametrize("percent", [None, 100.0])
def test_pool_of_standby_members_only(percent: float | None) -> None:
    """A pool of standby members is measured against those."""
    spare = pool(
        "spare", member("s1", "192.0.2.9", standby=True), member("s2", "192.0.2.8", standby=True), percent=percent
    )

    assert names(decided(V4, spare)) == ["s1", "s2"]
    assert decided(V4, spare).tiers[0].holds


def test_drained_members_do_not_count() -> None:
    """Weight 0 counts neither as healthy nor as configured."""
    half = pool("relays", member("r1", "192.0.2.1"), member("old", "192.0.2.2", weight=0), percent=100.0)

    assert decided(V4, half).tiers[0].why == "weight 1 of 1 healthy, 100 % needed"


def test_minimum_of_a_family_fewer_members_have() -> None:
    """A pool of which one member has IPv6 is not short in AAAA while that one is healthy."""
    dual = pool("relays", member("r1", "192.0.2.1", "2001:db8::1"), member("r2", "192.0.2.2"), at_least=2)

    assert decided(V6, dual).mode is Mode.NORMAL
    assert decided(V6, dual).tiers[0].why == "1 of 1 members healthy, 1 needed"


def test_below_minimum_takes_most_healthy_weight() -> None:
    """When every tier falls short the one with most healthy weight answers with its healthy members, flagged."""
    short = pool("dr", *DR.members, at_least=2)
    decision = decided(V4, relays(at_least=2), short, down=("192.0.2.1", "192.0.2.2", "198.51.100.1"))

    assert (decision.mode, decision.tier, names(decision)) == (Mode.BELOW_MINIMUM, 1, ["r3"])
    assert decision.reason.startswith("every tier falls short; most healthy weight has tier 1, relays: ")


def test_below_minimum_in_a_later_tier() -> None:
    """Most healthy weight may lie in a later tier; the first wins a tie."""
    light, heavy = pool("a", member("a1", "192.0.2.1"), member("a2", "192.0.2.2"), at_least=2), relays(at_least=3)
    down = ("192.0.2.2", "192.0.2.3")

    assert decided(V4, light, heavy, down=down).tier == 2
    even = pool("b", member("b1", "198.51.100.1"), member("b2", "198.51.100.2"), at_least=2)
    assert decided(V4, light, even, down=("192.0.2.2", "198.51.100.2")).tier == 1


V4_ONLY = pool("v4", member("r1", "192.0.2.1"))
DUAL = pool("dual", member("d1", "198.51.100.1", "2001:db8::1"))


def test_pool_without_a_family_follows_the_other() -> None:
    """A first tier without IPv6 gives NODATA for AAAA while it holds in IPv4, and is passed over when it does not."""
    held = decided(V6, V4_ONLY, DUAL)
    passed = decided(V6, V4_ONLY, DUAL, down=("192.0.2.1",))

    assert (held.tier, held.nodata, held.chosen) == (1, True, ())
    assert held.tiers[0].why == "no IPv6 address, so judged in IPv4: 1 of 1 members healthy, 1 needed"
    assert held.reason.endswith("; NODATA")
    assert (passed.tier, passed.nodata, names(passed)) == (2, False, ["d1"])


def test_service_without_a_family_at_all() -> None:
    """A service of IPv4 only answers NODATA for AAAA, in normal and in below-minimum mode."""
    short = pool("v4", member("r1", "192.0.2.1"), member("r2", "192.0.2.2"), at_least=2)

    assert decided(V6, V4_ONLY).nodata
    below = decided(V6, short, down=("192.0.2.1",))
    assert (below.mode, below.nodata) == (Mode.BELOW_MINIMUM, True)


def test_family_alone_without_a_healthy_member() -> None:
    """A family alone without a healthy member answers NODATA; the service is not all down."""
    decision = decided(V6, DUAL, down=("2001:db8::1",))

    assert (decision.mode, decision.nodata, decision.tier, decision.action) == (Mode.NORMAL, True, None, None)
    assert decision.reason == "no IPv6 address is healthy while IPv4 ones are; NODATA"
    assert names(decided(V4, DUAL, down=("2001:db8::1",))) == ["d1"]


@pytest.mark.parametrize(
    ("pools", "expected", "tier"),
    [
        ((pool("a", member("a1", "192.0.2.1"), member("s", "192.0.2.2", standby=True)),), ["a1"], 1),
        ((pool("a", member("a1", "192.0.2.1", weight=0), member("s", "192.0.2.2", standby=True)),), ["s"], 1),
        ((pool("a", member("a1", "192.0.2.1", weight=0)), pool("b", member("b1", "192.0.2.2"))), ["b1"], 2),
    ],
)
def test_serve_all(pools: tuple[Pool, ...], expected: list[str], tier: int) -> None:
    """The ordinary members of the first tier that may be chosen; else its standby; else the next tier."""
    decision = decided(V4, *pools, down=("192.0.2.1", "192.0.2.2"))

    assert (decision.mode, decision.tier, names(decision)) == (Mode.ALL_DOWN, tier, expected)
    assert decision.chosen[0].why == "served although smtp down"
    assert decision.reason == "all members down: serve_all"


def test_serve_all_with_nothing_left() -> None:
    """When every member is drained there is nothing to serve: SERVFAIL."""
    decision = decided(V4, pool("a", member("a1", "192.0.2.1", weight=0)))

    assert (decision.mode, decision.action, decision.tier) == (Mode.ALL_DOWN, WhenAllDown.SERVFAIL, None)


def test_serve_all_is_one_set_for_all_families() -> None:
    """A family that the served set has no address of answers NODATA; no other tier steps in."""
    decision = decided(V6, V4_ONLY, DUAL, down=("192.0.2.1", "198.51.100.1", "2001:db8::1"))

    assert (decision.mode, decision.tier, decision.nodata, decision.chosen) == (Mode.ALL_DOWN, 1, True, ())


def test_any_counts_either_family() -> None:
    """For MX and SRV a member is healthy by any of its addresses."""
    assert names(decided(ANY, DUAL, down=("198.51.100.1",))) == ["d1"]
