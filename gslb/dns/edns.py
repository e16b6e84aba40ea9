"""EDNS(0): what a query's OPT record asks, and the OPT record of a reply (RFC 6891).

option                  query                                       reply
NSID, 3                 asked when present (RFC 5001)               the node's identity
client subnet, 8        checked strictly, FORMERR (RFC 7871 7.1.2)  echoed, scope below
cookie, 10              8, or 16 to 40 octets, else FORMERR         see cookies; the first one counts
tcp keepalive, 11       asked when present, over TCP alone          our idle limit (RFC 7828 section 3.3)
extended error, 15      ignored                                     code and text (RFC 8914)
padding, 12             ignored                                     none: length hides nothing where all is readable
                                                                    (RFC 7830 section 6 wants encryption)
all others              ignored (RFC 6891 6.1.2)                    none

The scope is the prefix length that was sent where the answer depends on it, else 0: it is never copied blindly, for a
resolver keeps an answer apart for each scope it is given (RFC 7871 section 7.2.1).
"""

from struct import Struct
from typing import NamedTuple

from gslb.dns.codes import OPT

PAYLOAD = 1232
"""Octets of UDP payload we offer and, at most, send: fits the IPv6 minimum MTU, so it never fragments."""
SMALLEST_PAYLOAD = 512

NSID = 3
CLIENT_SUBNET = 8
COOKIE = 10
KEEPALIVE = 11
EXTENDED_ERROR = 15

DO = 0x8000

_OPTION = Struct("!HH")
_SUBNET = Struct("!HBB")
_RECORD = Struct("!BHHBBHH")
_CODE = Struct("!HHH")
_ADDRESS_BITS = {0: 0, 1: 32, 2: 128}


class Edns(NamedTuple):
    """What a query's OPT record says. `payload` in octets; `subnet` and `cookie` are the options' data as sent, empty
    for none. `keepalive`: it was asked for, whatever the transport."""

    payload: int
    version: int
    do: bool
    nsid: bool = False
    subnet: bytes = b""
    cookie: bytes = b""
    keepalive: bool = False


def read_opt(payload: int, ttl: int, data: bytes) -> tuple[Edns, bool]:
    """The OPT record of a query, from its class, TTL and rdata; and whether its options are well-formed.

    Options of a version we do not speak are not looked at: their form is that version's business.
    """
    version, do = ttl >> 16 & 0xFF, bool(ttl & DO)
    bare = Edns(payload, version, do)
    if version or not data:
        return bare, True
    nsid, keepalive, subnet, cookie, at = False, False, b"", b"", 0
    while at < len(data):
        if at + 4 > len(data):
            return bare, False
        code, length = _OPTION.unpack_from(data, at)
        at += 4 + length
        if at > len(data):
            return bare, False
        if code == NSID:
            nsid = True
        elif code == CLIENT_SUBNET and not subnet:
            subnet = data[at - length : at]
            if not _is_subnet(subnet):
                return bare, False
        elif code == COOKIE and not cookie:
            cookie = data[at - length : at]
            if length != 8 and not 16 <= length <= 40:
                return bare, False
        elif code == KEEPALIVE:
            keepalive = True
    return Edns(payload, version, do, nsid, subnet, cookie, keepalive), True


def _is_subnet(data: bytes) -> bool:
    """RFC 7871 section 6: scope 0 in a query, no more address octets than the prefix needs, the rest bits zero.

    Family 0 with an empty prefix is how some clients say "no subnet, please"; it is echoed like any other.
    """
    if len(data) < 4:
        return False
    family, source, scope = _SUBNET.unpack_from(data)
    address = data[4:]
    if source > _ADDRESS_BITS.get(family, -1) or scope or len(address) != (source + 7) // 8:
        return False
    spare = -source % 8
    return not (spare and address[-1] & ((1 << spare) - 1))


def write_opt(
    query: Edns,
    *,
    rcode: int,
    nsid: bytes,
    errors: tuple[tuple[int, bytes], ...],
    told: bool = False,
    cookie: bytes = b"",
    keepalive: int | None = None,
) -> bytes:
    """The OPT record of a reply: upper bits of `rcode`, DO copied (RFC 3225 section 3), version 0, other flags 0.

    `errors` are extended errors, as (code, UTF-8 text). `told`: the answer depends on the client subnet. `cookie`: the
    option's data, empty for none. `keepalive`: in tenths of a second, None where it is not to be told.
    """
    options = b""
    if query.nsid:
        options += _OPTION.pack(NSID, len(nsid)) + nsid
    if query.subnet:
        options += _OPTION.pack(CLIENT_SUBNET, len(query.subnet)) + _scoped(query.subnet, told)
    if cookie:
        options += _OPTION.pack(COOKIE, len(cookie)) + cookie
    if query.keepalive and keepalive is not None:
        options += _CODE.pack(KEEPALIVE, 2, keepalive)
    for code, text in errors:
        options += _CODE.pack(EXTENDED_ERROR, 2 + len(text), code) + text
    return _RECORD.pack(0, OPT, PAYLOAD, rcode >> 4, 0, DO if query.do else 0, len(options)) + options


def _scoped(subnet: bytes, told: bool) -> bytes:
    """The option's data, with the scope of the answer in place of the query's 0."""
    return subnet[:3] + subnet[2:3] + subnet[4:] if told else subnet
