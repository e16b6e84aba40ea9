"""The configuration as `gslb run` has read it, handed to the first control: nothing is parsed and judged twice.

It lies in run_dir for the moment between them, readable and writable by our own user alone: who can write there has
the control socket as well. It counts only while the files are what they were, octet by octet, and for the very program
that wrote it.
"""

import os
import pickle
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO

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
            _dump(config, file)
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


def _dump(config: Config, file: BinaryIO) -> None:
    pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _Reducers()
    pickler.dump(config)


class _Reducers(dict[type, Callable[[Any], Any]]):
    """How values of each type are taken apart.

    Frozen dataclasses in a third of the time their own way takes, which asks what their fields are at each one.
    """

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        if issubclass(kind, type):
            raise KeyError(kind)  # classes stand by their name, as the pickler has it
        names = [field.name for field in fields(kind)] if is_dataclass(kind) else []
        self[kind] = found = _taken_apart(kind, attrgetter(*names)) if len(names) > 1 else _its_own_way
        return found


def _its_own_way(one: Any) -> Any:
    return one.__reduce_ex__(pickle.HIGHEST_PROTOCOL)


def _taken_apart(kind: type, values: Callable[[object], tuple[object, ...]]) -> Callable[[Any], Any]:
    return lambda one: (_again, (kind, *values(one)))


def _again(kind: type, *values: object) -> object:
    one: object = object.__new__(kind)
    for put, value in zip(_puts(kind), values, strict=True):
        put(one, value)
    return one


@cache
def _puts(kind: Any) -> tuple[Callable[[object, object], None], ...]:
    """What sets each field of a frozen dataclass with slots."""
    return tuple(getattr(kind, field.name).__set__ for field in fields(kind))
