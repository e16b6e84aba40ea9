"""Groups of clients: views as declared, and every address of the world sorted into them."""

from bisect import bisect_right
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from gslb.model.values import Address, Network

RANGE4 = Struct("<II")
"""First address and class of an IPv4 range."""
RANGE6 = Struct("<16sII")
"""First address (in network order), class and nothing, of an IPv6 range."""

BY_COUNTRY = 1
"""The rank of a view that holds a client by its country: wider than any network written down, narrower than all."""


def rank_of(length: int) -> int:
    """How narrow a network of this prefix length is: the higher, the narrower (see BY_COUNTRY)."""
    return length + 1 if length else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A named group of clients: who lies in one of `networks`, or in one of `countries` (ISO 3166 codes).

    `ecs`: resolvers believed when they tell whose question it is (RFC 7871); then that network counts, not theirs.
    """

    name: str
    networks: tuple[Network, ...] = ()
    countries: tuple[str, ...] = ()
    ecs: tuple[Network, ...] = ()


class Held(NamedTuple):
    """A view that holds a client by one network or country: its number (from 1, in the order declared), and its rank
    (see rank_of).

    `cover`: by that, a client network is held as a whole when its prefix is at least so long.
    """

    view: int
    rank: int
    cover: int


@dataclass(frozen=True, slots=True)
class ClientClass:
    """Clients that no view tells apart: what holds them, narrowest first (a view once for each of its networks), and
    the views that trust their ECS."""

    held: tuple[Held, ...] = ()
    trusts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTable:
    """Every address, by ranges sorted and without gaps: RANGE4 and RANGE6 records, empty where there are no views.

    A range ends where the next one begins. Class 0 is in no view.
    """

    ranges4: bytes = b""
    ranges6: bytes = b""
    classes: tuple[ClientClass, ...] = (ClientClass(),)

    def of(self, address: Address) -> ClientClass:
        """The class of a client."""
        ranges, record = (self.ranges4, RANGE4) if address.version == 4 else (self.ranges6, RANGE6)
        if not ranges:
            return self.classes[0]
        wanted = int(address) if address.version == 4 else address.packed
        count = len(ranges) // record.size
        number = bisect_right(range(count), wanted, key=lambda n: record.unpack_from(ranges, n * record.size)[0]) - 1
        found: int = record.unpack_from(ranges, number * record.size)[1]
        return self.classes[found]


NO_VIEWS = ClientTable()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryRanges:
    """Where one country is: pairs of first and last address, sorted, apart, in network order (4 or 16 octets each)."""

    ipv4: bytes = b""
    ipv6: bytes = b""
