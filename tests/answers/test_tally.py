from gslb.answers.slots import ZoneKind, ZoneSlot
from gslb.answers.tally import Counted, PartCounters
from gslb.model.verdicts import MemberKey

SLOTS = [ZoneSlot(zone="z", kind=kind) for kind in ZoneKind]
KEYS = tuple((MemberKey("z", "p", name),) for name in ("a", "b"))


def test_counters_have_meanings() -> None:
    """A counter belongs to the last slot that begins at or before it; its place there is the variant."""
    counters = PartCounters({0: 0, 1: 2, 3: 3}, SLOTS, [KEYS, ((),), ((),), ((),)])

    assert counters.of(1) == Counted(slot=SLOTS[0], variant=1, members=KEYS[1])
    assert counters.of(2) == Counted(slot=SLOTS[1], variant=0, members=())
    assert counters.of(3) == Counted(slot=SLOTS[3], variant=0, members=())


def test_counters_that_never_were() -> None:
    """A number beyond the part's means nothing."""
    assert PartCounters({0: 0}, SLOTS, [KEYS]).of(2) is None
    assert PartCounters({}, [], []).of(0) is None
