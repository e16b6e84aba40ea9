import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.config.positions import MAX_ALIASED, MAX_DEPTH, Place, places, read, scalar


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "y", "n", "No", "YES", "NO", "On"])
def test_norway_is_a_country(word: str) -> None:
    """Words that YAML 1.1 took for booleans are text."""
    assert read(f"country: {word}").value == {"country": word}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-3", -3),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("~", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("192.0.2.1", "192.0.2.1"),
        ("-", "-"),
        ("9" * 50, "9" * 50),
    ],
)
def test_plain_scalars_mean_what_the_core_schema_says(written: str, meant: object) -> None:
    """Numbers, null and booleans of YAML 1.2.2 section 10.3.2, and nothing else."""
    assert scalar(written) == meant
    assert type(scalar(written)) is type(meant)


def test_quoted_scalars_are_text() -> None:
    """Quotes keep a number from being one."""
    assert read("a: '1'\nb: \"true\"\nc: !!str 3\nd: ! 4").value == {"a": "1", "b": "true", "c": "3", "d": "4"}


def test_keys_are_always_text() -> None:
    """A key that looks like a number or null stays as written."""
    assert read("1: a\nnull: b\n0x1: c").value == {"1": "a", "null": "b", "0x1": "c"}


def test_aliases_repeat_a_value() -> None:
    """An anchored table can be used again."""
    assert read("a: &x {b: 1}\nc: *x\nd: &y 5\ne: *y\n&k f: *k").value == {
        "a": {"b": 1},
        "c": {"b": 1},
        "d": 5,
        "e": 5,
        "f": "f",
    }


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: 1\nb:\n  a: 1\n  a: 2\n", (4, 3), "written twice in this table"),
        ("a: [1, 2\n", (1, 4), "not YAML: [ opens here: a comma or ] is missing before line 2, column 1"),
        ("a:\n\t- b\n", (2, 1), "not YAML: a tab indents this line"),
        ("a: b\x01\n", (1, 5), "not text YAML allows: control characters are not allowed"),
        ("a: \ud800", (1, 4), "not text: half a surrogate pair"),
        ("a: 1\n---\nb: 2\n", (2, 1), "a second document (---): one document to a file"),
        ("a: !!int 3\n", (1, 4), "tag:yaml.org,2002:int: tags are not used here"),
        ("a: !!python/object:x {}\n", (1, 4), "tag:yaml.org,2002:python/object:x: tags are not used here"),
        ("[a]: 1\n", (1, 1), "a key is plain text"),
        ("a: *b\n", (1, 4), "*b: no such anchor above"),
        ("a: &x [1, *x]\n", (1, 11), "*x stands inside its own anchor"),
        ("a: " + "[" * 99, (1, 3 + MAX_DEPTH), f"nested deeper than {MAX_DEPTH} levels"),
    ],
)
def test_each_fault_of_syntax_has_its_place(text: str, place: tuple[int, int], message: str) -> None:
    """What cannot be read is told with line and column."""
    fault = read(text).faults[0]

    assert fault.place == Place(*place)
    assert fault.message.startswith(message)


def test_a_key_written_twice_is_told_by_its_path() -> None:
    """The first of two keys counts, and the second is a fault at its own key path."""
    tree = read("a:\n  - b: 1\n    b: 2\n")

    assert tree.value == {"a": [{"b": 1}]}
    assert [fault.path for fault in tree.faults] == [("a", 0, "b")]


def test_nested_anchors_cannot_fill_the_memory() -> None:
    """Ten lines that stand for ten billion values are refused before they are built."""
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    faults = read("\n".join(lines)).faults

    assert [fault.message for fault in faults] == [f"aliases add more than {MAX_ALIASED} values to this file"]


def test_positions_are_those_of_keys_and_items() -> None:
    """Line and column point at the key, or at the item of a list."""
    found = places("a:\n  b: [x, y]\n  c: |\n    text\n")

    assert found.keys[("a", "b", 1)] == Place(2, 10)
    assert found.of(("a", "b")) == Place(2, 3)
    assert found.of(("a", "missing", "deeper")) == Place(1, 1)
    assert found.of(("nothing",)) == Place(0, 0)
    assert found.blocks == {("a", "c")}


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet=st.characters(codec=None), max_size=200)
    | st.text(alphabet="ab:-[]{}&*!|>'\"#\n ,%@`\t?", max_size=80)
)
def test_reading_never_raises(text: str) -> None:
    """Any text is a value or faults, and has positions either way."""
    read(text)
    places(text)
