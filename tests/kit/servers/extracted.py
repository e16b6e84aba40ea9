"""Debian packages that conflict with installed ones, unpacked below `.servers` by tests/packages_apart.sh."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / ".servers"


def unpacked(package: str, path: str) -> Path:
    """A file of an unpacked package; skips the test, by name, where it is not there or the machine's own will not do.

    `path`: as in the package, without the first slash; `*` stands for the machine's architecture.
    """
    for root in (ROOT, Path("/")):
        for found in root.glob(path):
            return found
    pytest.skip(f"NOT TESTED against {package}: it is not unpacked (make test-servers does that)")


def needs_root(package: str) -> None:
    """Skip the test, by name, where the daemon could not become its own user."""
    if os.geteuid() != 0:
        pytest.skip(f"NOT TESTED against {package}: it starts as root only")
