"""What a run of `gslb bench` tells. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, exp, log

QUANTILES = (0.5, 0.9, 0.99, 0.999)

FINENESS = 200
"""Steps for each factor of e: times are kept to half a per cent, some 3,000 numbers however many replies came."""

LEAST = 1e-6
"""Seconds; nothing is told finer."""


class Times:
    """Times from a question to its reply, in seconds: how many of each, not each. Bounded, whatever comes."""

    def __init__(self) -> None:
        self._steps: Counter[int] = Counter()
        self.most = 0.0

    def __len__(self) -> int:
        return self._steps.total()

    def note(self, seconds: float) -> None:
        """One more."""
        self._steps[int(log(max(seconds, LEAST) / LEAST) * FINENESS)] += 1
        self.most = max(self.most, seconds)

    def quantiles(self, wanted: Sequence[float] = QUANTILES) -> dict[float, float]:
        """The least time that so much of all of them (0 to 1) does not exceed, within a step; nothing of none."""
        found: dict[float, float] = {}
        seen, left, total = 0, sorted(wanted), len(self)
        for step, count in sorted(self._steps.items()):
            seen += count
            while left and seen >= max(1, ceil(left[0] * total)):
                found[left.pop(0)] = min(self.most, LEAST * exp((step + 1) / FINENESS))
        return found


@dataclass(slots=True)
class Run:
    """What came of one run: times from a question to its reply in seconds, replies by rcode.

    `again`: questions asked a second time because no reply came; `failed`: those where none came then, either. `late`:
    replies nobody waited for any more. `seconds`: how long it took; `cpu`: how much of one core asking took.
    """

    asked: int = 0
    answered: int = 0
    again: int = 0
    failed: int = 0
    late: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    rcodes: Counter[int] = field(default_factory=Counter)
    times: Times = field(default_factory=Times)

    @property
    def rate(self) -> float:
        """Replies a second."""
        return self.answered / self.seconds if self.seconds else 0.0
