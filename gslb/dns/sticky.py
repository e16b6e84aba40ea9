"""Which of 4,096 slots a client's network is in: the same on every node, another one for each service."""

from zlib import crc32

GOLDEN = 0x9E37_79B1
_MASK = 0xFFFF_FFFF


def slot_of(network: bytes, key: int) -> int:
    """The slot, 0 to 4095. The multiplication parts services whose keys differ: CRC-32 alone is affine."""
    value = crc32(network, key) * GOLDEN & _MASK
    return (value ^ value >> 15) * GOLDEN >> 20 & 0xFFF
