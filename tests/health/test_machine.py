from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.health.machine import RULES, Signal, asked, hold_left, is_settled, settled, signal, step
from gslb.model.checks import Thresholds
from gslb.model.observations import Degraded, Failed, Inconclusive, Outcome, Passed, Phase, Reason
from gslb.model.verdicts import State, Verdict

PASSED = Passed()
BUSY = Degraded(Phase.GREETING, Reason.BUSY, load=True)
CAPPED = Degraded(Phase.GREETING, Reason.PER_CLIENT_LIMIT)
FAILED = Failed(Phase.GREETING, Reason.GREETING_TIMEOUT)
VOID = Inconclusive(Phase.CONNECT, Reason.LOCAL_NO_ROUTE)
NOW = 1000.0
DEFAULTS = Thresholds(rise=2, fall=3, forgive=6, min_hold=20.0)

UP = Verdict(state=State.UP, since=1000.0)
DOWN = Verdict(state=State.DOWN, since=1000.0)

outcomes = st.sampled_from([PASSED, BUSY, FAILED, VOID])
thresholds = st.builds(
    Thresholds,
    rise=st.integers(1, 4),
    fall=st.integers(1, 4),
    forgive=st.integers(1, 6),
    min_hold=st.sampled_from([0.0, 5.0, 20.0]),
)
verdicts = st.builds(
    Verdict,
    state=st.sampled_from(State),
    since=st.floats(0, 2000),
    successes=st.integers(0, 5),
    failures=st.integers(0, 5),
    degraded=st.booleans(),
    saved=st.booleans(),
    stale=st.booleans(),
    provisional=st.booleans(),
)


def run(verdict: Verdict, outcomes: list[Outcome], limits: Thresholds = DEFAULTS, *, at: float = 1000.0) -> Verdict:
    """One outcome every 15 s from `at` on."""
    for number, outcome in enumerate(outcomes):
        verdict = step(verdict, outcome, limits, at + 15.0 * number)
    return verdict


ENUMERATED = [
    # verdict, outcome, state after, successes, failures
    (Verdict(), PASSED, State.UP, 0, 0),
    (Verdict(), BUSY, State.UP, 0, 0),
    (Verdict(), FAILED, State.DOWN, 0, 0),
    (Verdict(), VOID, State.UNKNOWN, 0, 0),
    (UP, PASSED, State.UP, 1, 0),
    (UP, BUSY, State.UP, 1, 0),
    (UP, FAILED, State.UP, 0, 1),
    (replace(UP, failures=1), PASSED, State.UP, 1, 1),
    (replace(UP, failures=1, successes=4), PASSED, State.UP, 5, 1),
    (replace(UP, failures=1, successes=5), PASSED, State.UP, 6, 0),
    (replace(UP, failures=1, successes=5), FAILED, State.UP, 0, 2),
    (replace(UP, failures=2, successes=5), FAILED, State.DOWN, 0, 0),
    (replace(UP, failures=2), VOID, State.UP, 0, 2),
    (DOWN, PASSED, State.DOWN, 1, 0),
    (DOWN, BUSY, State.DOWN, 1, 0),
    (DOWN, FAILED, State.DOWN, 0, 0),
    (replace(DOWN, successes=1), PASSED, State.UP, 0, 0),
    (replace(DOWN, successes=1), FAILED, State.DOWN, 0, 0),
    (replace(DOWN, successes=1), VOID, State.DOWN, 1, 0),
    (replace(DOWN, successes=1, since=1090.0), PASSED, State.DOWN, 2, 0),
    (replace(UP, provisional=True), FAILED, State.DOWN, 0, 0),
    (replace(DOWN, provisional=True), PASSED, State.UP, 0, 0),
    (replace(DOWN, provisional=True), VOID, State.DOWN, 0, 0),
]


@pytest.mark.parametrize(("before", "outcome", "state", "successes", "failures"), ENUMERATED)
def test_table(before: Verdict, outcome: Outcome, state: State, successes: int, failures: int) -> None:
    """Each row of the machine moves the state and the counters as the table at its top says (at 1100)."""
    after = step(before, outcome, DEFAULTS, 1100.0)

    assert (after.state, after.successes, after.failures) == (state, successes, failures)


def test_rules_cover_every_state_and_signal() -> None:
    """There is a rule for each pair of state and signal."""
    assert set(RULES) == {(state, word) for state in State for word in Signal}


def test_degraded_is_good() -> None:
    """A degraded service is alive."""
    assert signal(BUSY) is Signal.GOOD


def test_turning_clears_counters_and_stamps() -> None:
    """A change of state begins at the time of its outcome, with empty counters, and is counted."""
    after = step(replace(UP, failures=2, successes=1, transitions=4), FAILED, DEFAULTS, 1100.0)

    assert after == Verdict(
        state=State.DOWN, since=1100.0, last=FAILED, last_at=1100.0, transitions=5, penalty=1000.0, penalized_at=1100.0
    )


def test_wound_4_single_blip_never_takes_down() -> None:
    """One failure among successes, forgiven each time, never takes a member down."""
    assert run(UP, ([FAILED] + [PASSED] * 6) * 20).state is State.UP


