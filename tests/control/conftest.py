from pathlib import Path

import pytest

from tests.kit.controlled import Controlled, placed, two_tiers
from tests.kit.estate import service


@pytest.fixture
def made(tmp_path: Path) -> Controlled:
    """A desk over an estate with one service that no pool answers."""
    return Controlled(placed(two_tiers(service("quiet", "relays", records=())), tmp_path))
