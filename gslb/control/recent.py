"""The latest results of each target, for the faces: how it went, and how long each phase took."""

from collections import deque
from collections.abc import Container

from gslb.model.observations import Observation

KEPT = 16
"""Results kept per target."""


class Recent:
    """By target id, oldest first."""

    def __init__(self) -> None:
        self._rings: dict[str, deque[Observation]] = {}

    def __repr__(self) -> str:
        return f"<Recent {len(self._rings)} targets>"

    def note(self, observation: Observation) -> None:
        """Remember a result; the oldest beyond KEPT goes."""
        ring = self._rings.get(observation.target)
        if ring is None:
            ring = self._rings[observation.target] = deque(maxlen=KEPT)
        ring.append(observation)

    def of(self, target: str) -> tuple[Observation, ...]:
        """The results of a target."""
        return tuple(self._rings.get(target, ()))

    def last(self, target: str) -> Observation | None:
        """The latest result of a target."""
        ring = self._rings.get(target)
        return ring[-1] if ring else None

    def keep_only(self, targets: Container[str]) -> None:
        """Forget targets that are no longer configured."""
        self._rings = {target: ring for target, ring in self._rings.items() if target in targets}
