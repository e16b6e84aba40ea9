"""Rolls, watched by every validator at once."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.errors import KeysError
from gslb.keys.endings import ds_seen
from gslb.keys.rolls import Keys, Lags, first, lags_of, roll, under_way
from gslb.model.keys import Role
from gslb.model.names import to_wire
from gslb.model.zones import StaticRecord, Zone
from tests.kit.rolling import KNOWN, LAGS, any_lags, fresh, seconds, standing, watched
from tests.kit.validating import after, world
from tests.kit.zonekeys import ED25519, NOW, ZONE


@watched
@given(any_lags, seconds)
def test_a_zone_is_signed_before_the_parent_knows(lags: Lags, later: int) -> None:
    """From nothing to signed: whenever the parent takes the DS after it was asked, nobody holds unsigned data."""
    keys = first((), (fresh(Role.KSK), fresh(Role.ZSK, number=8)), NOW, lags)
    asked = keys[0].times.sync_publish or 0

    assert world(keys, lags, (asked + later, keys[0])).broken() == []


@watched
@given(any_lags, seconds)
def test_a_zsk_follows_another_unseen(lags: Lags, later: int) -> None:
    """Pre-publish: at no moment does a cache hold data signed by a key that it cannot see."""
    old = standing(Role.KSK, Role.ZSK, lags=lags)
    keys = after(old, roll(old, (fresh(Role.ZSK),), NOW + later, lags))

    assert world(keys, lags, (KNOWN, old[0])).broken() == []
    assert under_way(keys, NOW + later)
    assert not under_way(keys, NOW + later + 1e6)


@watched
@given(any_lags, st.sampled_from([Role.CSK, Role.KSK]), seconds, seconds)
def test_a_key_with_ds_follows_another(lags: Lags, role: Role, swap: int, seen: int) -> None:
    """Double signature: whenever the parent swaps its DS after it may, and whenever somebody sees that."""
    old = standing(*([role] if role is Role.CSK else [Role.KSK, Role.ZSK]), lags=lags)
    new = fresh(role)
    begun = after(old, roll(old, (new,), NOW, lags))
    swapped = next(key for key in begun if key.tag == new.tag).times.sync_publish or 0
    keys = after(begun, ds_seen(begun, swapped + swap + seen, lags))

    assert world(keys, lags, (KNOWN, old[0]), (swapped + swap, new)).broken() == []
    assert not under_way(keys, NOW + 1e6)


@watched
@given(any_lags, st.booleans(), seconds, seconds)
def test_an_algorithm_follows_another(lags: Lags, split: bool, swap: int, seen: int) -> None:
    """Conservative: whoever sees an algorithm in DNSKEY or DS finds signatures of it, in every cache."""
    roles = (Role.KSK, Role.ZSK) if split else (Role.CSK,)
    old = standing(*roles, lags=lags)
    new = tuple(fresh(role, ED25519, number) for number, role in enumerate(roles))
    begun = after(old, roll(old, new, NOW, lags))
    swapped = next(key for key in begun if key.tag == new[0].tag).times.sync_publish or 0
    keys = after(begun, ds_seen(begun, swapped + swap + seen, lags))

    assert world(keys, lags, (KNOWN, old[0]), (swapped + swap, new[0])).broken() == []
    assert not under_way(keys, NOW + 1e6)


@pytest.mark.parametrize(
    "haste",
    [{"keys": 60}, {"data": 60}],
)
def test_the_watch_sees_a_roll_that_is_too_quick(haste: dict[str, Any]) -> None:
    """A roll planned with TTLs below the real ones is told: the proofs above could fail."""
    old = standing(Role.KSK, Role.ZSK)
    keys = after(old, roll(old, (fresh(Role.ZSK),), NOW, replace(LAGS, **haste)))

    assert world(keys, LAGS, (KNOWN, old[0])).broken()


def test_the_parents_haste_is_seen() -> None:
    """A DS that is swapped before its date, or an old key that ends before the DS has left caches, breaks."""
    old, new = standing(Role.CSK), fresh(Role.CSK)
    begun = after(old, roll(old, (new,), NOW, LAGS))
    ready = next(key for key in begun if key.tag == new.tag).times.sync_publish or 0
    early = after(begun, ds_seen(begun, ready, replace(LAGS, ds=60)))

    assert world(begun, LAGS, (KNOWN, old[0]), (ready - 60, new)).broken()
    assert world(early, LAGS, (KNOWN, old[0]), (ready, new)).broken()


def test_the_dates_of_a_zsk_are_those_of_rfc_7583() -> None:
    """Seen for the TTL of DNSKEY before it signs; the old one for the longest TTL after its last signature."""
    old = standing(Role.KSK, Role.ZSK)
    new, before = roll(old, (fresh(Role.ZSK),), NOW, LAGS)

    assert (new.times.publish, new.times.active) == (NOW, NOW + 4200)
    assert (before.times.retire, before.times.remove) == (NOW + 4200, NOW + 4200 + 7800)


def test_ksk_and_zsk_may_roll_together() -> None:
    """Neither waits for the other, and nobody notices."""
    old = standing(Role.KSK, Role.ZSK)
    ksk = fresh(Role.KSK, number=7)
    begun = after(old, roll(old, (ksk, fresh(Role.ZSK)), NOW, LAGS))
    keys = after(begun, ds_seen(begun, NOW + 90_000, LAGS))

    assert world(keys, LAGS, (KNOWN, old[0]), (NOW + 5000, ksk)).broken() == []


def test_the_first_keys_come_once() -> None:
    """A duty that a key has already is rolled, not given again; the other half may come later."""
    ksk = first((), (fresh(Role.KSK),), NOW, LAGS)
    zsk = first(ksk, (fresh(Role.ZSK, number=8),), NOW, LAGS)

    for again, word in ((fresh(Role.CSK, number=7), "the keys"), (fresh(Role.ZSK, number=7), "the data")):
        with pytest.raises(KeysError, match=f"signs {word} already: gslb keys roll"):
            first((*ksk, *zsk), (again,), NOW + 9e6, LAGS)


@pytest.mark.parametrize(
    ("keys", "new", "told"),
    [
        ((), (fresh(Role.CSK),), "no CSK is in use: gslb keys generate"),
        (standing(Role.CSK), (fresh(Role.ZSK),), "no ZSK is in use"),
        (standing(Role.CSK), (), "no key is in use"),
        (standing(Role.KSK, Role.ZSK), (fresh(Role.ZSK, ED25519),), "new keys of every role at once"),
    ],
)
def test_a_roll_that_makes_no_sense_is_refused(keys: Keys, new: Keys, told: str) -> None:
    """With what to do instead."""
    with pytest.raises(KeysError, match=told):
        roll(keys, new, NOW, LAGS)


def test_one_roll_at_a_time() -> None:
    """A roll that has dates to come, or waits for the parent, or a zone that is leaving, is told."""
    old = standing(Role.CSK)
    begun = after(old, roll(old, (fresh(Role.CSK),), NOW, LAGS))
    leaving = tuple(replace(key, times=replace(key.times, unsign=NOW)) for key in old)

    for keys, now, told in (
        (begun, NOW + 1, "next date on "),
        (begun, NOW + 1e6, "until gslb keys roll --ds-seen"),
        (leaving, NOW + 1, "drop every DS"),
    ):
        with pytest.raises(KeysError, match=f"a roll is under way: .*{told}"):
            roll(keys, (fresh(Role.CSK, number=7),), now, LAGS)


def test_lags_are_those_of_the_zone() -> None:
    """The longest TTL counts, whichever record has it."""
    zone = Zone(
        name=ZONE,
        text="mail.example.com",
        contact=b"\0",
        nameservers=(),
        pools={},
        services={},
        records=(StaticRecord(owner=to_wire("a", ZONE), rtype=16, ttl=7200, rdata=b"\0"),),
    )

    assert lags_of(zone, ds=86_400, delay=600) == LAGS
    assert LAGS.data_gone == 7800
