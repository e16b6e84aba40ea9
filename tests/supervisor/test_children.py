"""Starting, signalling and describing children."""

import os
import select
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gslb.supervisor.children import Process, arguments, spawn, why_ended
from gslb.supervisor.plan import Settings
from gslb.supervisor.sockets import Listeners, open_listeners
from tests.kit.running import until

NOTHING = Listeners((), ((),), ((),))


def settings(*words: str) -> Settings:
    """A control that is this program."""
    return Settings(listen=(), workers=1, run_dir="/run/gslb", nsid="ns1", control=words, worker=("worker",))


def read(process: Process) -> bytes:
    """What comes through the heartbeat pipe."""
    assert select.select([process.heartbeat], [], [], 10)[0]
    return os.read(process.heartbeat, 64)


def python(code: str) -> Process:
    """A control that runs this line, with the descriptor of its pipe as `fd`."""
    words = (sys.executable, "-I", "-S", "-c", f"import os, signal, sys; fd = int(sys.argv[4]); {code}")
    return spawn(settings(*words), NOTHING, 0)


def ended(process: Process) -> int | None:
    """Its exit status, once it has ended."""
    until(lambda: process.popen.poll() is not None, 10, "it ends")
    return process.popen.poll()


def test_a_worker_is_told_all_it_needs() -> None:
    """Its number, its descriptors by protocol, run_dir, its pipe and its identity, in that order."""
    listeners = open_listeners((("127.0.0.1", 0), ("::1", 0)), 1)
    udp, tcp = (",".join(str(sock.fileno()) for sock in group[0]) for group in (listeners.udp, listeners.tcp))
    words = " ".join(arguments(settings(), listeners, 1, 9))
    listeners.close()

    assert words == f"worker --worker 1 --udp {udp} --tcp {tcp} --run-dir /run/gslb --heartbeat 9 --nsid ns1"


def test_a_worker_is_told_its_cpu() -> None:
    """Where one was chosen."""
    words = arguments(replace(settings(), worker_cpus=(3,)), NOTHING, 1, 9)

    assert words[-2:] == ("--cpu", "3")


def test_control_is_told_its_pipe() -> None:
    """And where the one before it kept its configuration; the rest came with the settings."""
    words = " ".join(arguments(settings("gslb", "control"), NOTHING, 0, 7))

    assert words == "gslb control --run-dir /run/gslb --heartbeat 7"


def test_a_heartbeat_arrives_and_its_end_is_seen() -> None:
    """First the byte, then the end of the pipe."""
    process = python("os.write(fd, b'R')")

    assert read(process) == b"R"
    assert read(process) == b""
    assert ended(process) == 0
    process.close()


def test_a_full_pipe_stops_nobody() -> None:
    """A child whose heartbeats nobody reads gets EAGAIN, and can go on."""
    process = python("os.write(fd, b'.' * 65536); signal.alarm(5); os.write(fd, b'.')")

    assert ended(process) == 1
    process.close()


def test_a_child_leads_a_session_of_its_own() -> None:
    """Ctrl-C in a terminal does not reach it, and it reads no input."""
    process = python("os.write(fd, b'%d %d' % (os.getpid() == os.getsid(0), len(sys.stdin.read())))")

    assert read(process) == b"1 0"
    ended(process)
    process.close()


def test_a_kill_takes_what_the_child_started() -> None:
    """A grandchild that hangs, too: its end of the pipe is closed."""
    process = python("os.set_inheritable(fd, True); os.fork() and os.write(fd, b'.'); signal.pause()")
    read(process)
    process.send(signal.SIGKILL)

    assert read(process) == b""
    ended(process)
    process.close()


def test_signals_to_the_dead_are_dropped() -> None:
    """Its number may be another's already."""
    process = python("pass")
    ended(process)
    process.send(signal.SIGTERM)
    process.close()

    assert process.popen.poll() == 0


def test_a_missing_program_leaks_nothing(tmp_path: Path) -> None:
    """OSError, and as many open descriptors as before."""
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError):
        spawn(settings(str(tmp_path / "missing")), NOTHING, 0)

    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("code", "words"), [(0, "exit status 0"), (-9, "ended by SIGKILL"), (-99, "ended by signal 99")]
)
def test_an_end_is_told_in_words(code: int, words: str) -> None:
    """Signals by their names, as far as they have one."""
    assert why_ended(code) == words
