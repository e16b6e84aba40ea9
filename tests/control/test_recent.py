from dataclasses import replace

from gslb.control.recent import KEPT, Recent
from gslb.model.observations import Phase, Reason
from gslb.model.verdicts import State, Transition, VerdictKey
from tests.kit.controlled import NOW, PASSED, REFUSED, RELAY1, RELAY2, seen, target


def test_the_latest_results_are_kept() -> None:
    """A ring of results per target, oldest first."""
    recent = Recent()
    for number in range(KEPT + 2):
        recent.note(seen(RELAY1, code=str(number)))

    assert [each.code for each in recent.of(target(RELAY1))] == [str(n) for n in range(2, KEPT + 2)]
    assert recent.last(target(RELAY1)) == recent.of(target(RELAY1))[-1]
    assert repr(recent) == "<Recent 1 targets>"


def test_older_results_keep_what_a_trend_needs() -> None:
    """How it went, when, and how long it took as a whole; a run without a total stays without one."""
    recent = Recent()
    first = seen(RELAY1, code="220", text="hello", notices=(Reason.BARE_LF,))
    for each in (first, seen(RELAY1, timings=()), seen(RELAY1)):
        recent.note(each)
    oldest, untimed, newest = recent.of(target(RELAY1))

    assert oldest == replace(first, timings=((Phase.TOTAL, 0.02),))
    assert untimed.timings == ()
    assert newest.timings == seen(RELAY1).timings


def test_targets_that_are_gone_are_forgotten() -> None:
    """After a reload only what is configured is kept."""
    recent = Recent()
    recent.note(seen(RELAY1))
    recent.note(seen(RELAY2))

    recent.keep_only({target(RELAY2)})

    assert recent.last(target(RELAY1)) is None
    assert recent.of(target(RELAY1)) == ()
    assert recent.last(target(RELAY2)) is not None
    assert recent.counts(target(RELAY1)) == {}


def test_results_are_counted_and_changes_remembered() -> None:
    """By reason, however old; the last change of each belief, until its target is gone."""
    recent, key = Recent(), VerdictKey("smtp", target(RELAY1))
    for outcome in (PASSED, REFUSED, PASSED):
        recent.note(seen(RELAY1, outcome))
    change = Transition(key=key, before=State.UP, after=State.DOWN, at=NOW, reason=Reason.RESET)
    recent.turned(change)

    assert recent.counts(target(RELAY1)) == {"ok": 2, "connect_refused": 1}
    assert recent.change(key) == change
    recent.keep_only(())
    assert recent.change(key) is None
