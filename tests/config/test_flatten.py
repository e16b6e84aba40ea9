"""Views to ranges: the same as looking at every network, and compact."""

import itertools
from ipaddress import ip_address, ip_network

from hypothesis import given, settings

from gslb.config.flatten import flatten
from gslb.model.clients import NO_VIEWS, RANGE4, CountryRanges, View
from gslb.model.values import Address
from tests.kit.views import ADDRESSES, Countries, held_by, packed, trusted_by, view, worlds


@settings(deadline=None)
@given(worlds(), ADDRESSES)
def test_ranges_say_what_the_networks_say(world: tuple[tuple[View, ...], Countries], address: Address) -> None:
    """Every address is held by the views whose networks and countries hold it, narrowest first."""
    views, countries = world

    found = flatten(views, packed(countries)).of(address)

    assert found.held == held_by(views, countries, address)
    assert set(found.trusts) == trusted_by(views, address)


@given(worlds())
def test_neighbours_differ(world: tuple[tuple[View, ...], Countries]) -> None:
    """Ranges are sorted, begin at the first address, and no two neighbours are of one class."""
    made = flatten(world[0], packed(world[1]))
    records = list(RANGE4.iter_unpack(made.ranges4))

    assert records[0][0] == 0
    assert all(one[0] < other[0] and one[1] != other[1] for one, other in itertools.pairwise(records))


def test_without_views_nothing_is_sorted() -> None:
    """A configuration without views has no ranges, and everybody is in none."""
    assert flatten((), {}) is NO_VIEWS
    assert NO_VIEWS.of(ip_address("192.0.2.1")).held == ()


def test_a_country_is_wider_than_a_network_and_narrower_than_everything() -> None:
    """A network written down comes before a country, and a country before 0.0.0.0/0."""
    views = (view("all", "0.0.0.0/0"), view("home", countries=("DE",)), view("site", "10.0.0.0/8"))

    found = flatten(views, packed({"DE": (ip_network("10.0.0.0/7"),)}))

    assert [held.view for held in found.of(ip_address("10.1.2.3")).held] == [3, 2, 1]
    assert [held.view for held in found.of(ip_address("11.1.2.3")).held] == [2, 1]


def test_a_big_country_file_stays_small() -> None:
    """Two countries in 200,000 stretches take 8 octets for each of their ranges, and share two classes."""
    stretch = [number * 512 for number in range(100_000)]
    one, other = (
        CountryRanges(ipv4=b"".join((first + at).to_bytes(4) + (first + at + 255).to_bytes(4) for first in stretch))
        for at in (0, 256)
    )

    made = flatten((view("a", countries=("AA",)), view("b", countries=("BB",))), {"AA": one, "BB": other})

    assert len(made.ranges4) == 8 * 200_001
    assert len(made.classes) == 3
