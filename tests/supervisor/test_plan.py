"""The supervisor's decisions: events and a clock in, actions out."""

from dataclasses import replace
from signal import SIGHUP, SIGKILL, SIGTERM, Signals

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.supervisor.plan import CANNOT_RUN, CONTROL, TICK, Early, Plan, Settings, Stage, advance, begin, next_due, take
from gslb.supervisor.restart import Phase
from gslb.supervisor.words import (
    Action,
    CloseListeners,
    Ended,
    Event,
    Heard,
    ReloadAsked,
    Report,
    Send,
    Start,
    StopAsked,
    Tell,
)

SETTINGS = Settings(
    listen=(("127.0.0.1", 5300), ("::1", 5300)),
    workers=2,
    run_dir="/run/gslb",
    nsid="ns1",
    control=("python", "-m", "gslb", "control"),
    worker=("python", "-m", "gslb.dns.worker"),
)
STOP_CONTROL, STOP_WORKERS = (
    [Send(child=CONTROL, signal=SIGTERM)],
    [Send(child=1, signal=SIGTERM), Send(child=2, signal=SIGTERM)],
)


class Story:
    """A plan, its clock, and what it did since it was last asked."""

    def __init__(self, settings: Settings = SETTINGS, watchdog: float = 0.0) -> None:
        self.now = 100.0
        self.plan = begin(settings, self.now, watchdog)
        self.actions: list[Action] = []

    def happens(self, *events: Event) -> "Story":
        """At once, and then the clock is looked at."""
        for event in events:
            self._keep(take(self.plan, event, self.now))
        self._keep(advance(self.plan, self.now))
        return self

    def passes(self, seconds: float, beating: tuple[int, ...] = ()) -> "Story":
        """Time, in steps of at most half a second, with heartbeats of those children."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 0.5)
            self.happens(*(Heard(child=child, marks=b".") for child in beating))
        return self

    def did(self, *kinds: type[Action]) -> list[Action]:
        """The actions of these kinds since the last call."""
        done = [action for action in self.actions if not kinds or isinstance(action, kinds)]
        self.actions = []
        return done

    def _keep(self, step: tuple[Plan, tuple[Action, ...]]) -> None:
        self.plan = step[0]
        self.actions += step[1]


def running(watchdog: float = 0.0) -> Story:
    """All three children are up and ready, and nothing is remembered of how."""
    story = Story(watchdog=watchdog).happens()
    story.happens(Heard(child=0, marks=b".R"), Heard(child=1, marks=b"."), Heard(child=2, marks=b"."))
    story.did()
    return story


def test_settings_survive_their_own_json() -> None:
    """What `gslb run` writes is what the supervisor reads."""
    early = replace(SETTINGS, early=Early(pid=7, heartbeat=8, gate=9))

    assert Settings.from_json(SETTINGS.to_json()) == SETTINGS
    assert Settings.from_json(early.to_json()) == early


def test_workers_take_cpus_in_turn() -> None:
    """Each keeps to one of those chosen; control to none, and nobody where none was chosen."""
    chosen = replace(SETTINGS, workers=3, worker_cpus=(2, 5))

    assert [chosen.cpu_of(child) for child in range(4)] == [None, 2, 5, 2]
    assert SETTINGS.cpu_of(1) is None
    assert Settings.from_json(chosen.to_json()) == chosen


def test_settings_may_leave_out_the_rules() -> None:
    """Defaults stand in for what is not said."""
    text = '{"listen": [["::1", 53]], "workers": 1, "run_dir": "r", "nsid": "n", "control": ["c"], "worker": ["w"]}'

    assert Settings.from_json(text).worker_rules.silence == 3.0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"listen": [1]}'])
def test_other_text_is_no_settings(text: str) -> None:
    """It is refused with an exception that `main` knows."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        Settings.from_json(text)


def test_all_is_started_at_once() -> None:
    """Control and the workers, without waiting for each other."""
    assert Story().happens().did(Start) == [Start(child=0), Start(child=1), Start(child=2)]


