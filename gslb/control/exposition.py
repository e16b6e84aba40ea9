"""Prometheus' text format, written straight: with 10,000 members a scrape has 100,000 lines, and none is an object."""

from collections.abc import Iterable
from functools import lru_cache

from prometheus_client.utils import floatToGoString


@lru_cache(maxsize=8192)
def number(value: float) -> str:
    """A value as Go writes it, zero without a sign; most of them are met again and again."""
    return str(floatToGoString(value + 0.0))  # type: ignore[no-untyped-call]  # untyped upstream


def escaped(value: str) -> str:
    """The value of a label."""
    if "\\" in value or '"' in value or "\n" in value:
        return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return value


def labels(**values: str) -> str:
    """What stands between the braces of a sample, names in the order of the alphabet as prometheus-client has them."""
    return ",".join([f'{name}="{escaped(values[name])}"' for name in sorted(values)])


class Family:
    """One metric of several samples. `kind`: gauge, or counter, whose samples end in _total."""

    __slots__ = ("_head", "_lines", "name")

    def __init__(self, name: str, text: str, kind: str = "gauge") -> None:
        self.name = f"{name}_total" if kind == "counter" else name
        self._head = f"# HELP {self.name} {text}\n# TYPE {self.name} {kind}\n"
        self._lines: list[str] = []

    def add(self, inside: str, value: float) -> None:
        """One sample; `inside`: its labels, as `labels` makes them."""
        self._lines.append(f"{self.name}{{{inside}}} {number(value)}\n")

    def write(self, lines: str) -> None:
        """Samples that are text already."""
        self._lines.append(lines)

    def __str__(self) -> str:
        return self._head + "".join(self._lines)


def counter(name: str, text: str) -> Family:
    """A family whose values only grow."""
    return Family(name, text, "counter")


def single(name: str, text: str, value: float, kind: str = "gauge") -> Family:
    """A metric of one sample, without labels."""
    made = Family(name, text, kind)
    made.write(f"{made.name} {number(value)}\n")
    return made


def exposition(families: Iterable[Family]) -> bytes:
    """The text of all of them, in this order."""
    return b"".join([str(family).encode() for family in families])
