"""Networks of clients, and whether an address lies in one of them."""

from collections.abc import Iterable
from ipaddress import ip_network

from gslb.dns.clients import unmapped


class Networks:
    """Looked through one by one: configuration names a few."""

    def __init__(self, networks: Iterable[str]) -> None:
        """Of texts as 192.0.2.0/24 and 2001:db8::/32. Raises ValueError for any other."""
        made = [ip_network(text) for text in networks]
        self._of: dict[int, tuple[tuple[int, int], ...]] = {
            octets: tuple(
                (int(one.netmask), int(one.network_address)) for one in made if one.max_prefixlen == 8 * octets
            )
            for octets in (4, 16)
        }

    def __bool__(self) -> bool:
        return any(self._of.values())

    def __contains__(self, address: bytes) -> bool:
        """Whether an address of 4 or 16 octets lies in one; an IPv4 address mapped into 16 is the IPv4 address."""
        address = unmapped(address)
        value = int.from_bytes(address)
        return any(value & mask == network for mask, network in self._of[len(address)])


NOBODY = Networks(())
