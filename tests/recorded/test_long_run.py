"""A long recorded run beside what simulate predicts for it (`make test-simulation`)."""

import sys
from pathlib import Path

import pytest

from tests.kit.recording import Plan, record

PLAN = Plan(resolvers=10, services=400, rate=900, ttl=10, warm=25, drain_at=40, after=16)


@pytest.mark.timeout(150)
def test_the_whole_drain_is_as_predicted(tmp_path: Path) -> None:
    """The draining member's share in every two seconds, and what caches answer: within 5 points."""
    measured, predicted = record(PLAN, tmp_path)
    loads = {each["member"]: each["expected"] for each in predicted["members"]}
    late = measured.drained_at - PLAN.drain_at
    off, told = [], []
    for second in range(int(PLAN.warm) + 1, int(PLAN.drain_at + PLAN.after), 2):
        old, new = (sum(loads[member][second : second + 2]) for member in ("r1", "r2"))
        expected, found = 100 * old / (old + new), measured.share(second + late, second + 2 + late)
        off.append(found - expected)
        told.append(f"{second - PLAN.drain_at:+4.0f} s: predicted {expected:5.1f} %, measured {found:5.1f} %")
    told.append(f"caches: predicted {100 * predicted['cached']:.1f} %, measured {measured.cached:.1f} %")
    sys.stdout.write("\n".join(told) + "\n")

    assert max(map(abs, off)) <= 5
    assert measured.cached == pytest.approx(100 * predicted["cached"], abs=5)
