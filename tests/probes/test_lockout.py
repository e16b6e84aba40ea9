"""No account is locked by our own probes (probes.md 1.5)."""

from hypothesis import given
from hypothesis import strategies as st

from gslb.probes.lockout import (
    ATTEMPTS,
    FIRST_WAIT,
    LONGEST_WAIT,
    Permit,
    Standing,
    accepted,
    asked,
    dropped,
    forgotten,
    refused,
)

V = "version"


def permit(standing, target="a", now=0.0, version=V):
    """What is said to an attempt, without making it."""
    return asked(standing, target, version, now)[1]


def rejected(standing, target="a", now=0.0):
    """An attempt that is granted and refused."""
    standing, word = asked(standing, target, V, now)
    assert word is Permit.GRANTED
    return refused(standing, target, V, now)


def taken(standing, target="a", now=0.0):
    """An attempt that is granted and accepted."""
    standing, word = asked(standing, target, V, now)
    assert word is Permit.GRANTED
    return accepted(standing, target, V)


def test_two_rejections_at_one_target_end_the_attempts_there_alone():
    """Elsewhere the login goes on, once it has proved good."""
    standing = rejected(rejected(taken(Standing(), "b")))

    assert permit(standing) is Permit.REJECTED
    assert permit(standing, "b") is permit(standing, "c") is Permit.GRANTED
    assert not standing.is_bad


def test_one_attempt_after_fifteen_minutes_then_twice_as_long_up_to_six_hours():
    """Each with one attempt."""
    standing, now, waits = rejected(rejected(Standing())), 0.0, []
    for _ in range(7):
        wait = standing.at("a").retry_at - now
        assert permit(standing, now=now + wait - 1) is Permit.REJECTED
        now += wait
        waits.append(wait)
        standing = rejected(standing, now=now)

    assert waits == [FIRST_WAIT * 2**n for n in range(5)] + [LONGEST_WAIT] * 2


def test_success_forgets_rejections():
    """They count in a row."""
    standing = rejected(taken(rejected(Standing())))

    assert permit(standing) is Permit.GRANTED


def test_rejections_at_two_targets_mark_the_credential():
    """Then it is tried nowhere, and after the wait once only."""
    standing = rejected(rejected(Standing(), "a"), "b")

    assert standing.is_bad
    assert {permit(standing, target) for target in "abc"} == {Permit.REJECTED}
    trying, word = asked(standing, "c", V, FIRST_WAIT)
    assert (word, permit(trying, "d", FIRST_WAIT)) == (Permit.GRANTED, Permit.REJECTED)
    assert permit(refused(trying, "c", V, FIRST_WAIT), "d", FIRST_WAIT * 2.9) is Permit.REJECTED
    assert not accepted(trying, "c", V).is_bad


def test_a_new_secret_is_a_new_beginning():
    """Results of the old one count no more."""
    standing = rejected(rejected(Standing(), "a"), "b")
    changed, word = asked(standing, "a", "new", 1.0)

    assert word is Permit.GRANTED
    assert refused(changed, "a", V, 1.0).overall.rejections == 0
    assert not accepted(changed, "a", V).proven


def test_an_unproven_login_is_tried_by_two_at_most():
    """The others wait for what those find."""
    standing, _ = asked(Standing(), "a", V, 0.0)
    standing, _ = asked(standing, "b", V, 0.0)

    assert permit(standing, "c") is Permit.WAITING
    assert permit(dropped(standing), "c") is Permit.GRANTED
    assert permit(accepted(standing, "a", V), "c") is Permit.GRANTED
    assert permit(refused(refused(standing, "a", V, 0.0), "b", V, 0.0), "c") is Permit.REJECTED


def test_targets_that_are_no_more_are_forgotten():
    """After a reload."""
    standing = rejected(rejected(Standing()))

    assert forgotten(standing, frozenset("a")) == standing
    assert forgotten(standing, frozenset("b")).targets == ()


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0, 30), st.booleans()), max_size=60))
def test_a_wrong_password_costs_two_attempts_whoever_shares_it(steps):
    """In the first quarter of an hour, in any order, with any number open at once, time-outs aside."""
    standing, opened, attempts, now = Standing(), [], 0, 0.0
    for target, pause, answer in steps:
        now = min(now + pause, FIRST_WAIT - 1)
        standing, word = asked(standing, target, V, now)
        if word is Permit.GRANTED:
            attempts += 1
            opened.append(target)
        if answer and opened:
            standing = refused(standing, opened.pop(0), V, now)

    assert attempts <= ATTEMPTS
