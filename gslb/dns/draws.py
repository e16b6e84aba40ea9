"""Draws that give every resolver, for every entry, each share exactly in the long run and closely in the short.

A slot is picked by a keyed hash of resolver network and entry. Draw number n of a slot is its offset plus
n × 0x9E3779B9 modulo 2**32: multiples of the golden ratio fill the circle evenly, also when only every second, third
or sixteenth of them is looked at, which an exact wheel does not survive. The offset comes from the same hash, so
resolvers, entries and workers (each has a seed) do not march in step.
"""

from array import array
from hashlib import blake2b

SLOTS = 65_536
GOLDEN = 0x9E37_79B9
_MASK = 0xFFFF_FFFF
_MAPPED = b"\0" * 10 + b"\xff\xff"


class Draws:
    """65,536 counters, forever: no resolver makes it grow. `seed` (16 octets or more of chance) keys the hash."""

    def __init__(self, seed: bytes) -> None:
        self._keyed = blake2b(key=seed[:64], digest_size=6)
        self._counters = array("I", [0]) * SLOTS

    def draw(self, network: bytes, key: int) -> int:
        """The next 32 bits for a resolver's network (see `network_of`) and an entry's key."""
        state = self._keyed.copy()
        state.update(key.to_bytes(8, "little") + network)
        value = int.from_bytes(state.digest(), "little")
        slot = value & 0xFFFF
        number = self._counters[slot]
        self._counters[slot] = (number + 1) & _MASK
        return (value >> 16) + number * GOLDEN & _MASK


def network_of(address: bytes) -> bytes:
    """What stands for a resolver: an IPv4 address (of 4 octets, or mapped into 16) whole, an IPv6 one by its /56."""
    if len(address) == 16:
        return address[12:] if address.startswith(_MAPPED) else address[:7]
    return address
