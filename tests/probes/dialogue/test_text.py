"""What is stored of a peer's bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.probes.dialogue.text import TEXT_LIMIT, shown


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"hi there", "hi there"), (b"\x1b[2Jhi", r"\x1b[2Jhi"), (b"\xff\x00\x7f", r"\xff\x00\x7f"), (b"", "")],
)
def test_control_bytes_are_escaped(data, text):
    """No terminal is told to do anything."""
    assert shown(data) == text


@given(st.binary(max_size=1000))
def test_whatever_came_is_short_printable_ascii(data):
    """At most TEXT_LIMIT characters."""
    text = shown(data)

    assert len(text) <= TEXT_LIMIT
    assert text.isascii()
    assert text.isprintable()
