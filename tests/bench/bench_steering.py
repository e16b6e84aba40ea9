"""What deciding and building cost: one service's change, and everything anew, at 10,000 services.

    bench_steering.py [--services 10000] [--rounds 20]

    change     a verdict turns: its decisions, and their entries (Pipeline.on_observation)
    image      the table that holds them, as bytes (Pipeline.image)
    rebuild    every decision and entry, and the table, from nothing: what follows a reload once the files are read

CPU seconds of this process, the median of the rounds; with the garbage collector set as control sets it. On a machine
that is busy otherwise these are higher, too: the loop printed first takes 0.2 s on one that is not.
"""

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gslb.control.pipeline import Pipeline
from gslb.health.ledger import Ledger
from gslb.model.observations import Failed, Observation, Outcome, Passed, Phase, Reason
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.values import RecordType
from tests.kit.estate import check, config, member, pool, service, zone

T = TypeVar("T")
NOW = 1_800_000_000.0
PASSED, REFUSED = Passed(), Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)
SMTP = check("smtp", interval=15.0, fast_interval=3.0, down_interval=30.0, min_hold=0.0, rise=1, fall=1)
A_ALONE = (RecordType.A,)
WITH_MX = (RecordType.A, RecordType.AAAA, RecordType.MX)


def estate(services: int, records: tuple[RecordType, ...], members: int = 2) -> Config:
    """Services of a pool of their own each (the short form), whose members are of different weights and addresses."""
    pools = [
        pool(f"s{number}", *[_member(number, place) for place in range(1, members + 1)], short_form=True)
        for number in range(services)
    ]
    named = tuple(service(f"s{number}", f"s{number}", records=records) for number in range(services))
    return config(zone(*pools, services=named), checks=(SMTP,))


def _member(number: int, place: int) -> Member:
    return member(f"m{place}", f"10.{number >> 8}.{number & 255}.{place}", weight=10 * place, checks=(SMTP,))


class Bench:
    """A pipeline whose members are all up, and a clock that each event moves on."""

    def __init__(self, services: int, records: tuple[RecordType, ...]) -> None:
        self.config = estate(services, records)
        self.targets = tuple(self.config.targets)
        self.now, self.generation = NOW, 1
        self.rebuilt, self.pipeline = self.rebuild()

    def rebuild(self) -> tuple[float, Pipeline]:
        """CPU seconds for everything from nothing."""
        ledger = Ledger(self.config)
        for target in self.targets:
            ledger.fold(Observation(target=target, outcome=PASSED, started=NOW), NOW)
        serials = {each.text: 1 for each in self.config.zones}

        def build() -> Pipeline:
            made = Pipeline(self.config, ledger, serials=serials, now=NOW, ready=True)
            made.on_start(NOW)
            made.image(1)
            return made

        return spent(build)

    def changes(self, rounds: int) -> Iterator[tuple[float, float]]:
        """CPU seconds of a change, and of the table after it: of one member after another, down and up again."""
        for number in range(rounds):
            target = self.targets[number * 7 % len(self.targets)]
            yield self.change(target, REFUSED)
            yield self.change(target, PASSED)

    def change(self, target: str, outcome: Outcome) -> tuple[float, float]:
        """As `changes`, of one."""
        self.now += 60
        seen = Observation(target=target, outcome=outcome, started=self.now)
        took, effects = spent(lambda: self.pipeline.on_observation(seen, self.now))
        assert effects.decided, effects
        self.generation += 1
        return took, spent(lambda: self.pipeline.image(self.generation))[0]


def spent(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds of some work, and what it gave."""
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def additions() -> int:
    """What every machine can do, to compare it by."""
    total = 0
    for number in range(5_000_000):
        total += number
    return total


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    said = parser.parse_args()
    gc.set_threshold(50_000, 20, 100)
    print(f"five million additions: {spent(additions)[0]:.2f} s")
    for name, records in (("A alone", A_ALONE), ("A, AAAA and ranked MX", WITH_MX)):
        bench = Bench(said.services, records)
        found = list(bench.changes(said.rounds))
        change, image = (1000 * statistics.median(column) for column in zip(*found, strict=True))
        worst = 1000 * max(took for took, _ in found)
        print(
            f"{said.services} services, {name}: change {change:.2f} ms (worst {worst:.2f}),"
            f" its table {image:.0f} ms, rebuild {bench.rebuilt:.2f} s"
        )


if __name__ == "__main__":
    main()
