import pytest

from gslb.health.isolation import LONGEST, Isolation, heard, is_frozen, renamed
from gslb.model.observations import Degraded, Failed, Inconclusive, Outcome, Phase, Reason

NOW = 1_000_000.0
BAD = Failed(Phase.CONNECT, Reason.CONNECT_TIMEOUT)
BOTH = Isolation(canaries=frozenset({"router", "second site"}))


def after(*said: tuple[str, Outcome], state: Isolation = BOTH) -> Isolation:
    """The state after outcomes of targets, a second apart from NOW on."""
    for number, (target, outcome) in enumerate(said):
        state = heard(state, target, outcome, NOW + number)
    return state


def test_without_a_canary_there_is_no_guard() -> None:
    """Whatever fails, nothing is frozen."""
    assert not is_frozen(after(("router", BAD), state=Isolation()), NOW)


def test_verdicts_freeze_while_all_canaries_fail() -> None:
    """One canary that answers is a way out of this host; when the last fails, all stands still, until one passes."""
    one, both = after(("router", BAD)), after(("router", BAD), ("second site", BAD), ("second site", BAD))

    assert not is_frozen(one, NOW)
    assert (is_frozen(both, NOW + 2), both.since) == (True, NOW + 1)
    assert not is_frozen(heard(both, "router", Degraded(Phase.GREETING, Reason.BUSY), NOW + 3), NOW + 3)


def test_the_facts_are_accepted_in_the_end() -> None:
    """After five minutes verdicts move again, though the canary fails; a clock set back freezes no longer either."""
    state = after(("router", BAD), ("second site", BAD))

    assert is_frozen(state, NOW + LONGEST)
    assert not is_frozen(state, NOW + LONGEST + 1)
    assert not is_frozen(state, NOW - LONGEST)


@pytest.mark.parametrize("said", [("other", BAD), ("router", Inconclusive(Phase.CONNECT, Reason.LOCAL_NO_ROUTE))])
def test_only_what_canaries_prove_counts(said: tuple[str, Outcome]) -> None:
    """Other targets, and our own fault, change nothing."""
    assert after(said) is BOTH


def test_a_reload_keeps_what_was_heard() -> None:
    """Canaries that stay are remembered; with one that is new nothing is known to be cut off."""
    state = after(("router", BAD), ("second site", BAD))

    assert renamed(state, state.canaries) is state
    assert is_frozen(renamed(state, frozenset({"router"})), NOW + 2)
    assert not is_frozen(renamed(state, frozenset({"router", "new"})), NOW + 2)
    assert not is_frozen(renamed(state, frozenset()), NOW + 2)
