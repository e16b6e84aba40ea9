"""BER as LDAP uses it, bounded (X.690, probes.md 1.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.probes.dialogue.ber import DEPTH, Element, Malformed, decoded, element, integer, length_octets


@pytest.mark.parametrize(
    ("value", "octets"), [(0, "020100"), (127, "02017f"), (128, "02020080"), (65535, "020300ffff")]
)
def test_numbers_never_look_negative(value, octets):
    """A leading zero keeps the sign."""
    assert integer(value) == bytes.fromhex(octets)
    assert decoded(integer(value)).number == value


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 70000])
def test_lengths_short_and_long(size):
    """What is written is read back."""
    assert decoded(element(4, b"x" * size)) == Element(4, b"x" * size)


def test_parts_of_what_is_constructed():
    """Elements in elements."""
    inner = element(0x30, integer(1) + element(4, b"a"))

    assert decoded(element(0x61, inner)).parts == (Element(0x30, b"", (Element(2, b"\1"), Element(4, b"a"))),)


@pytest.mark.parametrize(
    ("octets", "exceeds"),
    [
        ("", False),
        ("30", False),
        ("3080", False),
        ("3085ffffffffff", True),
        ("3082", False),
        ("300302", False),
        ("30030203", False),
        ("3003020500", False),
        ("1f0100", False),
        ("020100ff", False),
    ],
)
def test_what_is_no_element(octets, exceeds):
    """Cut off, indefinite, endless, longer than what holds it, followed by more."""
    with pytest.raises(Malformed) as caught:
        decoded(bytes.fromhex(octets))
    assert caught.value.exceeds is exceeds


def test_nesting_is_bounded():
    """Eight deep is read, nine is not."""
    data = integer(1)
    for _ in range(DEPTH - 1):
        data = element(0x30, data)

    assert decoded(data).tag == 0x30
    with pytest.raises(Malformed, match="deep") as caught:
        decoded(element(0x30, data))
    assert caught.value.exceeds


def test_octets_of_a_length():
    """None for a short form, at most four for a long one."""
    assert [length_octets(first) for first in (0, 0x7F, 0x81, 0x84)] == [0, 0, 1, 4]


@given(st.binary(max_size=200))
def test_any_bytes_are_an_element_or_malformed(data):
    """Nothing else is ever raised."""
    try:
        decoded(data)
    except Malformed:
        pass


@given(st.recursive(st.binary(max_size=20), lambda inner: st.lists(inner, max_size=4), max_leaves=12))
def test_what_is_written_is_read_back(tree):
    """Whatever its shape, up to the depth that is looked at."""

    def made(part):
        return element(4, part) if isinstance(part, bytes) else element(0x30, b"".join(map(made, part)))

    def depth(part):
        return 1 if isinstance(part, bytes) else 1 + max(map(depth, part), default=0)

    def read(found):
        return found.octets if found.tag == 4 else list(map(read, found.parts))

    if depth(tree) <= DEPTH:
        assert read(decoded(made(tree))) == tree
