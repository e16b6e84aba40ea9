"""A MaxMind country file for tests: the search tree, the countries, the metadata, written by the format's own rules.

https://maxmind.github.io/MaxMind-DB/ (format 2.0): an IPv6 tree with IPv4 below ::/96, records of 28 bits.
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, ip_network
from typing import Any

_MARKER = b"\xab\xcd\xefMaxMind.com"
_SEPARATOR = bytes(16)


def mmdb(countries: Mapping[str, Iterable[str]], *, mapped: bool = True) -> bytes:
    """The file in which these networks lie in these countries; none may overlap.

    `mapped`: ::ffff:0:0/96 leads to the same IPv4 tree, as it does in the files one gets.
    """
    tree = _Tree()
    data = bytearray()
    for code, networks in countries.items():
        at = len(data)
        data += _packed({"country": {"iso_code": code}, "continent": {"code": "??"}})
        for text in networks:
            tree.put(*_bits(text), -1 - at)
    if mapped:
        tree.alias(*_bits("::ffff:0:0/96"), *_bits("::/96"))
    return tree.packed() + _SEPARATOR + bytes(data) + _MARKER + _packed(_metadata(len(tree.nodes)))


def _bits(text: str) -> tuple[int, int]:
    network = ip_network(text)
    shift = 96 if isinstance(network, IPv4Network) else 0
    return int(network.network_address), network.prefixlen + shift


class _Tree:
    """Nodes of two children: None for nothing, a node's number, or -1 - offset of data."""

    def __init__(self) -> None:
        self.nodes: list[list[int | None]] = [[None, None]]

    def put(self, prefix: int, length: int, child: int) -> None:
        at = 0
        for depth in range(length - 1):
            side = prefix >> (127 - depth) & 1
            below = self.nodes[at][side]
            if below is None:
                below = self.nodes[at][side] = len(self.nodes)
                self.nodes.append([None, None])
            assert below >= 0, "networks overlap"
            at = below
        self.nodes[at][prefix >> (128 - length) & 1] = child

    def alias(self, prefix: int, length: int, prefix_of: int, length_of: int) -> None:
        at: int | None = 0
        for depth in range(length_of):
            at = None if at is None or at < 0 else self.nodes[at][prefix_of >> (127 - depth) & 1]
        if at is not None:
            self.put(prefix, length, at)

    def packed(self) -> bytes:
        count = len(self.nodes)
        out = bytearray()
        for children in self.nodes:
            left, right = (
                count if child is None else child if child >= 0 else count + 16 - 1 - child for child in children
            )
            out += (left & 0xFFFFFF).to_bytes(3) + bytes(((left >> 24) << 4 | right >> 24,))
            out += (right & 0xFFFFFF).to_bytes(3)
        return bytes(out)


def _metadata(nodes: int) -> dict[str, Any]:
    return {
        "node_count": nodes,
        "record_size": 28,
        "ip_version": 6,
        "database_type": "GeoLite2-Country",
        "languages": [],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_700_000_000,
        "description": {"en": "for tests"},
    }


_WIDE = {"node_count": b"\xc4", "build_epoch": b"\x04\x02"}
"""Numbers that are not of two octets: unsigned of 32 bits, and of 64 bits in four octets."""


def _packed(value: Any) -> bytes:
    if isinstance(value, str):
        return bytes((2 << 5 | len(value),)) + value.encode()
    if isinstance(value, int):
        return b"\xa2" + value.to_bytes(2)
    if isinstance(value, list):
        return bytes((len(value), 11 - 7)) + b"".join(map(_packed, value))
    pairs = (_packed(key) + _member(key, inner) for key, inner in value.items())
    return bytes((7 << 5 | len(value),)) + b"".join(pairs)


def _member(key: str, value: Any) -> bytes:
    return _WIDE[key] + value.to_bytes(4) if key in _WIDE else _packed(value)
