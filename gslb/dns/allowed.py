"""Who may fetch a zone."""

from typing import NamedTuple

from gslb.dns.networks import Networks
from gslb.dns.tsig import Signer


class Allowed(NamedTuple):
    """Who may fetch a zone: from these networks, with one of these keys (names); both, where both are given.

    None: wherever from, or signed with whatever.
    """

    networks: Networks | None = None
    keys: frozenset[bytes] | None = None

    def admits(self, address: bytes, signer: Signer | None) -> bool:
        """Whether it is one of them."""
        near = self.networks is None or address in self.networks
        return near and (self.keys is None or (signer is not None and signer.key.name in self.keys))
