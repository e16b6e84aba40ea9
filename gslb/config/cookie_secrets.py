"""The file of dns.cookies.secret_file: secrets of DNS cookies (RFC 9018 section 5), the same on all nodes.

One secret a line, 32 hexadecimal digits; what follows a `#` and empty lines are passed over. The first makes cookies,
all of them check. No text of this module holds any part of a secret.
"""

import re
from pathlib import Path

from gslb.config.secret_file import read_secret_file

LIMIT = 4096
MOST = 4
"""Secrets in one file: each is one more hash for a forged cookie."""

_SECRET = re.compile(r"[0-9A-Fa-f]{32}")


def read_secrets(path: Path) -> tuple[bytes, ...]:
    """1 to 4 secrets of 16 octets. Raises ValueError with a sentence that says what is wrong."""
    found = []
    for number, line in enumerate(read_secret_file(path, LIMIT).splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        if not _SECRET.fullmatch(text):
            raise ValueError(f"{path}: line {number} is no secret: write 32 hexadecimal digits")
        found.append(bytes.fromhex(text))
    if not 1 <= len(found) <= MOST:
        raise ValueError(f"{path}: {len(found)} secrets; write 1 to {MOST}, the one that makes cookies first")
    return tuple(found)


def wrong_with(path: Path) -> str | None:
    """Why this file will not do; None: it will."""
    try:
        read_secrets(path)
    except ValueError as error:
        return str(error)
    return None
