"""The short way to an entry's block: members of one address each, of which one is answered at a time; hosts of one.

So nearly all are, and only their addresses set those of one shape apart: the block of one of them is the model of all
others. What comes out is what entries and blocks would make of it, octet for octet (a law of the tests).
"""

from functools import lru_cache
from typing import NamedTuple, TypeAlias

from gslb.answers.records import OWNER, record
from gslb.answers.slots import FAMILIES, HostSlot, ServiceSlot
from gslb.answers.variants import picks, thresholds
from gslb.handoff.blocks import Block, block
from gslb.handoff.layout import UNIT
from gslb.handoff.specs import EntrySpec, VariantSpec
from gslb.model.decisions import NORMAL, Decision, HostDecision
from gslb.model.values import IPV4, Family, RecordType
from gslb.model.verdicts import MemberKey

Short: TypeAlias = tuple[Block, tuple[tuple[MemberKey, ...], ...]]
"""A block, and for whom each of its variants is counted."""

NOBODY = ((),)


def of_service(slot: ServiceSlot, decision: Decision) -> Short | None:
    """A or AAAA of a service; None where there is no short way."""
    family = FAMILIES.get(slot.rtype)
    if family is None or decision.mode is not NORMAL or decision.answers != 1 or decision.nodata or decision.sticky:
        return None
    if len(decision.tiers) > 1:
        return None
    addresses: list[bytes] = []
    counted: list[tuple[MemberKey, ...]] = []
    shares: list[float] = []
    for view in decision.members:
        if not view.chosen:
            continue
        if len(view.addresses) != 1:
            return None
        addresses.append(view.addresses[0].packed)
        shares.append(view.share)
        counted.append((MemberKey(slot.zone, view.pool, view.member.name),))
    model = _model(slot.rtype, family, decision.ttl, tuple(shares))
    if model is None or len(set(addresses)) < len(addresses):
        return None
    return _made(model, addresses), tuple(counted)


def of_host(slot: HostSlot, decision: HostDecision) -> Short | None:
    """A or AAAA of a member's own hostname; None where there is no short way."""
    family, found = FAMILIES[slot.rtype], decision.addresses
    if len(found) != 1 or found[0].version != family:
        return None
    model = _model(slot.rtype, family, decision.ttl, _ALONE)
    return None if model is None else (_made(model, [found[0].packed]), NOBODY)


_ALONE = (1.0,)


class _Model(NamedTuple):
    """A block, the octets of its rest before the first record, and those of each record beside its address."""

    block: Block
    start: bytes
    before: bytes
    after: bytes


def _made(model: _Model, addresses: list[bytes]) -> Block:
    (head, moved, length, _, counters), start, before, after = model
    return Block(head, moved, length, start + b"".join([before + one + after for one in addresses]), counters)


@lru_cache(4096)
def _model(rtype: RecordType, family: Family, ttl: int, shares: tuple[float, ...]) -> _Model | None:
    """The model of so many members with these shares; None where one of them is never drawn, or there is none."""
    drawn = picks(shares, 1)
    if not drawn or len(drawn) < len(shares):
        return None
    size = 4 if family is IPV4 else 16
    records = [record(OWNER, rtype, ttl, number.to_bytes(size)) for number in range(len(shares))]
    made = block(
        EntrySpec(
            thresholds=thresholds([pick.width for pick in drawn]),
            variants=tuple([VariantSpec(data, 1) for data in records]),
        )
    )
    after = bytes(-len(records[0]) % UNIT)
    start = len(made.rest) - len(records) * (len(records[0]) + len(after))
    return _Model(made, made.rest[:start], records[0][:-size], after)
