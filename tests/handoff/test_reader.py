from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.handoff.reader import Names, Part
from gslb.handoff.specs import EntrySpec, NodeSpec, VariantSpec, ZoneSpec
from gslb.handoff.writer import names_file, part_file
from gslb.model.names import ROOT

LAST = 2**32 - 1


def part(*entries: EntrySpec) -> Part:
    """A part of these entries."""
    return Part(memoryview(part_file(dict(enumerate(entries)), slots=len(entries) + 1, generation=1)[0]))


@settings(deadline=None)
@given(st.sets(st.integers(0, LAST - 1), min_size=1, max_size=30), st.integers(0, LAST))
def test_a_draw_picks_the_first_threshold_not_below_it(ends: set[int], draw: int) -> None:
    """At the very ends of the circle, too."""
    thresholds = (*sorted(ends), LAST)
    variants = tuple(VariantSpec(data=bytes((n,)), count=1) for n in range(len(thresholds)))
    found = part(EntrySpec(variants=variants, thresholds=thresholds))
    entry = found.entry(0)
    assert entry is not None

    for each in (draw, 0, LAST, *ends):
        assert found.choose(entry, each) == next(n for n, end in enumerate(thresholds) if end >= each)


def test_one_variant_is_no_choice() -> None:
    """Any draw picks it."""
    found = part(EntrySpec(variants=(VariantSpec(data=b"x", count=1),)))
    entry = found.entry(0)
    assert entry is not None

    assert found.choose(entry, LAST) == 0


def test_a_slot_without_entry() -> None:
    """It answers nothing at all."""
    assert part(EntrySpec()).entry(1) is None


def test_a_turned_variant_is_read_from_its_start() -> None:
    """The start is an offset into the chunk."""
    found = part(EntrySpec(variants=(VariantSpec(data=b"abcabc", count=3, start=1, length=3),)))
    entry = found.entry(0)
    assert entry is not None
    variant = found.variant(entry, 0)

    assert found.octets(variant.at, variant.start, variant.plain_length) == b"bca"


def test_slots_are_by_type_and_view() -> None:
    """A type in a view that configuration does not give the name has none."""
    node = NodeSpec(name=ROOT, zone=0, types=((1, 0, 3), (1, 2, 4), (15, 0, 5)))
    zone = ZoneSpec(apex=ROOT, nxdomain_slot=0, nodata_slot=0)
    names = Names(memoryview(names_file([node], [zone], generation=1)))
    found = names.node(0)

    assert [names.slot(found, *key) for key in ((1,), (1, 2), (15,), (15, 2), (28,))] == [3, 4, 5, -1, -1]
