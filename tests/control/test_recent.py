from gslb.control.recent import KEPT, Recent
from tests.kit.controlled import RELAY1, RELAY2, seen, target


def test_the_latest_results_are_kept() -> None:
    """A ring of results per target, oldest first."""
    recent = Recent()
    for number in range(KEPT + 2):
        recent.note(seen(RELAY1, code=str(number)))

    assert [each.code for each in recent.of(target(RELAY1))] == [str(n) for n in range(2, KEPT + 2)]
    assert recent.last(target(RELAY1)) == recent.of(target(RELAY1))[-1]
    assert repr(recent) == "<Recent 1 targets>"


def test_targets_that_are_gone_are_forgotten() -> None:
    """After a reload only what is configured is kept."""
    recent = Recent()
    recent.note(seen(RELAY1))
    recent.note(seen(RELAY2))

    recent.keep_only({target(RELAY2)})

    assert recent.last(target(RELAY1)) is None
    assert recent.of(target(RELAY1)) == ()
    assert recent.last(target(RELAY2)) is not None