def test_a_dead_worker_is_replaced_at_once() -> None:
    """The first death costs no wait, and is logged."""
    story = running().happens(Ended(child=1, why="ended by SIGKILL", code=-9))

    assert story.did() == [
        Report(event="ended", child=1, why="ended by SIGKILL"),
        Start(child=1),
        Tell(text="STATUS=ready; 1 of 2 workers answer"),
    ]


def test_a_worker_that_keeps_dying_waits() -> None:
    """The second early death is repaired after 0.2 s, not before."""
    story = running().happens(Ended(child=1, why="x", code=1), Ended(child=1, why="x", code=1))
    assert story.did(Start) == []

    assert story.passes(0.2).did(Start) == [Start(child=1)]


def test_a_worker_that_cannot_be_started_waits() -> None:
    """No program is the same as a program that ends at once."""
    story = running().happens(*[Ended(child=1, why="cannot be started: no memory")] * 3)

    assert story.did(Report)[-1] == Report(event="ended", child=1, why="cannot be started: no memory", after=0.5)


def test_a_silent_worker_is_killed_and_replaced() -> None:
    """Within 3 seconds of its last heartbeat, the others are left alone, and the start says why."""
    story = running().passes(3.0, beating=(0, 2))
    assert story.did(Send) == [Send(child=1, signal=SIGKILL)]

    story.happens(Ended(child=1, why="ended by SIGKILL", code=-9))
    assert story.did(Start) == [Start(child=1)]
    assert story.plan.lives[1].why == "silent for 3 s"


def test_a_killed_worker_is_killed_once() -> None:
    """While its end is awaited nothing more is sent."""
    story = running().passes(30.0, beating=(0, 2))

    assert story.did(Send) == [Send(child=1, signal=SIGKILL)]


def test_control_may_be_silent_for_longer() -> None:
    """Ten seconds, since nobody waits for an answer of it."""
    assert running().passes(9.5, beating=(1, 2)).did(Send) == []
    assert running().passes(10.0, beating=(1, 2)).did(Send) == [Send(child=0, signal=SIGKILL)]


def test_a_start_may_take_its_time() -> None:
    """Ten seconds pass before a worker that never beat is given up."""
    story = Story().happens()

    assert story.passes(9.5, beating=(0, 2)).did(Send) == []
    assert story.passes(0.5, beating=(0, 2)).did(Send) == [Send(child=1, signal=SIGKILL)]


def test_a_supervisor_that_slept_kills_nobody() -> None:
    """After a pause of its own it counts silence anew."""
    story = running()
    story.now += 60.0

    assert story.happens().did(Send) == []
    assert story.passes(3.0, beating=(0, 2)).did(Send) == [Send(child=1, signal=SIGKILL)]


def test_ready_is_told_once() -> None:
    """READY=1 goes out at the first R, whatever control says later."""
    story = Story().happens().happens(Heard(child=0, marks=b"."))
    assert Tell(text="READY=1") not in story.did()

    story.happens(Heard(child=0, marks=b"R")).happens(Heard(child=0, marks=b"N")).happens(Heard(child=0, marks=b"R"))
    assert story.did().count(Tell(text="READY=1")) == 1


def test_the_last_word_of_control_counts() -> None:
    """Of several heartbeats read at once the newest says whether it is ready."""
    assert running().happens(Heard(child=0, marks=b"RN.")).plan.ready is False
    assert running().happens(Heard(child=0, marks=b"NR.")).plan.ready is True


def test_a_dead_control_is_not_ready() -> None:
    """Until the next one says so itself; workers go on."""
    story = running().happens(Ended(child=0, why="ended by SIGKILL", code=-9))

    assert story.plan.ready is False
    assert story.did(Start, Send) == [Start(child=0)]


def test_workers_cannot_declare_readiness() -> None:
    """An R from a worker is a heartbeat like any other."""
    assert Story().happens().happens(Heard(child=1, marks=b"R")).plan.ready is False


