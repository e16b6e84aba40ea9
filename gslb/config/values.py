"""How one YAML value becomes one value of ours: durations, addresses, endpoints, names.

Each `parse_*` takes whatever YAML gave and raises ValueError with a sentence that says what is allowed. `Parsed` makes
such a function usable in a pydantic annotation, with the JSON Schema an editor needs.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address, NetmaskValueError, ip_address
from math import inf
from socket import AF_INET, inet_pton
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from gslb.config import hints
from gslb.errors import WireError
from gslb.model import names
from gslb.model.pools import MinHealthy
from gslb.model.settings import Endpoint
from gslb.model.transfers import Secondary
from gslb.model.values import Address, WhenAllDown
from gslb.model.zones import ALL

DAY = 86_400.0

_MULTICAST4, _RESERVED4, _BROADCAST4 = 0xE000_0000, 0xF000_0000, 0xFFFF_FFFF
_MULTICAST6 = 0xFF << 120
"""Addresses of many hosts begin here (RFC 1112 section 4, RFC 4291 section 2.7); those of IPv6 are the last ones."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LOWER_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HOST_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_CHECK_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62})")
_SRV_OWNER = re.compile(r"_[A-Za-z0-9-]{1,62}\._[A-Za-z0-9-]{1,62}(?:\.[A-Za-z0-9-]{1,63})*")
_MAILBOX = re.compile(r"[^\s@<>\"(),:;\[\]\\]+@[^\s@<>]+")


@dataclass(frozen=True, eq=False)
class Parsed:
    """An annotation: `parse` makes the value; `json` describes what is written, for `gslb schema`."""

    parse: Callable[[object], Any]
    json: tuple[tuple[str, Any], ...]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's hook: nothing but `parse` looks at the value."""
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Pydantic's hook: what an editor should accept."""
        return dict(self.json)


def shown(value: object) -> str:
    """A value as an error names it: short, on one line."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def is_number(value: object) -> bool:
    """Whether a YAML value is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def parse_duration(value: object) -> float:
    """Seconds, of 15s, 10m, 1h, 2d, 250ms or a plain number."""
    if isinstance(value, int | float) and is_number(value) and value >= 0:
        return float(value)
    match = _DURATION.fullmatch(value) if isinstance(value, str) and len(value) < 30 else None
    if not match:
        near = hints.duration(value)
        raise ValueError(f"{shown(value)} is no duration: write 250ms, 15s, 10m, 1h, 2d or a number of seconds{near}")
    return float(match[1]) * _UNITS[match[2]]


def show_duration(seconds: float) -> str:
    """Seconds as an operator writes them: 90s, 10m, 1h, 250ms."""
    for unit, size in (("d", DAY), ("h", 3600.0), ("m", 60.0)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.12g}{unit}"
    return f"{seconds * 1000:.12g}ms" if 0 < seconds < 1 else f"{seconds:.12g}s"


def duration(low: float, high: float, *, whole: bool = False) -> Parsed:
    """The annotation of a duration within bounds (seconds, both allowed); `whole`: whole seconds only."""

    def parse(value: object) -> float:
        seconds = parse_duration(value)
        if not low <= seconds <= high:
            raise ValueError(f"{shown(value)} is out of range: {show_duration(low)} to {show_duration(high)}")
        if whole and seconds != int(seconds):
            raise ValueError(f"{shown(value)} is out of range: whole seconds only")
        return int(seconds) if whole else seconds

    text = "a number of seconds, or 250ms, 15s, 10m, 1h, 2d"
    return Parsed(parse, (("type", ["number", "string"]), ("x-format", text)))


def whole_number(low: int, high: int) -> Parsed:
    """The annotation of a whole number within bounds, both allowed."""

    def parse(value: object) -> int:
        if type(value) is not int:
            raise ValueError(f"{shown(value)} is no whole number: {low} to {high}{hints.number(value)}")
        if not low <= value <= high:
            raise ValueError(f"{shown(value)} is out of range: {low} to {high}")
        return value

    return Parsed(parse, (("type", "integer"), ("minimum", low), ("maximum", high)))


def number(low: float, high: float) -> Parsed:
    """The annotation of a number within bounds, both allowed."""

    def parse(value: object) -> float:
        if not isinstance(value, int | float) or not is_number(value):
            raise ValueError(f"{shown(value)} is no number: {low:g} to {high:g}")
        if not low <= value <= high:
            raise ValueError(f"{shown(value)} is out of range: {low:g} to {high:g}")
        return float(value)

    return Parsed(parse, (("type", "number"), ("minimum", low), ("maximum", high)))


PORT = whole_number(1, 65_535)


