"""Names and records in messages."""

import dns.name
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.dns.wire import name_end, owner_end, record_end, whole_name
from tests.kit.tables import record

PACKET = b"\1A\3com\0" + b"\1b\xc0\0" + b"\xc0\7"


def test_whole_names() -> None:
    """A name is read as it stands, ends in a pointer, or is one; it comes out lower-cased."""
    assert whole_name(PACKET, 0) == b"\1a\3com\0"
    assert whole_name(PACKET, 7) == b"\1b\1a\3com\0"
    assert whole_name(PACKET, 11) == b"\1b\1a\3com\0"


@pytest.mark.parametrize(
    "octets", [b"\xc0\0", b"\1a\xc0\0", b"\1a\xc0\3", b"\x40a\0", b"\1a", b"\xc0", (b"\x3f" + b"a" * 63) * 5]
)
def test_no_name(octets: bytes) -> None:
    """Pointers that do not lead back, other kinds of labels, names cut short or too long are none."""
    assert whole_name(octets, 0) == b""


@given(st.binary(max_size=40), st.integers(0, 40))
def test_any_octets(octets: bytes, at: int) -> None:
    """Whatever stands there, reading a name ends, and what is read is a name."""
    name = whole_name(octets, at)

    assert not name or dns.name.from_wire(name, 0)[1] == len(name)


def test_ends() -> None:
    """Owners end behind their root or their pointer; plain names may hold no pointer."""
    assert [owner_end(PACKET, at) for at in (0, 7, 11)] == [7, 11, 13]
    assert [name_end(PACKET, at) for at in (0, 7, 11)] == [7, 0, 0]
    assert [owner_end(octets, 0) for octets in (b"", b"\1a", b"\x40", (b"\x3f" + b"a" * 63) * 5 + b"\0")] == [0] * 4


def test_records_end() -> None:
    """One record after another is found."""
    records = record("a.example.", 5, "A", "192.0.2.1") + record(".", 5, "TXT", "x" * 200)

    assert record_end(memoryview(records), record_end(memoryview(records), 0)) == len(records)
