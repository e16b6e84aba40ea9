"""Clients are found in place, remembered for a while, and never in the way of those without views."""

from hypothesis import given, settings

from gslb.handoff.clients import KEPT, NOBODY
from gslb.model.clients import View
from gslb.model.values import Address
from tests.kit.views import ADDRESSES, Countries, clients, held_by, octets, trusted_by, view, worlds


@settings(deadline=None)
@given(worlds(), ADDRESSES)
def test_a_worker_finds_what_the_networks_say(world: tuple[tuple[View, ...], Countries], address: Address) -> None:
    """A binary search in the file gives the views that hold an address, and those that trust it."""
    found = clients(*world).of(address.packed)

    assert found.held == held_by(*world, address)
    assert found.trusts == trusted_by(world[0], address)


def test_nobody_has_no_views() -> None:
    """Without views, or without an address, nobody is in any."""
    assert clients(()).of(octets("192.0.2.1")) is NOBODY
    assert clients(()).of(octets("2001:db8::1")) is NOBODY
    assert clients((view("east", "10.0.0.0/8"),)).of(b"") is NOBODY


def test_memory_is_bounded() -> None:
    """However many clients ask, no more than KEPT of them are remembered."""
    made = clients((view("east", "10.0.0.0/8"),))
    for number in range(2 * KEPT + 1):
        made.of((10 << 24 | number).to_bytes(4))

    assert len(made._known) == 1
    assert repr(made) == "<Clients in 3 IPv4 and 1 IPv6 ranges>"
