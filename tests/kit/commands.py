"""The command line, run within this process or apart from it."""

import subprocess
import sys

from click.testing import CliRunner, Result

from gslb.cli.main import gslb


def run(*arguments: str) -> Result:
    """One command, in this process."""
    return CliRunner().invoke(gslb, list(arguments))


def run_apart(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """One command that has a loop of its own, in a process of its own."""
    line = [sys.executable, "-m", "gslb", *arguments]
    return subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
