"""Which addresses lie in a network."""

from socket import AF_INET, AF_INET6, inet_pton

import pytest

from gslb.dns.networks import Networks

SOME = Networks(["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.0.2.255", True),
        ("192.0.3.0", False),
        ("198.51.100.7", True),
        ("198.51.100.8", False),
        ("2001:db8:1::1", True),
        ("2001:db9::", False),
        ("::ffff:192.0.2.1", True),
        ("::ffff:192.0.1.1", False),
    ],
)
def test_inside(address: str, inside: bool) -> None:
    """By prefix, each family for itself, mapped IPv4 as IPv4."""
    octets = inet_pton(AF_INET6 if ":" in address else AF_INET, address)

    assert (octets in SOME) is inside


def test_none() -> None:
    """No network holds anybody, and counts as nothing."""
    assert bytes(4) not in Networks([])
    assert not Networks([])
    assert SOME
