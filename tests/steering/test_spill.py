from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.model.decisions import Decision, Mode
from gslb.model.values import Family
from gslb.model.zones import Service
from tests.kit.clock import Clock, shares
from tests.kit.estate import member, pool, service, zone

FIRST = tuple(f"192.0.2.{n}" for n in range(1, 11))
SECOND = ("198.51.100.1", "198.51.100.2")
THIRD = ("203.0.113.1",)


def decided(smtp: Service, *, down: tuple[str, ...] = (), family: Family = Family.IPV4, at_least: int = 1) -> Decision:
    """Ten members, two, and one, in three tiers."""
    tiers = {"relays": FIRST, "near": SECOND, "far": THIRD}
    pools = [
        pool(name, *(member(f"{name}{n}", one) for n, one in enumerate(each)), at_least=min(at_least, len(each)))
        for name, each in tiers.items()
    ]
    return Clock(zone(*pools, services=(smtp,)), family).after(0, down=down)


def parts(decision: Decision) -> list[float]:
    """Of each tier, rounded."""
    return [round(tier.share, 3) for tier in decision.tiers]


SPILLING = service("smtp", "relays", "near", "far", spill_over=True)
TRICKLING = service("smtp", "relays", "near", "far", trickle=0.1)


def test_a_tier_bears_all_while_72_percent_are_healthy() -> None:
    """Health is scaled by 1.4: what is beyond that spills over, and only that."""
    assert parts(decided(SPILLING, down=FIRST[:2])) == [1.0, 0.0, 0.0]
    made = decided(SPILLING, down=FIRST[:5])

    assert parts(made) == [0.7, 0.3, 0.0]
    assert shares(made)["relays9"] == 0.14
    assert shares(made)["near0"] == 0.15
    assert (made.mode, made.tier) == (Mode.NORMAL, 1)
    assert made.reason.endswith("; shared: tier 1 70.0%, tier 2 30.0%")


def test_what_no_tier_bears_is_shared_in_proportion() -> None:
    """Below all of it together, each takes more."""
    made = decided(service("smtp", "relays", "near", spill_over=True), down=(*FIRST[:8], SECOND[0]))

    assert parts(made) == [round(0.28 / 0.98, 3), round(0.7 / 0.98, 3)]


def test_a_failover_by_hand_is_told() -> None:
    """A trickle of all: the first tier holds, and its members are out because it gives all away."""
    made = decided(replace(TRICKLING, trickle=1.0))

    assert (made.tier, parts(made)) == (2, [0.0, 1.0, 0.0])
    assert made.members[0].why == "tier 1 gives all to the next; smtp up"


def test_standby_members_alone_of_a_family_bear_all_of_it() -> None:
    """Where no ordinary member has an address of the family, there is no configured weight to fall short of."""
    mixed = pool("mixed", member("m1", FIRST[0]), member("s1", "2001:db8::1", standby=True))
    site = zone(
        mixed, pool("near", member("n1", "2001:db8::2")), services=(replace(SPILLING, pools=("mixed", "near")),)
    )

    assert parts(Clock(site, Family.IPV6).after(0)) == [1.0, 0.0]


def test_a_tier_that_falls_short_of_its_minimum_takes_nothing() -> None:
    """min_healthy decides who takes part; where nobody holds, the heaviest answers as ever."""
    made = decided(SPILLING, down=FIRST[:9], at_least=2)
    nobody = decided(SPILLING, down=(*FIRST[:9], SECOND[0], THIRD[0]), at_least=2)

    assert (parts(made), made.tier) == ([0.0, 1.0, 0.0], 2)
    assert (nobody.mode, parts(nobody)) == (Mode.BELOW_MINIMUM, [1.0, 0.0, 0.0])


def test_a_trickle_reaches_the_next_tier_that_holds() -> None:
    """Its part, from the one in use, while that is fine; where there is no next, nothing."""
    assert parts(decided(TRICKLING)) == [0.9, 0.1, 0.0]
    assert parts(decided(TRICKLING, down=SECOND)) == [0.9, 0.0, 0.1]
    assert parts(decided(TRICKLING, down=FIRST)) == [0.0, 0.9, 0.1]
    assert parts(decided(TRICKLING, down=(*FIRST, *SECOND))) == [0.0, 0.0, 1.0]


def test_a_trickle_of_all_is_a_failover_by_hand() -> None:
    """Then the next tier is the one in use."""
    made = decided(service("smtp", "relays", "near", trickle=1.0))

    assert (parts(made), made.tier, sorted(shares(made))) == ([0.0, 1.0], 2, ["near0", "near1"])


def test_a_trickle_is_met_by_what_spills() -> None:
    """It is a least, not something on top."""
    both = service("smtp", "relays", "near", "far", spill_over=True, trickle=0.1)

    assert parts(decided(both, down=FIRST[:5])) == [0.7, 0.3, 0.0]
    assert parts(decided(both, down=FIRST[:3])) == [0.9, 0.1, 0.0]


def test_exchangers_of_all_tiers_are_listed() -> None:
    """MX keeps every tier from the first on; the parts say from which of them answers are drawn."""
    made = decided(TRICKLING, family=Family.ANY)

    assert [one.tier for one in made.exchangers] == [1] * 10 + [2, 2, 3]
    assert made.shared == ((1, 0.9), (2, 0.1))


@settings(deadline=None, max_examples=60)
@given(st.sets(st.sampled_from(FIRST + SECOND + THIRD)), st.booleans(), st.sampled_from([0.0, 0.05, 0.3, 1.0]))
def test_parts_and_shares_sum_to_one(down: set[str], spill: bool, trickle: float) -> None:
    """Whatever is down: parts are a whole, shares are, and none is of a member that is down."""
    smtp = service("smtp", "relays", "near", "far", spill_over=spill, trickle=trickle)
    made = decided(smtp, down=tuple(down))

    assert sum(tier.share for tier in made.tiers) == pytest.approx(1)
    assert sum(view.share for view in made.chosen) == pytest.approx(1)
    assert made.mode is Mode.ALL_DOWN or not {str(a) for view in made.chosen for a in view.addresses} & down
