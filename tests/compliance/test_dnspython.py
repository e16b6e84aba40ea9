"""dnspython, with proofs of absence judged by the RFCs' own words, from the parent's DS down."""

import pytest

from tests.compliance.conftest import Internet
from tests.kit.internet.chain import Validator
from tests.kit.internet.zones import FAILING, KINDS, Kind, questions


@pytest.mark.parametrize("zone", KINDS, ids=lambda each: each.name.partition(".")[0])
def test_every_answer_is_proved(internet: Internet, zone: Kind) -> None:
    """Every name and type, each all-down mode among them, is validated: what is there, and that the rest is not."""
    judge = Validator(zone.name)

    found = {asked: judge.check(*asked) for asked in (*questions(zone), *questions(zone, FAILING))}

    assert {"answer", "nodata", "nxdomain", "failure"} == set(found.values())
    failing = {name.partition(".")[0] for (name, _), kind in found.items() if kind == "failure"}
    assert failing == set(FAILING)