def text(value: object, what: str, example: str) -> str:
    """A non-empty text; anything else is told what to write."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"{shown(value)} is no {what}: write it like {example}")
    return value


def parse_address(value: object, *, scoped: bool = False) -> Address:
    """An IPv4 or IPv6 address a packet can be sent to. `scoped`: a link-local one may name its interface (RFC 4007)."""
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no address: write 192.0.2.1 or 2001:db8::1")
    try:
        if ":" not in value:
            return _ipv4(value)
        address = ip_address(value)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise ValueError(f"{shown(value)} is no IPv4 or IPv6 address{hints.address(value)}") from None
    if "%" in value and not (scoped and address.is_link_local):
        raise ValueError(
            f"{value}: an address with a scope cannot be answered, and may stand in probe_address and source alone"
        )
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        raise ValueError(f"{value}: an IPv4 address in IPv6 form; write {address.ipv4_mapped}")
    return address


def _ipv4(value: str) -> IPv4Address:
    """As IPv4Address(value), in a fifth of the time: the C library takes the same texts, and is asked first."""
    try:
        number = int.from_bytes(inet_pton(AF_INET, value), "big")
    except (OSError, ValueError):
        return IPv4Address(value)
    return IPv4Address(number)


def parse_member_address(value: object, *, scoped: bool = False) -> Address:
    """An address of one host."""
    address = parse_address(value, scoped=scoped)
    number = int(address)
    if isinstance(address, IPv4Address):
        if 0 < number < _MULTICAST4 or _RESERVED4 <= number < _BROADCAST4:
            return address
    elif 0 < number < _MULTICAST6:
        return address
    raise ValueError(f"{address} is no address of one host")


def parse_ipv4(value: object) -> IPv4Address:
    """An IPv4 address."""
    address = parse_address(value)
    if not isinstance(address, IPv4Address):
        raise ValueError(f"{address} is no IPv4 address")
    return address


def parse_ipv6_source(value: object) -> IPv6Address:
    """An IPv6 address of this host, a link-local one with its interface."""
    address = parse_address(value, scoped=True)
    if not isinstance(address, IPv6Address):
        raise ValueError(f"{address} is no IPv6 address")
    return address


def parse_endpoint(value: object) -> Endpoint:
    """An address and a port: 127.0.0.1:5300 or [::1]:5300."""
    words = value if isinstance(value, str) else ""
    host, colon, port = words.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or len(port) > 5:
        raise ValueError(f"{shown(value)} is no address and port: write 127.0.0.1:5300 or '[::1]:5300'")
    if not 1 <= int(port) <= 65_535:
        raise ValueError(f"{shown(value)}: port out of range: 1 to 65535")
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        address = parse_address(host[1:-1] if bracketed else host)
    except ValueError:
        everywhere = f"0.0.0.0:{port} stands for every IPv4 address, '[::]:{port}' for every IPv6 one"
        raise ValueError(f"{shown(value)}: {shown(host)} is no address; {everywhere}") from None
    if bracketed != (address.version == 6):
        right = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
        raise ValueError(f"{shown(value)}: IPv6 addresses stand in brackets, IPv4 ones do not: write '{right}'")
    return Endpoint(address=address, port=int(port))


def parse_secondary(value: object) -> Secondary:
    """A server's address, with a port where it is not 53: 192.0.2.7, 192.0.2.7:5353, 2001:db8::7, [2001:db8::7]:53."""
    try:
        return Secondary(address=parse_member_address(value))
    except ValueError:
        pass  # no lone address: then one with a port
    try:
        endpoint = parse_endpoint(value)
    except ValueError as error:
        raise ValueError(f"{error}, or an address alone for port 53") from None
    return Secondary(address=parse_member_address(str(endpoint.address)), port=endpoint.port)


def parse_label(value: object) -> str:
    """A pool, member, machine or service name: one LDH label (RFC 952, 1123)."""
    if isinstance(value, str) and _LOWER_LABEL.fullmatch(value):
        return value
    if not isinstance(value, str) or not _LABEL.fullmatch(value):
        near = hints.name(value, _LABEL) if isinstance(value, str) else ""
        raise ValueError(f"{shown(value)} is no name: lower-case letters, digits and inner hyphens, at most 63{near}")
    return _lower(value)


def _lower(value: str) -> str:
    # DNS does not tell cases apart, tables do: one spelling keeps a name from standing in a table twice.
    if value != value.lower():
        raise ValueError(f"{shown(value)}: write names in lower case, {value.lower()}")
    return value


def parse_service_name(value: object) -> str:
    """A service name: a label, or `@` for the zone's own name."""
    return "@" if value == "@" else parse_label(value)


def parse_check_name(value: object) -> str:
    """A check's name: no DNS name, so dots and underscores are fine."""
    if not isinstance(value, str) or not _CHECK_NAME.fullmatch(value):
        raise ValueError(f"{shown(value)} is no check name: letters, digits, dots, hyphens, underscores, at most 63")
    return value


def parse_domain(value: object) -> str:
    """A whole domain name, lower-cased, without the final dot; with one label at least (RFC 1035 section 3.1)."""
    words = text(value, "domain name", "mail.example.com").lower().removesuffix(".")
    if not words.isascii():
        raise ValueError(f"{shown(value)} holds letters beyond ASCII: write the xn-- form (RFC 5890)")
    bad = [label for label in words.split(".") if not _HOST_LABEL.fullmatch(label)]
    if bad:
        raise ValueError(f"{shown(value)} is no domain name: {bad[0]!r} is no label")
    try:
        names.to_wire(words + ".")
    except WireError as error:
        raise ValueError(str(error)) from None
    return words


