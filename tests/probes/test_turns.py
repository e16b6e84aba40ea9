"""A target's place in the schedule, and the heap of starts."""

from dataclasses import replace
from ipaddress import IPv6Address

import pytest

from gslb.model.checks import Credentials, ImapSettings, Pop3Settings, Timing
from gslb.model.observations import Degraded, Failed, Observation, Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.model.targets import Target
from gslb.probes.slots import Ticket
from gslb.probes.turns import MOST, Starts, Turn


@pytest.fixture
def turn():
    """The turn of a target with an interval of 10 s, half-way in any window."""
    timing = Timing(interval=10.0)
    made = Turn.of(Target(id="a", address=IPv6Address("::1"), settings=TcpSettings(port=25), timing=timing))
    made.place = 0.5
    return made


def test_a_turn_begins_with_the_interval_of_its_check(turn):
    """Before control has said anything, the check's own interval holds."""
    assert (turn.interval, turn.host, turn.ticket) == (10.0, IPv6Address("::1").packed, None)


def test_the_second_start_leaves_the_window_and_the_third_follows_by_jitter(turn):
    """The window of the first start counts once."""
    starts = Starts()
    starts.begin(turn, 100.0, 2.0)
    assert turn.scheduled == 101.0

    assert turn.regular_start(0.5) == 101.0 + 2.0 * 0.5 + 10.0 * 0.5
    assert turn.regular_start(0.5) == 111.0


def test_only_the_latest_plan_counts(turn):
    """A turn that was planned anew starts once, at its latest start."""
    starts = Starts()
    starts.plan(turn, 105.0)
    starts.plan(turn, 103.0)
    starts.plan(turn, 107.0)

    assert starts.first == 103.0
    assert starts.take(106.0) == []
    assert starts.take(107.0) == [turn]
    assert starts.first is None


def test_a_deferred_start_keeps_its_scheduled_time(turn):
    """Waiting for a crowded address moves the start and not what is counted from it."""
    starts = Starts()
    starts.plan(turn, 100.0)
    starts.defer(turn, 100.2)

    assert starts.take(100.1) == []
    assert starts.take(100.2) == [turn]
    assert turn.scheduled == 100.0


def test_hundreds_of_thousands_are_taken_bit_by_bit(turn):
    """What is due beyond a number stays due, the earliest first."""
    starts = Starts()
    turns = [replace(turn) for _ in range(MOST + 2)]
    for number, each in enumerate(turns):
        starts.plan(each, 100.0 + number / 1e6)

    assert [len(starts.take(200.0)) for _ in range(3)] == [MOST, 2, 0]


def test_who_waits_for_a_slot_is_not_started_again(turn):
    """A turn with a ticket is past its start."""
    starts = Starts()
    starts.plan(turn, 100.0)
    turn.ticket = Ticket(100.0, 0, "a", turn.host, 25)

    assert starts.take(200.0) == []


LOGIN = ImapSettings(stage="login", credentials=Credentials(user="probe", password_file="secret"))


def staged(every=3):
    """The turn of a login that is held on each `every`th run."""
    timing = Timing(interval=10.0)
    address = IPv6Address("::1")
    return Turn.of(Target(id="a", address=address, settings=LOGIN, timing=timing, stage_every=every))


def held(turn, *outcomes):
    """Whether each run was deep; the outcomes are those of the runs, in order."""
    deep = []
    for number, outcome in enumerate(outcomes):
        deep.append(turn.form(10.0 * number).settings.credentials is not None)
        turn.heard(Observation(target="a", outcome=outcome, started=0.0))
    return deep


def test_the_deep_stage_comes_first_and_then_each_nth_time():
    """Between two logins the server is asked without one."""
    assert held(staged(), *[Passed()] * 7) == [True, False, False, True, False, False, True]
    assert held(staged(1), *[Passed()] * 3) == [True] * 3


def test_fast_runs_are_shallow_unless_the_deep_stage_fails():
    """A surprise in the shallow stage costs no logins; one in the login is asked again by logging in."""
    turn = staged()
    held(turn, Passed(), Passed(), Passed())
    turn.interval = 3.0
    assert held(turn, *[Failed(Phase.GREETING, Reason.RESET)] * 2) == [False, False]

    turn.interval = 10.0
    refused = Degraded(Phase.AUTH, Reason.AUTH_REJECTED)
    assert held(turn, refused) == [True]
    turn.interval = 3.0
    assert held(turn, Failed(Phase.GREETING, Reason.RESET), Passed(), Passed()) == [True, True, False]


def test_a_reload_may_change_how_deep_a_target_is_probed(turn):
    """What has no deep stage is always held as it is."""
    turn.adopt(replace(turn.target, stage_every=5))
    assert turn.form(0.0) is turn.target


def delaying(every, *caps):
    """The turn of a POP3 login that has begun at 100 s and passed, where the server lists these."""
    settings = Pop3Settings(stage="login", credentials=LOGIN.credentials)
    turn = staged(every)
    turn.adopt(replace(turn.target, settings=settings))
    turn.form(100.0)
    turn.heard(Observation(target="a", outcome=Passed(), started=0.0, caps_tls=("UIDL", *caps)))
    return turn


def test_a_server_that_delays_logins_is_asked_without_one_until_then():
    """LOGIN-DELAY (RFC 2449): the schedule goes on, and only the login waits."""
    turn = delaying(2, "LOGIN-DELAY 900 USER")
    assert [turn.form(now).settings.credentials is not None for now in (110.0, 120.0, 999.0, 1000.0)] == [
        False, False, False, True,
    ]  # fmt: skip
    assert turn.earliest == 0.0


def test_where_every_run_logs_in_a_delay_holds_the_next_run_back():
    """Also while the login is what fails, and never for longer than an hour."""
    assert delaying(1, "LOGIN-DELAY 900").earliest == 1000.0
    assert delaying(1, "LOGIN-DELAY 99999999").earliest == 3700.0
    assert delaying(1, "LOGIN-DELAY soon").earliest == delaying(1).earliest == 100.0
    failing = delaying(2, "LOGIN-DELAY 900")
    failing.heard(
        Observation(
            target="a", outcome=Failed(Phase.AUTH, Reason.PERM_REPLY), started=0.0, caps_tls=("LOGIN-DELAY 600",)
        )
    )
    assert failing.earliest == 700.0


def test_a_run_that_opens_a_mailbox_asks_for_it():
    """By its login; the shallow runs between do not, nor does a target that hangs, nor IMAP, which locks nothing."""
    turn = delaying(2)
    assert turn.mailbox(110.0) is None
    turn.form(110.0)

    assert turn.mailbox(120.0)[:2] == ("mailbox", LOGIN.credentials.user)
    turn.suspect = True
    assert turn.mailbox(120.0) is None
    assert staged().mailbox(0.0) is None
