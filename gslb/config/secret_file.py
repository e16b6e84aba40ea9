"""Files of secrets: read with suspicion. An error names the file and a remedy, never what is in it."""

import os
import stat
from pathlib import Path

_OPEN_TO_OTHERS = stat.S_IWGRP | stat.S_IXGRP | stat.S_IRWXO


def read_secret_file(path: Path, limit: int) -> str:
    """The text of a regular file of at most `limit` octets that nobody else may read or change.

    Raises ValueError with a sentence that says what is wrong. What is no ASCII is replaced.
    """
    try:
        # a pipe must not block us: what is opened without waiting is looked at before it is read
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    try:
        _inspect(path, os.fstat(descriptor))
        data = os.read(descriptor, limit + 1)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise ValueError(f"{path}: more than {limit} octets")
    return data.decode("ascii", "replace")


def _inspect(path: Path, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise ValueError(f"{path}: not a regular file")
    if facts.st_mode & _OPEN_TO_OTHERS:
        mode = stat.S_IMODE(facts.st_mode)
        raise ValueError(f"{path}: mode {mode:04o} lets others in; it must be 0600, or 0640 for root and our group")
