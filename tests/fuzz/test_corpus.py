"""The short form of `make fuzz`: every packet that once reached new code, and a fixed stream of mutations of them."""

import random
from pathlib import Path

from tests.fuzz.target import one
from tests.kit.packets import mutated, queries

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


def test_corpus() -> None:
    """What was found before is survived, with a table and without one."""
    assert len(CORPUS) > 50
    for path in CORPUS:
        one(path.read_bytes())
        one(path.read_bytes(), table=None)


def test_mutations_of_it() -> None:
    """So are some thousand mutations, always the same."""
    chance, seeds = random.Random(1), queries() + [path.read_bytes() for path in CORPUS]
    seeds = [seed for seed in seeds if len(seed) > 12]
    for _ in range(5_000):
        one(mutated(chance, seeds))
