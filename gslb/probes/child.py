"""One child process: started without a shell, listened to within bounds, ended with all it started, always reaped.

No task of the loop belongs to a child: descriptors are watched and one timer set, so a child that outlives its probe
(TERM is ignored, KILL follows GRACE later) is ended and reaped although nobody waits for it any more.

It leads a session and a process group of its own. What it leaves behind in that group when it exits is killed before it
is reaped, while the group's number cannot be another's. What left the group (setsid) is beyond reach; it may hold the
pipes, but once the child has exited nobody waits for them.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final

GRACE: Final = 2.0
"""Seconds between TERM and KILL."""

OUTPUT_LIMIT: Final = 4096
"""Octets kept of each of stdout and stderr; the rest is read and dropped, so that the child never waits."""

_READ: Final = 65_536
_DRAIN: Final = 16
"""Reads of what still lies in a pipe once the child has exited; a pipe holds 64 KiB unless it was made larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who a child runs as: numbers of the user and of its groups, the first its own."""

    user: int
    groups: tuple[int, ...]


class Child:
    """A running child. `exited` is done once it has been reaped; `output` and `errors` hold what was kept.

    Raises OSError where it cannot be started. `reaped` is called once, at the very end, whoever waits.
    """

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        account: Account | None = None,
        reaped: Callable[[], None] = lambda: None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[int] = self._loop.create_future()
        self.output = bytearray()
        self.errors = bytearray()
        self._reaped = reaped
        self._kill_timer: asyncio.TimerHandle | None = None
        self._over = False
        self._process = _started(argv, environment, account)
        try:
            self._watch = os.pidfd_open(self._process.pid)
        except OSError:
            self._undo()
            raise
        self._pipes: dict[int, tuple[IO[bytes], bytearray]] = {}
        self._listen(self._process.stdout, self.output)
        self._listen(self._process.stderr, self.errors)
        self._loop.add_reader(self._watch, self._on_exit)

    @property
    def heard(self) -> int:
        """Octets kept."""
        return len(self.output) + len(self.errors)

    def end(self) -> None:
        """TERM to its group now, KILL GRACE later; the caller need not wait."""
        if not self._over and self._kill_timer is None:
            self._signal(signal.SIGTERM)
            self._kill_timer = self._loop.call_later(GRACE, self.kill)

    def kill(self) -> None:
        """KILL to its group, now."""
        if not self._over:
            self._signal(signal.SIGKILL)

    def __repr__(self) -> str:
        state = f"exit {self._process.returncode}" if self._over else "running"
        return f"<Child {self._process.pid}: {state}, {self.heard} bytes>"

    # what the loop calls

    def _listen(self, pipe: IO[bytes] | None, kept: bytearray) -> None:
        assert pipe is not None  # noqa: S101 - for mypy: both were asked for
        os.set_blocking(pipe.fileno(), False)
        self._pipes[pipe.fileno()] = (pipe, kept)
        self._loop.add_reader(pipe.fileno(), self._on_bytes, pipe.fileno())

    def _on_bytes(self, descriptor: int) -> bool:
        """Read once. False: nothing more is there now, or ever."""
        pipe, kept = self._pipes[descriptor]
        try:
            data = os.read(descriptor, _READ)
        except BlockingIOError:
            return False
        kept += data[: OUTPUT_LIMIT - len(kept)]
        if not data:
            self._loop.remove_reader(descriptor)
            del self._pipes[descriptor]
            pipe.close()
        return bool(data)

    def _on_exit(self) -> None:
        self._loop.remove_reader(self._watch)
        if self._kill_timer is not None:
            self._kill_timer.cancel()
        self._signal(signal.SIGKILL)
        self._close_pipes()
        code = self._process.wait()
        self._over = True
        os.close(self._watch)
        if not self.exited.done():
            self.exited.set_result(code)
        self._reaped()

    def _close_pipes(self) -> None:
        for descriptor in tuple(self._pipes):
            for _ in range(_DRAIN):
                if not self._on_bytes(descriptor):
                    break
            if descriptor in self._pipes:
                self._loop.remove_reader(descriptor)
                self._pipes.pop(descriptor)[0].close()

    def _undo(self) -> None:
        """A child that cannot be watched must not run: what was killed is gone in no time."""
        self._signal(signal.SIGKILL)
        with self._process:
            pass  # closes the pipes, and reaps

    def _signal(self, number: signal.Signals) -> None:
        """To the group; the child itself is not reaped yet, so that the number is still its own."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _started(argv: Sequence[str], environment: Mapping[str, str], account: Account | None) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - an operator's argv, and no shell
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd="/",
        env=environment,
        start_new_session=True,
        user=None if account is None else account.user,
        group=None if account is None else account.groups[0],
        extra_groups=None if account is None else account.groups,
    )
