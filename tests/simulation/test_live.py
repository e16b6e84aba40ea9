"""What the running server believes, read from its status."""

from pathlib import Path

from gslb.api.plain import plain
from gslb.model.overrides import Forced
from gslb.model.values import RecordType
from gslb.simulation import live
from gslb.simulation.pictures import picture
from tests.kit.controlled import PASSED, REFUSED, RELAY1, ZONE, Controlled, placed, two_tiers
from tests.kit.pictured import services, shares
from tests.kit.spoken_for import said

A = RecordType.A


async def serving(tmp_path: Path) -> Controlled:
    """A server whose relay1 has refused its first probe."""
    made = Controlled(placed(two_tiers(), tmp_path))
    made.owner.start(None)
    made.round(lambda address: REFUSED if address == RELAY1 else PASSED)
    return made


async def test_health_and_overrides_of_the_running_server(tmp_path: Path) -> None:
    """One member down by its probes, one drained by an operator: the next tier answers, as it does there."""
    made = await serving(tmp_path)
    await made.owner.override(said("relays/relay2"), said=(), cleared=())
    status = plain(made.desk.status())
    assert isinstance(status, dict)
    health_of = live.health_from(live.believed(status), made.config)

    assert shares(picture(made.config, health_of=health_of), "smtp", A) == {"relay2": 100}
    book = live.overrides(status)
    assert [(each.target, each.state) for each in book.all()] == [(f"{ZONE}/relays/relay2", Forced.DRAINED)]
    seen = picture(made.config, health_of=health_of, override_of=book.of(0.0))
    assert shares(seen, "smtp", A) == {"spare1": 100}


async def test_members_that_the_server_does_not_know_are_taken_as_healthy(tmp_path: Path) -> None:
    """A new configuration beside the running one may have more of them."""
    status = plain((await serving(tmp_path)).desk.status())
    assert isinstance(status, dict)
    config = services("smtp: {records: [A], pools: [relays], answers: 1}")

    seen = picture(config, health_of=live.health_from(live.believed(status), config))

    assert shares(seen, "smtp", A) == {"r1": 60, "r2": 40}


def test_an_address_that_nothing_probes_is_not_about_to_change() -> None:
    """JSON has no word for never."""
    address = {"address": "192.0.2.1", "real": "up", "why": "no check", "next_change": None}
    member = {"zone": ZONE, "pool": "p", "name": "m", "addresses": [address]}

    (found,) = live.believed({"zones": [{"pools": [{"members": [member]}]}]}).values()

    assert found.changes_in == float("inf")
