"""A supervisor in a process of its own, over the stand-in children of tests/kit/child.py."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gslb.supervisor.plan import Settings

CHILD = Path(__file__).with_name("child.py")
PATIENCE = 10.0


class Inbox:
    """A Unix datagram socket; `get` waits for the message that is looked for and drops those before it."""

    def __init__(self, path: Path, read: Callable[[bytes], Any]) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.read = read

    def get(self, wanted: Callable[[Any], bool], patience: float = PATIENCE) -> Any:
        """Raises TimeoutError when it does not come in `patience` seconds."""
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            if wanted(message := self.read(self.socket.recv(65536))):
                return message
        raise TimeoutError


class Supervised:
    """Start with `with`; at its end whatever still runs is killed."""

    def __init__(
        self, directory: Path, manner: str = "", environ: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        self.directory = directory
        self.told = Inbox(directory / "told", json.loads)
        self.systemd = Inbox(directory / "notify", bytes.decode)
        child = (sys.executable, "-I", "-S", str(CHILD), str(directory))
        settings = Settings(
            listen=(("127.0.0.1", 0),),
            workers=2,
            run_dir=str(directory / "run"),
            nsid="ns1",
            control=(*child, "refusing" if manner == "refusing" else ""),
            worker=(*child, manner),
            lame_duck=0.3,
            kill_after=0.5,
            log_format="json",
        )
        self.settings = replace(settings, **more)
        self.children: set[int] = set()
        self.environ = {**os.environ, "NOTIFY_SOCKET": str(directory / "notify"), **(environ or {})}

    def __enter__(self) -> "Supervised":
        words = [sys.executable, "-m", "gslb.supervisor", self.settings.to_json()]
        self.process = subprocess.Popen(words, env=self.environ, stderr=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        with self.listening(), self.process:
            self.process.kill()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Only the sockets, for a supervisor that was started otherwise; kills what is left of its children."""
        try:
            yield
        finally:
            for pid in self.children:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.told.socket.close()
            self.systemd.socket.close()

    def hears(self, what: str, worker: int = 0, patience: float = PATIENCE) -> dict[str, Any]:
        """The next such message of control (0) or a worker."""

        def wanted(message: dict[str, Any]) -> bool:
            if message["what"] == "born":
                self.children.add(message["pid"])
            return bool(message["what"] == what and message["worker"] == worker)

        found: dict[str, Any] = self.told.get(wanted, patience)
        return found

    def born(self) -> dict[int, int]:
        """The pids of control and the workers, once all are up, by number."""
        pids: dict[int, int] = {}
        while len(pids) <= self.settings.workers:
            message = self.told.get(lambda message: message["what"] == "born")
            self.children.add(message["pid"])
            pids[message["worker"]] = message["pid"]
        return pids

    def notified(self, text: str, patience: float = PATIENCE) -> str:
        """The next notification that starts so."""
        found: str = self.systemd.get(lambda message: message.startswith(text), patience)
        return found

    def state(self) -> dict[str, Any]:
        """What supervisor.json says now."""
        loaded: dict[str, Any] = json.loads((self.directory / "run" / "supervisor.json").read_text())
        return loaded

    def logged(self, event: str) -> dict[str, Any]:
        """The next such line on standard error."""
        assert self.process.stderr is not None
        while line := self.process.stderr.readline():
            if (entry := json.loads(line))["event"] == event:
                return dict(entry)
        raise AssertionError(f"the log ended without {event!r}")

    def ends(self, patience: float = PATIENCE) -> int:
        """Its exit code."""
        return self.process.wait(patience)

    def ask(self, count: int = 1) -> list[list[int]]:
        """Who answers: [worker, pid] for each of `count` datagrams from ports of their own."""
        host, port = self.state()["listen"][0]
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
        answers = []
        for sock in sockets:
            sock.settimeout(PATIENCE)
            sock.sendto(b"?", (host, port))
        for sock in sockets:
            answers.append(json.loads(sock.recv(512)))
            sock.close()
        return answers


def gone(pid: int, patience: float = PATIENCE) -> bool:
    """Whether that process has ended in time."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], patience)[0])
    finally:
        os.close(descriptor)
