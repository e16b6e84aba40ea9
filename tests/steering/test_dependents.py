from dataclasses import replace

from gslb.model.names import to_wire
from gslb.model.settings import Config
from gslb.model.verdicts import MemberKey
from gslb.steering.dependents import NOTHING, Dependents, Reach, of_members
from tests.kit.estate import ZONE, config, member, pool, service, zone

ORIGIN = to_wire(ZONE + ".")


def reached(estate: Config, name: str) -> Dependents:
    """What all members of that name bear on."""
    return Reach(estate).of(
        (MemberKey(site.text, each.name, one.name), one)
        for site in estate.zones
        for each in site.pools.values()
        for one in each.members
        if one.name == name
    )


def test_everything_a_member_bears_on() -> None:
    """The services of its pool, the pool's own name, and its hosts; an alias only shows what another decides."""
    site = zone(
        pool("relays", member("r1", "192.0.2.1", hostname="mx1"), member("r2", "192.0.2.2")),
        pool("dr", member("d1", "198.51.100.1")),
        services=(service("smtp", "relays", "dr"), service("@", alias_of="smtp"), service("web", "dr")),
    )

    assert reached(config(site), "r1") == Dependents(
        services=frozenset({(ZONE, "smtp"), (ZONE, "relays")}),
        hosts=frozenset({(ZONE, to_wire("mx1", ORIGIN)), (ZONE, to_wire("r1.relays", ORIGIN))}),
    )
    assert reached(config(site), "d1").services == {(ZONE, "smtp"), (ZONE, "web"), (ZONE, "dr")}
    assert reached(config(site), "nobody") == NOTHING


def test_members_of_several_zones() -> None:
    """What two zones say of one address is decided in both; a pool that nothing shows has its hosts alone."""
    first = zone(pool("relays", member("r1", "192.0.2.1")))
    second = replace(zone(pool("relays", member("r1", "192.0.2.1")), name="other.example"), services={})
    found = reached(config(first, second), "r1")

    assert found.services == {(ZONE, "relays")}
    assert {zone_text for zone_text, _ in found.hosts} == {ZONE, "other.example"}


def test_what_bears_on_members() -> None:
    """The services that decide for their pools, no alias among them, and their hosts; of a service, itself."""
    site = zone(
        pool("relays", member("r1", "192.0.2.1", hostname="mx1"), member("r2", "192.0.2.2")),
        pool("dr", member("d1", "198.51.100.1")),
        services=(service("smtp", "relays", "dr"), service("@", alias_of="smtp"), service("web", "dr")),
    )
    estate = config(site, zone(pool("relays", member("r1", "192.0.2.1")), name="other.example"))

    assert of_members(estate, {MemberKey(ZONE, "relays", "r1")}, {(ZONE, "web")}) == Dependents(
        services=frozenset({(ZONE, "smtp"), (ZONE, "relays"), (ZONE, "web")}),
        hosts=frozenset({(ZONE, to_wire("mx1", ORIGIN)), (ZONE, to_wire("r1.relays", ORIGIN))}),
    )
    assert of_members(estate, set(), {(ZONE, "web")}).services == {(ZONE, "web")}
