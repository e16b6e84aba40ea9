"""Networks and countries, as they are written."""

from ipaddress import ip_network

import pytest

from gslb.config.networks import parse_country, parse_network


@pytest.mark.parametrize("text", ["10.1.0.0/16", "2001:db8::/48", "192.0.2.1", "0.0.0.0/0", "::/0"])
def test_networks(text: str) -> None:
    """A prefix of either family; a lone address is a network of one."""
    assert parse_network(text) == ip_network(text)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("10.1.2.3/16", "bits are set beyond its prefix; write 10.1.0.0/16 or 10.1.2.3/32"),
        ("2001:db8::1/48", "bits are set beyond its prefix; write 2001:db8::/48 or 2001:db8::1/128"),
        ("::ffff:10.1.0.0/112", "an IPv4 network in IPv6 form; write 10.1.0.0/16"),
        ("fe80::1%eth0", "is no network: write"),
        ("10.1/16", "is no network: write 10.1.0.0/16"),
        ("east", "is no network: write 10.1.0.0/16"),
        (10, "is no network: write 10.1.0.0/16"),
    ],
)
def test_no_networks(value: object, told: str) -> None:
    """Anything else is told what to write."""
    with pytest.raises(ValueError) as error:
        parse_network(value)
    assert told in str(error.value)


@pytest.mark.parametrize(("value", "code"), [("DE", "DE"), ("no", "NO")])
def test_countries(value: str, code: str) -> None:
    """Two letters, in either case."""
    assert parse_country(value) == code


@pytest.mark.parametrize(("value", "told"), [("Germany", "two letters"), (49, "two letters"), ("UK", "write GB")])
def test_no_countries(value: object, told: str) -> None:
    """Anything else is told what to write; so is the one that everybody gets wrong."""
    with pytest.raises(ValueError, match=told):
        parse_country(value)