def parse_hostname(value: object) -> str:
    """A whole host name: a domain name of at least two labels."""
    words = parse_domain(value)
    if "." not in words:
        raise ValueError(f"{shown(value)} is no whole name: write every label, like mx1.example.com")
    return words


def parse_nameserver(value: object) -> str:
    """A name server: relative to the zone, or absolute with a final dot, which is kept."""
    words = text(value, "name", "ns1, or ns1.example.net. with a final dot")
    return parse_domain(_lower(words)) + ("." if words.endswith(".") else "")


def parse_contact(value: object) -> str:
    """The mailbox of the zone's master (SOA RNAME), as people write mailboxes."""
    words = text(value, "mailbox", "hostmaster@example.com")
    if not _MAILBOX.fullmatch(words):
        raise ValueError(f"{shown(value)} is no mailbox: write it like hostmaster@example.com")
    try:
        contact_wire(words)
    except WireError as error:
        raise ValueError(str(error)) from None
    return words


def contact_wire(mailbox: str) -> bytes:
    """A mailbox as RNAME: the local part is one label, its dots included (RFC 1035 section 8)."""
    local, _, domain = mailbox.rpartition("@")
    escaped = local.replace("\\", "\\\\").replace(".", "\\.")
    return names.to_wire(f"{escaped}.{parse_domain(domain)}.")


def parse_min_healthy(value: object) -> MinHealthy:
    """A number of members from 1, or a percentage of configured weight above 0."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65_535:
        return MinHealthy(members=value)
    match = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%", value) if isinstance(value, str) else None
    if match and 0 < float(match[1]) <= 100:
        return MinHealthy(members=None, percent=float(match[1]))
    raise ValueError(f'{shown(value)} is no minimum: write a number of members from 1, or "50%" of configured weight')


def parse_failback(value: object) -> float:
    """Seconds an earlier tier must have held: immediate is 0, manual is inf; else a duration."""
    if isinstance(value, str) and value in ("immediate", "manual"):
        return inf if value == "manual" else 0.0
    try:
        seconds = parse_duration(value)
    except ValueError:
        raise ValueError(f"{shown(value)} is no failback: write immediate, manual or a duration like 5m") from None
    if seconds > DAY:
        raise ValueError(f"{shown(value)} is out of range: {show_duration(DAY)} at most, or manual")
    return seconds


def parse_when_all_down(value: object) -> WhenAllDown | tuple[Address, ...]:
    """A mode by its name, or a list of addresses."""
    if isinstance(value, list):
        addresses = tuple(parse_member_address(each) for each in value)
        if not addresses or len(set(addresses)) < len(addresses):
            raise ValueError("a list for when all are down holds one address or more, each once")
        return addresses
    words = [mode.value for mode in WhenAllDown if mode is not WhenAllDown.LIST]
    if isinstance(value, str) and value in words:
        return WhenAllDown(value)
    near = hints.meant(("when_all_down",), value) or hints.did_you_mean(value, words)
    raise ValueError(f"{shown(value)} is not one of {hints.listed(words)}, or a list of addresses{near}")


_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")


def parse_percent(value: object) -> float:
    """A percentage above 0, up to 100, as a part of one: "50%" is 0.5."""
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match and 0 < float(match[1]) <= 100:
        return float(match[1]) / 100
    raise ValueError(f'{shown(value)} is no percentage above 0: write it like "50%"')


def parse_trickle(value: object) -> float:
    """A part of one: 0 to 1, or a percentage."""
    if isinstance(value, int | float) and is_number(value) and 0 <= value <= 1:
        return float(value)
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match and float(match[1]) <= 100:
        return float(match[1]) / 100
    raise ValueError(f'{shown(value)} is no part of answers: write 0 to 1, or "10%"')


def parse_answers(value: object) -> int:
    """How many members one answer holds: a number from 1, or `all` (0 inside)."""
    if value == "all":
        return ALL
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65_535:
        return value
    raise ValueError(f"{shown(value)} is no number of answers: write 1, 2, … or all")


def parse_srv_owner(value: object) -> str:
    """The owner of an SRV record, relative to the zone: _service._proto (RFC 2782)."""
    if not isinstance(value, str) or not _SRV_OWNER.fullmatch(value) or len(value) > 200:
        raise ValueError(f"{shown(value)} is no SRV owner: write it like _submission._tcp")
    return _lower(value)


def parse_text(value: object) -> str:
    """Any text but the empty one, on one line."""
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no text: put it in quotes")
    words = text(value, "text", "'...'")
    if any(ord(char) < 32 or ord(char) == 127 for char in words):
        raise ValueError(f"{shown(value)} holds control characters")
    return words
