"""The short form of `make test-dnssec`: keys roll below a signed root; unbound and dnspython validate throughout."""

from pathlib import Path

import pytest

from tests.kit.internet.rolls import CSK, PAIR, estate
from tests.kit.internet.secrets import holders

pytestmark = [pytest.mark.system, pytest.mark.servers, pytest.mark.timeout(180)]


def test_nobody_notices_a_roll(tmp_path: Path) -> None:
    """A CSK rolls by double signature and a ZSK by pre-publication, while members flap: every answer is validated.

    All the while no process but control holds a private key, and no file but the key's own: no log, no table.
    """
    with estate(tmp_path, delay=2, pause=0.01) as here:
        begun = here.roller.begin_zsk(PAIR.name)
        here.roller.ksk(CSK.name)
        here.roller.wait(begun)
        holding = holders(here.roller.child)

    assert holding == {"control"}
    assert here.faults() == []
    assert here.repeated() < 1 / 100
    assert all(each.count > 20 for each in here.watchers), here.figures()
