"""Views to ranges: every address sorted into the views that hold it, narrowest first. Pure.

One sweep over the address space, from edge to edge: a network or a stretch of a country begins, another ends, and in
between nothing changes. Stretches of countries stay packed and are merged in as they are read, for a country file has
hundreds of thousands of them.

narrower                                         because
the longer prefix                                it was written down for fewer clients
a network, before a country                      it was written down; but 0.0.0.0/0 and ::/0 are wider than any country
the view declared first                          of two views that hold a client by prefixes of one length, which only
                                                 a resolver that tells of its client can meet (dns.clients)
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from struct import iter_unpack
from typing import TypeAlias

from gslb.model.clients import (
    BY_COUNTRY,
    NO_VIEWS,
    RANGE4,
    RANGE6,
    ClientClass,
    ClientTable,
    CountryRanges,
    Held,
    View,
    rank_of,
)
from gslb.model.values import Network

COUNTRY, TRUST = -1, -2

Mark: TypeAlias = tuple[int, int]
"""A view's number, and the length of its network here; or COUNTRY; or TRUST, where its resolvers are."""

Edge: TypeAlias = tuple[int, bool, Mark]
"""Where a mark begins (True) or has ended. No mark stands twice at one address."""


def flatten(views: tuple[View, ...], countries: Mapping[str, CountryRanges]) -> ClientTable:
    """Every address by its class. `countries` holds those that views name; one missing is nowhere."""
    if not views:
        return NO_VIEWS
    classes: dict[frozenset[Mark], int] = {frozenset(): 0}
    ranges4 = b"".join(RANGE4.pack(at, number) for at, number in _ranges(_every_edge(views, countries, 4), 32, classes))
    ranges6 = b"".join(
        RANGE6.pack(at.to_bytes(16), number, 0)
        for at, number in _ranges(_every_edge(views, countries, 6), 128, classes)
    )
    return ClientTable(ranges4=ranges4, ranges6=ranges6, classes=tuple(_class(marks) for marks in classes))


def _ranges(edges: Iterator[Edge], bits: int, classes: dict[frozenset[Mark], int]) -> Iterator[tuple[int, int]]:
    """Each range's first address and class, new classes numbered as they are met."""
    here: set[Mark] = set()
    at, before = 0, -1
    for point, begins, mark in edges:
        if point != at:
            number = classes.setdefault(frozenset(here), len(classes))
            if number != before:
                yield at, number
            at, before = point, number
        if begins:
            here.add(mark)
        else:
            here.remove(mark)
    if not at >> bits:
        number = classes.setdefault(frozenset(here), len(classes))
        if number != before:
            yield at, number


def _every_edge(views: tuple[View, ...], countries: Mapping[str, CountryRanges], version: int) -> Iterator[Edge]:
    found = [
        _edges((number, COUNTRY), _pairs(countries[code], version))
        for number, view in enumerate(views, 1)
        for code in view.countries
        if code in countries
    ]
    return merge(_declared(views, version), *found)


def _pairs(country: CountryRanges, version: int) -> Iterator[tuple[int, int]]:
    if version == 4:
        yield from iter_unpack(">II", country.ipv4)
    for first, last in iter_unpack(">16s16s", country.ipv6) if version == 6 else ():
        yield int.from_bytes(first), int.from_bytes(last)


def _edges(mark: Mark, pairs: Iterable[tuple[int, int]]) -> Iterator[Edge]:
    for first, last in pairs:
        yield first, True, mark
        yield last + 1, False, mark


def _declared(views: tuple[View, ...], version: int) -> list[Edge]:
    """The edges of networks, in order."""
    pairs = [
        ((number, network.prefixlen), network)
        for number, view in enumerate(views, 1)
        for network in view.networks
        if network.version == version
    ]
    pairs += [((number, TRUST), network) for number, view in enumerate(views, 1) for network in _own(view.ecs, version)]
    return sorted(
        edge
        for mark, network in pairs
        for edge in _edges(mark, [(int(network.network_address), int(network.broadcast_address))])
    )


def _own(networks: tuple[Network, ...], version: int) -> Iterator[Network]:
    """The networks of one version, none inside another."""
    if version == 4:
        yield from collapse_addresses(network for network in networks if isinstance(network, IPv4Network))
    else:
        yield from collapse_addresses(network for network in networks if isinstance(network, IPv6Network))


def _class(marks: frozenset[Mark]) -> ClientClass:
    held = [_held(view, length) for view, length in marks if length != TRUST]
    return ClientClass(
        held=tuple(sorted(held, key=lambda one: (-one.rank, one.view))),
        trusts=tuple(sorted(view for view, length in marks if length == TRUST)),
    )


def _held(view: int, length: int) -> Held:
    """A country covers whatever begins in it: that is where its resolvers' clients are known to be."""
    return Held(view, BY_COUNTRY, 0) if length == COUNTRY else Held(view, rank_of(length), length)
