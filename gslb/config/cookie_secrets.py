"""The file of dns.cookies.secret_file: secrets of DNS cookies (RFC 9018 section 5), the same on all nodes.

One secret a line, 32 hexadecimal digits; what follows a `#` and empty lines are passed over. The first makes cookies,
all of them check. No text of this module holds any part of a secret.
"""

import os
import re
import stat
from pathlib import Path

LIMIT = 4096
MOST = 4
"""Secrets in one file: each is one more hash for a forged cookie."""

_SECRET = re.compile(r"[0-9A-Fa-f]{32}")
_OPEN_TO_OTHERS = stat.S_IWGRP | stat.S_IXGRP | stat.S_IRWXO


def read_secrets(path: Path) -> tuple[bytes, ...]:
    """1 to 4 secrets of 16 octets. Raises ValueError with a sentence that says what is wrong."""
    try:
        # a pipe must not block us: what is opened without waiting is looked at before it is read
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    try:
        _inspect(path, os.fstat(descriptor))
        return _secrets(path, os.read(descriptor, LIMIT + 1))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    finally:
        os.close(descriptor)


def wrong_with(path: Path) -> str | None:
    """Why this file will not do; None: it will."""
    try:
        read_secrets(path)
    except ValueError as error:
        return str(error)
    return None


def _inspect(path: Path, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise ValueError(f"{path}: not a regular file")
    if facts.st_mode & _OPEN_TO_OTHERS:
        mode = stat.S_IMODE(facts.st_mode)
        raise ValueError(f"{path}: mode {mode:04o} lets others in; it must be 0600, or 0640 for root and our group")


def _secrets(path: Path, data: bytes) -> tuple[bytes, ...]:
    if len(data) > LIMIT:
        raise ValueError(f"{path}: more than {LIMIT} octets")
    found = []
    for number, line in enumerate(data.decode("ascii", "replace").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        if not _SECRET.fullmatch(text):
            raise ValueError(f"{path}: line {number} is no secret: write 32 hexadecimal digits")
        found.append(bytes.fromhex(text))
    if not 1 <= len(found) <= MOST:
        raise ValueError(f"{path}: {len(found)} secrets; write 1 to {MOST}, the one that makes cookies first")
    return tuple(found)
