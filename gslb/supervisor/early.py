"""The first control, started before its time: by `gslb run`, while it reads the files, for the supervisor it becomes.

It loads its modules meanwhile, hears through its gate what was read, and waits there until `children.admit` lets it go
on. When `gslb run` ends instead of becoming the supervisor, so does this control.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from gslb.supervisor.plan import Early


@contextmanager
def begun_early(control: tuple[str, ...]) -> Iterator[Early]:
    """Start control (an argument list); leaving the block in any way but by exec ends it. Raises OSError."""
    heard, heartbeat = os.pipe()
    waits, gate = os.pipe()
    try:
        popen = subprocess.Popen(  # noqa: S603 - our own argument list, no shell
            (*control, "--heartbeat", str(heartbeat), "--gate", str(waits)),
            stdin=subprocess.DEVNULL,
            pass_fds=(heartbeat, waits),
            start_new_session=True,
        )
    finally:
        os.close(heartbeat)
        os.close(waits)
    for descriptor in (heard, gate):
        os.set_inheritable(descriptor, True)  # they are the supervisor's, which this process becomes
    try:
        yield Early(popen.pid, heard, gate)
    finally:
        popen.kill()
        popen.wait()
        os.close(heard)
        os.close(gate)
