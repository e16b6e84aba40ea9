"""Keys as values."""

import pytest

from gslb.model.keys import KeyTimes, Role, is_between
from tests.kit.zonekeys import NOW, key


@pytest.mark.parametrize(
    ("start", "end", "held"),
    [(None, None, False), (5, None, True), (6, None, False), (1, 5, False), (1, 6, True), (None, 9, False)],
)
def test_a_span_holds_its_start_and_not_its_end(start: float | None, end: float | None, held: bool) -> None:
    """Without a start it never begins, without an end it never ends."""
    assert is_between(start, 5, end) is held


def test_a_key_is_published_and_signs_by_its_own_dates() -> None:
    """The two spans do not depend on each other."""
    early = key(times=KeyTimes(active=NOW, publish=NOW + 60, remove=NOW + 120, retire=NOW + 180))

    assert [early.is_signing(NOW + t) for t in (-1, 0, 60, 120, 180)] == [False, True, True, True, False]
    assert [early.is_published(NOW + t) for t in (-1, 0, 60, 120, 180)] == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("role", "keys", "data"), [(Role.CSK, True, True), (Role.KSK, True, False), (Role.ZSK, False, True)]
)
def test_a_role_says_what_is_signed(role: Role, keys: bool, data: bool) -> None:
    """A CSK signs everything."""
    assert (key(role).signs_keys, key(role).signs_data) == (keys, data)


def test_a_key_shows_nothing_that_signs() -> None:
    """Neither the private part nor what holds it stands in its text; keys are equal by what is public."""
    assert ", sign=" not in repr(key())
    assert key() == key()
