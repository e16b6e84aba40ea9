"""How a network of clients and a country are written."""

from ipaddress import IPv6Network, ip_address, ip_network

from gslb.config.values import shown
from gslb.model.values import Network


def parse_network(value: object) -> Network:
    """An IPv4 or IPv6 network, 10.1.0.0/16 or 2001:db8::/48; a lone address is a network of one. Raises ValueError."""
    if not isinstance(value, str) or "%" in value:
        raise ValueError(f"{shown(value)} is no network: write 10.1.0.0/16 or 2001:db8::/48")
    try:
        network = ip_network(value)
    except ValueError:
        raise ValueError(f"{shown(value)} is no network{_meant(value)}") from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        ipv4 = ip_network((network.network_address.packed[12:], network.prefixlen - 96))
        raise ValueError(f"{value}: an IPv4 network in IPv6 form; write {ipv4}")
    return network


_MAPPED = IPv6Network("::ffff:0:0/96")


def _meant(text: str) -> str:
    """What to write instead; bits beyond the prefix are most likely a slip in one of the two."""
    try:
        address, network = ip_address(text.partition("/")[0]), ip_network(text, strict=False)
        return f": bits are set beyond its prefix; write {network} or {address}/{address.max_prefixlen}"
    except ValueError:
        return ": write 10.1.0.0/16 or 2001:db8::/48"


def parse_country(value: object) -> str:
    """A country by its two letters (ISO 3166-1 alpha-2). Raises ValueError."""
    text = value.upper() if isinstance(value, str) else ""
    if len(text) != 2 or not (text.isascii() and text.isalpha()):
        raise ValueError(f"{shown(value)} is no country: write its two letters, like DE")
    if text == "UK":
        raise ValueError("UK is no country code of ISO 3166; write GB")
    return text
