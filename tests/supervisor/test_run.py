"""The supervisor as a process, over real children, pipes, sockets and signals."""

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gslb.supervisor.notify import Notifier
from gslb.supervisor.plan import Settings
from gslb.supervisor.restart import Rules
from gslb.supervisor.run import Supervisor, main
from gslb.supervisor.sockets import open_listeners
from tests.kit.supervised import Supervised, gone


def test_a_killed_worker_is_replaced_within_a_second(tmp_path: Path) -> None:
    """After SIGKILL a new process has the number, and says why in the log."""
    with Supervised(tmp_path) as supervisor:
        old = supervisor.born()[1]
        os.kill(old, signal.SIGKILL)
        new = supervisor.hears("born", worker=1, patience=1.0)

        assert new["pid"] != old
        entry = supervisor.logged("worker replaced")
        assert (entry["worker"], entry["why"], entry["pid"]) == (1, "ended by SIGKILL", new["pid"])


def test_a_stopped_worker_is_replaced_within_five_seconds(tmp_path: Path) -> None:
    """SIGSTOP silences its heartbeat; with the rules that ship it is killed after three seconds."""
    with Supervised(tmp_path) as supervisor:
        pids = supervisor.born()
        supervisor.notified("STATUS=not ready; 2 of 2")
        os.kill(pids[2], signal.SIGSTOP)

        assert supervisor.hears("born", worker=2, patience=5.0)["pid"] != pids[2]
        assert supervisor.logged("worker replaced")["why"] == "silent for 3 s"


def test_queries_wait_in_the_socket_for_the_next_worker(tmp_path: Path) -> None:
    """What comes while a worker is hung or gone is answered by its successor, from the same socket."""
    rules = Rules(silence=0.5)
    with Supervised(tmp_path, workers=1, worker_rules=rules) as supervisor:
        old = supervisor.born()[1]
        supervisor.notified("STATUS=not ready; 1 of 1")
        os.kill(old, signal.SIGSTOP)
        answers = supervisor.ask(20)

        assert {pid for _, pid in answers} == {supervisor.hears("born", worker=1)["pid"]}


def test_all_workers_share_the_load(tmp_path: Path) -> None:
    """Queries of many clients reach each of the workers."""
    with Supervised(tmp_path) as supervisor:
        supervisor.born()
        supervisor.notified("STATUS=not ready; 2 of 2")

        assert {worker for worker, _ in supervisor.ask(64)} == {1, 2}


def test_a_killed_control_comes_back_and_workers_stay(tmp_path: Path) -> None:
    """Its death touches no worker."""
    with Supervised(tmp_path) as supervisor:
        pids = supervisor.born()
        os.kill(pids[0], signal.SIGKILL)
        control = supervisor.hears("born")["pid"]
        supervisor.notified("STATUS=not ready; 2 of 2")

        assert supervisor.logged("control replaced")["why"] == "ended by SIGKILL"
        state = supervisor.state()
        assert (state["control"], state["workers"]) == (control, [pids[1], pids[2]])
        assert state["restarts"] == {"control": 1, "workers": [0, 0]}


def test_children_get_what_the_roles_agreed(tmp_path: Path) -> None:
    """Argument lists as documented; nothing of systemd's in the environment."""
    with Supervised(tmp_path, environ={"WATCHDOG_USEC": "1000000"}) as supervisor:
        control = supervisor.hears("born")
        supervisor.process.send_signal(signal.SIGTERM)

        assert control["argv"][-2] == "--heartbeat"
        assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS"} & set(control["variables"])
        assert supervisor.ends() == 0


def test_ready_follows_control(tmp_path: Path) -> None:
    """READY=1 comes after control's first R and not before."""
    with Supervised(tmp_path) as supervisor:
        pids = supervisor.born()
        assert supervisor.notified("") != "READY=1"
        supervisor.notified("STATUS=not ready; 2 of 2")
        assert not supervisor.state()["ready"]

        os.kill(pids[0], signal.SIGUSR1)
        assert supervisor.notified("READY=1")
        supervisor.notified("STATUS=ready; 2 of 2")
        assert supervisor.state()["ready"]


