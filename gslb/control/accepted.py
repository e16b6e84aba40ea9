"""The configuration that runs, kept in run_dir for the control that may have to follow this one.

A control that dies must come back, also while somebody is editing the files. So the files count for its successor only
as far as they would for a reload: where they are refused, or need a restart, what ran before runs on. The supervisor
forgets what is kept when it starts itself, for a restart takes the files as they are. What reads them is imported where
they must be read: most starts have no need of it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from gslb.config.diff import restart_needed
from gslb.control.handed import Handed
from gslb.errors import ConfigError, Fault
from gslb.handoff.layout import ACCEPTED
from gslb.model.settings import Config

log = structlog.get_logger("gslb.control")

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A digest, and the octets of each file that came to it."""

    digest: str
    archive: Mapping[str, bytes]


def begin(directory: Path, run_dir: Path | None, handed: Handed | None = None) -> tuple[Config, tuple[Fault, ...]]:
    """The configuration to start with, and why the files as they are now are not it; none: they are.

    `run_dir` None: nobody came before. What `gslb run` has read and `handed` on is not read again. Raises ConfigError
    where there is neither.
    """
    if handed is not None:
        keep(handed.config, handed.archive)
        return handed.config, ()
    kept = _kept(run_dir) if run_dir else None
    archive: dict[str, bytes] = {}
    try:
        config = _read(directory, archive)
    except ConfigError as error:
        before = _before(directory, kept) if kept else None
        if before is None:
            raise
        return _instead(before, error.faults)
    if kept is not None and kept.digest != config.digest:
        before = _before(directory, kept)
        if before is not None and (faults := restart_needed(before, config)):
            return _instead(before, faults)
    keep(config, archive)
    return config, ()


def _read(directory: Path, archive: dict[str, bytes]) -> Config:
    from gslb.config.files import load

    return load(directory, archive)


def _instead(before: Config, faults: tuple[Fault, ...]) -> tuple[Config, tuple[Fault, ...]]:
    log.error("the files are refused; what ran before runs on", faults=[str(fault) for fault in faults])
    return before, faults


def keep(config: Config, archive: Mapping[str, bytes]) -> None:
    """Keep what `load` has read for this configuration. A run_dir that refuses costs no more than this safety."""
    files = {path: octets.decode() for path, octets in archive.items()}
    path = config.node.run_dir / ACCEPTED
    aside = path.with_name(path.name + ".new")
    try:
        # for our own user alone: checks may hold what is nobody else's business
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "digest": config.digest, "files": files}, file)
        os.replace(aside, path)
    except OSError as error:
        log.warning("the configuration cannot be kept for another control", path=str(path), error=error.strerror)


def _kept(run_dir: Path) -> _Kept | None:
    """What was kept; None where there is nothing, or nothing that can be read."""
    try:
        data = json.loads((run_dir / ACCEPTED).read_bytes())
        if data["format"] != FORMAT:
            raise ValueError(f"is not of format {FORMAT}")
        archive = {str(path): text.encode() for path, text in data["files"].items()}
        return _Kept(digest=str(data["digest"]), archive=archive)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("the configuration that was kept cannot be read", error=repr(error))
        return None


def _before(directory: Path, kept: _Kept) -> Config | None:
    """The configuration that was kept, if it still comes to the same."""
    from gslb.config.files import load_again

    try:
        config = load_again(directory, kept.archive)
    except ConfigError as error:
        log.warning("the configuration that was kept is refused", faults=[str(fault) for fault in error.faults])
        return None
    return config if config.digest == kept.digest else None
