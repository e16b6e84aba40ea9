"""Keys in words."""

from dataclasses import replace

import pytest

from gslb.keys.endings import ds_seen, leave
from gslb.keys.keyfile import show_date
from gslb.keys.rolls import roll
from gslb.keys.words import is_waiting, state, steps, to_do
from gslb.model.keys import KeyTimes, Role
from tests.kit.rolling import LAGS, NEVER, fresh, standing
from tests.kit.validating import after
from tests.kit.zonekeys import NOW, stored


@pytest.mark.parametrize(
    ("times", "word"),
    [
        (NEVER, "without dates"),
        (KeyTimes(publish=NOW + 1, active=NOW + 2), "planned"),
        (KeyTimes(publish=NOW, active=NOW + 2), "published"),
        (KeyTimes(publish=NOW, active=NOW), "active"),
        (KeyTimes(publish=NOW + 1, active=NOW), "signs unseen"),
        (KeyTimes(publish=0, active=0, retire=NOW, remove=NOW + 1), "retired"),
        (KeyTimes(publish=0, active=0, retire=NOW, remove=NOW), "removed"),
    ],
)
def test_a_key_has_a_state_in_a_word(times: KeyTimes, word: str) -> None:
    """By its dates alone."""
    assert state(stored(times=times), NOW) == word


def test_steps_come_in_their_order() -> None:
    """Of all keys together; those that have passed are left out."""
    old = standing(Role.KSK, Role.ZSK)
    keys = after(old, roll(old, (fresh(Role.ZSK),), NOW, LAGS))
    told = [(step.at - NOW, step.tag, step.what) for step in steps(keys, NOW)]

    assert told == [
        (4200, keys[1].tag, "signs no more"),
        (4200, keys[2].tag, "begins to sign"),
        (12_000, keys[1].tag, "leaves the zone"),
    ]


def test_an_operator_is_told_what_to_do() -> None:
    """Nothing while all is well; else make a key, tell the parent, or end what was begun."""
    one = standing(Role.CSK)
    known = ds_seen(one, NOW, LAGS)
    begun = after(known, roll(known, (fresh(Role.CSK),), NOW, LAGS))

    assert to_do(known, NOW) == to_do(begun, NOW) == ()
    assert "gslb keys generate" in to_do((), NOW)[0]
    assert f"DS of key {one[0].tag} alone; once it does, say gslb keys roll --ds-seen" in to_do(one, NOW)[0]
    assert f"DS of key {begun[-1].tag} alone" in to_do(begun, NOW + 4200)[0]
    assert "--all --ds-gone" in to_do(leave(known, NOW), NOW)[0]


def test_waiting_for_the_parent_ends() -> None:
    """With the word of an operator, or the key itself."""
    one = standing(Role.CSK)[0]

    assert is_waiting(one, NOW)
    assert not is_waiting(replace(one, times=replace(one.times, ds_publish=NOW)), NOW)
    assert not is_waiting(replace(one, times=replace(one.times, retire=NOW + 9)), NOW)


def test_a_duty_that_nobody_does_is_told() -> None:
    """Now, or from the day on which the last key ends without a successor."""
    ksk = ds_seen(standing(Role.KSK), NOW, LAGS)[0]
    ending = replace(ksk, times=replace(ksk.times, retire=NOW + 60, remove=NOW + 60))

    assert to_do((ksk,), NOW) == ("no key signs the data now",)
    assert to_do((ending,), NOW)[0] == (
        f"nothing signs the keys after {show_date(NOW + 60)}: the last key that does has no successor"
    )
