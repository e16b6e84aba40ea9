import pytest

from gslb.handoff import layout


@pytest.mark.parametrize("record", ["HEADER", "NODE", "ENTRY", "VARIANT"])
def test_records_keep_the_alignment(record: str) -> None:
    """What is followed by offsets in units is itself a whole number of units."""
    assert getattr(layout, record).size % layout.UNIT == 0


def test_the_digest_ends_the_header() -> None:
    """It is the header's last field, 32 octets."""
    assert layout.HEADER.size == layout.DIGEST_AT + 32


def test_flags_are_apart() -> None:
    """Each node flag is a bit of its own, and all fit into one octet."""
    flags = [value for name, value in vars(layout).items() if name.startswith("NODE_")]

    assert sum(flags) == 2 ** len(flags) - 1 < 256
