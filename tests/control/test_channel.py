import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gslb.control import channel as module
from gslb.control.channel import Channel
from gslb.handoff.messages import CHANNEL, Hello, Message, Stamp, TableReady
from tests.kit.spoken import spoken_worker

HELLO = Hello(worker=1, pid=7)


class Ears:
    """What a channel told its owner."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[int, Message]] = asyncio.Queue()
        self.lost: asyncio.Queue[int] = asyncio.Queue()


@pytest.fixture
def ears() -> Ears:
    """Ears that heard nothing yet."""
    return Ears()


@pytest.fixture
async def channel(tmp_path: Path, ears: Ears) -> AsyncIterator[Channel]:
    """An open channel that greets with table 3."""
    made = Channel(
        tmp_path,
        hear=lambda link, message: ears.heard.put_nowait((link, message)),
        lost=ears.lost.put_nowait,
        greeting=lambda: (TableReady(generation=3),),
    )
    await made.open()
    yield made
    await made.close()


async def test_a_worker_is_greeted_and_heard(channel: Channel, tmp_path: Path, ears: Ears) -> None:
    """Who connects is told which table stands, and what it says reaches the owner."""
    async with spoken_worker(tmp_path) as worker:
        await worker.say(HELLO)

        assert await worker.hear() == TableReady(generation=3)
        assert await ears.heard.get() == (1, HELLO)
        assert "links=1" in repr(channel)
    assert await ears.lost.get() == 1


async def test_everybody_is_told(channel: Channel, tmp_path: Path) -> None:
    """What is told goes to all who are connected."""
    async with spoken_worker(tmp_path) as one, spoken_worker(tmp_path) as other:
        await one.hear(), await other.hear()
        channel.tell(Stamp(at=1.0))

        assert await one.hear() == await other.hear() == Stamp(at=1.0)


async def test_broken_framing_ends_the_link(channel: Channel, tmp_path: Path, ears: Ears) -> None:
    """Octets that are no frame cost the worker its link, and nobody else theirs."""
    async with spoken_worker(tmp_path) as bad, spoken_worker(tmp_path) as good:
        await bad.hear(), await good.hear()
        await bad.break_off(bytes(8))
        with pytest.raises(EOFError):
            await bad.hear()
        assert await ears.lost.get() == 1

        channel.tell(Stamp(at=1.0))
        assert await good.hear() == Stamp(at=1.0)


async def test_who_does_not_read_is_cut_off(
    channel: Channel, tmp_path: Path, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped worker cannot make control keep its unread stamps for ever."""
    monkeypatch.setattr(module, "UNREAD", 1000)
    async with spoken_worker(tmp_path) as worker:
        await worker.hear()
        for _ in range(50_000):
            channel.tell(Stamp(at=1.0))

        assert await ears.lost.get() == 1
        channel.tell(Stamp(at=2.0))


async def test_a_socket_left_behind_is_replaced(tmp_path: Path, ears: Ears) -> None:
    """After kill -9 the file is still there; the next control takes its place, for its group only."""
    (tmp_path / CHANNEL).touch()
    made = Channel(tmp_path, hear=lambda *_: None, lost=ears.lost.put_nowait, greeting=tuple)
    await made.open()

    assert stat.S_IMODE((tmp_path / CHANNEL).stat().st_mode) == 0o660
    async with spoken_worker(tmp_path):
        pass
    assert await ears.lost.get() == 1
    await made.close()


async def test_a_channel_that_never_opened_can_be_closed(tmp_path: Path) -> None:
    """Closing needs no opening."""
    await Channel(tmp_path, hear=lambda *_: None, lost=lambda _: None, greeting=tuple).close()


async def test_a_place_that_refuses_is_named(tmp_path: Path) -> None:
    """Whoever cannot listen says where."""
    made = Channel(tmp_path / "gone", hear=lambda *_: None, lost=lambda _: None, greeting=tuple)
    with pytest.raises(OSError, match=CHANNEL):
        await made.open()
