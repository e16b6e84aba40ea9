"""The checks of a pool as written: a list, of which all must pass, or so many of a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from gslb.config.positions import Path
from gslb.config.values import Parsed, parse_check_name, shown
from gslb.model.pools import Requirement

HOW = "write a list of checks, {any_of: [a, b]} or {at_least: 2, of: [a, b, c]}"


@dataclass(frozen=True, slots=True)
class Checks:
    """The names, below which key they stand (none for a plain list), and how many must be good (0: all)."""

    names: tuple[str, ...] = ()
    key: str | None = None
    at_least: int = 0

    @property
    def requirement(self) -> Requirement | None:
        """As the model has it; None for a plain list."""
        return None if self.key is None else Requirement(at_least=self.at_least, of=self.names)

    def path(self, pool: Path) -> Path:
        """Where the names stand, each at its index."""
        return (*pool, "checks") if self.key is None else (*pool, "checks", self.key)


def parse_checks(value: object) -> Checks:
    """What stands under `checks`. Raises ValueError."""
    if isinstance(value, list):
        return Checks(_names(value))
    if not isinstance(value, dict):
        raise ValueError(f"{shown(value)} is no list of checks: {HOW}")
    if value.keys() == {"any_of"}:
        return Checks(_needed(value["any_of"]), "any_of", 1)
    if value.keys() != {"at_least", "of"}:
        raise ValueError(f"{', '.join(map(str, value)) or 'an empty table'}: {HOW}")
    names, count = _needed(value["of"]), value["at_least"]
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= len(names):
        raise ValueError(f"at_least: {shown(count)} of {len(names)} checks: write 1 to {len(names)}")
    return Checks(names, "of", count)


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{shown(value)} is no list of checks: {HOW}")
    return tuple(parse_check_name(name) for name in value)


def _needed(value: object) -> tuple[str, ...]:
    names = _names(value)
    if not names:
        raise ValueError(f"an empty list: {HOW}")
    return names


def with_parents(names: Iterable[str], depends_on: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The names, and after them all they depend on, however far. Cycles are refused elsewhere, and end here."""
    found = dict.fromkeys(names)
    waiting = list(found)
    while waiting:
        for parent in depends_on.get(waiting.pop(0), ()):
            if parent not in found:
                found[parent] = None
                waiting.append(parent)
    return tuple(found)


_LIST = {"type": "array", "items": {"type": "string"}}
_TABLE = {
    "type": "object",
    "properties": {"any_of": _LIST, "at_least": {"type": "integer", "minimum": 1}, "of": _LIST},
    "additionalProperties": False,
}
ChecksValue: TypeAlias = Annotated[Checks, Parsed(parse_checks, (("anyOf", [_LIST, _TABLE]),))]
