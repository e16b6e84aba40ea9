"""How late control's loop is: what it did at once, without a turn for anybody else.

A wake-up is asked for ten times a second. Whatever holds the loop for longer than a tenth of a second is seen, and what
is shorter as often as it is there. Probes, tables and queries to control wait for that long; workers never do.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterator

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

EVERY = 0.1
"""Seconds from one wake-up to the next."""

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds, up to the silence for which the supervisor replaces control."""

_NAMES = (*map(str, BUCKETS), "+Inf")


class Lag(Collector):
    """A histogram, and the worst since the start."""

    def __init__(self) -> None:
        self.counts = [0] * len(_NAMES)
        self.total = self.most = 0.0

    def __repr__(self) -> str:
        return f"<Lag {sum(self.counts)} wake-ups, at most {self.most:.3f} s late>"

    def observe(self, late: float) -> None:
        """One wake-up came so many seconds late."""
        self.counts[bisect_left(BUCKETS, late)] += 1
        self.total += late
        self.most = max(self.most, late)

    async def watch(self, clock: Callable[[], float]) -> None:
        """Observe without end. `clock`: monotonic seconds."""
        while True:
            due = clock() + EVERY
            await asyncio.sleep(EVERY)
            self.observe(max(0.0, clock() - due))

    def describe(self) -> list[Metric]:
        """Nothing ahead of time."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The histogram, cumulative as Prometheus has it."""
        counts, seen, buckets = tuple(self.counts), 0, []  # a scrape is put together in a thread
        for name, count in zip(_NAMES, counts, strict=True):
            seen += count
            buckets.append((name, float(seen)))
        family = HistogramMetricFamily(
            "gslb_loop_late_seconds", "How late control's loop was at each of ten wake-ups a second."
        )
        family.add_metric((), buckets, self.total)
        yield family
