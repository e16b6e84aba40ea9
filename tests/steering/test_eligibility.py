from dataclasses import replace

import pytest

from gslb.model.pools import Member
from gslb.model.values import Address, Family
from gslb.model.verdicts import AddressHealth
from gslb.steering.decide import decide
from gslb.steering.draft import Draft
from gslb.steering.eligibility import look
from tests.kit.estate import healths, member, pool, service, zone

SITE = zone(
    pool("relays", member("relay1", "192.0.2.11", "2001:db8::11"), member("relay2", "192.0.2.12")),
    pool("dr", member("dr1", "198.51.100.1"), member("old", "198.51.100.9", weight=0)),
    services=(service("smtp", "relays", "dr"),),
)


def accepted(family: Family, **states: tuple[str, ...]) -> list[str]:
    """Every address accepted in a family, over all tiers."""
    draft = Draft(SITE, SITE.services["smtp"], family, healths(**states), ready=True)
    look(draft)
    return [str(address) for tier in draft.tiers for seen in tier.seen for address in seen.accepted[family]]


def test_tiers_are_numbered_from_one() -> None:
    """The pools of a service become its tiers, in order, with the members as declared."""
    draft = Draft(SITE, SITE.services["smtp"], Family.IPV4, healths(), ready=True)
    look(draft)

    assert [(tier.number, tier.pool.name, len(tier.seen)) for tier in draft.tiers] == [(1, "relays", 2), (2, "dr", 2)]


def test_down_addresses_are_not_accepted() -> None:
    """Up and degraded addresses are accepted, down ones are not."""
    assert accepted(Family.ANY, down=("192.0.2.11",), degraded=("192.0.2.12",)) == [
        "2001:db8::11",
        "192.0.2.12",
        "198.51.100.1",
        "198.51.100.9",
    ]


@pytest.mark.parametrize(
    ("unknown", "down", "expected"),
    [
        (("192.0.2.11",), (), ["192.0.2.12", "198.51.100.1", "198.51.100.9"]),
        (("192.0.2.11",), ("192.0.2.12",), ["198.51.100.1", "198.51.100.9"]),
        (("192.0.2.11",), ("192.0.2.12", "198.51.100.1"), ["192.0.2.11", "198.51.100.9"]),
    ],
)
def test_unknown_waits_for_a_known_good(unknown: tuple[str, ...], down: tuple[str, ...], expected: list[str]) -> None:
    """Unknown members are left out while any other that may be chosen is known good; a drained one is none."""
    assert accepted(Family.IPV4, unknown=unknown, down=down) == expected


def test_known_good_is_per_family() -> None:
    """An unknown IPv6 address is answered when no IPv6 address is known good, whatever IPv4 does."""
    assert accepted(Family.IPV6, unknown=("2001:db8::11",)) == ["2001:db8::11"]


def damped(*addresses: str, down: tuple[str, ...] = ()) -> list[str]:
    """The IPv4 addresses accepted in the first tier, where these flap."""
    look_up = healths(down=down)

    def health_of(one: Member, address: Address) -> AddressHealth:
        return replace(look_up(one, address), damped=str(address) in addresses)

    draft = Draft(SITE, SITE.services["smtp"], Family.IPV4, health_of, ready=True)
    look(draft)
    return [str(address) for seen in draft.tiers[0].seen for address in seen.accepted[Family.IPV4]]


def test_who_flaps_is_left_out_while_another_of_the_pool_is_calm() -> None:
    """Damping delays the return; it never empties a pool, whatever other pools hold."""
    assert damped("192.0.2.11") == ["192.0.2.12"]
    assert damped("192.0.2.11", down=("192.0.2.12",)) == ["192.0.2.11"]
    assert damped("192.0.2.11", "192.0.2.12") == ["192.0.2.11", "192.0.2.12"]


BOTH = member("r1", "192.0.2.1", "2001:db8::1")
OTHER = member("r2", "192.0.2.2", "2001:db8::2")
TOGETHER = zone(pool("relays", BOTH, OTHER), services=(service("smtp", "relays", together=True),))


def chosen_of(family: Family, **states: tuple[str, ...]) -> list[str]:
    """Who answers where families are coupled."""
    decision = decide(TOGETHER, TOGETHER.services["smtp"], family, healths(**states), ready=True)
    return [view.member.name for view in decision.chosen]


@pytest.mark.parametrize("family", [Family.IPV4, Family.IPV6])
@pytest.mark.parametrize("down", ["192.0.2.1", "2001:db8::1"])
def test_wound_8_families_are_withdrawn_together(family: Family, down: str) -> None:
    """With `together` a member that is down in one family is answered in neither; MX goes by any address."""
    assert chosen_of(family, down=(down,)) == ["r2"]
    assert chosen_of(Family.ANY, down=(down,)) == ["r1", "r2"]


def test_a_member_withdrawn_with_its_other_family_says_so() -> None:
    """The reason names the family that took it along; the family that is down gives its own reason."""
    of = {
        family: decide(TOGETHER, TOGETHER.services["smtp"], family, healths(down=("2001:db8::1",)), ready=True)
        for family in Family
    }

    assert of[Family.IPV4].members[0].why == "withdrawn together with its IPv6 address; smtp up"
    assert of[Family.IPV6].members[0].why == "smtp down"


def test_families_are_not_coupled_where_that_would_leave_nobody() -> None:
    """When one family is dead everywhere the other answers on: together never makes all down of half down."""
    assert chosen_of(Family.IPV4, down=("2001:db8::1", "2001:db8::2")) == ["r1", "r2"]
    assert chosen_of(Family.IPV6, down=("2001:db8::1", "2001:db8::2")) == []
