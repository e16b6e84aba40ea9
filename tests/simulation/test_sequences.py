"""The workers' draws in arrays are the workers' draws."""

import numpy as np

from gslb.dns.draws import Draws, network_number
from gslb.simulation.drawing import APART, FIRST_RESOLVER
from gslb.simulation.sequences import Sequences


def test_arrays_draw_what_a_worker_draws() -> None:
    """500 queries of 20 resolvers for 7 entries, in two batches, number by number."""
    sequences = Sequences(np.random.default_rng(1), 1)
    worker = Draws(sequences.seeds[0])
    chance = np.random.default_rng(2)
    for _ in range(2):
        resolver, entry, at = chance.integers(20, size=250), chance.integers(7, size=250), chance.random(250)
        found = sequences.draw(resolver, entry, at, np.zeros(250, dtype=np.bool_))
        for query in np.argsort(at):
            network = network_number((FIRST_RESOLVER + int(resolver[query]) * APART).to_bytes(4))
            assert worker.draw(network, int(entry[query])) == found[query]


def test_workers_draw_by_seeds_of_their_own() -> None:
    """And nobody asked, nothing drawn."""
    sequences = Sequences(np.random.default_rng(1), 3)
    none = np.zeros(0, dtype=np.int64)

    assert len(set(sequences.seeds)) == 3
    assert len(sequences.draw(none, none, np.zeros(0), np.zeros(0, dtype=np.bool_))) == 0


def test_sticky_services_draw_once() -> None:
    """A resolver gets the same bits for an entry each time, of any worker; others are not moved on by that."""
    sequences = Sequences(np.random.default_rng(1), 3)
    one, at = np.ones(50, dtype=np.int64), np.arange(50.0)

    assert len(set(sequences.draw(one, one, at, at >= 0).tolist())) == 1
    assert len(set(sequences.draw(one, one, at, at < 0).tolist())) == 50
    assert len(set(sequences.draw(np.arange(50), one, at, at >= 0).tolist())) == 50
