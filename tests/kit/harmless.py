"""What every probe of a hostile peer is held to (probes.md section 6): it leaves nothing behind.

That it ends in time is what tests.kit.probing.timely asserts."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.kit.hostile import hangs_up, open_files, serving, settled

MOST = 16 << 20
"""Octets that may be in use at once, peers included: what a peer without bounds sends in a second is far more."""


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """Around a test: no descriptor and no task survives it, and memory stays within MOST."""
    async with serving(hangs_up) as port:
        _, writer = await asyncio.open_connection(
            "127.0.0.1", port
        )  # a loop opens descriptors when it first needs them
        writer.transport.abort()
    await _ends(None)
    files = open_files()
    tracemalloc.start()
    try:
        yield
        await _ends(files)
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()


async def _ends(files: int | None) -> None:
    """Wait until no task but this one is left, and no more descriptors than there were."""
    tasks = {asyncio.current_task()}
    await settled(lambda: asyncio.all_tasks() == tasks and (files is None or open_files() <= files))
    for _ in range(10):
        await asyncio.sleep(0)
