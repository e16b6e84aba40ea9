"""Transfer files: written, and read in place."""

from gslb.handoff.integrity import verified
from gslb.handoff.layout import TRANSFER_MAGIC
from gslb.handoff.transfers import Contents, Step, TransferFile, transfer_file

STEPS = (Step(1, 2, b"one"), Step(2, 7, b"and another"))
CONTENTS = Contents(b"\1a\0", 7, b"soa", b"records" * 9, STEPS)


def test_as_it_was_written() -> None:
    """Everything comes back as it was put in; the file verifies."""
    data = memoryview(transfer_file(CONTENTS, generation=3))
    file = TransferFile(data)

    assert verified(data, TRANSFER_MAGIC) == 3
    assert (file.apex, file.serial, file.soa, bytes(file.records)) == CONTENTS[:4]
    assert repr(file) == "<TransferFile serial=7 octets=63 steps=2>"


def test_since() -> None:
    """The steps since a serial of the journal; none of a serial that no step begins with."""
    file = TransferFile(memoryview(transfer_file(CONTENTS, generation=3)))
    found = {serial: file.since(serial) for serial in (1, 2, 3, 7)}

    assert {serial: steps and b"".join(steps) for serial, steps in found.items()} == {
        1: b"oneand another", 2: b"and another", 3: None, 7: None,
    }  # fmt: skip