def test_a_reload_goes_to_control() -> None:
    """SIGHUP is handed on."""
    assert running().happens(ReloadAsked()).did(Send) == [Send(child=0, signal=SIGHUP)]


def test_a_reload_waits_for_a_control_that_listens() -> None:
    """A starting control would be ended by SIGHUP; it hears of it at its first heartbeat, once."""
    story = Story().happens().happens(ReloadAsked())
    assert story.did(Send) == []

    story.happens(Heard(child=0, marks=b".")).happens(Heard(child=0, marks=b"."))
    assert story.did(Send) == [Send(child=0, signal=SIGHUP)]


def test_the_watchdog_is_fed_three_times_in_each_period() -> None:
    """While at least one answering loop is fresh."""
    story = running(watchdog=6.0).passes(6.0, beating=(0, 1))

    assert story.did(Tell).count(Tell(text="WATCHDOG=1")) == 3


def test_the_watchdog_starves_when_nobody_answers() -> None:
    """A beating control is no answering loop."""
    story = running(watchdog=6.0).passes(3.0, beating=(0,))
    story.did()

    assert Tell(text="WATCHDOG=1") not in story.passes(20.0, beating=(0,)).did()


def test_no_watchdog_is_fed_unasked() -> None:
    """Without WATCHDOG_USEC there is nothing to feed."""
    assert Tell(text="WATCHDOG=1") not in running().passes(20.0, beating=(0, 1, 2)).did()


def test_stopping_begins_with_control() -> None:
    """Systemd is told, control gets SIGTERM, workers go on for the lame duck."""
    story = running().happens(StopAsked())

    assert story.did(Tell, Send)[:2] == [Tell(text="STOPPING=1"), *STOP_CONTROL]
    assert story.passes(1.5, beating=(1, 2)).did(Send, CloseListeners) == []


def test_workers_end_after_the_lame_duck() -> None:
    """Two seconds later they get SIGTERM and our own hold on the sockets ends."""
    story = running().happens(StopAsked())
    story.did()

    assert story.passes(2.0, beating=(1, 2)).did(Send, CloseListeners) == [*STOP_WORKERS, CloseListeners()]


def test_when_all_have_ended_it_is_over() -> None:
    """Not before, and with exit code 0."""
    story = running().happens(StopAsked(), Ended(child=0, why="exit status 0", code=0)).passes(2.0, beating=(1, 2))
    story.happens(Ended(child=1, why="exit status 0", code=0))
    assert story.plan.stage is Stage.ENDING

    story.happens(Ended(child=2, why="exit status 0", code=0))
    assert (story.plan.stage, story.plan.exit_code) == (Stage.OVER, 0)


def test_what_does_not_end_is_killed() -> None:
    """Three seconds after the workers' SIGTERM; a second later the supervisor leaves whatever is left."""
    story = running().happens(StopAsked()).passes(2.0, beating=(1, 2))
    story.did()

    assert story.passes(3.0).did(Send) == [Send(child=child, signal=SIGKILL) for child in range(3)]
    assert story.passes(1.0).plan.stage is Stage.OVER


def test_a_second_request_hurries() -> None:
    """The rest of the lame duck is skipped for all."""
    story = running().happens(StopAsked())
    story.did()

    assert story.happens(StopAsked()).did(Send, CloseListeners) == [*STOP_CONTROL, *STOP_WORKERS, CloseListeners()]


def test_a_third_request_kills() -> None:
    """Nobody is waited for any more."""
    story = running().happens(StopAsked(), StopAsked())
    story.did()

    assert story.happens(StopAsked()).did(Send) == [Send(child=child, signal=SIGKILL) for child in range(3)]


def test_a_worker_that_dies_in_the_lame_duck_is_replaced() -> None:
    """Answers go on for the full time; control is not wanted any more."""
    story = running().happens(StopAsked())
    story.did()

    story.happens(Ended(child=0, why="exit status 0", code=0), Ended(child=1, why="exit status 1", code=1))
    assert story.did(Start, Report) == [Report(event="ended", child=1, why="exit status 1"), Start(child=1)]


