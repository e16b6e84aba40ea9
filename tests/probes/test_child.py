"""Child processes: bounded, ended, reaped (probes.md 1.14)."""

import asyncio
import errno
import os

import pytest

from gslb.probes.child import OUTPUT_LIMIT, Child


def sh(script, **keys):
    """A line of shell."""
    return Child(("/bin/sh", "-c", script), {"PATH": "/usr/bin:/bin"}, **keys)


async def test_it_is_listened_to_within_bounds():
    """4 KiB of each output are kept, the rest is dropped."""
    child = sh("head -c 100000 /dev/zero; head -c 100000 /dev/zero >&2; exit 7")

    assert await child.exited == 7
    assert (len(child.output), len(child.errors), child.heard) == (OUTPUT_LIMIT, OUTPUT_LIMIT, 2 * OUTPUT_LIMIT)


async def test_what_was_said_last_is_heard():
    """Bytes that still lie in the pipe when the child has exited."""
    for _ in range(20):
        child = sh("echo last")
        assert await child.exited == 0
        assert child.output == b"last\n"


async def test_ending_twice_is_ending_once():
    """TERM goes out once, and what has exited is left alone."""
    reaped = []
    child = sh("sleep 60", reaped=lambda: reaped.append(1))
    assert "running" in repr(child)
    child.end()
    child.end()

    assert await child.exited == -15
    child.end()
    child.kill()
    assert (reaped, "exit -15" in repr(child)) == ([1], True)


async def test_it_is_reaped_though_nobody_waits():
    """The future may have been given up."""
    reaped = asyncio.Event()
    child = sh("sleep 60", reaped=reaped.set)
    child.exited.cancel()
    child.kill()

    await reaped.wait()


async def test_a_child_that_cannot_be_watched_does_not_run(monkeypatch):
    """The kernel has no descriptor left: killed, reaped, told."""
    started = []

    def full(pid):
        started.append(pid)
        raise OSError(errno.EMFILE, "full")

    monkeypatch.setattr(os, "pidfd_open", full)
    with pytest.raises(OSError, match="full"):
        sh("sleep 60")
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


async def test_a_program_that_is_not_there_is_told():
    """As the kernel says it."""
    with pytest.raises(FileNotFoundError):
        Child(("/nowhere",), {})
