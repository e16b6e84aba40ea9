"""SipHash-2-4 (Aumasson and Bernstein, 2012), the keyed hash of interoperable DNS cookies (RFC 9018 section 4.4)."""

from struct import Struct

_WORDS = Struct("<QQ")
_MASK = 0xFFFF_FFFF_FFFF_FFFF


def siphash24(key: bytes, data: bytes) -> bytes:
    """8 octets from a key of 16 octets. Some 15 µs for a cookie's data: what is checked once is worth remembering."""
    k0, k1 = _WORDS.unpack(key)
    state = (k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573)
    whole = len(data) & ~7
    for at in range(0, whole, 8):
        state = _mixed(state, int.from_bytes(data[at : at + 8], "little"))
    state = _mixed(state, int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56)
    v0, v1, v2, v3 = state
    v0, v1, v2, v3 = _rounds(v0, v1, v2 ^ 0xFF, v3, 4)
    return (v0 ^ v1 ^ v2 ^ v3).to_bytes(8, "little")


def _mixed(state: tuple[int, int, int, int], word: int) -> tuple[int, int, int, int]:
    v0, v1, v2, v3 = _rounds(*state[:3], state[3] ^ word, 2)
    return v0 ^ word, v1, v2, v3


def _rounds(v0: int, v1: int, v2: int, v3: int, number: int) -> tuple[int, int, int, int]:
    for _ in range(number):
        v0 = v0 + v1 & _MASK
        v1 = (v1 << 13 | v1 >> 51) & _MASK ^ v0
        v0 = (v0 << 32 | v0 >> 32) & _MASK
        v2 = v2 + v3 & _MASK
        v3 = (v3 << 16 | v3 >> 48) & _MASK ^ v2
        v0 = v0 + v3 & _MASK
        v3 = (v3 << 21 | v3 >> 43) & _MASK ^ v0
        v2 = v2 + v1 & _MASK
        v1 = (v1 << 17 | v1 >> 47) & _MASK ^ v2
        v2 = (v2 << 32 | v2 >> 32) & _MASK
    return v0, v1, v2, v3
