"""The byte engine runs under asyncio's own loop and under uvloop, and so do its tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import uvloop

from tests.kit.harmless import nothing_left

BOTH_LOOPS = {
    "test_streams.py",
    "test_hostile.py",
    "test_lines.py",
    "test_run.py",
    "test_guarded.py",
    "test_opening.py",
    "test_name_server.py",
    "test_child.py",
    "test_command.py",
}
ASYNCIO = {"asyncio": asyncio.new_event_loop}


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Each test of these files once per loop."""
    return {**ASYNCIO, "uvloop": uvloop.new_event_loop} if item.path.name in BOTH_LOOPS else ASYNCIO


@pytest.fixture
async def harmless() -> AsyncIterator[None]:
    """No descriptor, no task and no memory without bounds is left by a probe."""
    async with nothing_left():
        yield
