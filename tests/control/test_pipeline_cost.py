"""One service's change costs the same, however many there are; everything, in proportion (`make bench-steering`)."""

import statistics
import sys

import pytest

from gslb.model.values import RecordType
from tests.bench.bench_steering import A_ALONE, WITH_MX, Bench


def change(services: int) -> float:
    """CPU seconds of deciding and building one change, the median of twenty."""
    return statistics.median(took for took, _ in Bench(services, WITH_MX).changes(10))


def test_a_change_costs_what_it_touches() -> None:
    """With 16 times as many services hardly more (the bound is for noisy machines), and never 50 ms."""
    few, many = change(50), change(800)

    assert many < 4 * few + 0.002
    assert many < 0.050


def calls(services: int, records: tuple[RecordType, ...]) -> int:
    """Functions called while everything is made from nothing: the same on every machine."""
    bench, count = Bench(services, records), 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        bench.rebuild()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(("records", "most"), [(A_ALONE, 1000), (WITH_MX, 1500)])
def test_a_rebuild_is_linear(records: tuple[RecordType, ...], most: int) -> None:
    """One more service costs the same among many as among few, and takes the short ways there are."""
    calls(10, records)  # what is worked out once
    few, some, many = (calls(services, records) for services in (50, 100, 200))

    assert many - some < 1.05 * 2 * (some - few)
    assert (many - some) / 100 < most
