import asyncio

import pytest

from gslb.probes.deadline import Deadline


async def forever() -> None:
    """Wait for what never comes."""
    await asyncio.get_running_loop().create_future()


async def test_what_ends_in_time_is_left_alone() -> None:
    """Nothing is raised."""
    with Deadline(0.01) as limit:
        await asyncio.sleep(0)
    assert not limit.expired()


async def test_what_takes_longer_times_out() -> None:
    """TimeoutError, and the task is not left cancelled."""
    with pytest.raises(TimeoutError), Deadline(0.01):
        await forever()
    assert not asyncio.current_task().cancelling()  # type: ignore[union-attr] # a test runs in a task


async def test_a_deadline_moves_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would have been late is in time: no look before the new deadline ends it."""
    monkeypatch.setattr("gslb.probes.deadline.PATIENCE", 0.001)
    loop = asyncio.get_running_loop()
    with Deadline(0.002) as limit:
        limit.reschedule(limit.when() + 5)
        later = loop.create_future()
        loop.call_later(0.01, later.set_result, None)
        await later
    assert not limit.expired()


async def _hurried() -> None:
    with Deadline(10) as limit:
        await asyncio.sleep(0)
        limit.reschedule(asyncio.get_running_loop().time() + 0.01)
        await forever()


async def test_a_deadline_moves_nearer() -> None:
    """It counts at once, though no look was due."""
    async with asyncio.timeout(0.9):
        with pytest.raises(TimeoutError):
            await _hurried()


async def test_cancellation_from_elsewhere_passes_through() -> None:
    """Who cancels the task is not told of a timeout."""

    async def waiting() -> None:
        with Deadline(10):
            await forever()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(waiting())
        await asyncio.sleep(0)
        task.cancel()
    assert task.cancelled()


def test_a_deadline_needs_a_task() -> None:
    """Outside of a task there is nothing to end."""

    async def enter() -> None:
        failed = asyncio.get_running_loop().create_future()

        def here() -> None:
            try:
                Deadline(1).__enter__()
            except RuntimeError as error:
                failed.set_exception(error)

        asyncio.get_running_loop().call_soon(here)
        await failed

    with pytest.raises(RuntimeError, match="task"):
        asyncio.run(enter())
