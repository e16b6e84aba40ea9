"""sd_notify without libsystemd."""

import os
import socket
from pathlib import Path

import pytest

from gslb.supervisor.notify import Notifier, from_environment


@pytest.mark.parametrize("abstract", [False, True])
def test_a_notification_arrives(tmp_path: Path, abstract: bool) -> None:
    """At a path, and in the abstract name space that systemd writes with an @."""
    address = f"@gslb-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address.replace("@", "\0"))
        manager.settimeout(5)
        from_environment({"NOTIFY_SOCKET": address}).tell("READY=1")

        assert manager.recv(64) == b"READY=1"


def test_without_a_manager_nothing_happens(tmp_path: Path) -> None:
    """Neither without NOTIFY_SOCKET nor with one that nobody reads."""
    Notifier().tell("READY=1")
    Notifier(address=str(tmp_path / "nobody")).tell("READY=1")


def test_the_variables_are_taken() -> None:
    """No child inherits them."""
    environ = {"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "5000000", "WATCHDOG_PID": str(os.getpid()), "HOME": "/"}

    assert from_environment(environ) == Notifier(address="/run/n", watchdog=5.0)
    assert environ == {"HOME": "/"}


@pytest.mark.parametrize(
    "more",
    [{}, {"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}],
)
def test_no_watchdog_without_a_period_for_us(more: dict[str, str]) -> None:
    """It is fed only when systemd asks this very process."""
    assert from_environment({"NOTIFY_SOCKET": "/run/n", **more}).watchdog == 0.0


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative"])
def test_other_kinds_of_address_are_left(address: str) -> None:
    """Only paths and abstract names are Unix sockets here."""
    assert from_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1"}) == Notifier()
