from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.health.overrides import Overrides, from_plain, to_plain
from gslb.model.overrides import Forced
from tests.kit.controlled import NOW
from tests.kit.estate import ZONE, config, member, pool, service, zone
from tests.kit.spoken_for import said

R1 = member("r1", "192.0.2.1", machine="esx1")
R2 = member("r2", "192.0.2.2")


def state(book: Overrides, one: Any = R1, *, by: str | None = "smtp", now: float = NOW) -> Forced | None:
    """What counts for a member of relays."""
    found = book.of(now)(ZONE, by, "relays", one)
    return None if found is None else found.override.state


def test_the_latest_word_wins() -> None:
    """Whatever it was said of: the machine, the service or the member itself."""
    book = said("relays/r1")
    book = said("machine:esx1", state=Forced.FORCED_DOWN, over=book)
    assert state(book) is Forced.FORCED_DOWN

    book = said("relays/r1", state=Forced.FORCED_UP, over=book)
    assert state(book) is Forced.FORCED_UP
    assert [each.target for each in book.all()] == ["machine:esx1", f"{ZONE}/relays/r1"]


def test_a_word_on_a_service_is_for_that_service() -> None:
    """Another service, and the member's own name, see nothing of it."""
    book = said("smtp")

    assert state(book) is Forced.DRAINED
    assert state(book, R2) is Forced.DRAINED
    assert state(book, by="other") is None
    assert state(book, by=None) is None


def test_an_empty_book_and_a_stranger() -> None:
    """Nothing is said of those nobody spoke of."""
    assert state(Overrides()) is None
    assert state(said("relays/r1"), R2) is None


def test_expiry() -> None:
    """A word with an end is gone at that moment, one without stands."""
    book = said("relays/r2", over=said("relays/r1", lasts=60))
    standing = book.of(NOW + 20)(ZONE, None, "relays", R1)
    forever = book.of(NOW + 20)(ZONE, None, "relays", R2)
    left, gone = book.expired(NOW + 60)

    assert standing
    assert standing.ends_in == 40
    assert forever
    assert forever.ends_in == inf
    assert [each.target for each in gone] == [f"{ZONE}/relays/r1"]
    assert list(left.by_target) == [f"{ZONE}/relays/r2"]
    assert book.expired(NOW + 59) == (book, ())


def test_forced_states_that_end_soon() -> None:
    """Their answers are cached for less; the end of a drain hurts nobody."""
    book = said("relays/r1", state=Forced.FORCED_UP, lasts=60, over=said("relays/r2", lasts=60))

    assert book.closing(NOW, 30) == ()
    assert book.closing(NOW + 30, 30) == (f"{ZONE}/relays/r1",)


def test_where_two_books_differ() -> None:
    """By what was said, said otherwise, or cleared since."""
    before, after = said("relays/a", "relays/b", "relays/c"), said("relays/b", "relays/d")
    other = said("relays/c", state=Forced.FORCED_UP, over=after)

    assert set(other.differing(before)) == {f"{ZONE}/relays/{name}" for name in "acd"}
    assert before.differing(before) == ()


def test_clearing() -> None:
    """By what a target names now, or by the words themselves, so that orphans can be cleared."""
    book = said("machine:esx1", over=said("gone/r9", over=said("relays/r1")))

    left, gone = book.cleared(f"{ZONE}/gone", ())
    assert [each.target for each in gone] == [f"{ZONE}/gone/r9"]
    _, gone = left.cleared("alias/name", (f"{ZONE}/relays/r1",))
    assert [each.target for each in gone] == [f"{ZONE}/relays/r1"]
    assert book.cleared("machine:other", ())[1] == ()


def test_orphans() -> None:
    """Those whose target the configuration no longer bears; they stand."""
    estate = config(zone(pool("relays", R1, R2), services=(service("smtp", "relays"),)))
    book = said("relays/r1", "relays/r9", "machine:esx1", "machine:esx9", "smtp")

    assert book.orphans(estate) == {f"{ZONE}/relays/r9", "machine:esx9"}


def test_saved_and_read_again() -> None:
    """Nothing is lost on the way through plain values."""
    book = said("machine:esx1", over=said("relays/r1", lasts=60))

    assert from_plain(to_plain(book)) == (book, ())


GOOD = to_plain(said("relays/r1", lasts=60))[0]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"state": "asleep"}, "'asleep' is not a valid Forced"),
        ({"owner": 3}, "target, owner and reason are not text"),
        ({"number": True}, "number is no number"),
        ({"number": "1"}, "number is no number"),
        ({"since": True}, "a time is no time"),
        ({"since": "now"}, "a time is no time"),
        ({"since": float("nan")}, "a time is no time"),
        ({"expires": 10**400}, "a time is no time"),
    ],
)
def test_junk_is_told_and_left_out(wrong: dict[str, object], why: str) -> None:
    """The good ones beside it are read."""
    other = {**GOOD, "target": "machine:a", "expires": None}
    book, ignored = from_plain([{**GOOD, **wrong}, other])

    assert list(book.by_target) == ["machine:a"]
    assert ignored == (f"saved override 1 cannot be read: {why}",)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD)), inner, max_size=7),
    )
)
def test_nothing_saved_can_stop_the_start(data: object) -> None:
    """Whatever was found is read as overrides or told."""
    book, ignored = from_plain(data)

    assert isinstance(data, list) or ignored
    assert len(book.by_target) + len(ignored) <= max(1, len(data) if isinstance(data, list) else 1)
