"""How long each phase of a probe took, in buckets: a histogram that costs a run next to nothing to fill.

prometheus-client's own takes a lock and walks the buckets for each of a run's phases; at a thousand probes a second
that is felt. One loop fills this one, so it needs no lock.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from gslb.model.observations import Phase

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds, up to the longest default timeout."""

_NAMES = (*map(str, BUCKETS), "+Inf")


class _Series:
    """One type and phase: counts by bucket, and the sum."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * len(_NAMES)
        self.total = 0.0


class PhaseTimes(Collector):
    """By type of check and phase. Labels are closed lists."""

    def __init__(self) -> None:
        self._series: dict[str, dict[Phase, _Series]] = {}

    def observe(self, kind: str, timings: Iterable[tuple[Phase, float]]) -> None:
        """The phases of one run, in seconds."""
        phases = self._series.setdefault(kind, {})
        for phase, seconds in timings:
            series = phases.get(phase)
            if series is None:
                series = phases[phase] = _Series()
            series.counts[bisect_left(BUCKETS, seconds)] += 1
            series.total += seconds

    def describe(self) -> list[Metric]:
        """Nothing ahead of time."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, cumulative as Prometheus has it."""
        family = HistogramMetricFamily(
            "gslb_probe_duration_seconds", "How long each phase of a probe took.", labels=("type", "phase")
        )
        for kind, phase, series in self._known():
            buckets, seen = [], 0
            for name, count in zip(_NAMES, series.counts, strict=True):
                seen += count
                buckets.append((name, float(seen)))
            family.add_metric((kind, phase.value), buckets, series.total)
        yield family

    def _known(self) -> list[tuple[str, Phase, _Series]]:
        """A scrape is put together in a thread: whatever is walked over is copied first, in one step."""
        kinds = tuple(self._series.items())
        return [(kind, phase, series) for kind, phases in kinds for phase, series in tuple(phases.items())]
