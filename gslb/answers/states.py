"""State over DNS: what TXT under `_gslb` tells those whom configuration allows to ask (dns.state_txt).

_gslb.ZONE                  this node and what it runs
SERVICE._gslb.ZONE          each family's decision of a service, or of POOL.ZONE; _apex stands for "@"
MEMBER.POOL._gslb.ZONE      a member as its pool sees it

These names are no part of the zone: they stand in the table under keys that no query can spell, in no zone's order.
So nothing that denies names, transfers or signs a zone meets them, and for all others they do not exist.
"""

from collections.abc import Iterable, Iterator, Sequence

from gslb.answers.records import OWNER, record
from gslb.answers.slots import StateSlot
from gslb.handoff.layout import STATE_KEY
from gslb.handoff.specs import EntrySpec, VariantSpec
from gslb.model.decisions import Decision, MemberView
from gslb.model.settings import Config
from gslb.model.values import RecordType
from gslb.model.zones import Zone
from gslb.steering.decide import resolved

LABEL = b"\x05_gslb"
APEX = "_apex"
LONGEST = 255
"""Octets of one text (RFC 1035 section 3.3.14), and of a key in the table."""


def state_slots(config: Config, zone: Zone) -> Iterator[tuple[bytes, StateSlot]]:
    """The keys of a zone's state names, and what each stands for; none where nobody may ask."""
    if not config.node.state_txt:
        return
    for labels, slot in _slots(config, zone):
        key = (
            STATE_KEY + b"".join(bytes((len(label),)) + label.lower().encode() for label in labels) + LABEL + zone.name
        )
        if len(key) <= LONGEST:
            yield key, slot


def _slots(config: Config, zone: Zone) -> Iterator[tuple[tuple[str, ...], StateSlot]]:
    yield (), StateSlot(zone=zone.text, text=f"node {config.node.name}, configuration {config.digest}")
    for service in zone.services.values():
        label = APEX if service.name == "@" else service.name
        yield (label,), StateSlot(zone=zone.text, decided_by=resolved(zone, service).name)
    for pool in zone.pools.values():
        for member in pool.members:
            yield (member.name, pool.name), StateSlot(zone=zone.text, decided_by=pool.name, member=member.name)


def of_state(slot: StateSlot, decisions: Sequence[Decision]) -> EntrySpec:
    """What a state name tells now. TTL 0: who asks wants to know how it is, not how it was."""
    texts = [slot.text] if slot.text else [_told(slot, decision) for decision in decisions] or ["not decided yet"]
    records = [record(OWNER, RecordType.TXT, 0, _string(text)) for text in dict.fromkeys(texts)]
    return EntrySpec(variants=(VariantSpec(data=b"".join(records), count=len(records)),))


def _told(slot: StateSlot, decision: Decision) -> str:
    family = decision.family.name.lower()
    if slot.member:
        views = [view for view in decision.members if (view.pool, view.member.name) == (slot.decided_by, slot.member)]
        return f"{family} " + "; ".join(map(_member, views))
    tier = next((view for view in decision.tiers if view.tier == decision.tier), None)
    place = f", tier {tier.tier} ({tier.pool})" if tier else ""
    reason = f", {decision.reason}" if decision.reason else ""
    return f"{family} {decision.mode}{place}{_shares(decision.chosen)}, ttl {decision.ttl}{reason}"


def _shares(chosen: Iterable[MemberView]) -> str:
    told = " ".join(f"{view.member.name}={view.share:.3f}" for view in chosen)
    return f", {told}" if told else ""


def _member(view: MemberView) -> str:
    addresses = " ".join(map(str, view.addresses))
    return " ".join(
        word for word in (f"{'in' if view.chosen else 'out'} {view.share:.3f}", addresses, view.why) if word
    )


def _string(text: str) -> bytes:
    octets = text.encode()[:LONGEST]
    return bytes((len(octets),)) + octets
