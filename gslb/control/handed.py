"""The configuration as `gslb run` has read it, handed to the first control: nothing is parsed and judged twice.

That control is started before the files are read, so that it is all there when they are: both take about as long. It
gets what was read through a pipe between the two, and then waits at its end, the gate, until the supervisor holds
run_dir and lets it go on. A pipe that ends before that says that there is nothing to do.
"""

import pickle
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from gslb.model.settings import Config

if TYPE_CHECKING:
    from gslb.control.memory import Remembered
    from gslb.control.scene import Scene


@dataclass(slots=True)
class Handed:
    """A configuration, the octets that `load` read for it, what its state_dir remembers, and what follows from it."""

    config: Config
    archive: Mapping[str, bytes]
    remembered: "Remembered | None" = None
    scene: "Scene | None" = None

    def spend(self) -> tuple["Remembered | None", "Scene | None"]:
        """What is remembered, and the scene, once: both hold much that is of no use when the first table is made."""
        spent = self.remembered, self.scene
        self.archive, self.remembered, self.scene = {}, None, None
        return spent


def tell_state_dir(state_dir: Path, gate: BinaryIO) -> None:
    """Say into the pipe, first of all, where control may recall what it was, while the files are read."""
    _say(gate, state_dir)


def hand_on(config: Config, archive: Mapping[str, bytes], gate: BinaryIO) -> None:
    """Say it into the pipe. A control that has died meanwhile costs time alone: another one reads the files."""
    _say(gate, dict(archive), config)


def _say(gate: BinaryIO, *values: object) -> None:
    try:
        for value in values:
            pickler = pickle.Pickler(gate, pickle.HIGHEST_PROTOCOL)
            pickler.dispatch_table = _Reducers()
            pickler.dump(value)
        gate.flush()
    except BrokenPipeError:
        pass  # its end is noticed by who waits for it


def take(gate: BinaryIO, now: Callable[[], float] = time.time) -> Handed | None:
    """What was said into the pipe, once an octet more opens the gate; None where it ended instead. `now`: Unix time."""
    try:
        state_dir = pickle.load(gate)  # noqa: S301 - from our parent, through a pipe that nobody else has
        remembered = _recalled(state_dir, now())
        archive = pickle.load(gate)  # noqa: S301 - the same
        config = pickle.load(gate)  # noqa: S301 - the same
    except (EOFError, pickle.UnpicklingError):
        return None
    from gslb.control.scene import scene_of  # as below

    found = Handed(config, archive, remembered if config.node.state_dir == state_dir else None, scene_of(config))
    return found if gate.read(1) else None


def _recalled(state_dir: Path, now: float) -> "Remembered":
    from gslb.control.memory import Memory  # here: `gslb run` has no need of it
    from gslb.health.saved import from_plain

    found = Memory(state_dir).recall()
    return found if found.ledger is None else replace(found, ledger=from_plain(found.ledger, now))


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
