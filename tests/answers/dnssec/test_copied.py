"""The chain of NSEC3 of a copy: names come and go with what they hold."""

from hypothesis import given
from hypothesis import strategies as st

from gslb.answers.dnssec.copied import Copied
from gslb.answers.dnssec.denial import hashed
from gslb.model import names
from tests.kit.answered import wire

APEX = wire("@")
NAMES = tuple(map(wire, ("@", "a", "b.a", "c.b.a", "d", "e.d", "f")))
"""Each behind the one above it."""
PLACES = {name: (0, number) for number, name in enumerate(NAMES)}


def chain() -> Copied:
    """Of seven names, of which nothing is known yet."""
    return Copied(APEX, [(hashed(name), name, PLACES[name]) for name in NAMES])


def expected(held: set[bytes]) -> dict[tuple[int, int], bytes | None]:
    """The names that hold something, and those above them, by hash; each followed by the next."""
    there = {APEX, *held}
    for name in NAMES[::-1]:
        there |= {names.parent(name)} if name in there - {APEX} else set()
    ordered = sorted(map(hashed, there))
    after = dict(zip(ordered, (*ordered[1:], ordered[0]), strict=True))
    return {PLACES[name]: after.get(hashed(name)) for name in NAMES}


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.booleans())))
def test_only_what_is_there_is_a_link(steps: list[tuple[bytes, bool]]) -> None:
    """Whoever comes and goes, the links are the names that are there, and every link that changed is told."""
    made, held = chain(), set[bytes]()
    for name, holds in steps:
        before = expected(held)
        held = held | {name} if holds else held - {name}
        told = made.turned(PLACES[name], holds=holds)
        now = expected(held)

        assert {place: made.following(place) for place in before} == now
        assert {place for place in now if before[place] != now[place]} <= set(told)
    assert repr(made) == f"<Copied {sum(one is not None for one in expected(held).values())} of 7>"
