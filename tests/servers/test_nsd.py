"""Static data is answered as NSD answers it."""

from pathlib import Path
from random import Random

import pytest

from tests.kit.differential import OUTER, differences, questions, zones
from tests.kit.running import Running
from tests.kit.servers.nsd import Nsd

pytestmark = [pytest.mark.servers, pytest.mark.system]

SEED, COUNT = 20261124, 400


def test_generated_zones_are_answered_as_by_nsd(tmp_path: Path) -> None:
    """Generated questions about generated zones get the same rcode, AA, TC and sections from NSD and from us."""
    random = Random(SEED)
    made = zones(random)
    with Running(tmp_path, {f"zones/{zone.name}.yaml": zone.ours() for zone in made}, workers=1) as server:
        serial = int(next(iter(server.answers(OUTER, "SOA"))).split()[2])
        with Nsd({zone.name: zone.theirs(serial) for zone in made}) as nsd:
            for question in questions(random, made, COUNT):
                ours, theirs = question.ask(server.dns_port), question.ask(nsd.ports["dns"])

                assert differences(question, ours, theirs) == [], question
