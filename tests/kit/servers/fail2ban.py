"""fail2ban's own reader over a log: what its filters would count against a client. No daemon, no jail."""

import re
import subprocess
from pathlib import Path

from tests.kit.servers.base import needs


def read_by(log: Path, filter_: str) -> tuple[int, int]:
    """Lines of the log, and how many of them the filter counts. `filter_`: postfix[mode=more], or just a name."""
    needs("fail2ban", "fail2ban-regex", root=False)
    line = ["fail2ban-regex", "--print-no-missed", str(log), filter_]
    done = subprocess.run(line, capture_output=True, text=True, timeout=50, check=True)
    found = re.search(r"^Lines: (\d+) lines, \d+ ignored, (\d+) matched", done.stdout, re.M)
    assert found is not None, done.stdout
    return int(found[1]), int(found[2])
