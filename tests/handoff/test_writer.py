import dns.name
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.handoff.layout import NODE_APEX, NODE_CUT
from gslb.handoff.reader import Names, Part
from gslb.handoff.specs import EntrySpec, NodeSpec, VariantSpec, ZoneSpec
from gslb.handoff.writer import names_file, part_file
from gslb.model.names import ROOT, to_wire

LABEL = st.binary(min_size=1, max_size=12).map(bytes.lower)
WIRE = st.lists(LABEL, max_size=4).map(lambda labels: b"".join(bytes((len(x),)) + x for x in labels) + ROOT)


def zone(apex: bytes = ROOT) -> ZoneSpec:
    """A zone of that apex."""
    return ZoneSpec(apex=apex, nxdomain_slot=1, nodata_slot=2)


def names(*nodes: NodeSpec, zones: tuple[ZoneSpec, ...] = ()) -> Names:
    """A names file, opened."""
    return Names(memoryview(names_file(nodes, zones, generation=1)))


@settings(deadline=None)
@given(st.sets(WIRE, max_size=40), WIRE)
def test_every_name_is_found_and_no_other(present: set[bytes], other: bytes) -> None:
    """Each name leads to its node; a name that is not there leads nowhere."""
    order = sorted(present)
    found = names(*(NodeSpec(name=name, zone=0) for name in order), zones=(zone(order[0]),) if order else ())

    assert [found.find(name) for name in order] == list(range(len(order)))
    assert [found.name(number) for number in range(len(order))] == order
    assert found.find(other) == (order.index(other) if other in present else -1)


def test_crowded_buckets_make_more_of_them() -> None:
    """The writer doubles the buckets while one holds more than eight, up to four for each name."""
    many = tuple(NodeSpec(name=to_wire(f"host{number}."), zone=0) for number in range(3000))
    found = names(*many, zones=(zone(many[0].name),))

    assert 2 * 3000 <= found.mask + 1 <= 8 * 3000
    assert all(found.find(node.name) == number for number, node in enumerate(many))


def test_names_of_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine names that all fall into one bucket cannot be spread, and are found nevertheless."""
    monkeypatch.setattr("zlib.crc32", lambda _name: 5)
    nine = tuple(NodeSpec(name=to_wire(f"n{number}."), zone=0) for number in range(9))
    found = names(*nine, zones=(zone(nine[0].name),))

    assert [found.find(node.name) for node in nine] == list(range(9))
    assert found.find(to_wire("n9.")) == -1


def test_nodes_keep_what_they_were_given() -> None:
    """Zone, part, flags, links to other nodes, and types in order of type, then view."""
    apex, cut, wildcard = to_wire("example."), to_wire("sub.example."), to_wire("*.example.")
    found = names(
        NodeSpec(name=apex, zone=0, flags=NODE_APEX, types=((15, 0, 4), (1, 1, 6), (1, 0, 5)), wildcard=wildcard),
        NodeSpec(name=cut, zone=0, part=3, flags=NODE_CUT, cut=cut),
        NodeSpec(name=wildcard, zone=0, types=((1, 0, 7),)),
        zones=(ZoneSpec(apex=apex, nxdomain_slot=8, nodata_slot=9, part=2),),
    )

    top, below = found.node(0), found.node(1)
    assert (top.flags, top.wildcard, top.cut, top.zone) == (NODE_APEX, 3, 0, 0)
    assert found.types_of(top) == ((1, 0, 5), (1, 1, 6), (15, 0, 4))
    assert (below.part, below.flags, below.cut, below.type_count) == (3, NODE_CUT, 2, 0)
    kept = found.zone(0)
    assert (kept.apex, kept.nxdomain_slot, kept.nodata_slot, kept.part) == (0, 8, 9, 2)


@settings(deadline=None)
@given(st.sets(WIRE, max_size=20))
def test_zones_keep_canonical_order(present: set[bytes]) -> None:
    """As dnspython orders names (RFC 4034 section 6.1), each zone by itself."""
    nodes = [NodeSpec(name=name, zone=len(name) % 2) for name in {ROOT, *present}]
    found = names(*nodes, zones=(zone(), zone()))

    for number in range(found.zone_count):
        order = [found.name(node) for node in found.in_order(found.zone(number))]
        assert order == sorted(
            (node.name for node in nodes if node.zone == number), key=lambda name: dns.name.from_wire(name, 0)[0]
        )


def test_an_empty_table() -> None:
    """No zones at all: nothing is found, no slot has an entry."""
    part = Part(memoryview(part_file({}, slots=0, generation=1)[0]))

    assert names().find(ROOT) == -1
    assert (part.slot_count, part.counter_count) == (0, 0)


def test_counters_run_in_slot_order() -> None:
    """An entry owns a counter for each variant, at least one; slots without entry own none."""
    three = EntrySpec(variants=(VariantSpec(data=b"x", count=1),) * 3, thresholds=(1, 2, 2**32 - 1))
    data, counters = part_file({4: EntrySpec(), 0: three, 2: EntrySpec()}, slots=5, generation=1, number=6)
    part = Part(memoryview(data))

    assert counters == {0: 0, 2: 3, 4: 4}
    assert (part.counter_count, part.number, part.slot_count) == (5, 6, 5)
    entries = [part.entry(slot) for slot in range(5)]
    assert [entry and entry.first_counter for entry in entries] == [0, None, 3, None, 4]
