"""Control as a whole, in this process: real files, real probes, real HTTP, and workers that only speak."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from gslb.api.server import CONTROL_SOCKET, faces
from gslb.config.files import load
from gslb.control import service
from gslb.control.memory import VERDICTS
from gslb.control.service import CANNOT_RUN, FAILED, serve
from gslb.handoff.table import read_manifest
from tests.kit.spoken import spoken_worker

ZONE = "mail.example.com"

FILES = {
    "gslb.yaml": """
node: ns1
dns: {{workers: 1}}
http: {{listen: "127.0.0.1:{http}"}}
state_dir: state
run_dir: run
""",
    "zones/mail.yaml": """
zone: mail.example.com
contact: hostmaster@example.com
nameservers: {{ns1: [192.0.2.53]}}
services:
  smtp:
    checks: [t]
    members: {{relay1: {{address: 127.0.0.1}}, relay2: {{address: 127.0.0.2}}}}
""",
    "checks/t.yaml": """
t: {{type: tcp, port: {port}, interval: 200ms, fast_interval: 100ms, down_interval: 200ms, timeout: 90ms, min_hold: 0s}}
""",
}


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def tcp_server(host: str, port: int = 0) -> AsyncIterator[asyncio.Server]:
    """Something that accepts."""
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), host, port)
    try:
        yield server
    finally:
        server.close()


def port_of(server: asyncio.Server) -> int:
    """Where it listens."""
    return int(server.sockets[0].getsockname()[1])


async def moment() -> None:
    """Let the loop turn for a while."""
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.005)


class Running:
    """Control under test, with the reading end of its heartbeat."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.http = free_port()
        for name, text in FILES.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.format(http=self.http, port=port))
        for name in ("run", "state"):
            (folder / name).mkdir(exist_ok=True)
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        self.beats = b""

    @asynccontextmanager
    async def up(self) -> AsyncIterator[asyncio.Task[int]]:
        """Serve, with one worker that obeys; ended by two SIGTERMs."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self.reading, self._read)
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(serve(load(self.folder), heartbeat=self.writing, faces=faces))
            await self.until((self.folder / "run" / CONTROL_SOCKET).exists)
            async with spoken_worker(self.folder / "run") as worker:
                group.create_task(worker.obey())
                await self.until(lambda: b"R" in self.beats)
                yield serving
                if not serving.done():
                    os.kill(os.getpid(), signal.SIGTERM)
                    await self.until(lambda: b"N" in self.beats)
                    os.kill(os.getpid(), signal.SIGTERM)
                await serving
        loop.remove_reader(self.reading)
        for end in (self.reading, self.writing):
            os.close(end)

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for something to become true."""
        async with asyncio.timeout(20):
            while not true():
                await moment()

    async def ask(self, path: str, method: str = "GET") -> httpx.Response:
        """Over the control socket."""
        transport = httpx.AsyncHTTPTransport(uds=str(self.folder / "run" / CONTROL_SOCKET))
        async with httpx.AsyncClient(transport=transport, base_url="http://gslb") as client:
            return await client.request(method, path)

    async def answered(self) -> set[str]:
        """The members in the A answers of smtp."""
        status = (await self.ask(f"/api/v1/services/{ZONE}/smtp")).json()
        return {each["member"] for each in status["families"][0]["members"] if each["chosen"]}

    async def until_answered(self, *wanted: str) -> None:
        """Wait until these members answer."""
        async with asyncio.timeout(20):
            while await self.answered() != set(wanted):
                await moment()

    def _read(self) -> None:
        self.beats += os.read(self.reading, 1000)


async def test_the_whole_life(tmp_path: Path) -> None:
    """From the first round to the end: ready, a member dies and is out, a reload brings another, state is kept."""
    async with tcp_server("127.0.0.1") as one, tcp_server("127.0.0.2", port_of(one)) as other:
        running = Running(tmp_path, port_of(one))
        async with running.up():
            assert (await running.ask("/ready")).status_code == 200
            await running.until_answered("relay1", "relay2")
            other.close()
            await running.until_answered("relay1")

            path = tmp_path / "zones" / "mail.yaml"
            path.write_text(path.read_text().replace("address: 127.0.0.2", "address: 127.0.0.1, weight: 3"))
            assert (await running.ask("/api/v1/reload", "POST")).status_code == 422  # an address twice in a pool
            path.write_text(path.read_text().replace("127.0.0.1, weight: 3", "127.0.0.2, weight: 0"))
            os.kill(os.getpid(), signal.SIGHUP)
            while (await running.ask("/api/v1/status")).json()["config"]["digest"] != load(tmp_path).digest:
                await moment()
            assert await running.answered() == {"relay1"}

    assert running.beats.index(b".") < running.beats.index(b"R") < running.beats.index(b"N")
    assert len(json.loads((tmp_path / "state" / VERDICTS).read_text())["ledger"]["verdicts"]["target"]) == 2
    assert read_manifest(tmp_path / "run").carries_health


async def test_a_restart_knows_what_was_saved(tmp_path: Path) -> None:
    """The second life publishes health at once: its first own table already holds only the living."""
    async with tcp_server("127.0.0.1") as one:
        port = port_of(one)
        async with Running(tmp_path, port).up():
            pass
        before = read_manifest(tmp_path / "run").generation
        running = Running(tmp_path, port)
        async with running.up():
            assert await running.answered() == {"relay1"}

    assert read_manifest(tmp_path / "run").generation > before


async def test_a_supervisor_that_is_gone_ends_control(tmp_path: Path) -> None:
    """When nobody listens to the heartbeat, control ends by itself."""
    running = Running(tmp_path, free_port())
    async with running.up() as serving:
        asyncio.get_running_loop().remove_reader(running.reading)
        os.close(running.reading)
        running.reading = os.open(os.devnull, os.O_RDONLY)

        assert await serving == 0


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """Where HTTP cannot listen, no restart will help."""
    running = Running(tmp_path, free_port())
    async with tcp_server("127.0.0.1", running.http):
        assert await serve(load(tmp_path), heartbeat=running.writing, faces=faces) == CANNOT_RUN
    for end in (running.reading, running.writing):
        os.close(end)


async def test_a_bug_ends_control_with_another_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another control may do better is told apart from what it cannot."""
    running = Running(tmp_path, free_port())

    def broken(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(service.Owner, "tick", broken)

    assert await serve(load(tmp_path), heartbeat=running.writing, faces=faces) == FAILED
    for end in (running.reading, running.writing):
        os.close(end)


def test_files_that_are_refused_end_control(tmp_path: Path) -> None:
    """No configuration, no control."""
    assert service.run(tmp_path / "none", None, faces) == CANNOT_RUN


def test_a_gate_that_never_opens_ends_control(tmp_path: Path) -> None:
    """Nobody has become its supervisor: it was not wanted, and there is nothing to tell."""
    waits, gate = os.pipe()
    os.close(gate)

    assert service.run(tmp_path, None, faces, gate=waits) == 0


def test_run_is_serve_on_a_loop_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry point brings its loop and its log."""
    Running(tmp_path, free_port())

    async def served(*_: object, **__: object) -> int:
        return 7

    monkeypatch.setattr(service, "serve", served)

    assert service.run(tmp_path, None, faces) == 7
