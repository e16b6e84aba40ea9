from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gslb.api.app import application
from tests.kit.controlled import Controlled, placed, two_tiers

Client: TypeAlias = TestClient[Any, Any]


@pytest.fixture
async def made(tmp_path: Path) -> Controlled:
    """Control that is ready, behind the faces."""
    found = Controlled(placed(two_tiers(), tmp_path))
    await found.serving()
    return found


@pytest.fixture
async def client(made: Controlled) -> AsyncIterator[Client]:
    """Who asks over TCP, from loopback."""
    async with TestClient(TestServer(application(made.desk, trusted=False))) as found:
        yield found


@pytest.fixture
async def trusted(made: Controlled) -> AsyncIterator[Client]:
    """Who asks over the control socket."""
    async with TestClient(TestServer(application(made.desk, trusted=True))) as found:
        yield found
