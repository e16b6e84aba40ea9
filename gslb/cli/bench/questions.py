"""What `gslb bench` asks: packets with EDNS, of names given, of a file as dnsperf reads it, or of the services."""

import struct
from collections.abc import Iterable, Iterator

from gslb.errors import WireError
from gslb.model.names import to_wire
from gslb.model.settings import Config
from gslb.model.values import RecordType

MOST = 1_000_000
"""Questions in one file: they are held, some 100 octets each."""

_HEADER = struct.Struct(">HHHHHH")
_OPT = struct.pack(">BHHIH", 0, 41, 1232, 0, 0)
"""EDNS without options: 1,232 octets of payload."""
_OPT_DO = struct.pack(">BHHIH", 0, 41, 1232, 1 << 15, 0)
"""The same, asking for signatures (RFC 3225)."""


def of_words(words: tuple[str, ...], *, dnssec: bool = False) -> list[bytes]:
    """NAME TYPE and so on. Raises ValueError."""
    if len(words) % 2:
        raise ValueError(f"a type is missing behind {words[-1]}: write NAME TYPE")
    return [_written(name, rtype, dnssec) for name, rtype in zip(words[::2], words[1::2], strict=True)]


def of_lines(lines: Iterable[str], *, dnssec: bool = False) -> list[bytes]:
    """A question to a line, NAME TYPE; empty ones, and those that begin with `;` or `#`, say nothing. ValueError."""
    found: list[bytes] = []
    for number, words in _spoken(lines):
        if len(words) != 2:
            raise ValueError(f"line {number}: write NAME TYPE")
        if len(found) >= MOST:
            raise ValueError(f"line {number}: more than {MOST:,} questions")
        try:
            found.append(_written(words[0], words[1], dnssec))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
    return found


def _spoken(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, 1):
        words = line.split()
        if words and words[0][0] not in ";#":
            yield number, words


def of_services(config: Config, *, dnssec: bool = False) -> list[bytes]:
    """Each type of each service."""
    services = [one for zone in config.zones for one in zone.services.values() if not one.pool_name]
    return [_query(service.owner, rtype, dnssec) for service in services for rtype in service.records]


def _written(name: str, rtype: str, dnssec: bool) -> bytes:
    known = RecordType.__members__.get(rtype.upper())
    if known is None:
        raise ValueError(f"{rtype}: one of {', '.join(RecordType.__members__)}")
    try:
        return _query(to_wire(name.removesuffix(".") + "."), known, dnssec)
    except WireError as error:
        raise ValueError(str(error)) from None


def _query(name: bytes, rtype: int, dnssec: bool) -> bytes:
    opt = _OPT_DO if dnssec else _OPT
    return _HEADER.pack(0, 0, 1, 0, 0, 1) + name + struct.pack(">HH", rtype, 1) + opt