def test_the_watchdog_is_fed_while_a_loop_answers(tmp_path: Path) -> None:
    """WATCHDOG=1 comes again and again."""
    with Supervised(tmp_path, environ={"WATCHDOG_USEC": "300000"}) as supervisor:
        for _ in range(3):
            assert supervisor.notified("WATCHDOG=1")


def test_the_watchdog_starves_while_no_loop_answers(tmp_path: Path) -> None:
    """Workers that run but do not beat feed nothing; the first one that beats does."""
    with Supervised(tmp_path, "mute", environ={"WATCHDOG_USEC": "150000"}) as supervisor:
        pids = supervisor.born()
        os.kill(pids[0], signal.SIGUSR1)
        supervisor.notified("READY=1")
        with pytest.raises(TimeoutError):
            supervisor.notified("WATCHDOG=1", patience=0.5)

        os.kill(pids[1], signal.SIGUSR1)
        assert supervisor.notified("WATCHDOG=1")


def test_a_watchdog_for_another_process_is_not_fed(tmp_path: Path) -> None:
    """WATCHDOG_PID names whom systemd watches."""
    environ = {"WATCHDOG_USEC": "150000", "WATCHDOG_PID": "1"}
    with Supervised(tmp_path, environ=environ) as supervisor:
        supervisor.notified("STATUS=not ready; 2 of 2")

        with pytest.raises(TimeoutError):
            supervisor.notified("WATCHDOG=1", patience=0.4)


def test_hangup_reaches_control(tmp_path: Path) -> None:
    """SIGHUP is handed on, even if it comes before control listens."""
    with Supervised(tmp_path) as supervisor:
        supervisor.hears("born")
        supervisor.process.send_signal(signal.SIGHUP)

        assert supervisor.hears("SIGHUP")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_goes_in_order(tmp_path: Path, number: signal.Signals) -> None:
    """Control is told at once, workers after the lame duck; then all is gone, with exit code 0."""
    with Supervised(tmp_path) as supervisor:
        pids = supervisor.born()
        supervisor.notified("STATUS=not ready; 2 of 2")
        began = time.monotonic()
        supervisor.process.send_signal(number)

        assert supervisor.notified("STOPPING=1")
        assert supervisor.hears("SIGTERM")
        assert supervisor.hears("SIGTERM", worker=1)
        assert time.monotonic() - began >= 0.3
        assert supervisor.ends() == 0
        assert all(gone(pid, 0) for pid in pids.values())
        assert not (tmp_path / "run" / "supervisor.json").exists()


def test_workers_answer_while_it_stops(tmp_path: Path) -> None:
    """Queries in the lame duck are answered by the same workers."""
    with Supervised(tmp_path, lame_duck=30.0) as supervisor:
        pids = supervisor.born()
        supervisor.notified("STATUS=not ready; 2 of 2")
        supervisor.process.send_signal(signal.SIGTERM)
        supervisor.hears("SIGTERM")

        assert {pid for _, pid in supervisor.ask(16)} <= {pids[1], pids[2]}


def test_a_second_signal_hurries(tmp_path: Path) -> None:
    """A long lame duck is cut short."""
    with Supervised(tmp_path, lame_duck=60.0) as supervisor:
        supervisor.born()
        supervisor.notified("STATUS=not ready; 2 of 2")
        supervisor.process.send_signal(signal.SIGTERM)
        supervisor.notified("STOPPING=1")
        supervisor.process.send_signal(signal.SIGTERM)

        assert supervisor.ends() == 0


def test_what_ignores_the_request_is_killed(tmp_path: Path) -> None:
    """A worker that stays after SIGTERM ends by SIGKILL, and the exit code is still 0."""
    with Supervised(tmp_path, "stubborn") as supervisor:
        pids = supervisor.born()
        supervisor.notified("STATUS=not ready; 2 of 2")
        supervisor.process.send_signal(signal.SIGTERM)

        assert supervisor.hears("SIGTERM", worker=2)
        assert supervisor.ends() == 0
        assert gone(pids[1]) and gone(pids[2])  # noqa: PT018 - one fact


