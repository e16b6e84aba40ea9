"""Draws that give every resolver, for every entry, each share exactly in the long run and closely in the short.

A slot is picked by a keyed mix of resolver network and entry. Draw number n of a slot is its offset plus
n × 0x9E3779B9 modulo 2**32: multiples of the golden ratio fill the circle evenly, also when only every second, third
or sixteenth of them is looked at, which an exact wheel does not survive. The offset comes from the same mix, so
resolvers, entries and workers (each has a seed) do not march in step.

The mix is three rounds of a multiplication and a shift: cheap here and in fast.c, which draws in the same way. It is
no cipher, and need not be: who finds two resolvers that share a counter has found nothing to gain.
"""

import socket
from array import array

SLOTS = 65_536
SEED_SIZE = 16
GOLDEN = 0x9E37_79B9
GOLDEN_64 = 0x9E37_79B9_7F4A_7C15
_MASK = 0xFFFF_FFFF
_MASK_64 = 0xFFFF_FFFF_FFFF_FFFF
_MAPPED = b"\0" * 10 + b"\xff\xff"


class Draws:
    """65,536 counters, forever: no resolver makes it grow. `seed`: 16 octets of chance, which key the mix."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise ValueError(f"a seed has {SEED_SIZE} octets")
        self._network_key = int.from_bytes(seed[:8], "little")
        self._entry_key = int.from_bytes(seed[8:], "little")
        self._counters = array("I", [0]) * SLOTS

    def draw(self, network: int, key: int) -> int:
        """The next 32 bits for a resolver's network (see `network_number`) and an entry's key."""
        return self.draw_for(self.mixed(network), key)

    def mixed(self, network: int) -> int:
        """The first round, which is worth remembering for a network."""
        value = (network ^ self._network_key) * GOLDEN_64 & _MASK_64
        return value ^ value >> 32

    def draw_for(self, mixed: int, key: int) -> int:
        """As `draw`, for a network that is mixed already."""
        value = (mixed ^ key ^ self._entry_key) * GOLDEN_64 & _MASK_64
        value = (value ^ value >> 32) * GOLDEN_64 & _MASK_64
        value ^= value >> 32
        slot = value & 0xFFFF
        number = self._counters[slot]
        self._counters[slot] = (number + 1) & _MASK
        return (value >> 32) + number * GOLDEN & _MASK


def network_of(address: bytes) -> bytes:
    """What stands for a resolver: an IPv4 address (of 4 octets, or mapped into 16) whole, an IPv6 one by its /56."""
    if len(address) == 16:
        return address[12:] if address.startswith(_MAPPED) else address[:7]
    return address


def network_number(network: bytes) -> int:
    """A network's octets as a number, below one bit that tells IPv4 and IPv6 apart."""
    return 1 << 8 * len(network) | int.from_bytes(network)


def packed(host: str) -> bytes:
    """4 or 16 octets of an address as sockets name it."""
    if ":" in host:
        return socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    return socket.inet_pton(socket.AF_INET, host)
