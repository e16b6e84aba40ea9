"""One child's life: started, heard, silent, ended, started again."""

from hypothesis import given
from hypothesis import strategies as st

from gslb.supervisor.restart import Life, Phase, Rules, end, excuse, fresh, hear, kill, start, wake

RULES = Rules()
RUNNING = hear(start(Life(since=0.0), 0.0), 1.0)


def test_a_first_start_is_no_restart() -> None:
    """The first process is not counted, the second is."""
    first = start(Life(since=0.0), 0.0)
    second = start(end(first, RULES, 1.0, "exit status 1"), 1.0)

    assert (first.restarts, second.restarts) == (0, 1)


def test_the_first_death_is_repaired_at_once() -> None:
    """A child that ends for the first time may start again in the same instant."""
    assert end(RUNNING, RULES, 4.0, "exit status 1").since == 4.0


def test_dying_young_again_and_again_waits_longer_each_time() -> None:
    """The waits are those of the rules, and the last one stays."""
    life, waits = Life(since=0.0), []
    for _ in range(8):
        life = end(start(life, life.since), RULES, life.since, "exit status 1")
        waits.append(round(life.since - sum(waits), 6))

    assert waits == [0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0]


def test_a_settled_child_is_repaired_at_once_again() -> None:
    """Ten seconds of life wipe out the early deaths before."""
    shaky = end(end(RUNNING, RULES, 1.0, ""), RULES, 1.0, "")

    assert end(start(shaky, 2.0), RULES, 12.0, "").since == 12.0


def test_silence_is_judged_from_the_last_heartbeat() -> None:
    """A running child is due 3 seconds after it was heard, a starting one 10 after its start."""
    assert wake(RUNNING, RULES) == 4.0
    assert wake(start(Life(since=0.0), 5.0), RULES) == 15.0


def test_a_waiting_child_is_due_when_its_wait_ends() -> None:
    """And one that is being killed is due never: its end is an event."""
    assert wake(Life(since=7.0), RULES) == 7.0
    assert wake(kill(RUNNING, RULES), RULES) is None


def test_the_reason_of_a_kill_outlives_the_kill() -> None:
    """The next start says that the child was silent, not that we killed it."""
    ended = end(kill(RUNNING, RULES), RULES, 5.0, "ended by SIGKILL")

    assert ended.why == "silent for 3 s"


def test_a_child_that_never_spoke_is_told_apart() -> None:
    """Its reason names the time that a start may take."""
    assert kill(start(Life(since=0.0), 0.0), RULES).why == "no sign of life in 10 s after its start"


def test_a_late_heartbeat_changes_nothing() -> None:
    """What a killed or ended child left in its pipe does not revive it."""
    killed = kill(RUNNING, RULES)
    waiting = end(RUNNING, RULES, 2.0, "")

    assert hear(killed, 9.0) is killed
    assert hear(waiting, 9.0) is waiting


def test_an_excuse_moves_the_silence_of_the_living() -> None:
    """A waiting child keeps its turn."""
    waiting = end(RUNNING, RULES, 2.0, "")

    assert wake(excuse(RUNNING, 100.0), RULES) == 103.0
    assert excuse(waiting, 100.0) is waiting


def test_only_a_running_child_heard_lately_is_fresh() -> None:
    """Starting is not answering, and neither is silence."""
    assert fresh(RUNNING, RULES, 4.0)
    assert not fresh(RUNNING, RULES, 4.1)
    assert not fresh(start(Life(since=0.0), 0.0), RULES, 0.0)


@given(st.lists(st.floats(0.0, 30.0), max_size=30))
def test_no_wait_is_longer_than_the_last_of_the_rules(ages: list[float]) -> None:
    """However a child dies, it is started again within 5 seconds, and its restarts are counted one by one."""
    life = start(Life(since=0.0), 0.0)
    for number, age in enumerate(ages):
        died = life.since + age
        life = end(life, RULES, died, "exit status 1")
        assert died <= life.since <= died + 5.0
        life = start(life, life.since)
        assert life.restarts == number + 1
        assert life.phase is Phase.STARTING
