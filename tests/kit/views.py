"""Views for tests, and who is in which of them by the plainest reading: every network looked at, one by one."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range

from hypothesis import strategies as st

from gslb.config.flatten import flatten
from gslb.handoff.clients import Clients
from gslb.handoff.specs import ClientsSpec
from gslb.handoff.writer import names_file
from gslb.model.clients import BY_COUNTRY, CountryRanges, Held, View, rank_of
from gslb.model.settings import Config
from gslb.model.values import Address, Network
from gslb.model.zones import Service, ViewChain

Countries = Mapping[str, tuple[Network, ...]]


def view(name: str, *networks: str, countries: Iterable[str] = (), ecs: Iterable[str] = ()) -> View:
    """A view of these networks."""
    return View(
        name=name,
        networks=tuple(map(ip_network, networks)),
        countries=tuple(countries),
        ecs=tuple(map(ip_network, ecs)),
    )


def seen_by(service: Service, **chains: str | tuple[str, ...]) -> Service:
    """A service that answers these views from those pools."""
    return replace(
        service,
        views={
            name: ViewChain(pools=(pools,) if isinstance(pools, str) else pools, answers=service.answers)
            for name, pools in chains.items()
        },
    )


def with_views(config: Config, *views: View) -> Config:
    """A configuration that has these views."""
    return replace(config, views=views, clients=flatten(views, {}))


def clients(views: tuple[View, ...], countries: Countries | None = None) -> Clients:
    """The look-ups that a worker does."""
    made = flatten(views, packed(countries or {}))
    spec = ClientsSpec(
        ranges4=made.ranges4,
        ranges6=made.ranges6,
        classes=tuple((each.held, each.trusts) for each in made.classes),
    )
    return Clients(memoryview(names_file((), (), generation=1, clients=spec)))


def packed(countries: Countries) -> dict[str, CountryRanges]:
    """Countries as they are read from a file: sorted, apart."""
    return {
        code: CountryRanges(
            ipv4=b"".join(
                one.network_address.packed + one.broadcast_address.packed
                for one in sorted(one for one in networks if one.version == 4)
            ),
            ipv6=b"".join(
                one.network_address.packed + one.broadcast_address.packed
                for one in sorted(one for one in networks if one.version == 6)
            ),
        )
        for code, networks in countries.items()
    }


def held_by(views: tuple[View, ...], countries: Countries, address: Address) -> tuple[Held, ...]:
    """What holds an address, narrowest first."""
    found = set()
    for number, one in enumerate(views, 1):
        lengths = [network.prefixlen for network in one.networks if address in network]
        found |= {Held(number, rank_of(length), length) for length in lengths}
        if any(address in network for code in one.countries for network in countries.get(code, ())):
            found.add(Held(number, BY_COUNTRY, 0))
    return tuple(sorted(found, key=lambda held: (-held.rank, held.view)))


def trusted_by(views: tuple[View, ...], address: Address) -> set[int]:
    """The views that believe what a resolver tells of its clients."""
    return {number for number, one in enumerate(views, 1) if any(address in network for network in one.ecs)}


_SMALL4 = st.integers(0, 63).map(lambda value: IPv4Address(0xFFFFFFC0 + value if value & 32 else value))
_SMALL6 = st.integers(0, 63).map(lambda value: IPv6Address((1 << 128) - 64 + value if value & 32 else value))
ADDRESSES: st.SearchStrategy[Address] = st.one_of(_SMALL4, _SMALL6)
"""Few enough to meet each other, at both ends of the two address spaces."""


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """A network around one of ADDRESSES."""
    address = draw(ADDRESSES)
    short = draw(st.integers(0, 6))
    whole = draw(st.booleans()) and draw(st.booleans())
    return ip_network((address, 0 if whole else address.max_prefixlen - short), strict=False)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[tuple[View, ...], Countries]:
    """Views over shared addresses: each network and country in one view, countries apart from one another."""
    declared = draw(st.lists(networks(), max_size=12, unique=True))
    holders = [draw(st.integers(0, 3)) for _ in declared]
    cuts = sorted(draw(st.lists(_SMALL4, max_size=6, unique=True)))
    pieces = [tuple(summarize_address_range(first, last)) for first, last in itertools.pairwise(cuts)][::2]
    codes = [f"C{number}" for number in range(len(pieces))]
    owners = [draw(st.integers(0, 3)) for _ in pieces]
    trusting = draw(st.lists(st.tuples(st.integers(0, 3), networks()), max_size=4))
    made = tuple(
        View(
            name=f"v{number}",
            networks=tuple(one for one, holder in zip(declared, holders, strict=True) if holder == number),
            countries=tuple(code for code, owner in zip(codes, owners, strict=True) if owner == number),
            ecs=tuple(one for holder, one in trusting if holder == number),
        )
        for number in range(4)
    )
    return made, dict(zip(codes, pieces, strict=True))


def octets(text: str) -> bytes:
    """An address as sockets give it."""
    return ip_address(text).packed
