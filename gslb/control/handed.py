"""The configuration as `gslb run` has read it, handed to the first control: nothing is parsed and judged twice.

It lies in run_dir for the moment between them, readable and writable by our own user alone: who can write there has
the control socket as well. It counts only while the files are what they were, octet by octet, and for the very program
that wrote it.
"""

import os
import pickle
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gslb.config.reading import is_still
from gslb.model.settings import Config

HANDED = "handed.pickle"

_FOREIGN = 0o077
"""Rights of others that make the file nobody's word."""


def hand_on(config: Config, archive: Mapping[str, bytes]) -> None:
    """Leave a configuration, and the octets that `load` read for it. A run_dir that refuses costs time alone."""
    path = config.node.run_dir / HANDED
    path.unlink(missing_ok=True)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            pickle.dump((_program(), config.directory, dict(archive)), file, pickle.HIGHEST_PROTOCOL)
            pickle.dump(config, file, pickle.HIGHEST_PROTOCOL)
    except OSError:
        path.unlink(missing_ok=True)


def take(directory: Path, run_dir: Path) -> tuple[Config, Mapping[str, bytes]] | None:
    """What was left for this directory, with the octets of its files; None where the files are to be read."""
    path = run_dir / HANDED
    try:
        with path.open("rb") as file:
            path.unlink()
            found = os.fstat(file.fileno())
            if found.st_uid != os.geteuid() or found.st_mode & _FOREIGN:
                return None
            program, of, archive = pickle.load(file)  # noqa: S301 - our own, see above
            if (program, of) != (_program(), directory) or not is_still(directory, archive):
                return None
            return pickle.load(file), archive  # noqa: S301 - the same
    except (OSError, EOFError, ValueError, pickle.UnpicklingError):
        return None


def _program() -> tuple[str, str]:
    try:
        return version("gslb-dns"), sys.version
    except PackageNotFoundError:
        return "", sys.version
