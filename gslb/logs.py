"""The log: structlog's set-up. Events with keys, as JSON or, on a terminal, for people.

Lines of the standard library's loggers (asyncio, aiohttp) take the same road. A log that cannot be written (its disk
full, its reader gone) loses lines; it never stops the server.
"""

import logging
import sys
from typing import Any, TextIO

import structlog

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def set_up(*, form: str | None = None, level: str = "info", stream: TextIO | None = None) -> None:
    """Send every event of at least `level` to `stream` (standard error).

    `form` is json or console; None: console where the stream is a terminal, else json.
    """
    out = Enduring(stream or sys.stderr)
    console = form == "console" or (form is None and out.stream.isatty())
    least = LEVELS.get(level, logging.INFO)
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.types.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=out.stream.isatty())]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=out),  # type: ignore[arg-type] # write and flush are all it uses
        cache_logger_on_first_use=False,
    )
    _take_over_standard_logging(out, shared, last, least)


class Enduring:
    """A stream whose failures cost lines, not the process. `lost` counts them."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.lost = 0

    def write(self, text: str) -> int:
        """Write, or lose the text."""
        try:
            return self.stream.write(text)
        except (OSError, ValueError):
            self.lost += 1
            return 0

    def flush(self) -> None:
        """Flush, or lose what was buffered."""
        try:
            self.stream.flush()
        except (OSError, ValueError):
            self.lost += 1

    def __repr__(self) -> str:
        return f"<Enduring {getattr(self.stream, 'name', '?')} lost={self.lost}>"


def _take_over_standard_logging(
    out: Enduring, shared: list[structlog.types.Processor], last: list[structlog.types.Processor], least: int
) -> None:
    handler: logging.StreamHandler[Any] = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries tell every request at info; that is detail here.
    root.setLevel(max(least, logging.WARNING))
