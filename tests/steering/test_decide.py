"""Whole decisions: the laws that hold over any estate, and the wounds that other servers left."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.model.decisions import Decision, Mode
from gslb.model.pools import Member
from gslb.model.values import Address, Family, WhenAllDown
from gslb.model.verdicts import AddressHealth, Health
from gslb.model.zones import Zone
from gslb.steering.decide import decide
from tests.kit.estate import healths, member, pool, service, zone

RELAYS = pool(
    "relays",
    member("relay1", "192.0.2.11", weight=60),
    member("relay2", "192.0.2.12", "2001:db8::12", weight=40),
    member("relay9", "192.0.2.19", standby=True),
)
DR = pool("dr", member("dr1", "198.51.100.1"), member("dr2", "198.51.100.2", "2001:db8::d2"))
SITE = zone(RELAYS, DR, services=(service("smtp", "relays", "dr"), service("mx", alias_of="smtp")))


def decided(
    family: Family = Family.IPV4, *, name: str = "smtp", of: Zone = SITE, ready: bool = True, **states: tuple[str, ...]
) -> Decision:
    """The decision of one service; `states` as for `healths`."""
    return decide(of, of.services[name], family, healths(**states), ready=ready)


def shares(decision: Decision) -> dict[str, float]:
    """The share of each chosen member."""
    return {view.member.name: view.share for view in decision.chosen}


def why(decision: Decision) -> dict[str, str]:
    """What is said of each member."""
    return {view.member.name: view.why for view in decision.members}


def test_calm() -> None:
    """The healthy ordinary members of the first tier answer, in proportion to their weights."""
    decision = decided()

    assert (decision.service, decision.mode, decision.tier) == ("smtp", Mode.NORMAL, 1)
    assert shares(decision) == {"relay1": 0.6, "relay2": 0.4}
    assert decision.reason == "tier 1, relays: 2 of 2 members healthy, 1 needed"
    assert decision.extended_error is None


def test_every_member_has_its_reason() -> None:
    """Each member of every tier is listed with why it is in or out."""
    drained = pool("relays", *RELAYS.members, member("old", "192.0.2.3", weight=0))
    site = zone(drained, DR, services=(service("smtp", "relays", "dr"),))
    decision = decided(of=site, down=("192.0.2.11",), unknown=("198.51.100.1",))

    assert why(decision) == {
        "relay1": "smtp down",
        "relay2": "smtp up",
        "relay9": "standby: an ordinary member is healthy; smtp up",
        "old": "weight 0: drained, never chosen; smtp up",
        "dr1": "smtp unknown; left out while another is known good",
        "dr2": "tier 1 answers; smtp up",
    }


def test_reasons_of_addresses_that_differ() -> None:
    """A member whose addresses differ in health is told address by address."""
    decision = decided(Family.ANY, down=("2001:db8::12",))

    assert why(decision)["relay2"] == "192.0.2.12: smtp up; 2001:db8::12: smtp down"
    assert decision.chosen[1].addresses == RELAYS.members[1].addresses[:1]


def test_reasons_in_another_tier() -> None:
    """Members of a tier that fell short, of a later one, and of MX's later tiers are told apart."""
    strict = pool("relays", *RELAYS.members, at_least=2)
    site = zone(strict, DR, services=(service("smtp", "relays", "dr"),))

    assert why(decided(of=site, down=("192.0.2.11",)))["relay2"] == "tier 1 falls short; smtp up"
    assert why(decided(Family.ANY))["dr1"] == "listed after tier 1; smtp up"
    assert why(decided(Family.IPV6))["relay1"] == "no IPv6 address"


def test_alias_shows_the_decision_of_its_service() -> None:
    """An alias has the same members, shares and TTL under its own name."""
    decision = decided(name="mx", down=("192.0.2.11",))

    assert decision.service == "mx"
    assert decision.members == decided(down=("192.0.2.11",)).members


def test_pool_name_answers_the_pool_alone() -> None:
    """POOL.ZONE is a service of that one tier."""
    assert shares(decided(name="dr")) == {"dr1": 0.5, "dr2": 0.5}


