"""Response rate limiting: what one network of clients may be sent of one kind of answer, per second.

A forged source makes a name server a weapon against whoever owns that address. So an IPv4 /24 or IPv6 /56 gets so many
replies a second of each kind; what is above is dropped, but every `slip`-th, which is sent as a stub that brings a real
client back by TCP or with a cookie. Both prove that it receives at its address, and are never limited.

Buckets stand in arrays that never grow: 65,536, found by a keyed hash, two places for each. A bucket is one number, the
time at which it will be full again (the virtual schedule of a token bucket, ITU-T I.371): a full one is worth nothing,
so of two the fuller gives way, and nobody gets rid of an emptied bucket by knocking on others.
"""

from array import array
from enum import IntEnum
from hashlib import blake2b
from typing import NamedTuple

from gslb.dns.clients import unmapped
from gslb.dns.codes import AA, NOERROR, NXDOMAIN, TC
from gslb.dns.networks import Networks

SLOTS = 65_536


class Kind(IntEnum):
    """What a reply is to the one who gets it; each has a bucket of its own."""

    ANSWER = 0
    NODATA = 1
    NXDOMAIN = 2
    REFERRAL = 3
    ERROR = 4


class Verdict(IntEnum):
    """What becomes of a reply: sent, sent as a stub, or not at all."""

    SEND = 0
    SLIP = 1
    DROP = 2


class Limits(NamedTuple):
    """`per_second`: replies of one kind to one network, by this worker; above 0. `slip`: every which limited reply is
    sent as a stub, 0 for none. `exempt`: networks that are never limited."""

    per_second: float
    slip: int
    exempt: Networks


class Rates:
    """The buckets of one worker. A second's worth fits into each."""

    def __init__(self, limits: Limits, seed: bytes) -> None:
        """`seed`: 16 octets or more of chance, which key the hash."""
        self.limits = limits
        self._keyed = blake2b(key=seed[:64], digest_size=6)
        self._full_at = array("d", [0.0]) * SLOTS
        self._tags = array("I", [0]) * SLOTS
        self._limited = array("H", [0]) * SLOTS
        self._step = 1.0 / limits.per_second
        self._depth = max(1.0, self._step)

    def judge(self, address: bytes, kind: int, now: float) -> Verdict:
        """One reply of this kind to an address of 4 or 16 octets; `now`: seconds that never go back."""
        slot = self._slot(network_of(address), kind, now)
        full_at = max(self._full_at[slot], now)
        if full_at + self._step <= now + self._depth + 1e-9:
            self._full_at[slot] = full_at + self._step
            return Verdict.SEND
        if address in self.limits.exempt:
            return Verdict.SEND
        slip = self.limits.slip
        self._limited[slot] = number = (self._limited[slot] + 1) % (slip or 1)
        return Verdict.SLIP if slip and number == 0 else Verdict.DROP

    def _slot(self, network: bytes, kind: int, now: float) -> int:
        """The bucket of this network and kind, or one made over to it, full."""
        state = self._keyed.copy()
        state.update(bytes((kind,)) + network)
        value = int.from_bytes(state.digest(), "little")
        tag, first = value >> 16, value & (SLOTS - 1)
        second = first ^ 1
        tags = self._tags
        if tags[first] == tag:
            return first
        if tags[second] == tag:
            return second
        slot = first if self._full_at[first] <= self._full_at[second] else second
        tags[slot] = tag
        self._full_at[slot] = now
        self._limited[slot] = 0
        return slot


def network_of(address: bytes) -> bytes:
    """The network that shares a limit: an IPv4 /24 (also of an address mapped into 16 octets), an IPv6 /56."""
    address = unmapped(address)
    return address[:3] if len(address) == 4 else address[:7]


def kind_of(reply: bytes) -> Kind:
    """The kind of a reply, read off its header."""
    rcode = reply[3] & 0xF
    if rcode == NXDOMAIN:
        return Kind.NXDOMAIN
    if rcode != NOERROR:
        return Kind.ERROR
    flags = reply[2] << 8
    if reply[6] or reply[7] or flags & TC:
        return Kind.ANSWER
    return Kind.NODATA if flags & AA else Kind.REFERRAL
