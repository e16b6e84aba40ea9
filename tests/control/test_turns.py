from dataclasses import replace

import pytest

from gslb.control.turns import Stand, stand_of, turns
from gslb.model.decisions import Decision, Mode
from gslb.model.values import Family

UP = Stand(mode=Mode.NORMAL, tier=1, reason="tier 1")
SPARE = replace(UP, tier=2)
DOWN = Stand(mode=Mode.ALL_DOWN, tier=1, reason="all members down")
STARTING = Stand(mode=Mode.STARTING, tier=None, reason="not ready")


def decision(mode: Mode, reason: str = "") -> Decision:
    """A decision of which only the mode matters."""
    return Decision(
        service="smtp", family=Family.IPV4, mode=mode, tier=1, tiers=(), members=(), answers=1, ttl=30, ttl_why="",
        reason=reason,
    )  # fmt: skip


def test_the_worst_family_speaks_for_the_service() -> None:
    """A service stands as the family that is worst off."""
    found = stand_of([decision(Mode.NORMAL), decision(Mode.BELOW_MINIMUM, "short"), decision(Mode.NORMAL)])

    assert found == Stand(mode=Mode.BELOW_MINIMUM, tier=1, reason="short")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (UP, replace(UP, reason="other words")),
        (None, UP),
        (None, STARTING),
        (STARTING, UP),
    ],
)
def test_nothing_to_tell(before: Stand | None, after: Stand) -> None:
    """Another reason alone, and a service that comes up as it should, are no turn."""
    assert list(turns("z", "s", before, after)) == []


@pytest.mark.parametrize(
    ("before", "after", "enters", "leaves"),
    [
        (UP, DOWN, True, False),
        (None, DOWN, True, False),
        (STARTING, SPARE, False, False),
        (DOWN, replace(DOWN, tier=2), False, False),
        (DOWN, UP, False, True),
    ],
)
def test_turns_know_all_down(before: Stand | None, after: Stand, enters: bool, leaves: bool) -> None:
    """A turn tells whether it enters or leaves all down."""
    (turn,) = turns("z", "s", before, after)

    assert (turn.enters_all_down, turn.leaves_all_down) == (enters, leaves)
