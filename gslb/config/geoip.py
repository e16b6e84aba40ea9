"""Where countries are: read once from a MaxMind file, and packed into ranges of those that views name.

The file (GeoLite2-Country, or any with `country.iso_code`) belongs to control alone; workers see ranges only. What is
read is kept as a text, so that the configuration that was accepted can be taken again without the file.
"""

import zlib
from base64 import b85decode, b85encode
from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from gslb.model.clients import CountryRanges


class GeoIpError(Exception):
    """The file cannot be used; the text says why and what to do."""


def read(path: Path, codes: frozenset[str]) -> bytes:
    """Where these countries are (ISO 3166 codes), as text for `ranges`. Raises GeoIpError.

    A file that has not changed is not read again.
    """
    try:
        facts = path.stat()
    except OSError as error:
        raise GeoIpError(f"{path} cannot be read: {error.strerror}") from error
    return _read(path, (facts.st_mtime_ns, facts.st_size, facts.st_ino), codes)


@lru_cache(1)
def _read(path: Path, _facts: tuple[int, ...], codes: frozenset[str]) -> bytes:
    try:
        import maxminddb
    except ImportError as error:
        raise GeoIpError("countries need the package maxminddb: pip install 'gslb-dns[geoip]'") from error
    try:
        with maxminddb.open_database(path) as reader:
            return _text(_stretches(iter(reader), codes))
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise GeoIpError(f"{path} is no MaxMind file that can be read: {error}") from error


def ranges(text: bytes) -> Mapping[str, CountryRanges]:
    """What `read` has found, by country; those that are nowhere are left out."""
    found = {}
    for line in text.decode().splitlines():
        code, ipv4, ipv6 = line.split(" ")
        found[code] = CountryRanges(ipv4=_unpacked(ipv4), ipv6=_unpacked(ipv6))
    return found


def _stretches(networks: Iterator[tuple[IPv4Network | IPv6Network, Any]], codes: frozenset[str]) -> dict[str, "_Found"]:
    found: dict[str, _Found] = {}
    for network, record in networks:
        code = _country(record)
        if code in codes:
            found.setdefault(code, _Found()).add(network)
    return found


def _country(record: Any) -> str:
    """MaxMind says `country: {iso_code: DE}`; where no country is known, there is none."""
    country = record.get("country") if isinstance(record, dict) else None
    code = country.get("iso_code") if isinstance(country, dict) else country
    return code if isinstance(code, str) else ""


class _Found:
    """The ranges of one country as they come, in order of address; neighbours become one."""

    def __init__(self) -> None:
        self.packed = {4: bytearray(), 6: bytearray()}

    def add(self, network: IPv4Network | IPv6Network) -> None:
        packed, size = self.packed[network.version], network.max_prefixlen // 8
        first = int(network.network_address)
        last = (first + (1 << network.max_prefixlen - network.prefixlen) - 1).to_bytes(size)
        if packed and int.from_bytes(packed[-size:]) == first - 1:
            packed[-size:] = last
        else:
            packed += first.to_bytes(size) + last


def _text(found: dict[str, _Found]) -> bytes:
    lines = (f"{code} {_packed(one.packed[4])} {_packed(one.packed[6])}\n" for code, one in sorted(found.items()))
    return "".join(lines).encode()


def _packed(octets: bytes | bytearray) -> str:
    return b85encode(zlib.compress(octets, 1)).decode()


def _unpacked(text: str) -> bytes:
    return zlib.decompress(b85decode(text))
