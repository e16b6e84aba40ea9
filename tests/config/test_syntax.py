import pytest

from gslb.config.positions import read


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("a:\n\tb: c\n", (2, 1), "a tab indents this line: indent with blanks only"),
        ("a: b\n\tc: d\n", (2, 1), "a tab indents this line"),
        ("a: |\n\tx\n", (2, 1), "a tab indents this line"),
        ("a: %30\n", (1, 4), '%30 cannot stand here without quotes: write "%30"'),
        ("@: {b: c}\n", (1, 1), '@ cannot stand here without quotes: write "@"'),
        ("a: {b: ::1}\n", (1, 8), '::1 cannot stand here without quotes: write "::1"'),
        ("a: {b: 2001:db8::}\n", (1, 8), '2001:db8:: cannot stand here without quotes: write "2001:db8::"'),
        ("a: *:53\n", (1, 4), '*:53 cannot stand here without quotes: write "*:53"'),
        ("a: !x!y b\n", (1, 4), "!x!y cannot stand here without quotes"),
        ("a: ]\n", (1, 4), "nothing stands here: a value is missing, or a bracket closes that never opened"),
        ("ttl:30\nb: c\n", (1, 1), "no blank behind the colon: write ttl: 30"),
        ("ttl:\u00a030\nb: c\n", (1, 1), "a no-break space stands in this line: write plain blanks"),
        ("ttl 30\nb: c\nd: e\n", (2, 2), "the line above goes on here: it lacks its colon, or this line is indented"),
        ("a: b\n  c: d\n", (2, 4), "the line above goes on here"),
        ("b: c\nttl 30\nd: e\n", (2, 1), "neither a key nor a list item: a key ends in a colon and a blank"),
        ("a: b: c\n", (1, 5), 'a second colon on one line: a text that holds ": " or ends in a colon wants quotes'),
        ("a: 2001:db8::\n", (1, 13), "a second colon on one line"),
        ("a:\n  b: c\n d: e\n", (3, 2), "no table above has its keys in column 2: check the indentation"),
        ("a: b\n- c\n", (2, 1), "a list item among the keys of a table: names stand here, without a dash"),
        ("a: 'it's'\n", (1, 8), "a value ended before this: put the whole of it in quotes"),
        ("a: {b: c}}\n", (1, 10), "} closes what never opened"),
        ("- a\nb: c\n", (2, 1), "no item of the list above: begin with a dash, or check the indentation"),
        ("a: {b: c\nd: e\n", (1, 4), "{ opens here: a comma or } is missing before line 2, column 2"),
        ("a: [b, c\n", (1, 4), "[ opens here: a comma or ] is missing before line 2, column 1"),
        ("a: 'x\nb: c\n", (1, 4), "a quote opens here and never closes"),
        ('a: "\\q"\n', (1, 5), "in double quotes \\ begins an escape: write \\\\, or use single quotes"),
        ("a: | x\n", (1, 6), "a text after | or > begins on the line below, indented"),
        ("a: - b\n", (1, 4), "a list does not begin on its key's line: write [one, two], or each item on a line below"),
        ("a: ? b\n", (1, 4), '? cannot stand here without quotes: write "?"'),
        ("a: b\n...\nc\n", (3, 1), "did not find expected <document start>"),
    ],
)
def test_a_broken_text_is_told_with_its_remedy(text: str, place: tuple[int, int], told: str) -> None:
    """Tabs, quotes, colons, brackets and indentation, each at the place where a person would mend it."""
    (fault,) = read(text).faults

    assert fault.place == place
    assert fault.message.startswith(f"not YAML: {told}")
