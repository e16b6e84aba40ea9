"""gslb believe, against a server's control socket."""

from tests.cli.conftest import Gslb
from tests.kit.controlled import NOW, Controlled


async def test_a_suspected_check_is_believed_once(gslb: Gslb, made: Controlled) -> None:
    """It says what follows; where nothing is suspected, it says so and exits 1."""
    made.owner.pipeline.ledger.doubts.suspected["smtp"] = NOW
    first, second = await gslb("believe", "smtp"), await gslb("believe", "smtp")

    assert (first.exit_code, first.output) == (0, "smtp: believed, its failures count\n")
    assert (second.exit_code, second.output) == (1, "smtp is not suspected\n")
    assert "smtp" not in made.owner.pipeline.ledger.doubts.suspected


async def test_a_check_that_is_none(gslb: Gslb) -> None:
    """Whatever its name is made of, it is one part of the path."""
    assert (await gslb("believe", "a/b?c")).exit_code == 1