def test_wound_4_half_failing_member_goes_down() -> None:
    """Alternating good and bad outcomes end in down: a single success forgets nothing."""
    assert run(UP, [FAILED, PASSED] * 3).state is State.DOWN


def test_min_hold_delays_only_the_return() -> None:
    """A down member that succeeds at once comes up with the first success after min_hold."""
    verdict = DOWN
    seen = []
    for now in (1003.0, 1006.0, 1009.0, 1019.0, 1020.0):
        verdict = step(verdict, PASSED, DEFAULTS, now)
        seen.append(verdict.state)

    assert seen == [State.DOWN] * 4 + [State.UP]


def test_fall_ignores_min_hold() -> None:
    """A member that has just come up goes down after `fall` failures, however soon."""
    verdict = UP
    for now in (1000.1, 1000.2, 1000.3):
        verdict = step(verdict, FAILED, DEFAULTS, now)

    assert verdict.state is State.DOWN


def test_clock_set_back_holds_no_longer_than_min_hold() -> None:
    """After the clock was set back by hours a down member still returns within min_hold of its successes."""
    verdict = step(replace(DOWN, since=50_000.0), PASSED, DEFAULTS, 1000.0)
    verdict = step(verdict, PASSED, DEFAULTS, 1020.0)

    assert verdict.state is State.UP


def test_hold_left_never_exceeds_min_hold() -> None:
    """The time still to hold is bounded by min_hold even with `since` in the future, and is never negative."""
    assert hold_left(replace(DOWN, since=50_000.0), DEFAULTS, 1000.0) == 20.0
    assert hold_left(DOWN, DEFAULTS, 1015.0) == 5.0
    assert hold_left(DOWN, DEFAULTS, 2000.0) == 0.0


@pytest.mark.parametrize(
    ("before", "outcomes", "degraded"),
    [
        (Verdict(), [BUSY], True),
        (UP, [BUSY], False),
        (UP, [BUSY, BUSY], True),
        (UP, [BUSY, PASSED, BUSY], False),
        (UP, [BUSY, FAILED, BUSY], False),
        (UP, [BUSY, VOID, BUSY], True),
        (replace(UP, degraded=True), [PASSED], True),
        (replace(UP, degraded=True), [PASSED, PASSED], False),
        (replace(UP, degraded=True), [PASSED, BUSY, PASSED], True),
        (replace(UP, degraded=True), [FAILED, FAILED, FAILED], False),
        (replace(DOWN, since=0.0), [BUSY, BUSY], True),
        (replace(DOWN, since=0.0), [BUSY, PASSED], False),
        (replace(DOWN, since=0.0, degraded=True), [FAILED], False),
    ],
)
def test_degraded_is_entered_and_left_after_two(before: Verdict, outcomes: list[Outcome], degraded: bool) -> None:
    """The flag takes two outcomes in a row either way; from unknown one is enough; down holds none."""
    assert run(before, outcomes).degraded is degraded


def test_saved_verdict_keeps_its_counters() -> None:
    """A saved verdict counts on from where it was, and is confirmed by its first conclusive outcome."""
    saved = replace(UP, failures=1, saved=True)

    assert step(saved, VOID, DEFAULTS, 1100.0).saved
    after = step(saved, FAILED, DEFAULTS, 1100.0)
    assert (after.state, after.failures, after.saved) == (State.UP, 2, False)


def test_provisional_confirmed_keeps_its_age() -> None:
    """A provisional verdict that its first outcome confirms is no change of state, and then stands by itself."""
    after = step(replace(UP, provisional=True, transitions=3), PASSED, DEFAULTS, 1100.0)

    assert after == replace(UP, transitions=3, last=PASSED, last_at=1100.0)


def test_conclusive_outcome_ends_staleness() -> None:
    """The stale flag goes with the first conclusive outcome."""
    assert not step(replace(UP, stale=True), PASSED, DEFAULTS, 1100.0).stale


@given(verdicts, thresholds, st.floats(0, 4000))
def test_inconclusive_never_changes_anything(verdict: Verdict, limits: Thresholds, now: float) -> None:
    """Our own fault leaves the very same verdict."""
    assert step(verdict, VOID, limits, now) is verdict


@given(verdicts, thresholds, st.sampled_from([PASSED, CAPPED]))
def test_good_outcomes_always_lead_to_up(verdict: Verdict, limits: Thresholds, outcome: Outcome) -> None:
    """From any verdict whatever, enough good outcomes over min_hold bring a member up."""
    assert run(verdict, [outcome] * (limits.rise + 3), limits, at=500.0).state is State.UP


@given(verdicts, thresholds)
def test_bad_outcomes_always_lead_to_down(verdict: Verdict, limits: Thresholds) -> None:
    """From any verdict whatever, `fall` failures in a row take a member down."""
    assert run(verdict, [FAILED] * limits.fall, limits).state is State.DOWN


