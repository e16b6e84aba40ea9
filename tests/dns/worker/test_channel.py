"""The channel to control, which may come, go, stall and lie."""

import asyncio
import socket
from pathlib import Path

import pytest

from gslb.dns.worker.channel import LOG_LINES, Channel, open_settled
from gslb.errors import TableError
from gslb.handoff.integrity import digest
from gslb.handoff.layout import DIGEST_AT, HEADER, NAMES_MAGIC, VERSION
from gslb.handoff.messages import CHANNEL, Ack, Counts, Hello, LogLine, PolicyReady, Refused, Stamp, TableReady, Tally
from gslb.handoff.policy import Policy, write_policy
from gslb.handoff.table import Manifest, Table, publish
from tests.kit.workers import Control, one_name, turn_until, write_table


class Worker:
    """The rest of a worker, as far as the channel sees it."""

    def __init__(self, run_dir: Path) -> None:
        self.table: Table | None = None
        self.stamps = 0
        self.policies: list[Policy] = []
        self.counts: list[Counts] = []
        self.channel = Channel(
            run_dir,
            hello=Hello(worker=3, pid=33),
            table=lambda: self.table,
            swap=self.swap,
            obey=self.policies.append,
            stamped=self.stamped,
        )

    def swap(self, table: Table) -> None:
        self.table = table

    def stamped(self) -> None:
        self.stamps += 1

    def take(self) -> tuple[Counts, ...]:
        taken = tuple(self.counts)
        self.counts.clear()
        return taken

    def report(self) -> None:
        self.channel.report(Tally(worker=3), self.take)

    async def __aenter__(self) -> "Worker":
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        self._running = self._tasks.create_task(self.channel.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._running.cancel()
        await self._tasks.__aexit__(None, None, None)
        self.channel.close()
        await self.channel.closed()


async def test_takes_tables(tmp_path: Path) -> None:
    """Hello first; a table that is announced is opened, swapped in and acknowledged."""
    write_table(tmp_path, one_name("192.0.2.1"), generation=5)
    async with Control(tmp_path) as control, Worker(tmp_path) as worker:
        assert await control.hear(Hello) == Hello(worker=3, pid=33)
        await control.say(TableReady(generation=5))

        assert await control.hear(Ack) == Ack(worker=3, generation=5)
        assert worker.table is not None
        assert "connected=True" in repr(worker.channel)


async def test_refuses_a_corrupt_table(tmp_path: Path) -> None:
    """What cannot be trusted is refused with the reason, the old table kept; a good one later is taken."""
    write_table(tmp_path, one_name("192.0.2.1"), generation=1)
    async with Control(tmp_path) as control, Worker(tmp_path) as worker:
        await control.say(TableReady(generation=1))
        await control.hear(Ack)
        write_table(tmp_path, one_name("192.0.2.2"), generation=2)
        part = tmp_path / "part-2.tbl"
        part.write_bytes(part.read_bytes()[:-1] + b"!")
        await control.say(TableReady(generation=2))
        refused = await control.hear(Refused)
        assert (refused.generation, "digest" in refused.why) == (2, True)
        assert worker.table is not None
        assert worker.table.generation == 1

        write_table(tmp_path, one_name("192.0.2.2"), generation=3)
        await control.say(TableReady(generation=3))
        assert (await control.hear(Ack)).generation == 3


async def test_stamps(tmp_path: Path) -> None:
    """Each stamp is told; kinds that mean nothing here are passed over."""
    async with Control(tmp_path) as control, Worker(tmp_path) as worker:
        await control.say(Stamp(at=1.0), Hello(worker=1, pid=1), Stamp(at=2.0))

        await turn_until(lambda: worker.stamps == 2)


async def test_comes_back(tmp_path: Path) -> None:
    """When control returns, the worker says who it is and what it serves from."""
    write_table(tmp_path, one_name("192.0.2.1"), generation=5)
    async with Worker(tmp_path) as worker:
        async with Control(tmp_path) as control:
            await control.say(TableReady(generation=5))
            await control.hear(Ack)
            control.hang_up()
            await control.hear(Hello)
            await control.hear(Ack)
        async with Control(tmp_path) as control:
            await control.hear(Hello)
            assert await control.hear(Ack) == Ack(worker=3, generation=5)
            assert worker.table is not None


async def test_reports(tmp_path: Path) -> None:
    """Totals and counts go out together; without control, counts are not even taken."""
    worker = Worker(tmp_path)
    worker.counts.append(Counts(generation=1, part=0, pairs=((4, 2),)))
    worker.report()
    assert len(worker.counts) == 1

    async with Control(tmp_path) as control, worker:
        await control.hear(Hello)
        worker.report()
        assert await control.hear(Tally) == Tally(worker=3)
        assert await control.hear(Counts) == Counts(generation=1, part=0, pairs=((4, 2),))


async def test_control_that_does_not_read(tmp_path: Path) -> None:
    """A stuck control costs no memory: reports wait, and what may not have arrived is said again to the next one."""
    path = str(tmp_path / CHANNEL)
    large = Counts(generation=1, part=0, pairs=tuple((n, 1) for n in range(200_000)))
    with socket.socket(socket.AF_UNIX) as stuck:
        stuck.bind(path)
        stuck.listen()
        async with Worker(tmp_path) as worker:
            await turn_until(worker.channel._idle)
            worker.counts.append(large)
            worker.report()
            waiting = Counts(generation=1, part=0, pairs=((7, 1),))
            worker.counts.append(waiting)
            worker.report()
            worker.channel.log("info", "kept", {})
            assert worker.counts == [waiting]

            stuck.close()
            async with Control(tmp_path) as control:
                assert await control.hear(Counts) == large
                await turn_until(worker.channel._idle)
                worker.report()
                assert await control.hear(Counts) == waiting


async def test_log(tmp_path: Path) -> None:
    """Events reach control; those from while it was away too, the last ones."""
    worker = Worker(tmp_path)
    for number in range(LOG_LINES + 1):
        worker.channel.log("info", str(number), {"a": "b"})

    async with Control(tmp_path) as control, worker:
        assert await control.hear(LogLine) == LogLine(worker=3, level="info", event="1", facts={"a": "b"})
        for _ in range(LOG_LINES - 1):
            await control.hear(LogLine)
        worker.channel.log("error", "now", {})
        assert (await control.hear(LogLine)).event == "now"


async def test_broken_framing(tmp_path: Path) -> None:
    """A control that breaks the framing is left and met anew."""
    async with Control(tmp_path) as control, Worker(tmp_path):
        await control.hear(Hello)
        await control.say(raw=bytes(64))

        assert "framing" in (await control.hear(LogLine)).event
        await control.hear(Hello)


async def test_closing(tmp_path: Path) -> None:
    """Without a connection there is nothing to close or wait for."""
    worker = Worker(tmp_path)

    worker.channel.close()
    await worker.channel.closed()


def test_table_of_nonsense(tmp_path: Path) -> None:
    """Whole files that make no sense are an error like any other."""
    nonsense = HEADER.pack(NAMES_MAGIC, VERSION, 0, 1, HEADER.size, bytes(32))
    nonsense = nonsense[:DIGEST_AT] + digest(nonsense)
    manifest = Manifest(generation=1, names="n.tbl", parts=("p.tbl",), carries_health=True, written=0.0)
    publish(tmp_path, manifest, {"n.tbl": nonsense, "p.tbl": nonsense})

    with pytest.raises(TableError):
        open_settled(tmp_path, None)


def test_no_table(tmp_path: Path) -> None:
    """A table that is not there is an error after a few tries."""
    with pytest.raises(TableError, match="no table"):
        open_settled(tmp_path, None)


async def test_policies(tmp_path: Path) -> None:
    """A policy is read when control says that one stands, and not taken when it cannot be read."""
    async with Control(tmp_path) as control, Worker(tmp_path) as worker:
        await control.say(PolicyReady())
        await control.hear(Hello)
        policy = Policy(secrets=(b"s" * 16,), own=b"o" * 16, per_second=2.5, exempt=("192.0.2.0/24",))
        write_policy(tmp_path, policy)
        await control.say(PolicyReady())
        await turn_until(lambda: worker.policies)

    assert worker.policies == [policy]
