"""One service's change costs the same, however many services there are (`make bench-steering` has the figures)."""

import statistics

from tests.bench.bench_steering import WITH_MX, Bench


def change(services: int) -> float:
    """CPU seconds of deciding and building one change, the median of twenty."""
    return statistics.median(took for took, _ in Bench(services, WITH_MX).changes(10))


def test_a_change_costs_what_it_touches() -> None:
    """With 16 times as many services hardly more (the bound is for noisy machines), and never 50 ms."""
    few, many = change(50), change(800)

    assert many < 4 * few + 0.002
    assert many < 0.050
