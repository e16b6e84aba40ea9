from dataclasses import replace

from gslb.answers.dnssec.denial import hashed
from gslb.answers.plan import Plan, plan
from gslb.answers.slots import DenialSlot, ServiceSlot
from gslb.handoff import layout
from gslb.model.values import RecordType
from tests.kit.answered import wire
from tests.kit.estate import config, zone
from tests.kit.signed import DS, signed_zone, static

NS, A = RecordType.NS, RecordType.A


def links(made: Plan) -> dict[bytes, DenialSlot]:
    """The links, by name; those of NSEC3 by the name whose node holds them."""
    return {
        node.name: slot
        for node in made.nodes
        for rtype, _, number in node.types
        if rtype in (RecordType.NSEC, RecordType.NSEC3) and isinstance(slot := made.slots[0][number], DenialSlot)
    }


def test_which_names_are_links() -> None:
    """Names with data and cuts; empty non-terminals with NSEC3 only; nothing below a cut."""
    by_name, by_hash = links(plan(config(signed_zone()))), links(plan(config(signed_zone("nsec3"))))

    assert {wire("@"), wire("*.wild"), wire("sub"), wire("bare")} < by_name.keys()
    assert by_hash.keys() - by_name.keys() == {
        wire(name) for name in ("deep", "b.deep", "wild", "alias.wild", "_tcp", "_tcp.all")
    }
    assert not {wire("ns.sub"), wire("ns.bare")} & by_hash.keys()


def test_what_a_link_may_list() -> None:
    """The types of its name, each with the slot that tells whether it is there; at a cut NS and DS alone."""
    made = plan(config(signed_zone()))
    found = links(made)

    assert [rtype for rtype, _ in found[wire("sub")].types] == [NS, RecordType.DS]
    assert [rtype for rtype, _ in found[wire("bare")].types] == [NS]
    assert found[wire("sub")].delegates
    assert not found[wire("smtp")].delegates
    for rtype, number in found[wire("smtp")].types:
        slot = made.slots[0][number]
        assert isinstance(slot, ServiceSlot)
        assert (slot.rtype, slot.owner) == (rtype, wire("smtp"))


def test_hashes_are_told_to_the_names_file() -> None:
    """Each link of NSEC3 with its hash; following hashes make a ring."""
    made = plan(config(signed_zone("nsec3")))
    (spec,) = made.zone_specs

    assert spec.flags == layout.ZONE_NSEC3
    assert dict(spec.hashed) == {hashed(name): name for name in links(made)}
    order = sorted(dict(spec.hashed))
    following = {hashed(name): slot.following for name, slot in links(made).items()}
    assert [following[each] for each in order] == [*order[1:], order[0]]


def test_an_unsigned_zone_has_none() -> None:
    """Its plan is as it always was; only DS for a zone right below is new."""
    outer = replace(signed_zone(), dnssec=None, records=(static(f"in DS {DS}"),))
    made = plan(config(outer, zone(name="in.mail.example.com")))
    (inner,) = [node for node in made.nodes if node.name == wire("in")]

    assert not links(made)
    assert [spec.flags for spec in made.zone_specs] == [0, 0]
    assert [rtype for rtype, _, _ in inner.types if rtype == RecordType.DS] == [RecordType.DS]
    assert not [spec.nested for spec in made.zone_specs if spec.nested]


def test_a_zone_right_below_is_a_cut() -> None:
    """Its apex holds a link of the zone above, beside its own."""
    made = plan(config(signed_zone(), zone(name="in.mail.example.com")))
    (inner,) = [node for node in made.nodes if node.name == wire("in")]
    ((_, _, number),) = [found for found in inner.types if found[0] == layout.ABOVE]
    slot = made.slots[0][number]

    assert isinstance(slot, DenialSlot)
    assert (slot.types, slot.always, slot.delegates) == ((), (NS,), True)
    assert made.zone_specs[0].nested == (wire("in"),)
