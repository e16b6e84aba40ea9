"""Small words that many rooms share: address families, record types, modes."""

from enum import IntEnum, StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


class Family(IntEnum):
    """Of an address, or ANY for answers that hold names (MX, SRV)."""

    ANY = 0
    IPV4 = 4
    IPV6 = 6


ANY, IPV4, IPV6 = Family.ANY, Family.IPV4, Family.IPV6
"""By themselves: before Python 3.12, asking an enumeration for a member costs more than what is done with it."""


def family_of(address: Address) -> Family:
    """The family of one address."""
    return IPV4 if isinstance(address, IPv4Address) else IPV6


def text_of(address: Address) -> str:
    """As `str` writes it, for those who write many."""
    if address.version != 4:
        return str(address)
    number = int(address)
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class RecordType(IntEnum):
    """The record types that are made here (IANA DNS parameters); static records may hold any."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    MX = 15
    TXT = 16
    AAAA = 28
    SRV = 33
    HTTPS = 65
    DNAME = 39
    DS = 43
    RRSIG = 46
    NSEC = 47
    DNSKEY = 48
    NSEC3 = 50
    NSEC3PARAM = 51
    CDS = 59
    CDNSKEY = 60


class MxMode(StrEnum):
    """How the exchangers of a service share mail: in drawn order, or all with one preference per tier."""

    RANKED = "ranked"
    EQUAL = "equal"


class WhenAllDown(StrEnum):
    """What a service answers when no family has an eligible healthy member in any tier (contract, "All down")."""

    SERVE_ALL = "serve_all"
    LAST_GOOD = "last_good"
    NODATA = "nodata"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    LIST = "list"


class TlsMode(StrEnum):
    """When a dialogue turns to TLS: never, if offered, by command (required), or from the first byte."""

    NONE = "none"
    TRY = "try"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class Verify(StrEnum):
    """What a bad certificate means: degraded with a notice; failed; failed unless only the name is wrong; nothing."""

    REPORT = "report"
    FULL = "full"
    CHAIN = "chain"
    NONE = "none"


class ProxyProtocol(StrEnum):
    """The header that a probe sends before anything else: none, version 1, or version 2 LOCAL (probes.md 1.16)."""

    NONE = "none"
    V1 = "v1"
    V2 = "v2"


class CapWhen(StrEnum):
    """In which list of capabilities an assertion looks: before TLS, after it, or in either."""

    PRE_TLS = "pre_tls"
    POST_TLS = "post_tls"
    ANY = "any"


class Gate(StrEnum):
    """What a check's verdict does to a member: takes it out, lowers it to degraded at most, or nothing."""

    HARD = "hard"
    SOFT = "soft"
    NONE = "none"
