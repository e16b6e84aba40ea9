"""Keys of the contract whose meaning is not built yet: refused whatever their value, never accepted and ignored.

They stand in no schema. A line leaves this table in the commit that builds its capability.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

from gslb.config.positions import Path

Kind: TypeAlias = Literal["gslb", "zone", "checks"]


class Later(NamedTuple):
    """A key (`*`: any name or item), the capability it belongs to, and, where only some values are meant, which."""

    kind: Kind
    key: str
    capability: str
    when: Callable[[Any], bool] | None = None


def _is_one_of(*words: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in words


_NODE = (
    Later("gslb", "history", "the history of events"),
    Later("gslb", "cluster", "several nodes that vote"),
    Later("gslb", "notify", "notifications"),
)


TABLE: tuple[Later, ...] = _NODE
"""Every key, and every value of a key, that a later version will understand."""


def find(kind: Kind, value: object) -> Iterator[tuple[Path, str]]:
    """The key paths in one file's value that are not available yet, each with its capability."""
    for later in TABLE:
        if later.kind == kind:
            for path, found in _matches(value, tuple(later.key.split(".")), ()):
                if later.when is None or later.when(found):
                    yield path, later.capability


def _matches(value: object, pattern: tuple[str, ...], path: Path) -> Iterator[tuple[Path, object]]:
    if not pattern:
        yield path, value
        return
    first, rest = pattern[0], pattern[1:]
    if first == "*":
        for key, inner in _items(value):
            yield from _matches(inner, rest, (*path, key))
    elif isinstance(value, dict) and first in value:
        yield from _matches(value[first], rest, (*path, first))


def _items(value: object) -> list[tuple[str | int, object]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []
