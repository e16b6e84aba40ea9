import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from gslb import logs


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Logging is put back after each test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


class Broken(io.StringIO):
    """A stream whose disk is full."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_events_are_json_lines() -> None:
    """Off a terminal each event is one JSON object with its keys."""
    out = io.StringIO()
    logs.set_up(stream=out)
    structlog.get_logger().info("transition", old="up", new="down")
    line = json.loads(out.getvalue())

    assert (line["event"], line["old"], line["new"], line["level"]) == ("transition", "up", "down", "info")
    assert line["timestamp"].endswith("Z")


def test_people_get_text() -> None:
    """On a terminal, or when asked for, lines are for people."""
    for out, form in ((Terminal(), None), (io.StringIO(), "console")):
        logs.set_up(form=form, stream=out)
        structlog.get_logger().info("transition", old="up")
        assert "transition" in out.getvalue()
        assert not out.getvalue().startswith("{")


def test_json_may_be_asked_for_on_a_terminal() -> None:
    """What the operator wrote counts."""
    out = Terminal()
    logs.set_up(form="json", stream=out)
    structlog.get_logger().info("x")

    assert json.loads(out.getvalue())["event"] == "x"


def test_less_than_the_level_is_not_written() -> None:
    """Each run's line is for debugging only."""
    out = io.StringIO()
    logs.set_up(stream=out, level="warning")
    structlog.get_logger().info("probed")
    structlog.get_logger().warning("transition")

    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["transition"]


def test_libraries_take_the_same_road() -> None:
    """A line of the standard library's loggers comes out as JSON too, with its traceback."""
    out = io.StringIO()
    logs.set_up(stream=out)
    try:
        raise RuntimeError("ours")
    except RuntimeError:
        logging.getLogger("asyncio").exception("it broke")
    line = json.loads(out.getvalue())

    assert (line["event"], line["level"]) == ("it broke", "error")
    assert "ours" in line["exception"]


def test_a_full_disk_loses_lines_only() -> None:
    """A log that cannot be written never stops the server."""
    logs.set_up(stream=Broken())
    structlog.get_logger().info("lost")
    lost = logs.Enduring(Broken())
    lost.write("x")
    lost.flush()

    assert lost.lost == 2
    assert "lost=2" in repr(lost)
