"""Who may ask what. Pure: the request's facts in, a denial or None out.

what                           control socket    TCP from loopback    TCP from elsewhere
/live, /ready, /health         open              open                 open
other reads                    open              open                 token
writes                         open              token                token
"""

import hmac
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv6Address, ip_address

SCHEME = "bearer"

REMEDY = "use the control socket, or set http.token_file and send its content as `Authorization: Bearer TOKEN`"


class Access(Enum):
    """What a path asks of its caller."""

    OPEN = "open"
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. `trusted`: by the control socket, whose file mode has judged already; `peer`: the TCP address."""

    trusted: bool = False
    peer: str | None = None
    authorization: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """Why not: an HTTP status and a sentence that holds the remedy."""

    status: int
    why: str


def deny(access: Access, caller: Caller, token: str | None) -> Denial | None:
    """None for who may pass. `token` is what the token file holds; None where there is no usable one.

    The comparison takes the same time whatever is wrong with what was sent.
    """
    if access is Access.OPEN or caller.trusted or (access is Access.READ and is_loopback(caller.peer)):
        return None
    if not token:
        return Denial(status=403, why=f"{access.value}s are closed here: {REMEDY}")
    scheme, _, given = (caller.authorization or "").partition(" ")
    right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
    if right and scheme.lower() == SCHEME:
        return None
    return Denial(status=401, why=f"the token is missing or wrong: {REMEDY}")


def is_loopback(peer: str | None) -> bool:
    """Whether an address is this host's own, also when IPv4 comes mapped into IPv6. No address: no."""
    if peer is None:
        return False
    address = ip_address(peer.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
