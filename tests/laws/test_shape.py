"""The shape of the code: sizes, empty package files, reasons beside exceptions."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "gslb").rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in SOURCES]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_files_and_functions_stay_small(source: Path) -> None:
    """A file has at most 400 lines, a function at most 50 without its docstring."""
    text = source.read_text()

    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if len(node.body) > 1 and ast.get_docstring(node) else node.body[0]
            assert (node.end_lineno or 0) - first.lineno < 50, node.name


def test_package_files_are_empty() -> None:
    """A package says what it is by its modules' names."""
    assert [path for path in SOURCES if path.name == "__init__.py" and path.read_text()] == []


def test_exceptions_to_a_lint_carry_their_reason() -> None:
    """noqa, type: ignore and no cover have a code and a reason behind them."""
    exception = re.compile(r"#\s*(noqa|type:\s*ignore|pragma: no cover)")
    reasoned = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\]|pragma: no cover)\s+[-#]\s+\w")
    for source in SOURCES:
        for number, line in enumerate(source.read_text().splitlines(), 1):
            assert not exception.search(line) or reasoned.search(line), f"{source}:{number}"


def test_every_test_is_one_sentence() -> None:
    """Each test has a docstring of one sentence: the fact it proves."""
    for path in TESTS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"


def test_no_test_sleeps() -> None:
    """Waiting is for a condition, never for a time."""
    for path in [*TESTS, *(ROOT / "tests" / "kit").rglob("*.py")]:
        assert not re.search(r"(?<![\w.])(time|asyncio)\.sleep\((?!0\))", path.read_text()), path
