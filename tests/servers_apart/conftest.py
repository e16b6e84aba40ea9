"""Every test here needs a server that `make test` cannot have."""

import pytest


def pytest_collection_modifyitems(items):
    """All are tests of real servers."""
    for item in items:
        item.add_marker(pytest.mark.servers)
