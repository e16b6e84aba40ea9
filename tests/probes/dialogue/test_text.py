"""What is stored of a peer's bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.probes.dialogue.text import TEXT_LIMIT, masked, shown


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


def test_secrets_are_masked_wherever_they_stand():
    """Whole, and where the text was cut inside one."""
    secrets = ("hunter22", "aHVudGVyMjI=")

    assert masked("no: hunter22 aHVudGVyMjI= hunter22", secrets) == "no: *** *** ***"
    assert masked(shown(b"x" * 195 + b"hunter22"), secrets) == "x" * 195 + "***"
    assert masked("hunte", secrets) == "hunte"
    assert masked(shown("pässword".encode()), ("pässword".encode().decode("latin-1"),)) == "***"
