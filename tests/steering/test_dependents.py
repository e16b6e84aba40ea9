from ipaddress import ip_address

from gslb.model.names import to_wire
from gslb.model.targets import target_id
from gslb.model.verdicts import MemberKey
from gslb.steering.dependents import NOTHING, Dependents, dependents, of_members
from tests.kit.estate import ZONE, check, config, member, pool, service, zone

ORIGIN = to_wire(ZONE + ".")


def target(address: str) -> str:
    """The target of the plain SMTP check at an address."""
    return target_id(check().settings, ip_address(address))


def test_everything_a_target_has_a_say_in() -> None:
    """A target reaches the services of its pools, their aliases, the pool's own name, and its member's hosts."""
    site = zone(
        pool("relays", member("r1", "192.0.2.1", hostname="mx1"), member("r2", "192.0.2.2")),
        pool("dr", member("d1", "198.51.100.1")),
        services=(service("smtp", "relays", "dr"), service("@", alias_of="smtp"), service("web", "dr")),
    )
    found = dependents(config(site))

    assert found[target("192.0.2.1")] == Dependents(
        services=frozenset({(ZONE, "smtp"), (ZONE, "@"), (ZONE, "relays")}),
        hosts=frozenset({(ZONE, to_wire("mx1", ORIGIN)), (ZONE, to_wire("r1.relays", ORIGIN))}),
    )
    assert found[target("198.51.100.1")].services == {(ZONE, "smtp"), (ZONE, "@"), (ZONE, "web"), (ZONE, "dr")}
    assert found.get("ffffffffffffffff", NOTHING) == Dependents()


def test_target_shared_by_zones() -> None:
    """One address checked alike in two zones is one target with a say in both."""
    first = zone(pool("relays", member("r1", "192.0.2.1")))
    second = zone(pool("relays", member("r1", "192.0.2.1")), name="other.example")

    assert dependents(config(first, second))[target("192.0.2.1")].services == {
        (ZONE, "relays"),
        ("other.example", "relays"),
    }


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
