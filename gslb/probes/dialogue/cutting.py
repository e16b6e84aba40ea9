r"""Lines, cut from a buffer that a stranger fills (probes.md 1.3).

CRLF ends a line; a bare LF is taken for one, and told. NUL, and CR anywhere else, are no text protocol. What counts is
where a byte stands, not in which segment it came: any split of the same bytes gives the same lines and the same fault.
"""

from typing import NamedTuple

from gslb.model.observations import Reason


class Line(NamedTuple):
    """A line without its end, the bytes it took with it, and whether it ended in a bare LF."""

    data: bytes
    taken: int
    bare_lf: bool


def cut_line(buffer: bytearray, limit: int) -> Line | Reason | None:
    """The first line of the buffer; a Reason where there can be none; None while more bytes are needed.

    `limit` bounds the line, its end included. Removes nothing.
    """
    end = buffer.find(b"\n", 0, limit)
    window = buffer[: limit if end < 0 else end]
    if b"\0" in window:
        return Reason.PROTOCOL_ERROR
    cr = window.find(b"\r")
    if 0 <= cr < len(window) - 1:
        return Reason.PROTOCOL_ERROR
    if end < 0:
        return Reason.BOUNDS_EXCEEDED if len(buffer) >= limit else None
    if cr < 0:
        return Line(bytes(window), end + 1, True)
    return Line(bytes(window[:cr]), end + 1, False)
