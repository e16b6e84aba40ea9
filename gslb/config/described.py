"""What each key of a table says of itself: the sentence below it in the source, looked up when somebody asks."""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise


@cache
def descriptions(table: type) -> Mapping[str, str]:
    """By key, those of the tables it extends included. A table that is no class at the top of a file has none."""
    told: dict[str, str] = {}
    for kind in reversed(table.__mro__):
        told.update(_sentences(kind))
    return told


def _sentences(kind: type) -> Iterator[tuple[str, str]]:
    written = _classes(kind.__module__).get(kind.__qualname__) if kind.__module__.startswith("gslb.") else None
    for key, below in pairwise(written.body if written else ()):
        if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name) and isinstance(below, ast.Expr):
            sentence = ast.literal_eval(below.value)
            yield key.target.id, inspect.cleandoc(sentence)


@cache
def _classes(module: str) -> Mapping[str, ast.ClassDef]:
    parsed = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in parsed.body if isinstance(node, ast.ClassDef)}
