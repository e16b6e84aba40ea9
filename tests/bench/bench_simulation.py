"""What `gslb simulate demand` costs: many resolvers, many services, through the command's own rooms.

    bench_simulation.py [--resolvers 100000] [--services 10000] [--clients 10000000]

Ten minutes of lookups at 12 an hour from each client, TTL 30 s, with one member drained in the middle. Prints wall and
CPU seconds and memory, of pictures (decisions and entries), of the formulas, and of the run.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from gslb.health.overrides import Overrides
from gslb.model.overrides import Forced
from gslb.model.values import RecordType
from gslb.simulation.changes import Word, supposed
from gslb.simulation.demand import play
from gslb.simulation.expectation import expected
from gslb.simulation.market import Assumptions, market
from gslb.simulation.pictures import picture
from gslb.simulation.report import report
from tests.bench.bench_steering import A_ALONE, estate


class Watch:
    """Tells what passed since the last mark."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.monotonic(), time.process_time()

    def mark(self, what: str) -> None:
        """One line."""
        wall, cpu = time.monotonic(), time.process_time()
        print(f"{what:>9}: {wall - self.wall:6.1f} s, CPU {cpu - self.cpu:6.1f} s", flush=True)
        self.wall, self.cpu = wall, cpu


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resolvers", type=int, default=100_000)
    parser.add_argument("--services", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=10_000_000)
    said = parser.parse_args()
    made = estate(said.services, A_ALONE)
    watch = Watch()
    book = supposed(made, Overrides(), [Word(target="*/s0/m1", state=Forced.DRAINED)])
    before = list(picture(made, types=(RecordType.A,)).sights.values())
    after = list(picture(made, types=(RecordType.A,), override_of=book.of(0.0)).sights.values())
    watch.mark("pictures")
    assumed = Assumptions(resolvers=said.resolvers, clients=said.clients, workers=2)
    stage = market(before, after, assumed)
    told = expected(stage, assumed)
    watch.mark("formulas")
    played = play(stage, assumed, np.random.default_rng(1))
    watch.mark("run")
    found = report(stage, assumed, told, played)
    watch.mark("report")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{found.lookups * assumed.duration:,.0f} lookups, {found.queries * assumed.duration:,.0f} queries;"
        f" cached {found.played_cached:.2%} ({found.cached:.2%} expected); {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
