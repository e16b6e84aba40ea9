"""Frozen dataclasses by the ten thousand."""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
One = TypeVar("One")


def quick(kind: Callable[Arguments, One]) -> Callable[Arguments, One]:
    """What makes instances of a frozen dataclass with slots (no `__post_init__`, no base) in a third of the time.

    Its own constructor passes the guard against assignment at each field, by a call, and a class takes its arguments
    as a dict. Here a function fills a twin with the same slots and no guard, which becomes the one when it is whole.
    Arguments are given by name.
    """
    frozen: Any = kind
    if hasattr(frozen, "__post_init__") or frozen.__bases__ != (object,):
        raise TypeError(f"{frozen.__name__} is more than its fields")
    every = fields(frozen)
    known: dict[str, Any] = {"kind": frozen, "absent": MISSING}
    known["twin"] = type(f"Quick{frozen.__name__}", (), {"__slots__": tuple(each.name for each in every)})
    for each in every:
        known |= {f"default_{each.name}": each.default, f"make_{each.name}": each.default_factory}
    lines = (f"def make(*, {', '.join(map(_argument, every))}):", " one = twin()", *map(_line, every))
    exec("\n".join((*lines, " one.__class__ = kind", " return one")), known)  # noqa: S102 - as dataclasses do; see above
    made: Callable[Arguments, One] = known["make"]
    return made


def _argument(each: "Field[Any]") -> str:
    if each.default_factory is not MISSING:
        return f"{each.name}=absent"
    return each.name if each.default is MISSING else f"{each.name}=default_{each.name}"


def _line(each: "Field[Any]") -> str:
    made = f"make_{each.name}() if {each.name} is absent else " if each.default_factory is not MISSING else ""
    return f" one.{each.name} = {made}{each.name}"
