"""A control that starts before its supervisor, and waits at its gate."""

import os
import select
import signal
import sys

import pytest

from gslb.supervisor.children import FORGOTTEN, Inherited, admit
from gslb.supervisor.early import begun_early
from gslb.supervisor.plan import Early
from tests.kit.running import until

WAITS = "import os, sys; beats, gate = int(sys.argv[2]), int(sys.argv[4])"
SAYS_WHAT_COMES = "os.write(beats, b'.'); os.write(beats, os.read(gate, 1) or b'nobody')"


def words(code: str = SAYS_WHAT_COMES) -> tuple[str, ...]:
    """A control that is this line, once it knows its descriptors as `beats` and `gate`."""
    return (sys.executable, "-I", "-S", "-c", f"{WAITS}; {code}")


def heard(descriptor: int) -> bytes:
    """What comes next through a heartbeat pipe."""
    assert select.select([descriptor], [], [], 10)[0]
    return os.read(descriptor, 64)


def kept(early: Early) -> Early:
    """The same for a supervisor: descriptors that outlive the block."""
    return Early(early.pid, os.dup(early.heartbeat), os.dup(early.gate))


def test_it_waits_until_it_is_admitted() -> None:
    """It lives before its gate opens, goes on then, and its end is seen as that of any child."""
    with begun_early(words()) as early:
        assert heard(early.heartbeat) == b"."
        os.set_blocking(early.heartbeat, True)

        process = admit(kept(early))

        assert heard(process.heartbeat) == b"\n"
        until(lambda: process.popen.poll() is not None, 10, "it ends")
        assert process.popen.poll() == 0
        process.send(signal.SIGTERM)  # to nobody
        process.close()


def test_it_can_be_signalled() -> None:
    """As any child."""
    with begun_early(words("import signal; os.write(beats, b'.'); signal.pause()")) as early:
        process = admit(kept(early))
        heard(process.heartbeat)
        process.send(signal.SIGTERM)
        until(lambda: process.popen.poll() is not None, 10, "it ends")

        assert process.popen.poll() == -signal.SIGTERM
        process.close()


def test_one_that_died_at_its_gate_is_found_out() -> None:
    """Admitting it raises nothing; its exit status says that another is wanted."""
    with begun_early(words("sys.exit(3)")) as early:
        process = admit(kept(early))
        until(lambda: process.popen.poll() is not None, 10, "it ends")

        assert process.popen.poll() == 3
        process.close()


def test_one_that_the_kernel_has_forgotten_has_ended() -> None:
    """Where SIGCHLD was ignored, nobody knows how."""
    assert Inherited(os.getppid()).poll() == FORGOTTEN


def test_it_ends_with_whoever_does_not_become_the_supervisor() -> None:
    """A configuration that is refused leaves no process and no descriptor behind."""
    before = len(os.listdir("/proc/self/fd"))
    with begun_early(words()) as early:
        assert heard(early.heartbeat) == b"."

    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ProcessLookupError):
        os.kill(early.pid, 0)


def test_a_supervisor_that_cannot_start_lets_it_end() -> None:
    """A gate that closes unopened says so."""
    with begun_early(words()) as early:
        assert heard(early.heartbeat) == b"."
        gate = os.open(os.devnull, os.O_WRONLY)
        os.dup2(gate, early.gate)  # the only end of the pipe is closed; the block may close what stands there now
        os.close(gate)

        assert heard(early.heartbeat) == b"nobody"
