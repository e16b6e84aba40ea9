from math import inf

import pytest

from gslb.model.decisions import Decision
from gslb.model.pools import Member
from gslb.model.values import Address, Family
from gslb.model.verdicts import AddressHealth, Health
from gslb.steering.decide import decide
from tests.kit.estate import member, pool, service, zone

SITE = zone(
    pool("relays", member("r1", "192.0.2.1", "2001:db8::1"), member("old", "192.0.2.2", weight=0), at_least=1),
    pool("dr", member("d1", "198.51.100.1")),
    services=(service("smtp", "relays", "dr"),),
    ttl=30,
    min_ttl=15,
)


def decided(family: Family = Family.IPV4, *, down: tuple[str, ...] = (), **soon: float) -> Decision:
    """A decision in which members could change in so many seconds: `r1=`, `r1_6=` for its IPv6 address, and so on."""

    def health_of(one: Member, address: Address) -> AddressHealth:
        key = one.name + ("_6" if address.version == 6 else "")
        health = Health.DOWN if str(address) in down else Health.UP
        return AddressHealth(health=health, changes_in=soon.get(key, inf), changes_by="smtp")

    return decide(SITE, SITE.services["smtp"], family, health_of, ready=True)


@pytest.mark.parametrize(
    ("seconds", "ttl", "why"),
    [
        (inf, 30, "the zone's ttl: nothing could change sooner"),
        (30.0, 30, "the zone's ttl: nothing could change sooner"),
        (29.9, 29, "relays/r1 192.0.2.1 could change in 29 s (smtp)"),
        (15.0, 15, "relays/r1 192.0.2.1 could change in 15 s (smtp)"),
        (6.0, 15, "the zone's min_ttl: relays/r1 192.0.2.1 could change sooner (smtp)"),
        (0.0, 15, "the zone's min_ttl: relays/r1 192.0.2.1 could change sooner (smtp)"),
    ],
)
def test_whole_seconds_clamped(seconds: float, ttl: int, why: str) -> None:
    """The TTL is the time to the earliest change in whole seconds, within the zone's bounds, and says whose it is."""
    decision = decided(r1=seconds)

    assert (decision.ttl, decision.ttl_why) == (ttl, why)


def test_least_over_those_that_took_part() -> None:
    """Members of tiers not looked at, of the other family, and drained ones do not shorten it."""
    assert decided(r1=25.0, r1_6=20.0, old=16.0, d1=17.0).ttl == 25
    assert decided(Family.IPV6, r1=25.0, r1_6=20.0, old=16.0, d1=17.0).ttl == 20


def test_members_not_answered_count() -> None:
    """A down member of an earlier tier took part: its return would change the answer."""
    decision = decided(down=("192.0.2.1",), r1=18.0, d1=25.0)

    assert (decision.tier, decision.ttl) == (2, 18)


def test_exchangers_of_later_tiers_count() -> None:
    """MX and SRV list later tiers, so those take part."""
    assert decided(Family.ANY, r1=25.0, d1=17.0).ttl == 17


def test_all_down_looks_at_everything() -> None:
    """When all are down any address that may be chosen could end it."""
    every = ("192.0.2.1", "2001:db8::1", "198.51.100.1")

    assert decided(down=every, r1=25.0, r1_6=19.0).ttl == 19


def test_nodata_looks_at_the_family_judged() -> None:
    """A tier judged in the other family takes part with the addresses of that one."""
    v4 = zone(pool("relays", member("r1", "192.0.2.1")), services=(service("smtp", "relays"),))
    decision = decide(
        v4,
        v4.services["smtp"],
        Family.IPV6,
        lambda *_: AddressHealth(health=Health.UP, changes_in=21.0, changes_by="smtp"),
        ready=True,
    )

    assert (decision.nodata, decision.ttl) == (True, 21)
