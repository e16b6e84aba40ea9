"""Ends, watched by every validator at once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.errors import KeysError
from gslb.keys.delegating import DELETE_CDS, cds
from gslb.keys.endings import ds_gone, ds_seen, leave, retire
from gslb.keys.rolls import Keys, Lags, roll, under_way
from gslb.model.keys import Role
from tests.kit.rolling import KNOWN, LAGS, any_lags, fresh, seconds, standing, watched
from tests.kit.validating import after, world
from tests.kit.zonekeys import ED25519, NOW, key

Roles = tuple[Role, ...]
SPLIT, WHOLE = (Role.KSK, Role.ZSK), (Role.CSK,)


def rolling(old: Keys, *new: Role, lags: Lags = LAGS) -> Keys:
    """The keys once a roll has begun; the new one comes last."""
    changed = roll(old, tuple(fresh(role, number=9 - n) for n, role in enumerate(new)), NOW, lags)
    return after(old, changed)


@watched
@given(any_lags, st.sampled_from([(SPLIT, Role.ZSK), (SPLIT, Role.KSK), (WHOLE, Role.CSK)]), st.floats(0, 0.99))
def test_a_roll_may_be_called_off(lags: Lags, case: tuple[Roles, Role], part: float) -> None:
    """Until somebody depends on the new key: the old one goes on, nobody notices, and the next roll may begin."""
    old = standing(*case[0], lags=lags)
    begun = rolling(old, case[1], lags=lags)
    now = NOW + int(part * lags.keys_gone)
    keys = after(begun, retire(begun, begun[-1].tag, now, lags))

    assert world(keys, lags, (KNOWN, old[0])).broken() == []
    assert not under_way(keys, now)
    assert keys[: len(old)] == old


@watched
@given(any_lags, st.sampled_from([SPLIT, WHOLE]), st.floats(0, 0.99))
def test_a_roll_of_the_algorithm_is_called_off_as_a_whole(lags: Lags, roles: Roles, part: float) -> None:
    """What was seen signs until it is forgotten; what was not just stops."""
    old = standing(*roles, lags=lags)
    begun = after(old, roll(old, tuple(fresh(role, ED25519, n) for n, role in enumerate(roles)), NOW, lags))
    now = NOW + int(part * (lags.data_gone + lags.keys_gone))
    keys = after(begun, retire(begun, begun[-1].tag, now, lags))

    assert world(keys, lags, (KNOWN, old[0])).broken() == []
    assert not under_way(keys, now + lags.keys_gone)


@pytest.mark.parametrize(
    ("roles", "new", "told"),
    [
        (WHOLE, Role.CSK, "the DS of key .* alone; gslb keys roll --ds-seen"),
        (SPLIT, Role.KSK, "the DS of key .* alone; gslb keys roll --ds-seen"),
        (SPLIT, Role.ZSK, "nothing else does the work of key"),
    ],
)
def test_a_key_that_is_needed_stays(roles: Roles, new: Role, told: str) -> None:
    """A successor that was told to the parent, or signs alone; and the only key of a zone."""
    begun = rolling(standing(*roles), new)

    with pytest.raises(KeysError, match=told):
        retire(begun, begun[-1].tag, NOW + 5000, LAGS)
    with pytest.raises(KeysError, match="nothing else does the work of key"):
        retire(begun[:1], begun[0].tag, NOW, LAGS)
    with pytest.raises(KeysError, match="no key 70000 is in use"):
        retire(begun, 70_000, NOW, LAGS)


def test_a_zsk_too_many_may_go() -> None:
    """Of two that sign, as other tools may leave them, one leaves its work to the other."""
    old = (*standing(*SPLIT), replace(standing(Role.CSK)[0], role=Role.ZSK, dnskey=fresh(Role.ZSK, number=5).dnskey))
    keys = after(old, retire(old, old[1].tag, NOW, LAGS))

    assert world(old, LAGS, (KNOWN, old[0])).broken() == []
    assert world(keys, LAGS, (KNOWN, old[0])).broken() == []
    assert (keys[1].times.retire, keys[1].times.remove) == (NOW, NOW)


def test_a_key_leaves_once_the_parent_knows_another() -> None:
    """Of two that the parent was asked for, the one whose DS was not seen may go when caches have the other's."""
    (one, zsk), two = standing(*SPLIT), fresh(Role.KSK, number=4)
    known = replace(two, times=replace(one.times, ds_publish=NOW - 60))
    keys = (one, zsk, known)
    changed = retire(keys, one.tag, NOW, LAGS)

    assert changed[0].times.retire == changed[0].times.remove == NOW - 60 + 87_000
    assert world(after(keys, changed), LAGS, (KNOWN, one), (NOW - 60, known)).broken() == []


def test_a_ds_is_not_seen_before_it_may_be_there() -> None:
    """Too early, or with no key at all, is refused."""
    begun = rolling(standing(Role.CSK), Role.CSK)

    with pytest.raises(KeysError, match=r"too early: the DS of key .* belongs to the parent from 2"):
        ds_seen(begun, NOW + 4199, LAGS)
    with pytest.raises(KeysError, match="no key is in use whose DS"):
        ds_seen((), NOW, LAGS)


def test_the_first_ds_is_noted_once() -> None:
    """Without a predecessor nothing ends, and a second look does not move the date."""
    noted = ds_seen(standing(*SPLIT), NOW, LAGS)

    assert [each.times.ds_publish for each in noted] == [NOW]
    assert ds_seen(noted, NOW + 60, LAGS) == noted


@watched
@given(any_lags, seconds, seconds)
def test_a_zone_may_leave_dnssec(lags: Lags, drop: int, seen: int) -> None:
    """The parent is asked, and only when caches have no DS left do keys end."""
    old = standing(*SPLIT, lags=lags)
    asked = leave(old, NOW)
    keys = ds_gone(asked, NOW + drop + seen, lags)

    assert cds([key(times=asked[0].times)], NOW) == (DELETE_CDS,)
    assert world(keys, lags, (KNOWN, old[0]), (NOW + drop, None)).broken() == []
    assert not under_way(keys, NOW + 1e6)


def test_leaving_has_its_order() -> None:
    """No key ends before the parent was asked, and a zone without keys has nothing to leave."""
    with pytest.raises(KeysError, match="nobody asked the parent"):
        ds_gone(standing(Role.CSK), NOW, LAGS)
    with pytest.raises(KeysError, match="the zone is not signed"):
        leave((), NOW)
