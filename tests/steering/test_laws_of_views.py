"""Laws of views: a chain for some clients decides as it would for all, and nothing of the others' leaks in."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.model.pools import Member
from gslb.model.values import Address, Family, RecordType, WhenAllDown
from gslb.model.verdicts import AddressHealth, Health
from gslb.model.zones import EVERYBODY, Service, Zone
from gslb.steering.decide import decide
from tests.kit.estate import member, pool, service, zone
from tests.kit.views import seen_by

NAMES = ("p0", "p1", "p2")
FAMILIES = st.sampled_from(list(Family))
CHAINS = st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(tuple)
HEALTHS = st.fixed_dictionaries({(name, n): st.sampled_from(list(Health)) for name in NAMES for n in range(3)})

Healths = dict[tuple[str, int], Health]


def estate(chains: list[tuple[str, ...]], action: WhenAllDown) -> Zone:
    """smtp for everybody by the first chain, for east by the second; other by the second for everybody."""
    pools = [
        pool(
            name,
            member("m0", f"192.0.2.{10 * tier}"),
            member("m1", f"192.0.2.{10 * tier + 1}", f"2001:db8::{tier}:1", weight=3),
            member("m2", f"2001:db8::{tier}:2", standby=True),
        )
        for tier, name in enumerate(NAMES)
    ]
    records = (RecordType.A, RecordType.AAAA, RecordType.MX)
    smtp = service("smtp", *chains[0], records=records, when_all_down=action)
    other = service("other", *chains[1], records=records, when_all_down=action)
    return zone(*pools, services=(seen_by(smtp, east=chains[1]), other))


def looked_up(site: Zone, states: Healths, one: Member, address: Address) -> AddressHealth:
    """The health of an address by its member's place."""
    name = next(each.name for each in site.pools.values() if any(address in other.addresses for other in each.members))
    return AddressHealth(health=states[name, int(one.name[1:])], changes_in=30.0, why="smtp")


@settings(deadline=None)
@given(CHAINS, CHAINS, HEALTHS, FAMILIES, st.sampled_from(list(WhenAllDown)))
def test_a_view_decides_as_a_service_of_its_chain(
    default: tuple[str, ...], chain: tuple[str, ...], states: Healths, family: Family, action: WhenAllDown
) -> None:
    """The decision of a view is that of a service with those pools, whatever becomes of everybody's."""
    site = estate([default, chain], action)

    def made(found: Service, view: str) -> object:
        decision = decide(
            site, found, family, lambda one, address: looked_up(site, states, one, address), ready=True, view=view
        )
        return replace(decision, service="", view="")

    assert made(site.services["smtp"], "east") == made(site.services["other"], EVERYBODY)
    assert made(site.services["smtp"], "elsewhere") == made(site.services["smtp"], EVERYBODY)


@settings(deadline=None)
@given(CHAINS, CHAINS, HEALTHS, FAMILIES, st.sampled_from(list(WhenAllDown)))
def test_nobody_outside_the_chain_is_answered(
    default: tuple[str, ...], chain: tuple[str, ...], states: Healths, family: Family, action: WhenAllDown
) -> None:
    """Every member and exchanger of a view's answer stands in a pool of its chain, in any mode."""
    site = estate([default, chain], action)
    decision = decide(
        site,
        site.services["smtp"],
        family,
        lambda one, address: looked_up(site, states, one, address),
        ready=True,
        view="east",
    )
    hostnames = {one.hostname for name in chain for one in site.pools[name].members}

    assert {each.pool for each in decision.members} == set(chain)
    assert {each.hostname for each in decision.exchangers} <= hostnames
