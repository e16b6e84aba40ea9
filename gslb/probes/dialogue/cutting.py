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
    text = bytes(buffer[: limit if end < 0 else end])
    cr = text.find(b"\r")
    if b"\0" in text or 0 <= cr < len(text) - 1:
        return Reason.PROTOCOL_ERROR
    if end < 0:
        return Reason.BOUNDS_EXCEEDED if len(buffer) >= limit else None
    return Line(text, end + 1, True) if cr < 0 else Line(text[:cr], end + 1, False)
