"""What follows from a configuration alone."""

import pytest

from gslb.control.scene import scene_of
from gslb.model.verdicts import MemberKey
from tests.kit.controlled import RELAY1, SMTP, ZONE, target
from tests.kit.estate import config, member, pool, zone


@pytest.mark.parametrize("names", [("a",), ("a", "b"), ("a", "b", "c"), ("a", "b", "c", "d")], ids=len)
def test_a_target_judges_the_members_of_every_pool_that_has_it(names: tuple[str, ...]) -> None:
    """However many pools share an address and a dialogue: each member once, as declared."""
    estate = config(zone(*(pool(name, member("m", RELAY1)) for name in names)), checks=(SMTP,))

    found = scene_of(estate).members_of(target(RELAY1))

    assert found == tuple(MemberKey(ZONE, name, "m") for name in names)