ACTIONS = {
    WhenAllDown.SERVE_ALL: {"relay1": 0.6, "relay2": 0.4},
    WhenAllDown.NODATA: {},
    WhenAllDown.SERVFAIL: {},
    WhenAllDown.REFUSED: {},
}


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("action", list(ACTIONS))
def test_wound_1_all_down_is_agreed(action: WhenAllDown, family: Family) -> None:
    """Every way to answer when all are down, in every family: who answers, the action, the flag and the error."""
    site = zone(RELAYS, services=(service("smtp", "relays", when_all_down=action),))
    everything = tuple(str(address) for one in RELAYS.members for address in one.addresses)
    decision = decided(family, of=site, down=everything)

    expected = ACTIONS[action]
    if family is Family.IPV6 and expected:
        expected = {"relay2": 1.0}
    assert (decision.mode, decision.action, shares(decision)) == (Mode.ALL_DOWN, action, expected)
    assert decision.extended_error == (0, "all members down")
    assert not decision.nodata


def test_wound_2_not_ready() -> None:
    """Before the first round nothing is answered, and the error says why."""
    decision = decided(ready=False)

    assert (decision.mode, decision.chosen, decision.ttl) == (Mode.STARTING, (), SITE.min_ttl)
    assert decision.extended_error == (14, "")
    assert why(decision)["relay1"] == "nothing is answered yet; smtp up"


def test_wound_2_dead_member_is_never_answered_after_the_first_round() -> None:
    """With one member known dead and one not known yet, only the known good one is answered."""
    decision = decided(down=("192.0.2.11",), unknown=("192.0.2.19", "198.51.100.1"))

    assert shares(decision) == {"relay2": 1.0}


def test_wound_8_families_are_chosen_apart() -> None:
    """A member dead over IPv6 only is out of AAAA only; the other family is not touched."""
    assert shares(decided(Family.IPV6, down=("2001:db8::12",))) == {"dr2": 1.0}
    assert shares(decided(Family.IPV4, down=("2001:db8::12",))) == {"relay1": 0.6, "relay2": 0.4}


@pytest.mark.parametrize("down", [(), ("192.0.2.11", "192.0.2.12"), ("192.0.2.11", "192.0.2.12", "192.0.2.19")])
def test_wound_9_weight_zero_is_never_chosen(down: tuple[str, ...]) -> None:
    """A drained member is not chosen while others live, nor when they fall, nor when all are served."""
    site = zone(
        pool("relays", *RELAYS.members, member("old", "192.0.2.3", weight=0)), services=(service("smtp", "relays"),)
    )

    assert "old" not in shares(decided(of=site, down=down))


def test_wound_24_policies_compose() -> None:
    """Weights, standby, minimum and tiers in one chain: a tier that falls short signals on, and says so."""
    strict = pool("relays", *RELAYS.members, percent=50.0)
    site = zone(strict, DR, services=(service("smtp", "relays", "dr"),))
    decision = decided(of=site, down=("192.0.2.11",))

    assert decision.tier == 2
    assert decision.tiers[0].why == "weight 40 of 100 healthy, 50 % needed"
    assert shares(decision) == {"dr1": 0.5, "dr2": 0.5}


# The laws, over estates and health made at random.

HEALTHS = st.sampled_from([Health.UP, Health.DEGRADED, Health.DOWN, Health.UNKNOWN])


@st.composite
def estates(draw: st.DrawFn) -> tuple[Zone, Callable[[Member, Address], AddressHealth]]:
    """One to three tiers of one to four members, and a health for each address."""
    states: dict[str, Health] = {}
    pools = []
    for number in range(draw(st.integers(1, 3))):
        members = []
        for place in range(draw(st.integers(1, 4))):
            four, six = f"192.0.{number}.{place}", f"2001:db8::{number + 1}:{place + 1}"
            addresses = draw(st.sampled_from([(four,), (six,), (four, six)]))
            states |= {address: draw(HEALTHS) for address in addresses}
            weight, standby = draw(st.sampled_from([0, 1, 1, 7, 60])), draw(st.booleans())
            members.append(member(f"m{place}", *addresses, weight=weight, standby=standby))
        percent = draw(st.sampled_from([None, None, 25.0, 100.0]))
        pools.append(pool(f"tier{number}", *members, at_least=draw(st.integers(1, 3)), percent=percent))
    action = draw(st.sampled_from(WhenAllDown))
    main = service("main", *[each.name for each in pools], when_all_down=action)
    site = zone(*pools, services=(main,))

    def health_of(_member: Member, address: Address) -> AddressHealth:
        state = states[str(address)]
        return AddressHealth(health=state, changes_in=float(len(str(address)) * 2), why=state.value, changes_by="smtp")

    return site, health_of


