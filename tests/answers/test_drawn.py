from gslb.answers.drawn import MOST, Ring, chunk, fitting
from gslb.handoff.specs import Chunk, VariantSpec


def test_a_ring_turns() -> None:
    """Read from any set on, all records come once."""
    ring = Ring([[b"aa"], [b"bb", b"cc"], [b"dd"]])

    assert ring.whole() == VariantSpec(data=b"aabbccdd", count=4)
    turned = ring.turned(1)
    assert turned.length is not None
    assert turned.data[turned.start :][: turned.length] == b"bbccddaa"
    assert turned.count == 4


def test_a_ring_holds_each_record_once() -> None:
    """A repeated record is left out, and a set that has nothing else begins where the next one does."""
    ring = Ring([[b"aa", b"bb"], [b"aa"], [b"aa"]])

    assert ring.whole().data == b"aabb"
    assert ring.turned(1).start == ring.turned(2).start == 0


def test_sections_stay_below_a_message() -> None:
    """What could not leave over TCP is not written."""
    records = [number.to_bytes(2) * 1000 for number in range(40)]

    assert Ring([records]).count == len(list(fitting(records))) == MOST // 2000
    assert chunk([b"aa", b"aa", b"bb"]) == Chunk(data=b"aabb", plain_count=2)
