"""Weights hold for the clients behind real resolvers."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.kit.caches import ZONE, Bind, asked_by, clients
from tests.kit.resolver import Unbound
from tests.kit.running import Running
from tests.kit.zones import FOUR, FOUR_ADDRESSES, WEIGHTS

pytestmark = [pytest.mark.system, pytest.mark.servers]

LOOKUPS = int(os.environ.get("LOOKUPS", "300"))

Start = Callable[[Path, int], AbstractContextManager[Unbound | Bind]]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of one server for both."""
    with Running(tmp_path_factory.mktemp("server"), {"zones/mail.yaml": FOUR}, workers=2) as server:
        yield server.dns_port


@pytest.mark.parametrize(
    ("start", "block"), [(lambda run, port: Unbound(run, ZONE, port), 1), (Bind, 2)], ids=["unbound", "BIND"]
)
def test_weights_hold_behind_a_resolver(start: Start, block: int, port: int, tmp_path: Path) -> None:
    """Wound 10: 50 client addresses, lookups past TTL for A and MX: nobody is off by over 3 points.

    `make test-simulation` asks 2,000 times.
    """
    with start(tmp_path / "run", port) as resolver:
        for rtype, expected in (("A", FOUR_ADDRESSES), ("MX", WEIGHTS)):
            found = asked_by(clients(50, block), resolver.port, f"smtp.{ZONE}", rtype, LOOKUPS)
            off = {member: 100 * found[member] / LOOKUPS - weight for member, weight in expected.items()}

            assert max(map(abs, off.values())) <= 3, off
