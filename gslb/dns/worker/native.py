"""The fast path as Python sees it: `fast`, built from fast.c where a compiler was there; None elsewhere."""

import struct
from collections.abc import Iterable
from ipaddress import ip_network
from typing import TYPE_CHECKING, Protocol

from gslb.dns.rates import Verdict

if TYPE_CHECKING:
    from types import ModuleType

    from gslb.dns.worker.fast import Engine

fast: "ModuleType | None"
try:
    from gslb.dns.worker import fast
except ImportError:
    fast = None

_NETWORK = struct.Struct("<16s16sI")


class Judge(Protocol):
    """What judges replies by the rate of their clients (see rates.Rates)."""

    def judge(self, address: bytes, kind: int, now: float) -> Verdict:
        """What becomes of one reply of this kind to an address."""
        ...


class NativeRates:
    """The limits of the fast path, which judge what the complete responder makes, too."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def judge(self, address: bytes, kind: int, now: float) -> Verdict:
        """As rates.Rates.judge."""
        return Verdict(self._engine.judge(address, kind, now))


def networks(texts: Iterable[str]) -> bytes:
    """Networks as the fast path compares with them: address, mask, octets of both."""
    made = [ip_network(text) for text in texts]
    return b"".join(
        _NETWORK.pack(one.network_address.packed, one.netmask.packed, one.max_prefixlen // 8) for one in made
    )
