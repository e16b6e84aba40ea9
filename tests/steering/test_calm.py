"""The short way gives what the stages give."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.health.overrides import Overrides
from gslb.model.decisions import Decision
from gslb.model.overrides import Forced
from gslb.model.pasts import NEW, Past
from gslb.model.pools import Member, Pool
from gslb.model.values import Address, Family, WhenAllDown
from gslb.model.verdicts import AddressHealth, Health
from gslb.model.zones import Zone
from gslb.steering.calm import at_once
from gslb.steering.decide import by_stages
from gslb.steering.draft import Draft
from gslb.steering.motion import CALM
from tests.kit.controlled import NOW
from tests.kit.estate import member, pool, service, zone
from tests.kit.estates import LOWERED, ODD, UP, Weather, health
from tests.kit.spoken_for import said

CHANGING = AddressHealth(health=Health.UP, changes_in=20.0, why="imap up", changes_by="imap")
ADDRESSES = [("192.0.2.{0}",), ("192.0.2.{0}",), ("192.0.2.{0}", "2001:db8::{0}"), ("2001:db8::{0}", "192.0.2.{0}")]
ONE_FOUR, ONE_DUAL = member("m1", "192.0.2.1"), member("m2", "192.0.2.2", "2001:db8::2")


def both(
    site: Zone,
    family: Family,
    weather: Weather | None = None,
    *,
    book: Overrides | None = None,
    past: Past = NEW,
) -> tuple[Decision | None, Decision]:
    """The short way's decision for smtp, and that of the stages."""
    look, word = weather or {}, (book or Overrides()).of(NOW)

    def health_of(_member: Member, address: Address) -> AddressHealth:
        return look.get(address, UP)

    shown = site.services["smtp"]
    draft = Draft(site, shown, family, health_of, True, word, past=past, now=NOW)
    return at_once(site, shown, family, health_of, word, past, ""), by_stages(draft)


def site(each: Pool, **more: object) -> Zone:
    """A zone whose smtp is that pool."""
    return zone(each, services=(service("smtp", each.name, **more),))  # type: ignore[arg-type]  # fields of Service


@st.composite
def calm_sites(draw: st.DrawFn) -> Zone:
    """One pool whose members have all the same families, seen by a service of any feature that needs no second pool."""
    forms = draw(st.sampled_from(ADDRESSES))
    members = [
        member(f"m{n}", *[form.format(n) for form in forms], weight=draw(st.integers(1, 60)))
        for n in range(1, draw(st.integers(1, 4)) + 1)
    ]
    return site(
        pool("relays", *members, at_least=draw(st.integers(1, 5))),
        sticky=draw(st.booleans()),
        together=draw(st.booleans()),
        slow_start=draw(st.sampled_from([0.0, 300.0])),
        trickle=draw(st.sampled_from([0.0, 0.5])),
        answers=draw(st.integers(0, 3)),
    )


@settings(deadline=None, max_examples=100)
@given(calm_sites(), st.sampled_from(Family), st.sampled_from([NEW, CALM]), st.data())
def test_law_it_gives_what_the_stages_give(made: Zone, family: Family, past: Past, data: st.DataObject) -> None:
    """While all is well the short way is there, and its decision is theirs in every word."""
    addresses = [address for one in made.pools["relays"].members for address in one.addresses]
    weather = {address: data.draw(st.sampled_from([UP, UP, CHANGING])) for address in addresses}

    short, long = both(made, family, weather, past=past)

    assert short is not None
    assert (short, short.changes, short.due, short.past) == (long, long.changes, long.due, long.past)


NOT_CALM = [
    site(pool("relays", ONE_FOUR), when_all_down=WhenAllDown.LAST_GOOD),
    site(pool("relays", ONE_FOUR, percent=50.0)),
    site(pool("relays", ONE_FOUR, member("m3", "192.0.2.3", capacity=5))),
    site(pool("relays", ONE_FOUR, member("m3", "192.0.2.3", standby=True))),
    site(pool("relays", ONE_FOUR, member("m3", "192.0.2.3", weight=0))),
    site(pool("relays", *[replace(one, hostname=b"\2mx\0", hostname_given=True) for one in (ONE_FOUR, ONE_DUAL)])),
    zone(pool("relays", ONE_FOUR), pool("dr", ONE_DUAL), services=(service("smtp", "relays", "dr"),)),
]


@pytest.mark.parametrize("made", NOT_CALM)
def test_what_has_to_be_weighed_takes_the_long_way(made: Zone) -> None:
    """Two tiers, a share or a set to keep, members that are not alike, a name that two of them bear."""
    assert both(made, Family.ANY)[0] is None


def test_a_family_that_some_have_takes_the_long_way() -> None:
    """The short way is for a family that all members have, or none."""
    mixed = site(pool("relays", ONE_FOUR, ONE_DUAL))

    assert both(mixed, Family.IPV6)[0] is None
    assert both(mixed, Family.IPV4)[0] is not None
    assert both(site(pool("relays", ONE_FOUR)), Family.IPV6)[0] is not None


@pytest.mark.parametrize("weather", [health("smtp", Health.DOWN), *LOWERED, *ODD[1:]])
def test_whoever_is_not_well_takes_the_long_way(weather: AddressHealth) -> None:
    """One address that is anything but up, calm and at its whole weight is enough; a notice is not."""
    made = site(pool("relays", ONE_FOUR, ONE_DUAL))

    assert both(made, Family.IPV4, {ONE_FOUR.addresses[0]: weather})[0] is None
    assert both(made, Family.IPV4, {ONE_FOUR.addresses[0]: ODD[0]})[0] is not None


def test_what_is_remembered_or_said_takes_the_long_way() -> None:
    """A past in which something moved, and an operator's word."""
    made = site(pool("relays", ONE_FOUR))

    assert both(made, Family.IPV4, past=Past(decided=True, seat="dr"))[0] is None
    assert both(made, Family.IPV4, book=said("relays/m1", state=Forced.FORCED_UP))[0] is None
