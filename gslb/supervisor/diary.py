"""What the supervisor leaves to read: events on standard error, and supervisor.json in run_dir.

Neither may stop it: a closed standard error or a full disk is passed over.
"""

import fcntl
import json
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from gslb.errors import ListenError
from gslb.handoff.layout import ACCEPTED, MANIFEST
from gslb.handoff.policy import POLICY

STATE = "supervisor.json"
LOCK = "supervisor.lock"
OLD = 300.0
"""Seconds since control last lived, told by the manifest's time, after which a table's health says nothing any more."""


def emit(event: str, facts: Mapping[str, object], *, level: str = "info", console: bool = False) -> None:
    """Write one line: a JSON object, or plain words for a terminal."""
    if console:
        line = " ".join((f"supervisor: {event}", *(f"{key}={value}" for key, value in facts.items())))
    else:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"timestamp": now, "level": level, "event": event, "role": "supervisor", **facts})
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        pass


def for_people(log_format: str | None) -> bool:
    """Whether events are plain words: as told, else on a terminal."""
    return sys.stderr.isatty() if log_format is None else log_format == "console"


def hold(run_dir: str) -> int:
    """Make run_dir ours until the descriptor returned is closed. Raises ListenError if another server has it."""
    try:
        os.makedirs(run_dir, mode=0o750, exist_ok=True)
        lock = os.open(os.path.join(run_dir, LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise ListenError(f"cannot write in run_dir {run_dir}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise ListenError(f"another gslb runs with run_dir {run_dir}; stop it, or give this one its own") from error
    return lock


def write_state(run_dir: str, state: dict[str, object]) -> None:
    """Replace supervisor.json in one step."""
    path = os.path.join(run_dir, STATE)
    try:
        with open(f"{path}.new", "w") as file:
            json.dump(state, file)
        os.replace(f"{path}.new", path)
    except OSError:
        pass


def forget_state(run_dir: str) -> None:
    """Nothing runs any more, or nothing yet: no control has run a configuration that another one could go on with.

    The secret of cookies that goes with the policy ends here, too.
    """
    for name in (STATE, ACCEPTED, POLICY):
        try:
            os.unlink(os.path.join(run_dir, name))
        except OSError:
            pass


def forget_old_table(run_dir: str) -> None:
    """Workers serve the table that stands from their first moment: at a start, not one of an hour ago."""
    path = os.path.join(run_dir, MANIFEST)
    try:
        if abs(time.time() - os.stat(path).st_mtime) > OLD:
            os.unlink(path)
    except OSError:
        pass