@given(st.lists(st.tuples(outcomes, st.floats(0.1, 30)), max_size=60), thresholds)
def test_no_return_sooner_than_min_hold(steps: list[tuple[Outcome, float]], limits: Thresholds) -> None:
    """Between going down and coming up lies at least min_hold, so no two transitions on the way up are closer."""
    verdict, now = Verdict(), 1000.0
    history = [verdict]
    for outcome, wait in steps:
        now += wait
        verdict = step(verdict, outcome, limits, now)
        history.append(verdict)

    for before, after in pairwise(history):
        if (before.state, after.state) == (State.DOWN, State.UP):
            assert after.since - before.since >= limits.min_hold - 1e-6


NOTICE = Degraded(Phase.TLS, Reason.CERT_EXPIRING)


@given(verdicts, st.sampled_from([PASSED, NOTICE, CAPPED, BUSY, FAILED, VOID]), st.sampled_from([NOW, NOW - 99]))
def test_the_short_way_is_the_long_way(verdict: Verdict, outcome: Outcome, now: float) -> None:
    """More of the same moves a settled verdict exactly as the machine would."""
    for state in (
        verdict,
        replace(verdict, last=outcome),
        step(step(UP, outcome, DEFAULTS, 9.0), outcome, DEFAULTS, 9.0),
    ):
        if is_settled(state, outcome):
            assert settled(state, now) == step(state, outcome, DEFAULTS, now)


@pytest.mark.parametrize(("outcome", "calm"), [(PASSED, True), (NOTICE, True), (BUSY, False), (FAILED, False)])
def test_more_of_the_same_is_settled(outcome: Outcome, calm: bool) -> None:
    """A pass and a notice, once they stand; never load, a failure, or another outcome than the last."""
    stands = step(step(UP, outcome, DEFAULTS, NOW), outcome, DEFAULTS, NOW)

    assert is_settled(stands, outcome) is calm
    assert not is_settled(stands, NOTICE if outcome is PASSED else PASSED)


def later(verdict: Verdict, *said: Outcome, limit: int = 3) -> Verdict:
    """The verdict after outcomes a second apart, `limit` answers of "later" in a row being enough."""
    for number, outcome in enumerate(said):
        verdict = step(verdict, outcome, DEFAULTS, 1100.0 + number, limit)
    return verdict


def test_busy_for_too_long_takes_down() -> None:
    """From the third "later" in a row on each is a failure: two more and the member is down."""
    assert later(UP, *[BUSY] * 4).failures == 2
    down = later(UP, *[BUSY] * 5)

    assert (down.state, down.last, down.temporary) == (State.DOWN, BUSY, 5)
    assert later(down, *[BUSY] * 9).state is State.DOWN


def test_a_good_answer_ends_the_run_of_later() -> None:
    """A pass, or what is degraded otherwise, starts the count anew; a failure or our own fault does not."""
    assert later(UP, BUSY, BUSY, PASSED, BUSY).temporary == 1
    assert later(UP, BUSY, BUSY, CAPPED).temporary == 0
    assert later(UP, BUSY, FAILED, VOID, BUSY).temporary == 2


@given(st.integers(1, 40))
def test_a_cap_on_this_client_never_takes_down(count: int) -> None:
    """A per-client cap says that we probe too often, and a full mailbox or greylisting nothing of the service."""
    for reason in (Reason.PER_CLIENT_LIMIT, Reason.GREYLISTED, Reason.STORAGE_FULL):
        assert later(UP, *[Degraded(Phase.GREETING, reason)] * count, limit=1).state is State.UP


def test_an_open_relay_is_withdrawn_only_once_it_is_confirmed() -> None:
    """Even the very first look needs a second one."""
    relaying = Failed(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED)
    twice = Thresholds(rise=1, fall=2)
    first = step(Verdict(), relaying, twice, 1000.0)

    assert (first.state, first.failures) == (State.UP, 1)
    assert step(first, relaying, twice, 1060.0).state is State.DOWN
    assert step(Verdict(), relaying, Thresholds(fall=1), 1000.0).state is State.DOWN


def test_load_is_entered_and_left_like_the_degraded_flag() -> None:
    """Two answers under load in a row raise the flag that lowers weights, two others lower it; a notice never does."""
    assert not run(UP, [BUSY]).loaded
    assert run(UP, [BUSY, BUSY]).loaded
    assert run(UP, [BUSY, BUSY, CAPPED, BUSY, CAPPED]).loaded
    assert not run(UP, [BUSY, BUSY, CAPPED, CAPPED]).loaded
    assert run(Verdict(), [BUSY]).loaded
    assert not run(UP, [BUSY, BUSY, FAILED, FAILED, FAILED]).loaded


def test_what_a_member_asks_for_is_kept_until_it_says_otherwise() -> None:
    """Each conclusive outcome tells the factor anew, the whole where it says nothing; our own fault tells nothing."""
    half = asked(UP, PASSED, 0.5)

    assert half.factor == 0.5
    assert asked(half, VOID, None) is half
    assert asked(half, PASSED, None).factor == 1.0
    assert not is_settled(replace(half, last=PASSED), PASSED)
