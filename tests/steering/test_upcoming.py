"""The next change of a decision, and what would follow it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gslb.health.overrides import Overrides
from gslb.model.overrides import Forced
from gslb.model.pasts import Change
from gslb.model.pools import Member
from gslb.model.values import Address, Family
from gslb.model.verdicts import AddressHealth, Health
from gslb.model.zones import Zone
from gslb.steering.decide import decide
from gslb.steering.upcoming import Scene, upcoming, upcoming_of_host
from tests.kit.controlled import NOW
from tests.kit.estate import member, pool, service, zone
from tests.kit.spoken_for import said

RELAYS = pool("relays", member("r1", "192.0.2.1", weight=60), member("r2", "192.0.2.2", weight=40))
DR = pool("dr", member("d1", "198.51.100.1"))
INF = float("inf")
NOTHING = Overrides()


def paced(**seconds: float) -> Callable[[Member, Address], AddressHealth]:
    """Health by member: up and down (negative) ones, with the seconds to their change."""

    def look(one: Member, _address: Address) -> AddressHealth:
        within = seconds.get(one.name, 45.0)
        health = Health.UP if within >= 0 else Health.DOWN
        return AddressHealth(health=health, changes_in=abs(within), why=f"smtp {health}", changes_by="smtp")

    return look


def told(site: Zone, book: Overrides = NOTHING, *, name: str = "smtp", **seconds: float) -> tuple[str, ...]:
    """The sentences for a service."""
    scene = Scene(zone=site, service=site.services[name], health_of=paced(**seconds), override_of=book.of(NOW), now=NOW)
    made = decide(site, scene.service, Family.IPV4, scene.health_of, ready=True, override_of=scene.override_of)
    return upcoming(scene, made)


def site(*pools: object) -> Zone:
    """A zone whose service smtp has these pools as tiers."""
    tiers = pools or (RELAYS, DR)
    return zone(*tiers, services=(service("smtp", *[each.name for each in tiers]),))  # type: ignore[arg-type, attr-defined]  # pools


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        ({"r1": 12.0}, "relays/r1 192.0.2.1 may be down in 12 s (smtp); then tier 1 answers: r2 100.0%"),
        ({"r1": -30.0}, "relays/r1 192.0.2.1 may be up in 30 s (smtp); then tier 1 answers: r1 60.0%, r2 40.0%"),
        ({"d1": 5.0}, "dr/d1 198.51.100.1 may be down in 5 s (smtp); then the answer stays as it is"),
        ({"r1": -60.0, "r2": 9.0}, "relays/r2 192.0.2.2 may be down in 9 s (smtp); then tier 2 answers: d1 100.0%"),
        (
            {"r1": -60.0, "r2": 9.0, "d1": -60.0},
            "relays/r2 192.0.2.2 may be down in 9 s (smtp); then all members are down: serve_all",
        ),
    ],
)
def test_the_soonest_verdict(seconds: dict[str, float], sentence: str) -> None:
    """Whose, which way, how soon, by which check, and what is answered then."""
    assert told(site(), **seconds) == (f"next change: {sentence}",)


def test_tiers_that_share_are_told_apart() -> None:
    """Members bear their pool's name where more than one pool answers."""
    sharing = zone(RELAYS, DR, services=(service("smtp", "relays", "dr", trickle=0.5),))

    assert told(sharing, r1=12.0)[0].endswith("; then tiers 1 and 2 answer: relays/r2 50.0%, dr/d1 50.0%")


def test_the_end_of_an_override() -> None:
    """Told beside the verdict, the sooner first; a forced member's verdict changes nothing."""
    book = said("relays/r1", lasts=20, over=said("relays/r2", state=Forced.FORCED_UP, lasts=60))

    assert told(site(), book, r2=3.0, r1=30.0) == (
        "next change: relays/r1 is no longer drained in 20 s; then tier 1 answers: r1 60.0%, r2 40.0%",
        "next change: relays/r1 192.0.2.1 may be down in 30 s (smtp); then the answer stays as it is",
    )


def test_what_is_bound_to_come() -> None:
    """A weight on its way is told with its time; what waits for an operator has none."""
    where = site()
    scene = Scene(
        zone=where, service=where.services["smtp"], health_of=paced(), override_of=Overrides().of(NOW), now=NOW
    )
    made = decide(where, scene.service, Family.IPV4, scene.health_of, ready=True)
    made = replace(made, changes=(Change(NOW + 8, "r1 moves"), Change(None, "failback by hand")))

    assert upcoming(scene, made)[0] == "next change: r1 moves in 8 s"
    assert upcoming(scene, made)[2] == "next change: failback by hand, when an operator says so"


def test_before_health_is_known() -> None:
    """The first round of probes comes before all else."""
    where = site()
    scene = Scene(
        zone=where, service=where.services["smtp"], health_of=paced(), override_of=NOTHING.of(NOW), now=NOW, ready=False
    )
    made = decide(where, scene.service, Family.IPV4, scene.health_of, ready=False)

    assert upcoming(scene, made) == ("next change: when the first round of probes is over",)


def test_nothing_in_sight() -> None:
    """Members that nobody probes."""
    assert told(site(), r1=INF, r2=INF, d1=INF) == ("next change: none in sight; nothing probes these members",)
    assert told(site(), said("smtp"), r1=INF, r2=INF, d1=INF)[0].startswith("next change: none")


def test_a_family_and_a_pool_by_itself() -> None:
    """What would be left of each: NODATA, nothing, or many members of which some are named."""
    both = pool("both", member("b1", "192.0.2.1", "2001:db8::1"))
    many = pool("many", *[member(f"m{n}", f"192.0.2.{n}") for n in range(1, 9)])

    assert told(site(both), b1=5.0)[0].endswith("then NODATA")
    assert told(site(many), name="many", m1=5.0)[0].endswith("m6 14.3% and 2 more")


@pytest.mark.parametrize(
    ("seconds", "states", "sentence"),
    [
        ({"r1": 12.0}, {}, "relays/r1 192.0.2.1 may be down in 12 s (smtp); then the answer stays as it is"),
        ({"r1": -12.0}, {}, "relays/r1 192.0.2.1 may be up in 12 s (smtp); then the answer stays as it is"),
        (
            {"r1": -12.0},
            {"relays/r1": Forced.FORCED_UP},
            "relays/r1 is no longer forced up in 60 s; then the answer stays as it is",
        ),
        ({"r1": INF}, {}, "none in sight; nothing probes these members"),
    ],
)
def test_a_members_own_name(seconds: dict[str, float], states: dict[str, Forced], sentence: str) -> None:
    """Its health alone counts, or the end of an operator's word on that."""
    site = zone(RELAYS)
    book = NOTHING
    for target, state in states.items():
        book = said(target, state=state, lasts=60)
    name = site.pools["relays"].members[0].hostname

    assert upcoming_of_host(site, name, paced(**seconds), book.of(NOW)) == (f"next change: {sentence}",)


def test_a_name_of_several_addresses() -> None:
    """What is left when the next one goes is told."""
    site = zone(pool("relays", member("r1", "192.0.2.1", "2001:db8::1")))
    (found,) = upcoming_of_host(site, site.pools["relays"].members[0].hostname, paced(r1=9.0), NOTHING.of(NOW))

    assert found == "next change: relays/r1 192.0.2.1 may be down in 9 s (smtp); then 2001:db8::1"
