"""A whole gslb server on free loopback ports, with a configuration of the test's own."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import httpx

PAUSE = threading.Event()
"""Never set: what waits between two looks at a condition."""


def until(true: Callable[[], Any], patience: float, what: str) -> Any:
    """The first truthy answer of `true`; AssertionError when none comes in `patience` seconds."""
    end = time.monotonic() + patience
    while True:
        answer = true()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {patience} s: {what}")
        PAUSE.wait(0.01)


def free_ports(count: int) -> list[int]:
    """Ports free for UDP and TCP on loopback just now, below those that the system gives to clients."""
    ports: list[int] = []
    while len(ports) < count:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in ports:
            ports.append(port)
    return ports


def unmeasured() -> dict[str, str]:
    """The environment without what makes started processes measure their coverage: whole servers keep their speed.

    Each role is measured by the tests of its own room.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


class Running:
    """`gslb run` on a directory of files, by `with`; `extra` goes into gslb.yaml, `also`: more to listen on."""

    def __init__(
        self,
        directory: Path,
        files: Mapping[str, str],
        *,
        workers: int = 2,
        extra: str = "",
        also: tuple[str, ...] = (),
    ) -> None:
        self.directory = directory
        self.dns_port, self.http_port = free_ports(2)
        self.run_dir = directory / "run"
        self.state_dir = directory / "state"
        self.node = f"""\
node: test
dns: {{listen: {json.dumps([f"127.0.0.1:{self.dns_port}", *also])}, workers: {workers}}}
http: {{listen: "127.0.0.1:{self.http_port}", token_file: {directory}/token}}
state_dir: {self.state_dir}
run_dir: {self.run_dir}
log: {{format: json, level: info}}
{extra}"""
        self.write({"gslb.yaml": self.node, "token": "secret-of-the-test\n", **files})
        self.process: subprocess.Popen[bytes] | None = None

    def write(self, files: Mapping[str, str]) -> None:
        """Put files into the configuration directory."""
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.directory / "token").chmod(0o600)

    def __enter__(self) -> "Running":
        self.start()
        self.wait_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the supervisor in a session of its own; its log goes to a file."""
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gslb", "run", "-c", str(self.directory)],
                stdout=log,
                stderr=log,
                env=unmeasured(),
                start_new_session=True,
            )

    def stop(self) -> int:
        """SIGTERM twice, since nobody needs the lame duck, and the exit status; SIGKILL when that takes over 15 s."""
        if self.process is None:
            return 0
        try:
            self.process.terminate()
            until(lambda: self._stage() != "running", 15, "the server stops")
            self.process.terminate()
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError("the server did not end:\n" + self.log()) from None
        finally:
            self.process = None

    def kill(self) -> None:
        """SIGKILL to the supervisor, as after a fault: its children see its end, and end as well."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(15)

    def _stage(self) -> str:
        """What the supervisor is at; "over" once it has said its last."""
        try:
            return str(self.pids()["stage"])
        except (FileNotFoundError, ValueError):
            return "over"

    def log(self) -> str:
        """What the server wrote so far."""
        return (self.directory / "log").read_text(errors="replace")

    def events(self) -> list[dict[str, Any]]:
        """The JSON lines of the log."""
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def wait_ready(self, patience: float = 30) -> None:
        """Until /ready says 200."""

        def ready() -> bool:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError("the server ended:\n" + self.log())
            try:
                return self.get("/ready").status_code == 200
            except httpx.TransportError:
                return False

        try:
            until(ready, patience, "ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()}") from None

    def get(self, path: str, **params: str) -> httpx.Response:
        """A GET over TCP, as anybody on loopback may."""
        return httpx.get(f"http://127.0.0.1:{self.http_port}{path}", params=params, timeout=10)

    def post(self, path: str) -> httpx.Response:
        """A POST over the control socket."""
        transport = httpx.HTTPTransport(uds=str(self.run_dir / "control.sock"))
        with httpx.Client(transport=transport, base_url="http://gslb", timeout=30) as client:
            return client.post(path)

    def pids(self) -> dict[str, Any]:
        """supervisor, control and workers, as the supervisor wrote them."""
        pids: dict[str, Any] = json.loads((self.run_dir / "supervisor.json").read_text())
        return pids

    def query(
        self, name: str, rtype: str, *, tcp: bool = False, timeout: float = 2, source: str | None = None, **options: Any
    ) -> dns.message.Message:
        """One question by dnspython, from this host or from another address of loopback."""
        options.setdefault("use_edns", 0)
        question = dns.message.make_query(name, rtype, **options)
        ask = dns.query.tcp if tcp else dns.query.udp
        return ask(question, "127.0.0.1", port=self.dns_port, timeout=timeout, source=source)

    def answers(self, name: str, rtype: str = "A", **options: Any) -> set[str]:
        """The rdata of one answer, as text."""
        reply = self.query(name, rtype, **options)
        return {str(rdata) for rrset in reply.answer for rdata in rrset}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A gslb command about this server."""
        line = [sys.executable, "-m", "gslb", *arguments, "-c", str(self.directory)]
        return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
