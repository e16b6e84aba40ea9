"""The arithmetic of starts."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.probes import spread

moments = st.floats(0, 1e6)
intervals = st.floats(0.1, 600)
units = st.floats(0, 1, exclude_max=True)


@given(st.text())
def test_position_is_a_place_in_any_window(target_id):
    """A position lies in [0, 1), and is the same at each call."""
    assert 0 <= spread.position(target_id) < 1
    assert spread.position(target_id) == spread.position(target_id)


def test_position_never_changes_between_releases():
    """Positions are part of what a restart keeps: a known id has a known position."""
    assert round(spread.position("0123456789abcdef"), 6) == 0.571272


def test_positions_are_even():
    """Of 10,000 ids no tenth of the window holds more than 1.1 times its share."""
    tenths = Counter(int(spread.position(f"target-{number}") * 10) for number in range(10_000))

    assert len(tenths) == 10
    assert max(tenths.values()) <= 1_100


@given(intervals)
def test_first_window_is_ten_seconds_at_most(interval):
    """A target added now is probed within 10 s, and within its interval."""
    assert spread.first_window(interval) <= min(10, interval)


@given(moments, st.floats(0, 10), units, intervals)
def test_second_start_never_waits_longer_than_the_interval(previous, window, place, interval):
    """The start that leaves the narrow window is never late."""
    start = spread.second_start(previous, window=window, place=place, interval=interval)

    assert previous <= start <= previous + interval + 1e-6


@given(moments, st.floats(0, 2), units, st.floats(2, 600))
def test_second_starts_lie_at_the_position_of_the_interval(begin, window, place, interval):
    """First starts within a window become second starts spread over the whole interval after it."""
    first = begin + window * place

    second = spread.second_start(first, window=window, place=place, interval=interval)

    assert abs(second - (begin + window + interval * place)) < 1e-3


@given(moments, intervals, units)
def test_jitter_is_a_tenth(previous, interval, unit):
    """A regular start comes one interval after the one before, a tenth more or less."""
    gap = spread.jittered(previous, interval, unit) - previous

    assert 0.9 * interval - 1e-6 <= gap <= 1.1 * interval + 1e-6


@given(moments, moments)
def test_a_target_rests_after_a_probe(start, ended):
    """No start comes before the rest is over, and a start after it is not moved."""
    moved = spread.not_before(start, ended)

    assert moved >= ended + spread.REST
    assert moved == start or start < ended + spread.REST


@given(st.integers(0, 5_000))
def test_starts_at_one_host_fit_into_a_second(targets):
    """Few targets of an address start 200 ms apart, many within one second."""
    spacing = spread.host_spacing(targets)

    assert spacing <= 0.2
    assert spacing * targets <= 1.0 + 1e-9
    assert spacing == 0.2 or targets > 5


@given(st.floats(0, 60), st.floats(0.5, 30), st.floats(0, 90))
def test_a_second_start_that_was_missed_keeps_its_place(start, interval, ended):
    """Whole intervals later, after the rest, and never longer than an interval after it."""
    moved = spread.in_place(start, interval, ended)
    whole = (moved - start) / interval

    assert whole == pytest.approx(round(whole), abs=1e-6)
    assert moved >= min(start, ended + spread.REST) - 1e-6
    assert moved <= max(start, ended + spread.REST + interval) + 1e-6


def test_a_first_round_that_takes_too_long_leaves_no_crowd():
    """However unevenly 10,000 targets end their first run, no second holds 1.5 times the mean from then on."""
    starts = Counter()
    for number in range(10_000):
        place = spread.position(f"{number:016x}")
        ended = 25.0 * place**2
        second = spread.second_start(2.0 * place, window=2.0, place=place, interval=10.0)
        starts[int(spread.in_place(second, 10.0, ended)) % 10] += 1

    assert max(starts.values()) <= 1.5 * 1000


@given(st.floats(0, 1e5))
def test_starts_are_as_fine_as_they_are_few(rate):
    """A start comes late by 10 ms at most where 200 come in a second, and never by more than 50 ms."""
    assert spread.FINEST <= spread.grain(rate) <= spread.COARSEST
    assert (spread.grain(rate) == spread.FINEST) == (rate <= 200)
