"""Lines cut from whatever a stranger sends (probes.md 1.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.observations import Reason
from gslb.probes.dialogue.cutting import Line, cut_line

LIMIT = 20


@pytest.mark.parametrize(
    ("buffer", "cut"),
    [
        (b"", None),
        (b"220 hi", None),
        (b"220 hi\r", None),
        (b"220 hi\r\nmore", Line(b"220 hi", 8, False)),
        (b"220 hi\nmore", Line(b"220 hi", 7, True)),
        (b"\r\n", Line(b"", 2, False)),
        (b"\n", Line(b"", 1, True)),
        (b"\xff\x1b\r\n", Line(b"\xff\x1b", 4, False)),
        (b"a\0b\r\n", Reason.PROTOCOL_ERROR),
        (b"a\0", Reason.PROTOCOL_ERROR),
        (b"220 hi\r220 ho", Reason.PROTOCOL_ERROR),
        (b"220 hi\r\r\n", Reason.PROTOCOL_ERROR),
        (b"x" * 19 + b"\n", Line(b"x" * 19, 20, True)),
        (b"x" * 20 + b"\n", Reason.BOUNDS_EXCEEDED),
        (b"x" * 20, Reason.BOUNDS_EXCEEDED),
        (b"x" * 19, None),
        (b"x\n\0", Line(b"x", 2, True)),
    ],
)
def test_what_is_a_line(buffer, cut):
    """CRLF or a bare LF ends one; NUL and a CR elsewhere are no text; the limit counts the end."""
    assert cut_line(bytearray(buffer), LIMIT) == cut


def lines_of(pieces):
    """All lines, then the fault or None."""
    buffer, found = bytearray(), []
    for piece in pieces:
        buffer += piece
        while isinstance(cut := cut_line(buffer, LIMIT) if buffer else None, Line):
            found.append(cut)
            del buffer[: cut.taken]
        if cut is not None:
            return [*found, cut]
    return [*found, None]


@given(st.lists(st.sampled_from([b"a", b"\r\n", b"\n", b"\r", b"\0", b"x" * 9]), max_size=20), st.data())
def test_segments_do_not_matter(parts, data):
    """Any split of any bytes gives the same lines and the same fault."""
    whole = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    assert lines_of(pieces) == lines_of([whole]) == lines_of([bytes([byte]) for byte in whole])
