"""Names over parts: whatever is answered from one part is answered from many."""

from dataclasses import replace

import dns.message
import dns.rdatatype
import pytest

from gslb.answers.partition import parted
from gslb.answers.plan import plan
from gslb.answers.slots import DenialSlot
from gslb.handoff.layout import MAX_PARTS
from gslb.handoff.specs import NodeSpec
from gslb.model.names import to_text
from tests.answers.test_states import estate
from tests.kit.estate import LOOPBACK, config
from tests.kit.signed import Server, signed_zone


def test_a_small_plan_is_one_part() -> None:
    """Nothing is moved where there are few names."""
    made = plan(estate())

    assert parted(made.nodes, made.states, made.zone_specs, made.slots[0]).slots == made.slots


@pytest.mark.parametrize("names", [1, 3, 10])
def test_every_slot_moves_with_its_name(names: int) -> None:
    """Each type of each name finds what it stood for, in its own part; no slot is left over or used twice."""
    whole, made = plan(estate()), plan(estate(), names_in_part=names)
    assert len(made.slots) == min(MAX_PARTS, (len(made.nodes) + len(made.states)) // names)
    used = []
    for one, moved in zip((*whole.nodes, *whole.states), (*made.nodes, *made.states), strict=True):
        assert moved.name == one.name
        for (rtype, view, before), (*found, after) in zip(one.types, moved.types, strict=True):
            assert found == [rtype, view]
            assert made.slots[moved.part][after] == whole.slots[0][before]
            used.append((moved.part, after))
    for spec in made.zone_specs:
        used += [(spec.part, spec.nxdomain_slot), (spec.part, spec.nodata_slot)]
    assert sorted(used) == [(part, slot) for part, slots in enumerate(made.slots) for slot in range(len(slots))]


def test_links_list_slots_of_their_part() -> None:
    """A link of the chain of denial lists types by slots that stand in its own part."""
    whole, made = (plan(config(signed_zone()), names_in_part=names) for names in (1000, 3))

    found = 0
    for one, moved in zip(whole.nodes, made.nodes, strict=True):
        for (_, _, before), (_, _, after) in zip(one.types, moved.types, strict=True):
            was, now = whole.slots[0][before], made.slots[moved.part][after]
            if isinstance(was, DenialSlot) and isinstance(now, DenialSlot):
                found += 1
                assert replace(now, types=()) == replace(was, types=())
                assert [made.slots[moved.part][slot] for _, slot in now.types] == [
                    whole.slots[0][slot] for _, slot in was.types
                ]
    assert found > 5


def test_never_too_many() -> None:
    """Names beyond the most parts there may be make parts larger."""
    nodes = [NodeSpec(name=bytes((1, number & 255, 1, number >> 8, 0)), zone=0) for number in range(3 * MAX_PARTS)]

    made = parted(nodes, [], [], [], names=1)

    assert [made.nodes[0].part, made.nodes[-1].part, len(made.slots)] == [0, MAX_PARTS - 1, MAX_PARTS]


@pytest.mark.parametrize("denial", ["nsec", "nsec3"])
@pytest.mark.parametrize("down", [(), (str(LOOPBACK), "192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.21")])
def test_the_same_answers(denial: str, down: tuple[str, ...]) -> None:
    """Signed and unsigned, positive and negative: many parts say what one says."""
    whole, made = Server(signed_zone(denial)), Server(signed_zone(denial), names_in_part=2)
    for server in (whole, made):
        server.down(down)
    asked = sorted({to_text(node.name) for node in plan(whole.config).nodes})
    asked += [f"nothing.{name}" for name in asked[::3]]
    for number, name in enumerate(asked):
        for rtype in ("A", "MX"):
            do = bool(down) or number % 4 > 0
            assert _said(made.ask(name, rtype, do=do)) == _said(whole.ask(name, rtype, do=do)), name


def _said(reply: dns.message.Message) -> list[object]:
    """All but the signatures themselves, which are never twice the same."""
    return [
        reply.rcode(),
        int(reply.flags),
        *(
            sorted(
                " ".join(line.split()[:11]) if rrset.rdtype == dns.rdatatype.RRSIG else line
                for rrset in section
                for line in rrset.to_text().splitlines()
            )
            for section in reply.sections[1:]
        ),
    ]
