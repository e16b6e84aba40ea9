"""Which patterns are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.config.patterns import parse_number_pattern, parse_pattern


@pytest.mark.parametrize("pattern", ["^200 OK", "(?i)a|b", "(x+x+)+y", r"\buserId\b", "Ü"])
def test_what_may_be_looked_for(pattern: str) -> None:
    """Anything that Rust's regex crate knows: it is linear in time."""
    assert parse_pattern(pattern) == pattern


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(?=a)", "look-around"),
        (r"(a)\1", "backreferences"),
        ("(", "is no pattern"),
        ("a{99999}{99999}", "is no pattern"),
        ("x" * 501, "longer than 500"),
        ("", "is no text"),
        (1, "is no text"),
    ],
)
def test_what_may_not_be_looked_for(pattern: object, message: str) -> None:
    """Each with its reason."""
    with pytest.raises(ValueError, match=message):
        parse_pattern(pattern)


@pytest.mark.parametrize("pattern", ["Outbound[^0-9]*([0-9]+)", r"Up: (\d+)", r"abc\(b\|c ([]*+?{]+)", "abc(.)"])
def test_what_may_cut_a_number_out(pattern: str) -> None:
    """A text, and one group behind it."""
    assert parse_number_pattern(pattern) == pattern


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("Outbound", "has 0 groups"),
        ("abc(.)(.)", "has 2 groups"),
        ("abc(", "is no pattern"),
        ("abc([[])", "nested set"),
        ("(Outbound)", "must begin with the text"),
        ("ab?([0-9])", "must begin with the text"),
        ("abc(a|b)", "no alternatives"),
        ("abc(a+)+", "repeats no group"),
        ("abc(?:a+)(b)", "repeats no group"),
        ("abc(?P<n>.)", "repeats no group"),
        ("abca*b*c*(d*)", "more than 3"),
        ("abca{2}b{3}c{4}(d{5})", "more than 3"),
    ],
)
def test_what_may_not_cut_a_number_out(pattern: str, message: str) -> None:
    """Each with its reason."""
    with pytest.raises(ValueError, match=message):
        parse_number_pattern(pattern)


@given(st.text(alphabet="ab()[]{}*+?|\\.^$,1", max_size=30))
def test_a_pattern_is_taken_or_refused(text: str) -> None:
    """Nothing else comes of any text."""
    for parse in (parse_pattern, parse_number_pattern):
        try:
            parse(f"abc{text}")
        except ValueError:
            continue
