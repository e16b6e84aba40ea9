"""What control knows of its workers, from what they say. No clock, no IO: `now` is Unix time.

A worker's own totals begin anew when it is replaced; here they go on, so that counters never fall.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gslb.handoff.messages import Ack, Hello, Refused, Tally

GRACE = 5.0
"""Seconds a worker may be away (being replaced) before the node is not ready because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One worker. `generation`: the table it serves from, 0 for none yet. `left`: when its link ended, None while it
    stands. `refused`: why it would not take its latest table."""

    number: int
    pid: int
    link: int
    generation: int = 0
    acknowledged_at: float = 0.0
    left: float | None = None
    refused: str = ""
    totals: Mapping[str, int] = field(default_factory=dict)
    gauges: Mapping[str, float] = field(default_factory=dict)


class Workers:
    """All workers that ever said hello, by number."""

    def __init__(self) -> None:
        self._workers: dict[int, Worker] = {}
        self._earlier: dict[int, Counter[str]] = {}
        self.refusals = 0

    def __repr__(self) -> str:
        return f"<Workers {[(w.number, w.generation) for w in self.all()]}>"

    def all(self) -> tuple[Worker, ...]:
        """Every worker, in order of number."""
        return tuple(self._workers[number] for number in sorted(self._workers))

    def hello(self, link: int, message: Hello) -> None:
        """A worker presents itself: a new one, or one that found control again."""
        known = self._workers.get(message.worker)
        if known is not None and known.pid == message.pid:
            self._workers[message.worker] = replace(known, link=link, left=None, generation=0)
            return
        if known is not None:
            self._bank(known)
        self._workers[message.worker] = Worker(number=message.worker, pid=message.pid, link=link)

    def ack(self, message: Ack, now: float) -> None:
        """A worker answers from this generation now."""
        self._change(message.worker, generation=message.generation, acknowledged_at=now, refused="")

    def refused(self, message: Refused) -> None:
        """A worker would not take a table, and keeps its old one."""
        self.refusals += 1
        self._change(message.worker, refused=message.why)

    def tally(self, message: Tally) -> None:
        """A worker's totals since it started."""
        known = self._workers.get(message.worker)
        if known is None:
            return
        if any(message.totals.get(name, 0) < before for name, before in known.totals.items()):
            self._bank(known)
        self._change(message.worker, totals=dict(message.totals), gauges=dict(message.gauges))

    def lost(self, link: int, now: float) -> None:
        """A link ended; that of a worker which has connected anew since means nothing."""
        for worker in self._workers.values():
            if worker.link == link and worker.left is None:
                self._workers[worker.number] = replace(worker, left=now)
                return

    def totals(self, number: int) -> dict[str, int]:
        """A worker's totals over all its lives."""
        known = self._workers.get(number)
        together = Counter(self._earlier.get(number, {}))
        together.update(known.totals if known else {})
        return dict(together)

    def missing(self, *, expected: int, first_health: int, now: float) -> tuple[str, ...]:
        """Why not every one of `expected` workers serves health: a sentence each; empty when all do.

        `first_health`: the first generation that carries health.
        """
        serving = [
            worker
            for worker in self._workers.values()
            if worker.generation >= first_health and (worker.left is None or now - worker.left <= GRACE)
        ]
        if len(serving) >= expected:
            return ()
        return (f"{len(serving)} of {expected} workers serve a table that carries health",)

    def serve(self, generation: int) -> bool:
        """Whether every worker that is connected answers from this table or a later one."""
        return all(worker.generation >= generation for worker in self._workers.values() if worker.left is None)

    def _change(self, number: int, **fields: object) -> None:
        known = self._workers.get(number)
        if known is not None:
            self._workers[number] = replace(known, **fields)  # type: ignore[arg-type] # names are checked by the callers

    def _bank(self, worker: Worker) -> None:
        self._earlier.setdefault(worker.number, Counter()).update(worker.totals)
