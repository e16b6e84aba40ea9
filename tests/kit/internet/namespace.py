"""A network of its own for the test that runs: nothing goes in or out, and port 53 of every address is free."""

import ctypes
import os
import shutil
import subprocess

import pytest

CLONE_NEWNET = 0x40000000

COMMANDS = (
    "link set lo up",
    "address add 127.0.0.22/32 dev lo",
    "address add 192.0.2.1/24 dev lo",
    "address add 192.0.2.81/32 dev lo",
    "address add 198.51.100.1/24 dev lo",
    "-6 address add 2001:db8::1/128 dev lo nodad",
    "-6 address add 2001:db8::2/128 dev lo nodad",
    "-6 address add 2001:db8::3/128 dev lo nodad",
    "-6 address add 2001:db8::53/128 dev lo nodad",
    "-6 address add 2001:db8:1::53/128 dev lo nodad",
    "-6 route add local 2001:db8::/32 dev lo",
)
"""192.0.2.0/24, 198.51.100.0/24 and 2001:db8::/32 are this host: where nobody listens, connections are refused. BIND
listens on none but addresses that an interface has of its own."""


class Namespace:
    """While entered, this thread, and whatever it starts, is in a fresh network namespace."""

    def __init__(self) -> None:
        if os.geteuid() != 0:
            pytest.skip("NOT TESTED: a network namespace needs root (unshare -rn make test-dnssec)")
        if shutil.which("ip") is None:
            pytest.skip("NOT TESTED: ip is missing (Debian package iproute2)")

    def __enter__(self) -> "Namespace":
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._before = os.open(f"/proc/self/task/{_thread()}/ns/net", os.O_RDONLY)
        if self._libc.unshare(CLONE_NEWNET):
            os.close(self._before)
            pytest.skip(f"NOT TESTED: no network namespace here ({os.strerror(ctypes.get_errno())})")
        for command in COMMANDS:
            subprocess.run(["ip", *command.split()], check=True, capture_output=True)
        return self

    def __exit__(self, *_: object) -> None:
        failed = self._libc.setns(self._before, CLONE_NEWNET)
        os.close(self._before)
        assert not failed, "this thread cannot go back into the network it came from"


def _thread() -> int:
    return int(os.readlink("/proc/thread-self").rpartition("/")[2])
