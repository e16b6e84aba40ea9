"""Records in wire form.

Names in rdata are never compressed: the bytes must be good at any place in any packet. dnslib encodes what a zone has
one of. MX and SRV, which services have by the ten thousand, are numbers and a name that is in wire form already; tests
hold them against dnslib's.
"""

import struct

from dnslib import NS, RD, SOA
from dnslib.label import DNSBuffer, DNSLabel

from gslb.model import names
from gslb.model.values import Address
from gslb.model.zones import SoaTimers

OWNER = b"\xc0\x0c"
"""A pointer to the question's name: the owner of every record of an answer section (RFC 1035 section 4.1.4)."""

IN = 1
_HEAD = struct.Struct(">HHIH")
_MX = struct.Struct(">H")
_SRV = struct.Struct(">HHH")


def record(owner: bytes, rtype: int, ttl: int, rdata: bytes) -> bytes:
    """One resource record of class IN (RFC 1035 section 3.2.1); `owner` is OWNER or a whole wire name."""
    return owner + _HEAD.pack(rtype, IN, ttl, len(rdata)) + rdata


def address_rdata(address: Address) -> bytes:
    """A (RFC 1035 section 3.4.1) or AAAA (RFC 3596 section 2.2), by the address's version: the address itself."""
    return address.packed


def mx_rdata(preference: int, exchange: bytes) -> bytes:
    """MX (RFC 1035 section 3.3.9)."""
    return _MX.pack(preference) + exchange


def srv_rdata(priority: int, weight: int, port: int, target: bytes) -> bytes:
    """SRV (RFC 2782)."""
    return _SRV.pack(priority, weight, port) + target


def ns_rdata(name: bytes) -> bytes:
    """NS (RFC 1035 section 3.3.11)."""
    return _packed(NS(_label(name)))


def soa_rdata(primary: bytes, contact: bytes, serial: int, timers: SoaTimers, minimum: int) -> bytes:
    """SOA (RFC 1035 section 3.3.13); `contact` is the mailbox as wire name, `minimum` the negative TTL (RFC 2308)."""
    times = (serial & 0xFFFF_FFFF, timers.refresh, timers.retry, timers.expire, minimum)
    return _packed(SOA(_label(primary), _label(contact), times))


class _Uncompressed(DNSBuffer):  # type: ignore[misc]  # dnslib carries no types
    def encode_name(self, name: DNSLabel) -> None:
        self.encode_name_nocompress(name)


def _packed(rdata: RD) -> bytes:
    buffer = _Uncompressed()
    rdata.pack(buffer)
    return bytes(buffer.data)


def _label(wire: bytes) -> DNSLabel:
    return DNSLabel(names.split(wire))
