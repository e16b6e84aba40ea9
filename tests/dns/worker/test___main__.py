"""A worker as the supervisor starts it: a process of its own, with inherited sockets."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.query
import pytest

from gslb.dns.worker.__main__ import main
from tests.kit.workers import PATIENCE, bound, one_name, write_table


@contextmanager
def process(
    run_dir: Path, udp: socket.socket, tcp: socket.socket, heartbeat: int, *more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; killed at the end, unless it has ended."""
    given = (udp.fileno(), tcp.fileno(), heartbeat)
    told = f"--worker 1 --udp {given[0]} --tcp {given[1]} --heartbeat {given[2]} --nsid node --run-dir {run_dir}"
    with subprocess.Popen([sys.executable, "-m", "gslb.dns.worker", *told.split(), *more], pass_fds=given) as popen:
        try:
            yield popen
        finally:
            popen.kill()


def ask(sock: socket.socket, *, tcp: bool = False) -> str:
    """The one address of example."""
    by = dns.query.tcp if tcp else dns.query.udp
    reply = by(dns.message.make_query("example.", "A"), "127.0.0.1", port=sock.getsockname()[1], timeout=PATIENCE)
    return str(reply.answer[0][0])


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A heartbeat's pipe."""
    read_end, write_end = os.pipe()
    with open(read_end, "rb", closefd=True, buffering=0), open(write_end, "wb", closefd=True, buffering=0):
        yield read_end, write_end


@pytest.fixture
def udp() -> Iterator[socket.socket]:
    """A bound UDP socket."""
    with bound(socket.SOCK_DGRAM) as sock:
        yield sock


@pytest.fixture
def tcp() -> Iterator[socket.socket]:
    """A listening TCP socket."""
    with bound(socket.SOCK_STREAM) as sock:
        yield sock


def test_life(tmp_path: Path, pipe: tuple[int, int], udp: socket.socket, tcp: socket.socket) -> None:
    """It answers by UDP and TCP, beats, and ends on SIGTERM with status 0."""
    write_table(tmp_path, one_name("192.0.2.1"))
    with process(tmp_path, udp, tcp, pipe[1]) as worker:
        assert ask(udp) == ask(tcp, tcp=True) == "192.0.2.1"
        assert os.read(pipe[0], 1) == b"."
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE) == 0


def test_its_cpu(tmp_path: Path, pipe: tuple[int, int], udp: socket.socket, tcp: socket.socket) -> None:
    """All its threads keep to the CPU that it was told."""
    write_table(tmp_path, one_name("192.0.2.1"))
    cpu = max(os.sched_getaffinity(0))
    with process(tmp_path, udp, tcp, pipe[1], "--cpu", str(cpu)) as worker:
        assert ask(udp) == "192.0.2.1"
        threads = [int(each) for each in os.listdir(f"/proc/{worker.pid}/task")]
        assert {frozenset(os.sched_getaffinity(each)) for each in threads} == {frozenset((cpu,))}


def test_shared_sockets(tmp_path: Path, pipe: tuple[int, int], udp: socket.socket, tcp: socket.socket) -> None:
    """Two workers on the same descriptors: when one is killed, the other answers."""
    write_table(tmp_path, one_name("192.0.2.1"))
    with process(tmp_path, udp, tcp, pipe[1]) as one, process(tmp_path, udp, tcp, pipe[1]):
        assert ask(udp) == "192.0.2.1"
        one.kill()
        one.wait(PATIENCE)
        assert {ask(udp) for _ in range(20)} == {ask(tcp, tcp=True)} == {"192.0.2.1"}


def test_orphan(tmp_path: Path, pipe: tuple[int, int], udp: socket.socket, tcp: socket.socket) -> None:
    """It ends when the supervisor's end of the heartbeat is closed."""
    write_table(tmp_path, one_name("192.0.2.1"))
    with process(tmp_path, udp, tcp, pipe[1]) as worker:
        ask(udp)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), pipe[0])  # the same number, and the pipe has lost its reader
        assert worker.wait(PATIENCE) == 0


def test_lists_may_be_empty(tmp_path: Path, pipe: tuple[int, int]) -> None:
    """Without sockets, and without a supervisor, it starts and ends like any other."""
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), pipe[0])

    assert main(["--worker", "2", "--udp", "", "--tcp=", "--heartbeat", str(pipe[1]), "--run-dir", str(tmp_path)]) == 0
