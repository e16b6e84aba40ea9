import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.errors import TableError
from gslb.handoff.integrity import digest, verified
from gslb.handoff.layout import HEADER, NAMES_MAGIC, PART_MAGIC, VERSION
from gslb.handoff.writer import part_file

WHOLE, _ = part_file({}, slots=3, generation=7)


def test_a_whole_file_tells_its_generation() -> None:
    """What the writer made is accepted."""
    assert verified(memoryview(WHOLE), PART_MAGIC) == 7


@settings(deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_octet_is_refused(at: int, change: int) -> None:
    """Header, digest or body: one octet off and the file is not served from."""
    broken = bytearray(WHOLE)
    broken[at] ^= change

    with pytest.raises(TableError):
        verified(memoryview(broken), PART_MAGIC)


@settings(deadline=None)
@given(st.integers(0, len(WHOLE) - 1))
def test_any_shortened_file_is_refused(length: int) -> None:
    """A file cut off anywhere is not served from."""
    with pytest.raises(TableError):
        verified(memoryview(WHOLE[:length]), PART_MAGIC)


def test_another_kind_is_refused() -> None:
    """A part is no names file."""
    with pytest.raises(TableError, match="magic"):
        verified(memoryview(WHOLE), NAMES_MAGIC)


def test_another_version_is_refused() -> None:
    """A layout this program does not know is refused by name, even when its digest is right."""
    newer = bytearray(WHOLE)
    struct.pack_into("<I", newer, 8, VERSION + 1)
    newer[32 : HEADER.size] = digest(newer)

    with pytest.raises(TableError, match=f"version is {VERSION + 1}"):
        verified(memoryview(newer), PART_MAGIC)
