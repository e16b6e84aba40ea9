"""Numbers that are read from a page."""

import pytest

from gslb.model.extracts import Extract


@pytest.mark.parametrize(
    ("pattern", "anchor"),
    [
        (r"Outbound\D*([0-9]+)", "Outbound"),
        ("SMTP Send: ([0-9]+)", "SMTP Send: "),
        ("ab*([0-9])", "a"),
        ("a?([0-9])", ""),
        ("([0-9])", ""),
        ("abc", "abc"),
    ],
)
def test_the_plain_text_a_pattern_begins_with(pattern: str, anchor: str) -> None:
    """Up to the first special character, less the letter that a quantifier belongs to."""
    assert Extract(name="x", pattern=pattern).anchor == anchor
