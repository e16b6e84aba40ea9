"""Processes and their heartbeat pipes.

A child has the write end of a pipe: a byte at least once a second from its answering loop says that it lives, and EPIPE
tells it that the supervisor is gone and it must end. The pipe never blocks the writer: a full one is EAGAIN, which it
may ignore. Children have a session of their own, so Ctrl-C in a terminal reaches the supervisor alone, which stops them
in order; and its process group goes with a child that has to be killed.
"""

import os
import signal
import subprocess
from dataclasses import dataclass
from typing import Protocol

from gslb.supervisor.plan import CONTROL, Early, Settings
from gslb.supervisor.sockets import Listeners

FORGOTTEN = 255
"""Stands for an exit status that nobody knows any more."""


class Child(Protocol):
    """What is asked of a child: as subprocess.Popen."""

    pid: int

    def poll(self) -> int | None:
        """Its exit status, or the negative number of the signal that ended it; None while it runs."""
        ...

    def send_signal(self, sig: int) -> None:
        """Signal it."""
        ...


@dataclass(frozen=True, slots=True)
class Process:
    """A running child. `heartbeat`: the read end of its pipe, non-blocking."""

    popen: Child
    heartbeat: int

    @property
    def pid(self) -> int:
        """Its process id, which is also that of its group."""
        return self.popen.pid

    def send(self, number: signal.Signals) -> None:
        """Signal it, unless it has ended; SIGKILL goes to whatever it started, too."""
        if self.popen.poll() is not None:
            return
        if number == signal.SIGKILL:
            os.killpg(self.pid, number)
        else:
            self.popen.send_signal(number)

    def close(self) -> None:
        """Close the pipe."""
        os.close(self.heartbeat)


def spawn(settings: Settings, listeners: Listeners, child: int) -> Process:
    """Start control (0) or a worker. Raises OSError when there is no such program, process or descriptor to be had."""
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.set_blocking(write_end, False)
    try:
        popen = subprocess.Popen(  # noqa: S603 - our own argument lists, no shell
            arguments(settings, listeners, child, write_end),
            stdin=subprocess.DEVNULL,
            pass_fds=(write_end, *_descriptors(listeners, child)),
            start_new_session=True,
        )
    except OSError:
        os.close(read_end)
        raise
    finally:
        os.close(write_end)
    return Process(popen, read_end)


class Inherited:
    """A child that this process had before it became the supervisor."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def __repr__(self) -> str:
        return f"<Inherited {self.pid}>"

    def poll(self) -> int | None:
        """As Child."""
        if self._code is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # it ended while SIGCHLD was ignored, as whoever started us had it
                self._code = FORGOTTEN
            else:
                self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def send_signal(self, sig: int) -> None:
        """As Child."""
        os.kill(self.pid, sig)


def admit(early: Early) -> Process:
    """Let a control that waits at its gate go on. One that has died there is found out as any other."""
    os.set_inheritable(early.heartbeat, False)
    os.set_blocking(early.heartbeat, False)
    try:
        os.write(early.gate, b"\n")
    except BrokenPipeError:
        pass  # its end is noticed by waitpid
    os.close(early.gate)
    return Process(Inherited(early.pid), early.heartbeat)


def arguments(settings: Settings, listeners: Listeners, child: int, heartbeat: int) -> tuple[str, ...]:
    """The argument list of a child, as the roles agreed."""
    if child == CONTROL:
        return (*settings.control, "--run-dir", settings.run_dir, "--heartbeat", str(heartbeat))
    own = {
        "--worker": str(child),
        "--udp": ",".join(str(sock.fileno()) for sock in listeners.udp[child - 1]),
        "--tcp": ",".join(str(sock.fileno()) for sock in listeners.tcp[child - 1]),
        "--run-dir": settings.run_dir,
        "--heartbeat": str(heartbeat),
        "--nsid": settings.nsid,
    }
    cpu = settings.cpu_of(child)
    if cpu is not None:
        own["--cpu"] = str(cpu)
    return (*settings.worker, *(word for pair in own.items() for word in pair))


def why_ended(code: int) -> str:
    """subprocess' return code in words."""
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def _descriptors(listeners: Listeners, child: int) -> tuple[int, ...]:
    if child == CONTROL:
        return ()
    return tuple(sock.fileno() for sock in (*listeners.udp[child - 1], *listeners.tcp[child - 1]))
