"""The workers' draws (gslb.dns.draws) for many queries at once: the same slots, offsets and golden steps, in arrays."""

import numpy as np
from numpy.typing import NDArray

from gslb.dns.draws import GOLDEN, GOLDEN_64, SEED_SIZE, SLOTS, network_number
from gslb.simulation.drawing import APART, FIRST_RESOLVER
from gslb.simulation.market import Flags, Floats, Ints

_HALF = np.uint64(32)
_STEP = np.uint64(GOLDEN_64)
_FIRST = network_number(FIRST_RESOLVER.to_bytes(4))


class Sequences:
    """The counters of `workers` workers, keyed by chance. A query is any worker's, as the kernel gives them out."""

    def __init__(self, chance: np.random.Generator, workers: int) -> None:
        self.seeds = tuple(chance.bytes(SEED_SIZE) for _ in range(workers))
        keys = np.frombuffer(b"".join(self.seeds), dtype="<u8").reshape(workers, 2)
        self._network_keys, self._entry_keys = keys[:, 0].copy(), keys[:, 1].copy()
        self._counters = np.zeros(workers * SLOTS, dtype=np.int64)
        self._chance = chance

    def draw(self, resolver: Ints, entry: Ints, at: Floats, sticky: Flags) -> Ints:
        """32 bits for each query: of a resolver, for an entry (both by number), in the order of `at`.

        `sticky`: queries that are to get the same bits each time, which stand for the hash of the client's network.
        """
        worker = np.where(sticky, 0, self._chance.integers(len(self.seeds), size=len(resolver)))
        mixed = self._mixed(worker, resolver, entry)
        slot = worker * SLOTS + (mixed & np.uint64(SLOTS - 1)).astype(np.int64)
        number = np.where(sticky, 0, self._counters[slot] + _rank(slot, at))
        np.add.at(self._counters, slot[~sticky], 1)
        draws: Ints = ((mixed >> _HALF).astype(np.int64) + number * GOLDEN) & 0xFFFF_FFFF
        return draws

    def _mixed(self, worker: Ints, resolver: Ints, entry: Ints) -> NDArray[np.uint64]:
        value = ((resolver * APART + _FIRST).astype(np.uint64) ^ self._network_keys[worker]) * _STEP
        value ^= value >> _HALF
        value = (value ^ entry.astype(np.uint64) ^ self._entry_keys[worker]) * _STEP
        value = (value ^ (value >> _HALF)) * _STEP
        mixed: NDArray[np.uint64] = value ^ (value >> _HALF)
        return mixed


def _rank(slot: Ints, at: Floats) -> Ints:
    """Of each query among those of its slot, by time, from 0."""
    order = np.lexsort((at, slot))
    sorted_slots = slot[order]
    begins = np.flatnonzero(np.append(True, sorted_slots[1:] != sorted_slots[:-1])) if len(slot) else order
    ranks = np.arange(len(slot)) - np.repeat(begins, np.diff(np.append(begins, len(slot))))
    found = np.empty(len(slot), dtype=np.int64)
    found[order] = ranks
    return found