def test_orphans_end_by_themselves(tmp_path: Path) -> None:
    """When the supervisor is killed, the broken heartbeat pipe tells its children."""
    with Supervised(tmp_path) as supervisor:
        pids = supervisor.born()
        supervisor.process.kill()

        assert all(gone(pid) for pid in pids.values())


def test_a_control_that_cannot_run_is_a_failed_start(tmp_path: Path) -> None:
    """Status 78 before readiness ends the supervisor with 1."""
    with Supervised(tmp_path, "refusing") as supervisor:
        assert supervisor.logged("giving up")
        assert supervisor.ends() == 1


def test_a_program_that_is_missing_is_tried_again(tmp_path: Path) -> None:
    """With a wait, and with the reason in the log."""
    with Supervised(tmp_path, worker=("/nonexistent/worker",)) as supervisor:
        assert "No such file" in supervisor.logged("worker ended")["why"]
        supervisor.process.send_signal(signal.SIGTERM)
        assert supervisor.ends() == 0


def test_one_server_per_run_dir(tmp_path: Path) -> None:
    """A second supervisor on the same directory is refused with exit code 1."""
    with Supervised(tmp_path) as first:
        first.born()
        (tmp_path / "second").mkdir()
        with Supervised(tmp_path / "second", run_dir=str(tmp_path / "run")) as second:
            assert "another gslb runs" in second.logged("cannot start")["why"]
            assert second.ends() == 1
        assert first.state()["supervisor"] == first.process.pid


def test_workers_default_to_the_processor_cores(tmp_path: Path) -> None:
    """0 workers mean one per core that this process may use."""
    with Supervised(tmp_path, workers=0) as supervisor:
        supervisor.logged("started")
        supervisor.notified("STATUS=")

        assert len(supervisor.state()["workers"]) == len(os.sched_getaffinity(0))


def test_the_loop_lives_on_bytes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Run as a part of another program, it takes its signals from a socket and leaves the process's own alone."""
    supervised = Supervised(tmp_path, worker_rules=Rules(silence=0.3, first_beat=5.0))
    listeners = open_listeners(supervised.settings.listen, 2)
    supervisor = Supervisor(supervised.settings, listeners, Notifier(address=str(tmp_path / "notify")))
    signals, send = socket.socketpair()
    with ThreadPoolExecutor(1) as pool, signals, send, supervised.listening():
        (tmp_path / "run").mkdir()
        running = pool.submit(supervisor.run, signals)
        pids = supervised.born()
        os.kill(pids[0], signal.SIGUSR1)
        supervised.notified("STATUS=ready; 2 of 2")
        os.kill(pids[1], signal.SIGUSR2)
        assert supervised.hears("born", worker=1)["pid"] != pids[1]
        send.send(bytes([signal.SIGHUP, signal.SIGWINCH]))
        assert supervised.hears("SIGHUP")
        send.send(bytes([signal.SIGTERM, signal.SIGTERM]))

        assert running.result(10) == 0
    assert "silent for 0.3 s" in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["{}"], ["no json"], ["{}", "{}"]])
def test_wrong_usage_is_exit_code_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Only what `gslb run` writes is understood."""
    assert main(arguments) == 2
    assert "wrong usage" in capsys.readouterr().err


def test_a_port_in_use_is_told_with_a_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, the endpoint by name, and what to look at."""
    with Supervised(tmp_path) as supervisor:
        supervisor.born()
        (host, port) = supervisor.state()["listen"][0]
        other = Settings(listen=((host, port),), workers=1, run_dir=str(tmp_path), nsid="", control=(), worker=())

        assert main([other.to_json()]) == 1
        assert f"cannot listen on {host}:{port} TCP: Address already in use" in capsys.readouterr().err
