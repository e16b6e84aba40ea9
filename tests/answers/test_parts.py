"""Parts as they were last written."""

from gslb.answers.entries import Made, not_ready
from gslb.answers.parts import Parts
from gslb.answers.slots import ZoneKind, ZoneSlot
from gslb.handoff.blocks import block
from gslb.handoff.specs import EntrySpec

SLOT = ZoneSlot(zone="mail.example.com", kind=ZoneKind.SOA)
MADE: list[list[Made]] = [[not_ready(), not_ready()], [not_ready()]]


def written(parts: Parts, generation: int) -> list[int]:
    """Write what is not as it was; which parts they were."""
    sheets = list(parts.sheets(MADE))
    for sheet in sheets:
        parts.write(sheet, generation)
    return [sheet.number for sheet in sheets]


def filled() -> Parts:
    """Two parts, written once."""
    parts = Parts(((SLOT, SLOT), (SLOT,)))
    assert parts.files == ()
    parts.put(0, 1, block(EntrySpec()))
    assert written(parts, 5) == [0, 1]
    return parts


def test_only_what_differs_is_written() -> None:
    """A part that nothing was put into, taken from or counted otherwise keeps its file."""
    parts = filled()
    first = parts.files
    parts.put(1, 0, block(EntrySpec()))

    assert written(parts, 6) == [1]
    assert written(parts, 7) == []
    parts.touch(0)
    assert written(parts, 8) == [0]
    assert [file.generation for file in first] == [5, 5]
    assert [file.generation for file in parts.files] == [8, 6]


def test_dropping() -> None:
    """An entry that goes is a change; one that was not there is none."""
    parts = filled()
    parts.drop(0, 0)
    assert written(parts, 6) == []

    parts.drop(0, 1)

    assert written(parts, 7) == [0]


def test_what_is_put_meanwhile_is_for_the_next() -> None:
    """A sheet is what stood when it was taken: what comes while it is written waits."""
    parts = filled()
    parts.touch(0)
    (sheet,) = parts.sheets(MADE)
    parts.put(0, 0, block(EntrySpec(rcode=3)))
    parts.write(sheet, 6)

    assert list(sheet.blocks) == [1]
    assert written(parts, 7) == [0]
