"""Whose question it is, and which views that puts it in (RFC 7871).

A view looks at who asks: a resolver, most of the time. Where it trusts that resolver to tell of its client (`ecs`),
it looks at the network told instead. So each view has one address to look at, and a resolver that no view trusts
changes nothing by what it tells, nor does its cache have to be split for it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from gslb.handoff.clients import Clients, Held

_MAPPED = b"\0" * 10 + b"\xff\xff"
_SIZES = {1: 4, 2: 16}
"""Octets of an address, by its family in ECS (RFC 7871 section 6)."""


class Asker(NamedTuple):
    """Who asks: an address of 4 or 16 octets, and the data of its client subnet option, empty for none."""

    address: bytes = b""
    subnet: bytes = b""


NOBODY = Asker()


class Seen(NamedTuple):
    """The numbers of the views that hold the client, narrowest first; and those that looked at what ECS told."""

    views: tuple[int, ...] = ()
    told: frozenset[int] = frozenset()


def seen(clients: Clients, asker: Asker) -> Seen:
    """The views that hold the one who asks."""
    resolver = clients.of(unmapped(asker.address))
    address, length = _told(asker.subnet) if resolver.trusts else (b"", 0)
    if not length:
        return Seen(_each_once(resolver.held))
    held = [one for one in resolver.held if one.view not in resolver.trusts]
    held += [one for one in clients.of(address).held if one.view in resolver.trusts and one.cover <= length]
    held.sort(key=_narrowest_first)
    return Seen(_each_once(held), resolver.trusts)


def _each_once(held: Iterable[Held]) -> tuple[int, ...]:
    return tuple(dict.fromkeys([one.view for one in held]))


def _narrowest_first(held: Held) -> tuple[int, int]:
    return -held.rank, held.view


def unmapped(address: bytes) -> bytes:
    """An IPv4 address that came in IPv6 form (RFC 4291 section 2.5.5.2) as four octets."""
    return address[12:] if len(address) == 16 and address.startswith(_MAPPED) else address


def network_of(asker: Asker, *, told: bool) -> bytes:
    """Three octets of an IPv4 client, seven of an IPv6 one: those of the network that a resolver told of (`told`: it
    counts here), else of the one who asks."""
    address, length = _told(asker.subnet) if told else (b"", 0)
    client = address if length else unmapped(asker.address)
    return client[:3] if len(client) == 4 else client[:7]


def _told(subnet: bytes) -> tuple[bytes, int]:
    """The address in well-formed option data, padded, and its prefix length; length 0 tells nothing of anybody."""
    if not subnet:
        return b"", 0
    size = _SIZES.get(subnet[1], 0)
    return subnet[4:].ljust(size, b"\0"), subnet[2]
