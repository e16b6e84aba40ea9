from pathlib import Path

import pytest

from tests.control.test_reload import write
from tests.kit.controlled import Controlled, placed, two_tiers
from tests.kit.estate import service


@pytest.fixture
def made(tmp_path: Path) -> Controlled:
    """A desk over an estate with one service that no pool answers."""
    return Controlled(placed(two_tiers(service("quiet", "relays", records=())), tmp_path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small configuration with its run_dir."""
    write(tmp_path)
    (tmp_path / "run").mkdir()
    return tmp_path
