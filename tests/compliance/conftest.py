"""A signed internet of one root, com, example.com, four zones of ours, and nobody else."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit.internet.child import Child
from tests.kit.internet.namespace import Namespace
from tests.kit.internet.parents import Parents
from tests.kit.internet.zones import CHECKS, KINDS, everything


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All are tests of real servers, with more time than others."""
    for item in items:
        item.add_marker(pytest.mark.servers)
        item.add_marker(pytest.mark.timeout(300))


@dataclass(frozen=True)
class Internet:
    """What stands for the whole run."""

    child: Child
    parents: Parents
    folder: Path


@pytest.fixture(scope="session")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    """Zones with one of everything, signed in four ways, delegated by what `gslb delegation` prints."""
    folder = tmp_path_factory.mktemp("internet")
    with ExitStack() as stack:
        stack.enter_context(Namespace())
        child = Child(folder / "child", {kind: everything(kind) for kind in KINDS}, checks=CHECKS)
        stack.enter_context(child)
        parents = stack.enter_context(Parents(folder / "parents", child.delegation(), pointers=child.pointers()))
        yield Internet(child, parents, folder)
