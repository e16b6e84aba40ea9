"""What control asks of steering."""

from dataclasses import replace

from gslb.control.deciding import Terms, carried_of, hosts_of, services_of
from gslb.control.scene import everything, parted, scene_of, slices
from gslb.model.decisions import Mode
from gslb.model.overrides import Forced, Override, Standing, nobody
from gslb.model.pasts import NEW
from gslb.model.values import WhenAllDown
from gslb.model.zones import Transfer
from gslb.steering.dependents import NOTHING, Dependents, joined
from tests.kit.controlled import RELAY1, RELAY2, SPARE, ZONE, two_tiers
from tests.kit.estate import healths


def terms(*, down: tuple[str, ...] = (), fetched: bool = False) -> Terms:
    """The small estate with these addresses down; `fetched` by secondaries, and answering nothing when all are down."""
    estate = two_tiers()
    if fetched:
        zone = estate.zones[0]
        services = {name: replace(each, when_all_down=WhenAllDown.NODATA) for name, each in zone.services.items()}
        estate = replace(estate, zones=(replace(zone, services=services, transfer=Transfer()),))
    return Terms(scene_of(estate), healths(down=down), nobody, lambda _: NEW, True, 0.0)


def test_services_and_hosts() -> None:
    """Each family of a service is decided by itself, each host once."""
    whole = everything(terms().scene)

    decided = dict(services_of(terms(), whole))
    hosts = dict(hosts_of(terms(down=(RELAY1,)), whole))

    assert {key[:2] for key in decided} == whole.services
    assert set(hosts) == whole.hosts
    assert {one.all_down for one in hosts.values()} == {True, False}


def test_transfers_carry_everybody_when_all_are_down() -> None:
    """Where a zone is fetched, what is carried instead is decided as serve_all; nothing elsewhere."""
    down = terms(down=(RELAY1, RELAY2, SPARE), fetched=True)
    asked = Dependents(services=frozenset({(ZONE, "smtp")}))

    carried = dict(carried_of(down, dict(services_of(down, asked))))
    well = dict(carried_of(terms(fetched=True), dict(services_of(terms(fetched=True), asked))))

    assert {one.mode for one in carried.values() if one} == {Mode.ALL_DOWN}
    assert {one.action for one in carried.values() if one} == {WhenAllDown.SERVE_ALL}
    assert set(well.values()) == {None}
    assert dict(carried_of(terms(), dict(services_of(terms(), asked)))) == {}


def test_transfers_carry_the_decision_where_nobody_may_be_served() -> None:
    """With every member drained serve_all has nobody: what the service itself decides is carried, whatever that is."""
    drain = Override(target="*", state=Forced.DRAINED, owner="op", since=0.0)
    drained = terms(fetched=True)._replace(override_of=lambda *_: Standing(drain, 60.0))
    asked = Dependents(services=frozenset({(ZONE, "smtp")}))

    decided = dict(services_of(drained, asked))

    assert {one.mode for one in decided.values()} == {Mode.ALL_DOWN}
    assert set(dict(carried_of(drained, decided)).values()) == {None}


def test_slices_are_the_whole() -> None:
    """Cut into pieces nothing is lost, and none is larger than wanted."""
    whole = everything(terms().scene)

    pieces = list(slices(whole, 2))

    assert frozenset().union(*(each.services for each in pieces)) == whole.services
    assert frozenset().union(*(each.hosts for each in pieces)) == whole.hosts
    assert all(len(each.services) + len(each.hosts) <= 2 for each in pieces)


def test_a_part_and_the_rest_are_the_whole() -> None:
    """Taken piece by piece nothing is lost, and the last piece is all that is left."""
    whole = everything(terms().scene)
    some, rest = parted(whole, 2)

    assert joined((some, rest)) == whole
    assert len(some.services) + len(some.hosts) == 2
    assert parted(whole, 100) == (whole, NOTHING)
