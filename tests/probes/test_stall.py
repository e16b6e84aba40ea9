"""Whether this process stood still."""

from gslb.probes.stall import StallGuard, is_stalled


def test_a_punctual_wake_up_is_no_stall():
    """Waking on time adds no lag."""
    guard = StallGuard(drift=5.0)
    guard.expect(101.0, 100.0)

    assert not guard.woke(101.0, drift=5.0)
    assert guard.lag(101.0) == 0


def test_a_busy_loop_stands_still_no_more_for_being_asked_often():
    """A hundred wake-ups a second that each come a little late are work, and spoil no probe."""
    guard = StallGuard(drift=0.0)
    for ring in range(100):
        guard.expect(100.0 + ring, 99.0 + ring)
        assert not guard.woke(100.09 + ring, drift=0.0)

    assert guard.lag(300.0) == 0


def test_a_late_wake_up_is_a_stall():
    """More than a second late: the process stood still, and the lag stays on the books."""
    guard = StallGuard(drift=5.0)
    guard.expect(101.0, 100.0)

    assert guard.woke(104.0, drift=5.0)
    assert guard.lag(200.0) == 3.0
    assert guard.stalls == 1


def test_an_overdue_wake_up_counts_before_it_comes():
    """What ended in the stall is judged even if it is looked at before the late timer fires."""
    guard = StallGuard(drift=0.0)
    guard.expect(101.0, 100.0)

    assert guard.lag(106.0) == 5.0


def test_a_new_expectation_keeps_the_lag_of_the_one_before():
    """Setting the timer anew hides no stall."""
    guard = StallGuard(drift=0.0)
    guard.expect(101.0, 100.0)

    guard.expect(107.0, 106.0)

    assert guard.lag(106.0) == 5.0


def test_a_machine_that_slept_is_a_stall():
    """Boot time that moved against monotonic time shows a suspend; drift backwards shows nothing."""
    guard = StallGuard(drift=0.0)

    assert guard.woke(100.0, drift=60.0)
    assert not guard.woke(101.0, drift=59.9)
    assert guard.lag(101.0) == 60.0


def test_the_lag_allowed_grows_with_the_timeout():
    """A second of lag or a fifth of the timeout, whichever is more, spoils nothing."""
    assert is_stalled(1.1, timeout=4.0)
    assert not is_stalled(1.1, timeout=10.0)
    assert is_stalled(2.1, timeout=10.0)
