"""What a run of `gslb bench` tells. Pure."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

QUANTILES = (0.5, 0.9, 0.99, 0.999)


@dataclass(slots=True)
class Run:
    """What came of one run: times from a question to its reply in seconds, replies by rcode.

    `again`: questions asked a second time because no reply came; `failed`: those where none came then, either. `late`:
    replies nobody waited for any more. `seconds`: how long it took; `cpu`: how much of one core asking took.
    """

    asked: int = 0
    again: int = 0
    failed: int = 0
    late: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    rcodes: Counter[int] = field(default_factory=Counter)
    times: "array[float]" = field(default_factory=lambda: array("d"))

    @property
    def answered(self) -> int:
        """Replies in time."""
        return len(self.times)

    @property
    def rate(self) -> float:
        """Replies a second."""
        return self.answered / self.seconds if self.seconds else 0.0


def quantiles(times: Sequence[float], wanted: Sequence[float] = QUANTILES) -> dict[float, float]:
    """The least time that so much of all of them (0 to 1) does not exceed; nothing of none."""
    ordered = sorted(times)
    return {part: ordered[min(len(ordered) - 1, int(part * len(ordered)))] for part in wanted} if ordered else {}
