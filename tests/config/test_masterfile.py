import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.config.masterfile import LineFault, logical_lines


def texts(source: str) -> list[str]:
    """The logical lines of a text without fault."""
    lines, faults = logical_lines(source)
    assert faults == []
    return [line.text for line in lines]


def test_comments_and_empty_lines_go() -> None:
    """What follows a semicolon is no data, except in quotes and behind a backslash."""
    assert texts('a A 1 ; x\n\n ; y\nb TXT "c;d" e\\;f\r\n') == ["a A 1", 'b TXT "c;d" e\\;f']


def test_parentheses_join_lines() -> None:
    """A record in parentheses is one line, told by its first."""
    lines, _ = logical_lines('@ SOA a b ( 1 ; serial\n  2 "x)"\n 3 )\nc A 1\n')

    assert [(line.line, line.text.split()) for line in lines] == [
        (1, ["@", "SOA", "a", "b", "1", "2", '"x)"', "3"]),
        (4, ["c", "A", "1"]),
    ]


def test_a_leading_blank_means_the_owner_above() -> None:
    """A line that begins with a blank continues; its column is that of its first word."""
    lines, _ = logical_lines("a A 1\n\t  A 2\n")

    assert [(line.continues, line.column) for line in lines] == [(False, 1), (True, 4)]


def test_words_keep_quotes_and_escapes() -> None:
    """Blanks inside quotes and behind backslashes do not end a word."""
    lines, _ = logical_lines('a TXT "b c" d\\ e "f\\"g"\n')

    assert [word.text for word in lines[0].words()] == ["a", "TXT", '"b c"', "d\\ e", '"f\\"g"']


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("a A 1 )\n", LineFault(1, 7, "a parenthesis closes that never opened")),
        ("x\na ( b\nc\n", LineFault(2, 1, "a parenthesis opens here and never closes")),
        ('a TXT "b\n', LineFault(1, 7, "a quote opens here and does not close on its line")),
    ],
)
def test_lines_that_cannot_be_read_are_told(source: str, fault: LineFault) -> None:
    """Each fault has its line and column."""
    assert logical_lines(source)[1] == [fault]


def test_one_bad_line_hides_no_other() -> None:
    """The lines around a fault are still read."""
    lines, faults = logical_lines('a A 1\nb TXT "c\nd A 2\n')

    assert [line.text for line in lines] == ["a A 1", "d A 2"]
    assert len(faults) == 1


@given(st.text(alphabet='ab ();"\\\n\t\r$@', max_size=60))
def test_any_text_is_lines_and_faults(source: str) -> None:
    """Splitting never raises, and no logical line is empty."""
    lines, _ = logical_lines(source)

    assert all(line.words() for line in lines)
