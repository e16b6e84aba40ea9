"""The command line beside a server: control in this process, behind its control socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from aiohttp import web
from click.testing import Result
from structlog.testing import capture_logs

from gslb.api.app import application
from tests.kit.commands import run
from tests.kit.controlled import Controlled, placed, two_tiers

Gslb: TypeAlias = Callable[..., Awaitable[Result]]


@pytest.fixture
async def made(tmp_path: Path) -> Controlled:
    """Control that is ready, two relays in front of a spare."""
    found = Controlled(placed(two_tiers(), tmp_path))
    await found.serving()
    return found


@pytest.fixture
async def gslb(made: Controlled, tmp_path: Path) -> AsyncIterator[Gslb]:
    """The command line, with a configuration whose server runs."""
    (tmp_path / "gslb.yaml").write_text(f"run_dir: {tmp_path}/run\n")
    runner = web.AppRunner(application(made.desk, trusted=True))
    await runner.setup()
    await web.UnixSite(runner, tmp_path / "run/control.sock").start()

    async def command(*words: str) -> Result:
        return await asyncio.to_thread(run, *words, "-c", str(tmp_path))

    with capture_logs():  # the server's own, which would stand among what commands print
        yield command
    await runner.cleanup()
