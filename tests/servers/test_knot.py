"""Static data is answered as Knot DNS answers it; `make test-differential` asks far more."""

from pathlib import Path
from random import Random

import pytest

from tests.kit.differential import OUTER, differences, questions, zones
from tests.kit.running import Running
from tests.kit.servers.knot import Knot

pytestmark = [pytest.mark.servers, pytest.mark.system]

SEED, COUNT = 20261125, 300


def test_generated_zones_are_answered_as_by_knot(tmp_path: Path) -> None:
    """Generated questions get the same rcode, AA, TC and sections, but for reasons that are written down."""
    random = Random(SEED)
    made = zones(random)
    with Running(tmp_path, {f"zones/{zone.name}.yaml": zone.ours() for zone in made}, workers=1) as server:
        serial = int(next(iter(server.answers(OUTER, "SOA"))).split()[2])
        with Knot({zone.name: zone.theirs(serial) for zone in made}) as knot:
            for question in questions(random, made, COUNT):
                ours, theirs = question.ask(server.dns_port), question.ask(knot.ports["dns"])

                assert differences(question, ours, theirs, knot=True) == [], question
