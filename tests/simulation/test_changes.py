"""What is supposed: overrides and weights, over a configuration."""

import pytest

from gslb.health.overrides import Overrides
from gslb.model.overrides import Forced
from gslb.model.values import RecordType
from gslb.simulation.changes import Unknown, Word, reweighted, supposed
from tests.kit.pictured import ZONE, pictured, services, shares

CONFIG = services(
    "smtp: {records: [A], pools: [relays, dr], views: {east: [relays]}}\nimap: {records: [A], pools: [dr]}",
    node="views: {east: {networks: [10.0.0.0/8]}}",
)


@pytest.mark.parametrize(
    ("target", "state", "left"),
    [
        (f"{ZONE}/relays/r1", Forced.DRAINED, {"r2": 100}),
        ("machine:esx1", Forced.FORCED_DOWN, {"r2": 100}),
        (f"{ZONE}/relays", Forced.FORCED_DOWN, {"d1": 100}),
        ("*/*/r2", Forced.DRAINED, {"r1": 100}),
    ],
)
def test_members_pools_machines_and_globs(target: str, state: Forced, left: dict[str, float]) -> None:
    """Each TARGET of the contract may be down or drained."""
    book = supposed(CONFIG, Overrides(), [Word(target=target, state=state)])

    assert shares(pictured(CONFIG, book), "smtp", RecordType.A) == left


def test_what_is_not_here_is_named() -> None:
    """With what was meant."""
    with pytest.raises(Unknown, match=f"did you mean {ZONE}/relays"):
        supposed(CONFIG, Overrides(), [Word(target=f"{ZONE}/relay", state=Forced.DRAINED)])


def test_weights_move_shares_in_every_view() -> None:
    """One member's, and a whole pool's; equal ones make the default answer hold all."""
    lighter = reweighted(CONFIG, [(f"{ZONE}/relays/r1", 10)])
    equal = reweighted(CONFIG, [(f"{ZONE}/relays", 7)])

    assert shares(pictured(lighter), "smtp", RecordType.A) == {"r1": 20, "r2": 80}
    assert shares(pictured(lighter), "smtp", RecordType.A, "east") == {"r1": 20, "r2": 80}
    assert equal.zones[0].services["smtp"].answers == 0
    assert equal.zones[0].services["smtp"].views["east"].answers == 0
    assert shares(pictured(equal), "smtp", RecordType.A) == {"r1": 50, "r2": 50}


def test_answers_that_are_not_the_default_stay() -> None:
    """An operator's number stands, whatever the weights."""
    config = services("smtp: {records: [A], pools: [relays], answers: all}")

    assert reweighted(config, [(f"{ZONE}/relays/r1", 1)]).zones[0].services["smtp"].answers == 0


def test_other_zones_stay_what_they_are() -> None:
    """No weight there, no new zone."""
    assert reweighted(CONFIG, []).zones[0] is CONFIG.zones[0]


@pytest.mark.parametrize(
    ("target", "weight", "why"),
    [
        (f"{ZONE}/relays/r1", 65_536, "from 0 to 65535"),
        (f"{ZONE}/relays/r9", 1, "did you mean"),
        (f"{ZONE}/smtp", 1, "weights are of members"),
    ],
)
def test_weights_that_cannot_be(target: str, weight: int, why: str) -> None:
    """Out of range, of nobody, of a service."""
    with pytest.raises(Unknown, match=why):
        reweighted(CONFIG, [(target, weight)])
