"""Real daemons of Debian packages, on loopback, each in a directory of its own: nothing under /etc is read or written.

A server has five verbs: start, stop, hang (every process of it stops, as on a machine that froze), resume and log.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
import trustme

from tests.kit.running import free_ports, until

PATIENCE = 20.0
"""Seconds that a daemon may take to start or to stop."""


def needs(package: str, *binaries: str, root: bool = True) -> None:
    """Skip the test, by name, where the package is not installed or its daemon could not run."""
    missing = [binary for binary in binaries or (package,) if shutil.which(binary, path=_PATH) is None]
    if missing:
        pytest.skip(f"NOT TESTED against {package}: {', '.join(missing)} is missing (sh tests/packages.sh installs it)")
    if root and os.geteuid() != 0:
        pytest.skip(f"NOT TESTED against {package}: it starts as root only")


_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/postfix/sbin", "/sbin"])


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: the authority's certificate, and a server's chain and key for `name` and 127.0.0.1."""

    name: str
    ca_file: Path
    chain: Path
    key: Path


def certificates(directory: Path, name: str = "mail.example.com") -> Certificates:
    """A fresh authority and a certificate of it."""
    authority = trustme.CA()
    leaf = authority.issue_cert(name, "127.0.0.1")
    made = Certificates(name, directory / "ca.pem", directory / "chain.pem", directory / "key.pem")
    authority.cert_pem.write_to_path(made.ca_file)
    made.chain.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(made.key)
    return made


class RealServer(ABC):
    """One daemon and all its children. A context manager: started on entry, ended and removed on exit.

    `port_names` says which ports it listens on; `ports` maps them to free ports of 127.0.0.1.
    """

    port_names: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix=f"gslb-{type(self).__name__.lower()}-"))
        self.directory.chmod(0o755)  # the daemons' own users go through it
        self.certificates = certificates(self.directory)
        self.ports = dict(zip(self.port_names, free_ports(len(self.port_names)), strict=True))
        self._process: subprocess.Popen[bytes] | None = None
        self.configure()

    @abstractmethod
    def configure(self) -> None:
        """Write the configuration."""

    @abstractmethod
    def command(self) -> list[str]:
        """What to run, in the foreground."""

    def environment(self) -> dict[str, str]:
        """What is added to the environment it runs in."""
        return {}

    @property
    def log_file(self) -> Path:
        """Where the daemon writes what it does."""
        return self.directory / "log"

    def log(self) -> str:
        """All it has written."""
        return self.log_file.read_text() if self.log_file.exists() else ""

    def start(self) -> None:
        """Start, and wait until every port answers."""
        with (self.directory / "output").open("ab") as output:
            self._process = subprocess.Popen(
                self.command(),
                env=os.environ | self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until(self._listens, PATIENCE, f"{self.command()[0]} listens; it says: {self.output()}")

    def stop(self) -> None:
        """End every process, and wait until every port is closed."""
        if self._process is None:
            return
        family = self._family()
        self._signal(signal.SIGCONT, family)
        self._signal(signal.SIGTERM, family[:1])
        try:
            self._process.wait(PATIENCE / 4)
        except subprocess.TimeoutExpired:
            pass
        self._signal(signal.SIGKILL, [pid for pid in family if _group_of(pid) == self._process.pid])
        self._process.wait(PATIENCE)
        self._process = None
        until(lambda: not _listening() & set(self.ports.values()), PATIENCE, "all ports closed")

    def hang(self) -> None:
        """Stop every process: the kernel still accepts connections, nobody answers."""
        self._signal(signal.SIGSTOP, self._family())

    def resume(self) -> None:
        """Let a hanging server go on."""
        self._signal(signal.SIGCONT, self._family())

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The server is down for the duration."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def hung(self) -> Iterator[None]:
        """The server hangs for the duration."""
        self.hang()
        try:
            yield
        finally:
            self.resume()

    def output(self) -> str:
        """What it said on its standard output and error."""
        path = self.directory / "output"
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _listens(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(f"{self.command()[0]} ended: {self.output()} {self.log()}")
        return set(self.ports.values()) <= _listening()

    def _family(self) -> list[int]:
        """The process and all that came of it, the eldest first."""
        if self._process is None:
            return []
        children = _children()
        family = [self._process.pid]
        for pid in family:
            family.extend(children.get(pid, ()))
        return family

    @staticmethod
    def _signal(number: signal.Signals, pids: list[int]) -> None:
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass


def _children() -> dict[int, list[int]]:
    """The children of each process of this machine."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        children.setdefault(parent, []).append(int(entry.name))
    return children


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _listening() -> set[int]:
    """The TCP ports listened on over IPv4: looked up, since a connection would stand in the daemon's log."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A"}
