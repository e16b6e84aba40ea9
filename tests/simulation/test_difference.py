"""Two pictures beside each other."""

from gslb.health.overrides import Overrides
from gslb.model.overrides import Forced
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.values import Address
from gslb.model.verdicts import AddressHealth, Health
from gslb.simulation.changes import Word, reweighted, supposed
from gslb.simulation.difference import Change, difference, verdict
from gslb.simulation.pictures import picture
from tests.kit.pictured import ZONE, pictured, services

CONFIG = services("smtp: {records: [MX, A], pools: [relays, dr]}\nimap: {records: [A], pools: [dr]}")


def down(target: str, config: Config = CONFIG) -> Overrides:
    """All of it down."""
    return supposed(config, Overrides(), [Word(target=target, state=Forced.FORCED_DOWN)])


def told(found: tuple[Change, ...]) -> list[str]:
    """In words."""
    return [str(change) for change in found]


def test_nothing_changes() -> None:
    """The same pictures, no change, and safe."""
    assert difference(pictured(CONFIG), pictured(CONFIG)) == ()
    found = verdict(pictured(CONFIG), pictured(CONFIG))
    assert found is not None
    assert found.safe


def test_shares_and_tiers_that_move() -> None:
    """Each type is told with its members' shares before and after, and the tier that takes over."""
    before, after = pictured(CONFIG), pictured(CONFIG, down(f"{ZONE}/relays"))

    assert told(difference(before, after)) == [
        f"{ZONE}/smtp A: relays/r1 60.0% → 0.0%, relays/r2 40.0% → 0.0%, dr/d1 0.0% → 100.0%; tier 1 → tier 2",
        f"{ZONE}/smtp MX: relays/r1 60.0% → 0.0%, relays/r2 40.0% → 0.0%, dr/d1 0.0% → 100.0%; tier 1 → tier 2",
    ]
    found = verdict(before, after)
    assert found is not None
    assert found.verdict.startswith("not safe: min_healthy falls short")


def test_who_loses_everybody_comes_first() -> None:
    """With its mode; and it is not safe."""
    book = down(f"{ZONE}/*")
    first, *_ = difference(pictured(CONFIG), pictured(CONFIG, book))

    assert (first.lost, first.let_go) == (True, 30)
    assert "normal → all_down" in str(first)


def test_weights_alone_are_safe() -> None:
    """The same members with other shares."""
    after = pictured(reweighted(CONFIG, [(f"{ZONE}/relays/r1", 40)]))
    found = verdict(pictured(CONFIG), after)

    assert "relays/r1 60.0% → 50.0%, relays/r2 40.0% → 50.0%" in told(difference(pictured(CONFIG), after))[0]
    assert found is not None
    assert found.safe


def test_another_configuration() -> None:
    """Services that come and go, and pools of other members: told, but no drain that could be judged."""
    other = services("smtp: {records: [A], pools: [relays], answers: 1}\npop: {records: [A], pools: [relays]}")
    before, after = pictured(CONFIG), pictured(other)
    found = {str(each.question): each for each in difference(before, after)}

    assert found[f"{ZONE}/imap A"].what == "gone"
    assert found[f"{ZONE}/imap A"].lost
    assert str(found[f"{ZONE}/pop A"]).startswith(f"{ZONE}/pop A: new: relays/r1 0.0% → 60.0%")
    assert found[f"{ZONE}/pop A"].let_go == 0
    assert verdict(before, after) is None


def test_modes_that_change_alone_are_told() -> None:
    """Unhealthy by their probes, and served nevertheless: no share moves."""

    def ill(_member: Member, _address: Address) -> AddressHealth:
        return AddressHealth(health=Health.DOWN)

    config = services("imap: {records: [A], pools: [dr]}")
    (change,) = difference(pictured(config), picture(config, health_of=ill))

    assert str(change) == f"{ZONE}/imap A: the same shares; normal → all_down"
