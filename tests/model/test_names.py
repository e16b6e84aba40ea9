"""Names in wire form."""

import dns.name
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.errors import WireError
from gslb.model import names

labels = st.lists(st.binary(min_size=1, max_size=20), min_size=0, max_size=8).map(tuple)


@given(labels)
def test_text_and_wire_are_inverse(parts: tuple[bytes, ...]) -> None:
    """Whatever octets a name holds, its text reads back as the same name, lower-cased."""
    wire = names.join(parts)

    assert names.to_wire(names.to_text(wire)) == wire.lower()


@given(labels)
def test_text_is_what_dnspython_reads(parts: tuple[bytes, ...]) -> None:
    """Another library reads our text as the same labels."""
    wire = names.join(parts)

    assert dns.name.from_text(names.to_text(wire)).labels[:-1] == parts


@given(st.lists(labels, max_size=6))
def test_canonical_order_is_that_of_dnspython(many: list[tuple[bytes, ...]]) -> None:
    """RFC 4034 section 6.1, judged by dnspython."""
    ours = sorted((names.join(parts).lower() for parts in many), key=names.canonical_key)
    theirs = sorted(dns.name.Name([part.lower() for part in parts] + [b""]) for parts in many)

    assert ours == [name.to_wire() for name in theirs]


@pytest.mark.parametrize(
    ("text", "origin", "wire"),
    [
        ("@", b"\3com\0", b"\3com\0"),
        (".", b"\3com\0", b"\0"),
        ("Mail", b"\3com\0", b"\4mail\3com\0"),
        ("mail.", b"\3com\0", b"\4mail\0"),
        (r"a\.b", b"\0", b"\3a.b\0"),
        (r"a\032b", b"\0", b"\3a b\0"),
    ],
)
def test_to_wire(text: str, origin: bytes, wire: bytes) -> None:
    """Relative names end in the origin; escapes are understood; letters are lower-cased."""
    assert names.to_wire(text, origin) == wire


@pytest.mark.parametrize("text", ["", "a..b", "..", "x" * 64, "\\", "a\\", ("x" * 63 + ".") * 4 + "x"])
def test_what_is_no_name_is_refused(text: str) -> None:
    """Empty, too long and unfinished names raise WireError."""
    with pytest.raises(WireError):
        names.to_wire(text)


def test_a_short_escape_is_a_character() -> None:
    """A backslash before fewer than three digits escapes one character."""
    assert names.to_wire("a\\30") == b"\3a30\0"


def test_parent_and_below() -> None:
    """A name lies below itself and its ancestors; the root is its own parent."""
    mail, com = names.to_wire("mail.com."), names.to_wire("com.")

    assert names.parent(mail) == com
    assert names.parent(b"\0") == b"\0"
    assert names.is_below(mail, com)
    assert names.is_below(mail, mail)
    assert not names.is_below(com, mail)
    assert not names.is_below(names.to_wire("gmail.org."), com)


def test_the_root_as_text() -> None:
    """The root is one dot."""
    assert names.to_text(b"\0") == "."
