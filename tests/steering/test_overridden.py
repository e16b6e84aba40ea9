"""What an operator's word does to decisions."""

import pytest

from gslb.health.overrides import Overrides
from gslb.model.decisions import Decision, Mode
from gslb.model.overrides import Forced
from gslb.model.pools import Pool
from gslb.model.values import Address, Family, RecordType, WhenAllDown
from gslb.steering.decide import decide
from gslb.steering.hosts import decide_host
from tests.kit.controlled import NOW
from tests.kit.estate import healths, member, pool, service, zone
from tests.kit.spoken_for import said

UP, DOWN = Forced.FORCED_UP, Forced.FORCED_DOWN
R1, R2, R3 = "192.0.2.1", "192.0.2.2", "192.0.2.3"


def relays(at_least: int = 1, percent: float | None = None) -> Pool:
    """Two ordinary members and a standby."""
    return pool(
        "relays",
        member("r1", R1, weight=60, machine="esx1"),
        member("r2", R2, weight=40),
        member("s1", R3, standby=True),
        at_least=at_least,
        percent=percent,
    )


DR = pool("dr", member("d1", "198.51.100.1"))


def decided(book: Overrides, *pools: Pool, name: str = "smtp", **states: tuple[str, ...]) -> Decision:
    """The decision for IPv4 over these pools as tiers."""
    tiers = pools or (relays(), DR)
    site = zone(*tiers, services=tuple(service(each, *[one.name for one in tiers]) for each in ("smtp", "other")))
    return decide(site, site.services[name], Family.IPV4, healths(**states), ready=True, override_of=book.of(NOW))


def names(decision: Decision) -> list[str]:
    """The chosen members."""
    return [view.member.name for view in decision.chosen]


def why(decision: Decision, name: str = "r1") -> str:
    """What is said of a member."""
    return next(view.why for view in decision.members if view.member.name == name)


def test_a_drained_member_is_never_chosen() -> None:
    """Its share goes to the others; who drained it is told beside its health."""
    decision = decided(said("relays/r1", lasts=7200))

    assert names(decision) == ["r2"]
    assert why(decision) == "drained by anna until 2027-01-15 10:00 UTC; smtp up"


@pytest.mark.parametrize(
    ("state", "chosen", "told"),
    [(UP, ["r1", "r2"], "forced up by anna; smtp down"), (DOWN, ["r2"], "forced down by anna; smtp down")],
)
def test_a_forced_state_counts_whatever_the_verdict(state: Forced, chosen: list[str], told: str) -> None:
    """The member is answered, or not; the verdict is told beside it."""
    decision = decided(said("machine:esx1", state=state), down=(R1,))

    assert names(decision) == chosen
    assert why(decision) == told


def test_a_drained_member_is_configured_and_not_healthy() -> None:
    """`min_healthy` is not lowered by a drain, be it a number or a part of the weight."""
    book = said("relays/r1")
    by_count = decided(book, relays(at_least=2), DR)
    by_weight = decided(book, relays(percent=50.0), DR)

    assert (names(by_count), by_count.tiers[0].why) == (["d1"], "1 of 2 members healthy, 2 needed")
    assert (names(by_weight), by_weight.tiers[0].why) == (["d1"], "weight 40 of 100 healthy, 50 % needed")


def test_standby_stands_in_for_the_drained() -> None:
    """With every ordinary member drained, the pool's own standby comes before the next tier."""
    assert names(decided(said("relays/r1", "relays/r2"))) == ["s1"]


def test_serve_all_leaves_out_drained_and_forced_down() -> None:
    """When all are down, whom the operator took out stays out."""
    book = said("relays/r2", state=DOWN, over=said("relays/r1"))
    every = (R1, R2, R3, "198.51.100.1")

    assert names(decided(book, down=every)) == ["s1"]
    assert names(decided(said("relays/r1"), down=every)) == ["r2"]


def test_servfail_where_nobody_may_be_served() -> None:
    """An answer that names a drained member would undo the operator's word."""
    decision = decided(said("smtp"))

    assert (decision.mode, decision.action) == (Mode.ALL_DOWN, WhenAllDown.SERVFAIL)
    assert "drained or forced down" in decision.reason


def test_a_word_on_a_service_changes_no_other() -> None:
    """The same pools are seen by two services; and a pool's own name belongs to none."""
    book = said("smtp", state=DOWN)

    assert decided(book).mode is Mode.ALL_DOWN
    assert names(decided(book, name="other")) == ["r1", "r2"]
    assert names(decided(book, name="relays")) == ["r1", "r2"]


def test_weight_zero_stays_what_it_is() -> None:
    """Neither a drain nor a forced state makes it eligible, and it says so."""
    tier = pool("relays", member("r1", R1, weight=0), member("r2", R2))
    decision = decided(said("relays/r1", state=UP), tier)

    assert names(decision) == ["r2"]
    assert why(decision) == "weight 0: drained, never chosen; forced up by anna; smtp up"


def test_the_end_of_a_forced_state_lowers_the_ttl() -> None:
    """An answer is not cached beyond the moment at which it may change."""
    ending = decided(said("relays/r1", state=UP, lasts=20))
    lasting = decided(said("relays/r1", state=UP))

    assert (ending.ttl, ending.ttl_why) == (20, f"relays/r1 {R1} could change in 20 s (the override ends)")
    assert lasting.ttl == 30


def answered(book: Overrides, **states: tuple[str, ...]) -> tuple[Address, ...]:
    """What a hostname shared by r1 and r2 answers."""
    site = zone(pool("relays", member("r1", R1, hostname="mx"), member("r2", R2, hostname="mx")))
    wire = b"\x02mx" + site.name
    return decide_host(site, wire, healths(**states), override_of=book.of(NOW)).addresses


def test_hosts_ignore_drains_and_heed_forced_states() -> None:
    """Who holds a cached MX finds the drained member; one that is forced down is left out while another is up."""
    assert list(map(str, answered(said("relays/r1")))) == [R1, R2]
    assert list(map(str, answered(said("relays/r1", state=DOWN)))) == [R2]
    assert list(map(str, answered(said("relays/r1", state=UP), down=(R1, R2)))) == [R1]


def test_mx_names_no_drained_exchanger() -> None:
    """Neither in the tier in use nor behind it."""
    site = zone(relays(), DR, services=(service("smtp", "relays", "dr", records=(RecordType.MX,)),))
    book = said("relays/r1", "dr/d1")
    decision = decide(site, site.services["smtp"], Family.ANY, healths(), ready=True, override_of=book.of(NOW))

    assert [each.hostname for each in decision.exchangers] == [site.pools["relays"].members[1].hostname]
