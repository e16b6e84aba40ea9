"""Which views a question is in: by who asks, or by whom a trusted resolver asks for."""

from collections.abc import Iterable
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.dns.clients import Asker, Seen, seen, unmapped
from gslb.model.clients import BY_COUNTRY, Held, View, rank_of
from gslb.model.values import Address, Network
from tests.kit.views import ADDRESSES, Countries, clients, held_by, networks, octets, trusted_by, view, worlds

VIEWS = (
    view("east", "10.1.0.0/16", ecs=["192.0.2.0/24"]),
    view("office", "192.0.2.53/32"),
    view("wide", "10.0.0.0/8", ecs=["192.0.2.0/24"]),
)


def told(text: str) -> bytes:
    """Client subnet data, as in a query."""
    network = ip_network(text)
    octets = network.network_address.packed[: (network.prefixlen + 7) // 8]
    return bytes((0, 1 if network.version == 4 else 2, network.prefixlen, 0)) + octets


@pytest.mark.parametrize(
    ("address", "subnet", "views"),
    [
        ("10.1.2.3", "", (1, 3)),
        ("10.2.2.3", "", (3,)),
        ("192.0.2.1", "10.1.2.0/24", (1, 3)),
        ("192.0.2.1", "10.0.0.0/12", (3,)),
        ("192.0.2.1", "10.0.0.0/7", ()),
        ("192.0.2.1", "0.0.0.0/0", ()),
        ("192.0.2.53", "10.1.2.0/24", (2, 1, 3)),
        ("198.51.100.1", "10.1.2.0/24", ()),
        ("192.0.2.1", "2001:db8::/56", ()),
    ],
)
def test_whose_word_counts(address: str, subnet: str, views: tuple[int, ...]) -> None:
    """A view looks at what ECS tells where it trusts the resolver, at the resolver where it does not."""
    asker = Asker(octets(address), told(subnet) if subnet else b"")

    assert seen(clients(VIEWS), asker).views == views


def test_what_was_told_is_noted() -> None:
    """The views that looked at ECS are named, where there was something to look at."""
    made = clients(VIEWS)
    resolver = octets("192.0.2.1")

    assert seen(made, Asker(resolver, told("198.51.100.0/24"))) == Seen((), frozenset((1, 3)))
    assert seen(made, Asker(resolver, told("0.0.0.0/0"))).told == frozenset()
    assert seen(made, Asker(resolver, bytes(4))).told == frozenset()
    assert seen(made, Asker(octets("10.1.2.3"), told("10.1.2.0/24"))).told == frozenset()


@settings(deadline=None)
@given(worlds(), ADDRESSES, ADDRESSES, st.booleans())
def test_each_view_has_one_address_to_look_at(
    world: tuple[tuple[View, ...], Countries], resolver: Address, client: Address, tells: bool
) -> None:
    """Views that trust the resolver hold the client, all others the resolver; together they are narrowest first."""
    found = seen(clients(*world), Asker(resolver.packed, told(str(client)) if tells else b""))

    trusting = trusted_by(world[0], resolver) if tells else set()
    held = [one for one in held_by(*world, resolver) if one.view not in trusting]
    held += [one for one in held_by(*world, client) if one.view in trusting]
    assert found.views == each_once(held)
    assert found.told == trusting


def each_once(held: Iterable[Held]) -> tuple[int, ...]:
    """The views, narrowest first."""
    return tuple(dict.fromkeys(one.view for one in sorted(held, key=lambda one: (-one.rank, one.view))))


@settings(deadline=None)
@given(worlds(), ADDRESSES, networks())
def test_a_network_told_is_held_as_a_whole(
    world: tuple[tuple[View, ...], Countries], resolver: Address, client: Network
) -> None:
    """By networks that it lies in, each as narrow as that one is, and by the country of its first address."""
    found = seen(clients(*world), Asker(resolver.packed, told(str(client))))
    views, countries = world
    trusting = trusted_by(views, resolver) if client.prefixlen else set()

    held = [one for one in held_by(views, countries, resolver) if one.view not in trusting]
    for number in trusting:
        held += [
            Held(number, rank_of(one.prefixlen), 0)
            for one in views[number - 1].networks
            if one.version == client.version and client.network_address in one and client.broadcast_address in one
        ]
        places = [place for code in views[number - 1].countries for place in countries.get(code, ())]
        held += [Held(number, BY_COUNTRY, 0)] * any(client.network_address in place for place in places)
    assert found.views == each_once(held)


def test_what_does_not_hold_the_whole_makes_nothing_narrower() -> None:
    """A network inside the one told, at its first address, is not what its view holds it by."""
    made = clients(
        (view("both", "10.0.0.0/16", "10.0.0.0/7", ecs=["192.0.2.1"]), view("eight", "10.0.0.0/8", ecs=["192.0.2.1"]))
    )

    assert seen(made, Asker(octets("192.0.2.1"), told("10.0.0.0/8"))).views == (2, 1)


def test_ipv4_in_ipv6_form_is_ipv4() -> None:
    """A socket for both families names IPv4 clients in IPv6 form."""
    assert unmapped(octets("::ffff:10.1.2.3")) == octets("10.1.2.3")
    assert unmapped(octets("2001:db8::1")) == octets("2001:db8::1")
