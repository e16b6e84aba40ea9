"""Signs of life, and what happens without anyone to see them."""

import asyncio
import os
import socket

import pytest

from gslb.dns.worker.heartbeat import Heartbeat
from tests.kit.workers import PATIENCE


async def test_beats() -> None:
    """One octet at the start and with each beat."""
    read_end, write_end = os.pipe()
    heart = Heartbeat(write_end, lambda: None)

    heart.start(asyncio.get_running_loop())
    heart.beat()

    assert os.read(read_end, 10) == b".."
    asyncio.get_running_loop().remove_reader(write_end)
    os.close(read_end)
    os.close(write_end)


async def test_nobody_listens() -> None:
    """Started by hand, it does nothing."""
    heart = Heartbeat(None, lambda: None)

    heart.start(asyncio.get_running_loop())
    heart.beat()


async def test_full_pipe() -> None:
    """A supervisor that is behind with reading stops nobody."""
    read_end, write_end = os.pipe()
    gone: list[bool] = []
    heart = Heartbeat(write_end, lambda: gone.append(True))
    heart.start(asyncio.get_running_loop())
    for _ in range(70_000):
        heart.beat()

    assert not gone
    asyncio.get_running_loop().remove_reader(write_end)
    os.close(read_end)
    os.close(write_end)


async def test_pipe_without_reader() -> None:
    """The supervisor's end of a pipe is noticed at once."""
    read_end, write_end = os.pipe()
    gone = asyncio.Event()
    Heartbeat(write_end, gone.set).start(asyncio.get_running_loop())

    os.close(read_end)

    async with asyncio.timeout(PATIENCE):
        await gone.wait()
    os.close(write_end)


async def test_beat_without_reader() -> None:
    """So it is when a beat fails first, and only once."""
    read_end, write_end = os.pipe()
    gone: list[bool] = []
    heart = Heartbeat(write_end, lambda: gone.append(True))
    heart.start(asyncio.get_running_loop())
    os.close(read_end)

    heart.beat()
    heart.beat()

    assert gone == [True]
    os.close(write_end)


@pytest.mark.parametrize("words", [b"", b"hello"])
async def test_socket(words: bytes) -> None:
    """On a socket, words are passed over and the end is the end."""
    ours, theirs = socket.socketpair()
    gone = asyncio.Event()
    heart = Heartbeat(ours.fileno(), gone.set)
    heart.start(asyncio.get_running_loop())
    heart._readable()
    theirs.send(words)
    if words:
        heart._readable()
    assert not gone.is_set()

    theirs.close()

    async with asyncio.timeout(PATIENCE):
        await gone.wait()
    heart._readable()
    heart._end()
    ours.close()