laws = settings(deadline=None, max_examples=80)
families = st.sampled_from(Family)


@laws
@given(estates(), families, st.booleans())
def test_law_shares(made: tuple[Zone, Callable[[Member, Address], AddressHealth]], family: Family, ready: bool) -> None:
    """Shares sum to one over the chosen, each its weight over their sum; nobody else has any."""
    site, health_of = made
    decision = decide(site, site.services["main"], family, health_of, ready=ready)

    total = sum(view.member.weight for view in decision.chosen)
    for view in decision.members:
        assert view.share == (view.member.weight / total if view.chosen else 0.0)
    assert not decision.chosen or sum(view.share for view in decision.members) == pytest.approx(1.0)


@laws
@given(estates(), families)
def test_law_no_bad_member_is_answered(
    made: tuple[Zone, Callable[[Member, Address], AddressHealth]], family: Family
) -> None:
    """No drained member is ever answered; no down address unless all are down; no unknown beside a known good."""
    site, health_of = made
    decision = decide(site, site.services["main"], family, health_of, ready=True)
    answered = [health_of(view.member, address).health for view in decision.chosen for address in view.addresses]

    assert all(view.member.weight > 0 and view.addresses for view in decision.chosen)
    assert decision.mode is Mode.ALL_DOWN or Health.DOWN not in answered
    assert Health.UNKNOWN not in answered or not any(state.is_good for state in answered)


@laws
@given(estates())
def test_law_never_empty_by_health(made: tuple[Zone, Callable[[Member, Address], AddressHealth]]) -> None:
    """While any address that may be chosen is not down, some family answers; else all of them are all down alike."""
    site, health_of = made
    both = [decide(site, site.services["main"], family, health_of, ready=True) for family in Family]
    alive = any(
        health_of(one, address).health is not Health.DOWN
        for each in site.pools.values()
        for one in each.members
        for address in one.addresses
        if one.weight
    )

    assert {decision.mode is Mode.ALL_DOWN for decision in both} == {not alive}
    assert not alive or any(decision.chosen for decision in both[1:])
    assert not alive or both[0].exchangers


@laws
@given(estates(), families)
def test_law_nothing_answered_is_said(
    made: tuple[Zone, Callable[[Member, Address], AddressHealth]], family: Family
) -> None:
    """Whenever no member answers, the decision says NODATA or carries an action; never both with members."""
    site, health_of = made
    decision = decide(site, site.services["main"], family, health_of, ready=True)

    explained = decision.nodata or decision.action not in (None, WhenAllDown.SERVE_ALL)
    assert bool(decision.chosen) is not explained
    assert decision.reason
    assert site.min_ttl <= decision.ttl <= site.ttl


@laws
@given(estates(), families)
def test_law_equal_input_equal_decision(
    made: tuple[Zone, Callable[[Member, Address], AddressHealth]], family: Family
) -> None:
    """Two runs with the same input give equal decisions."""
    site, health_of = made

    assert decide(site, site.services["main"], family, health_of, ready=True) == decide(
        site, site.services["main"], family, health_of, ready=True
    )


@laws
@given(estates(), families)
def test_law_other_services_are_not_touched(
    made: tuple[Zone, Callable[[Member, Address], AddressHealth]], family: Family
) -> None:
    """A tier that fails changes no service that does not use it."""
    site, health_of = made

    def first_pool_failed(one: Member, address: Address) -> AddressHealth:
        mine = one in site.pools["tier0"].members
        return AddressHealth(health=Health.DOWN) if mine else health_of(one, address)

    for name in list(site.pools)[1:]:
        own = site.services[name]
        assert decide(site, own, family, health_of, ready=True) == decide(
            site, own, family, first_pool_failed, ready=True
        )