def test_nobody_is_replaced_or_judged_after_the_lame_duck() -> None:
    """Ends are what is wanted then, and silence is no fault."""
    story = running().happens(StopAsked(), StopAsked(), Ended(child=1, why="exit status 0", code=0))
    story.did()

    assert story.passes(2.5).did(Start, Report, Send) == []


def test_a_control_that_cannot_run_ends_all() -> None:
    """Status 78 before the first readiness is a failed start: exit code 1, and no restart."""
    story = Story().happens().happens(Ended(child=0, why="exit status 78", code=CANNOT_RUN))

    assert story.did(Send, CloseListeners) == [*STOP_WORKERS, CloseListeners()]
    assert (story.plan.stage, story.plan.exit_code) == (Stage.ENDING, 1)


def test_a_control_that_ran_before_is_always_restarted() -> None:
    """Once ready, workers must go on answering whatever control says."""
    story = running().happens(Ended(child=0, why="exit status 78", code=CANNOT_RUN))

    assert story.did(Start, Send) == [Start(child=0)]


def test_status_is_told_when_it_changes() -> None:
    """`systemctl status` shows readiness and the workers that answer."""
    story = running().passes(1.0, beating=(0, 1, 2))
    assert story.did(Tell) == []

    assert story.happens(StopAsked()).did(Tell)[-1] == Tell(text="STATUS=stopping; 2 of 2 workers answer")


def test_the_loop_wakes_for_whatever_is_next() -> None:
    """A death's wait, the end of a stage, the watchdog; never later than a tick."""
    story = running(watchdog=1.5)
    assert next_due(story.plan, story.now) == pytest.approx(0.5)

    story.happens(*[Ended(child=1, why="x", code=1)] * 2)
    assert next_due(story.plan, story.now) == pytest.approx(0.2)

    hurried = running().happens(StopAsked())
    hurried.plan = replace(hurried.plan, until=hurried.now + 0.1)
    assert next_due(hurried.plan, hurried.now) == pytest.approx(0.1)
    assert next_due(running().plan, 100.0) == TICK


EVENTS = st.one_of(
    st.builds(Heard, child=st.integers(0, 2), marks=st.sampled_from([b".", b"R", b"N.", b".."])),
    st.builds(Ended, child=st.integers(0, 2), why=st.just("exit status 1"), code=st.sampled_from([0, 1, -9, 78, None])),
    st.builds(StopAsked),
    st.builds(ReloadAsked),
)


def real(story: Story, event: Event) -> bool:
    """Only a living child beats or ends."""
    return not isinstance(event, Heard | Ended) or story.plan.lives[event.child].alive


@given(st.lists(st.tuples(EVENTS, st.floats(0.0, 4.0)), max_size=40))
def test_whatever_happens_a_request_to_stop_ends_it(history: list[tuple[Event, float]]) -> None:
    """Three requests and the waits of the settings bring every history to its end; nobody is started twice."""
    story = Story().happens()
    for event, pause in history:
        if real(story, event):
            story.happens(event)
        story.passes(pause)
        lives = story.plan.lives
        assert all(life.phase is not Phase.WAITING or life.since <= story.now + 5.0 for life in lives)

    story.happens(StopAsked(), StopAsked(), StopAsked()).passes(1.0)
    assert story.plan.stage is Stage.OVER


@given(st.lists(EVENTS, max_size=30))
def test_signals_go_to_the_living_only(history: list[Event]) -> None:
    """No signal is sent to a child that has ended."""
    story = Story().happens()
    for event in history:
        if real(story, event):
            alive = {child for child, life in enumerate(story.plan.lives) if life.alive}
            sent = [action for action in story.happens(event).did() if isinstance(action, Send)]
            assert {action.child for action in sent} <= alive
            assert all(isinstance(action.signal, Signals) for action in sent)
