"""One file on its way from text to a schema model, gathering every fault it has.

A file with faults still yields a model, made of what is sound: faults between tables and files (a check that nobody
defined, a name from two sources) show in the same run as a mistyped key. What had to be left out is remembered as
damaged, so that no rule complains about its absence.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gslb.config import positions, sentences, unavailable
from gslb.config.positions import Path, Place, Places
from gslb.errors import Fault

Model = TypeVar("Model", bound=BaseModel)

_MAX_FAULTS = 1000
_ROUNDS = 12
_CUT = -1


class Document:
    """A file: its path, text and plain value; `faults` and `warnings` as they are found.

    `readable`: whether the text is YAML at all; nothing else can be said of it otherwise.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self._damaged: set[Path] = set()
        self._around_damage: set[Path] = set()
        tree = positions.read(text)
        self.value = tree.value
        self.readable = tree.value is not None or not tree.faults
        for found in tree.faults:
            self.fault(found.path, found.message, place=found.place)

    @cached_property
    def places(self) -> Places:
        """Line and column of every key; made when first asked for, which only a fault or warning does."""
        return positions.places(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return [line.removesuffix("\r") for line in self.text.split("\n")]

    def fault(self, path: Path, message: str, *, place: Place | None = None) -> None:
        """Add one thing wrong at a key path; what stands there counts as damaged."""
        self._damage(path)
        self.faults.append(self._at(path, message, place))

    def warn(self, path: Path, message: str, *, place: Place | None = None) -> None:
        """Add one thing doubtful at a key path."""
        self.warnings.append(self._at(path, message, place))

    def _at(self, path: Path, message: str, place: Place | None) -> Fault:
        where = place or self.places.of(path)
        return Fault(path=self.path, line=where.line, column=where.column, key=spelled(path), message=message)

    def _damage(self, path: Path) -> None:
        self._damaged.add(path)
        self._around_damage.update(path[:length] for length in range(len(path) + 1))

    def is_damaged(self, path: Path) -> bool:
        """Whether something at, in or around this key path was refused already."""
        return bool(self._damaged) and self._touches_damage(path)

    def _touches_damage(self, path: Path) -> bool:
        return path in self._around_damage or any(path[:length] in self._damaged for length in range(len(path) + 1))

    def model(self, kind: unavailable.Kind, model: type[Model], stand_ins: Mapping[str, object]) -> Model | None:
        """The whole file as a model. `stand_ins` take the place of required root keys that are wrong or missing."""
        if not self.readable:
            return None
        if self.value is None:
            self.value = {}
        self.refuse_unavailable(kind)
        return self.validated(self.value, model, (), stand_ins)

    def refuse_unavailable(self, kind: unavailable.Kind) -> None:
        """Refuse keys that are not available yet, and go on without them."""
        later = list(unavailable.find(kind, self.value))
        for path, capability in later:
            self.fault(path, f"not available yet: {capability}")
        self.value = without(self.value, (path for path, _ in later))

    def validated(
        self, value: object, model: type[Model], prefix: Path, stand_ins: Mapping[str, object]
    ) -> Model | None:
        """A table as a model; with faults, what remains of it after they are told; None when nothing does."""
        for attempt in range(_ROUNDS):
            try:
                return model.model_validate(value)
            except ValidationError as error:
                if attempt == 0:
                    self._tell(error, model, prefix)
                value = _with_stand_ins(without(value, _wrong(error)), stand_ins)
        return None

    def _tell(self, error: ValidationError, model: type[Model], prefix: Path) -> None:
        for path, message in sentences.told(error, model, prefix, at_most=_MAX_FAULTS):
            self.fault(path, message)
        if error.error_count() > _MAX_FAULTS:
            self.fault(prefix, f"and {error.error_count() - _MAX_FAULTS} faults more")


def spelled(path: Path) -> str:
    """A key path as people read it: pools.relays.members.relay1.addresses[0]."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _wrong(error: ValidationError) -> Iterable[Path]:
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        where = detail["loc"]
        yield where[:-1] if detail["type"] == "missing" or where[-1:] == ("[key]",) else where


def _with_stand_ins(value: object, stand_ins: Mapping[str, object]) -> object:
    return {**stand_ins, **value} if isinstance(value, dict) else dict(stand_ins)


def without(value: Any, paths: Iterable[Path]) -> Any:
    """A copy of a value without what stands at these paths; a list loses all its items with one."""
    tree: dict[str | int, Any] = {}
    for path in paths:
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node[_CUT] = True
    return _pruned(value, tree)


def _pruned(value: Any, tree: dict[str | int, Any]) -> Any:
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, inner in value.items():
        below = tree.get(key)
        if below is None:
            kept[key] = inner
        elif _CUT not in below and isinstance(inner, dict):
            kept[key] = _pruned(inner, below)
    return kept
