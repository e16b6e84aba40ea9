from collections import Counter
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.answers.variants import CIRCLE, Pick, inclusion, picks, split, thinned, thresholds
from gslb.model.zones import ALL

WEIGHTS = st.lists(st.integers(1, 65_535), min_size=1, max_size=30)


def shares_of(weights: list[int]) -> tuple[float, ...]:
    """As steering gives them."""
    return tuple(weight / sum(weights) for weight in weights)


def appearances(found: tuple[Pick, ...]) -> Counter[int]:
    """On how many places of the circle each member is answered."""
    counted: Counter[int] = Counter()
    for pick in found:
        counted.update(dict.fromkeys(pick.members, pick.width))
    return counted


def exact(weights: list[int], answers: int) -> list[Fraction]:
    """min(1, k·w/Σw), the excess given to the others in proportion, in fractions."""
    sure: set[int] = set()
    while True:
        rest = sum(weight for number, weight in enumerate(weights) if number not in sure)
        left = answers - len(sure)
        parts = {n: Fraction(left * weights[n], rest) for n in range(len(weights)) if n not in sure}
        above = {number for number, part in parts.items() if part > 1}
        if not above:
            return [parts.get(number, Fraction(1)) for number in range(len(weights))]
        sure |= above


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**40), st.lists(st.integers(0, 2**48), min_size=1, max_size=40))
def test_a_split_is_whole_and_fair(total: int, weights: list[int]) -> None:
    """Parts add up to the total, and each is off by less than one; no weight at all is as good as equal weights."""
    parts = split(total, weights)

    assert sum(parts) == total
    fair = weights if sum(weights) else [1] * len(weights)
    assert all(abs(part - Fraction(total * each, sum(fair))) <= 1 for part, each in zip(parts, fair, strict=True))


@settings(deadline=None, max_examples=60)
@given(WEIGHTS)
def test_one_answer_is_drawn_by_share(weights: list[int]) -> None:
    """Under `answers: 1` widths are the shares, to one place of 2**32."""
    found = appearances(picks(shares_of(weights), 1))

    assert found.total() == CIRCLE
    for number, weight in enumerate(weights):
        assert abs(found[number] - Fraction(CIRCLE * weight, sum(weights))) <= 2


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 65_535), min_size=3, max_size=30), st.data())
def test_some_answers_include_members_by_weight(weights: list[int], data: st.DataObject) -> None:
    """Under `answers: k` a member appears with min(1, k·w/Σw), excess redistributed, and k stand in every answer."""
    answers = data.draw(st.integers(2, len(weights) - 1))
    found = picks(shares_of(weights), answers)

    counted = appearances(found)

    assert all(len(set(pick.members)) == len(pick.members) == answers for pick in found)
    assert len({pick.members for pick in found}) <= len(weights)
    for number, share in enumerate(exact(weights, answers)):
        assert abs(counted[number] - share * CIRCLE) <= 2


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.integers(0, 60))
def test_all_answers_turn_evenly(members: int, more: int) -> None:
    """Under `answers: all`, or with fewer members than answers, each answer holds all and starts elsewhere."""
    for answers in (ALL, members + 1 + more):
        found = picks((1 / members,) * members, answers)

        assert {pick.members for pick in found} == {tuple(range(members))}
        assert [pick.start for pick in found] == list(range(members))
        assert max(pick.width for pick in found) - min(pick.width for pick in found) <= 1


def test_first_places_turn_among_some() -> None:
    """Two of four equal members: each is the first of the answer in a quarter of the draws."""
    first: Counter[int] = Counter()
    for pick in picks((0.25,) * 4, 2):
        first[pick.members[pick.start]] += pick.width

    assert set(first.values()) == {CIRCLE // 4}


def test_no_members_no_picks() -> None:
    """Nothing is drawn from nothing, and a member without a share is never drawn."""
    assert picks((), 1) == picks((), ALL) == ()
    assert picks((1.0, 0.0), 1) == (Pick((0,), 0, CIRCLE),)


def test_weightless_members_fill_up() -> None:
    """Where members with weight are too few, the others share what is left."""
    assert inclusion([1, 0, 0], 2) == [CIRCLE, CIRCLE // 2, CIRCLE // 2]


def test_turns_finer_than_the_circle_are_left_out() -> None:
    """A set of members so narrow that not each turn has a place keeps those that have one."""
    found = picks((0.5, 0.5 - 2**-33, 2**-33), 2)

    assert all(pick.width for pick in found)
    assert sum(pick.width for pick in found) == CIRCLE


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 2**20), min_size=1, max_size=40))
def test_thresholds_pick_widths(widths: list[int]) -> None:
    """A draw picks the first threshold that is not below it, so widths are differences of thresholds."""
    ends = (-1, *thresholds(widths))

    assert [end - start for start, end in pairwise(ends)] == widths


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 10), min_size=1, max_size=30))
def test_lowered_members_appear_in_their_fraction(tenths: list[int]) -> None:
    """Where all are answered, a lowered member stands in just so many answers, none is empty, and few sets are made."""
    tenths[0] = 10
    found = thinned(tuple(each / 10 for each in tenths))
    counted = appearances(found)

    assert sum(pick.width for pick in found) == CIRCLE
    assert len({pick.members for pick in found}) <= min(10, len(tenths))
    assert all(pick.members for pick in found)
    for number, each in enumerate(tenths):
        assert abs(counted[number] - CIRCLE * each / 10) <= 1
