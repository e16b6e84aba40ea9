"""What simulate predicts is what is measured: real resolvers, the real server, a drain in the middle."""

from math import inf
from pathlib import Path

import pytest

from tests.kit.recording import OVERSTAY, Plan, record

pytestmark = [pytest.mark.system, pytest.mark.servers]

PLAN = Plan(resolvers=4, services=250, rate=600, ttl=1, warm=1.2, drain_at=4.4, after=2.9)


def test_a_recorded_run_is_as_predicted(tmp_path: Path) -> None:
    """Shares before and after, and what caches answer, within 5 points; after TTL nobody gets the drained member.

    `make test-simulation` records for longer, and compares all of the drain.
    """
    measured, predicted = record(PLAN, tmp_path)
    loads = {each["member"]: each for each in predicted["members"]}
    share = 100 * loads["r1"]["before"] / (loads["r1"]["before"] + loads["r2"]["before"])
    gone = measured.drained_at + predicted["let_go"] + OVERSTAY + 0.3  # unbound's last half second; the table's way

    assert measured.share(PLAN.warm, measured.drained_at) == pytest.approx(share, abs=5)
    assert measured.share(gone, inf) == loads["r1"]["after"] == 0
    assert measured.cached == pytest.approx(100 * predicted["cached"], abs=5)
