"""Operators' patterns over text that a stranger wrote."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.extracts import Extract
from gslb.probes.dialogue.patterns import OCCURRENCES, WINDOW, is_found, number_of


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^200 OK", "200 OK\r\n", True),
        ("^200 OK", "x200 OK", False),
        ("(?i)groupwise", "GROUPWISE Agent", True),
        (r"var\s+userId", "<script>var userId = 'probe'</script>", True),
        ("Übersicht", "die Übersicht", True),
    ],
)
def test_a_pattern_is_looked_for_anywhere(pattern, text, found):
    """As a search, unless the pattern itself is anchored."""
    assert is_found(pattern, text) is found


def test_no_page_can_stretch_a_search():
    """The pattern that takes others for ever takes a quarter megabyte here in no time."""
    begun = time.process_time()

    assert not is_found("(x+x+)+y", "x" * 262_144)
    assert time.process_time() - begun < 2.0


def queue(pattern=r"Outbound\D*([0-9,.]+)"):
    """The length of a queue."""
    return Extract(name="outbound", pattern=pattern)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("<td>Outbound</td><td>12</td>", 12),
        ("Outbound 1,234", 1234),
        ("Outbound 0.5", 0.5),
        ("Outbound: none. Outbound: 7", 7),
        ("Outbound ,", None),
        ("Outbound 1.2.3", None),
        ("Inbound 3", None),
        ("Outbound" + " " * WINDOW + "5", None),
        ("Outbound -\n" * OCCURRENCES + "Outbound 4", None),
    ],
)
def test_the_first_number_behind_the_text_counts(text, number):
    """Within a window behind the first few places where the text stands."""
    assert number_of(queue(r"Outbound[^0-9\n]*([0-9,.]+)" if "\n" in text else queue().pattern), text) == number


def test_no_page_can_stretch_a_number():
    """The worst that config lets through, on the worst page, does not hold the loop for long."""
    begun = time.process_time()

    assert number_of(queue("abc.*.*(.*)x"), "abc" * 80_000) is None
    assert time.process_time() - begun < 2.0


@given(st.text(max_size=300))
def test_any_text_gives_a_number_or_none(text):
    """Nothing on a page raises."""
    assert isinstance(number_of(queue("Outbound (.*)"), f"Outbound {text}"), float | None)
