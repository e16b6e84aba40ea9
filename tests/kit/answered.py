"""Tables opened in memory, and what stands in them as dnspython reads it."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import pairwise
from typing import Any

import dns.flags
import dns.message
import dns.rdatatype

from gslb.answers.build import Builder, DecisionKey, decision_key
from gslb.answers.plan import plan
from gslb.handoff.layout import ENTRY_AA
from gslb.handoff.reader import Entry, Part, Section
from gslb.handoff.table import Table, in_memory
from gslb.model.decisions import Decision, Exchanger, HostDecision, MemberView, Mode
from gslb.model.names import to_wire
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.values import Family
from gslb.steering.decide import decide
from gslb.steering.draft import HealthOf
from gslb.steering.hosts import decide_host, hosts
from tests.kit.estate import ZONE, healths

CIRCLE = 1 << 32


def wire(name: str) -> bytes:
    """A wire name; without final dot it lies in the estate's zone."""
    return to_wire(name, to_wire(ZONE + "."))


def chosen(
    *members: Member, pool: str = "relays", tier: int = 1, shares: Iterable[float] = ()
) -> tuple[MemberView, ...]:
    """Members as chosen by a decision, with shares by weight unless given."""
    whole = sum(one.weight for one in members)
    given = tuple(shares) or tuple(one.weight / whole for one in members)
    return tuple(
        MemberView(member=one, pool=pool, tier=tier, addresses=one.addresses, share=share, chosen=True, why="smtp up")
        for one, share in zip(members, given, strict=True)
    )


def exchanger(name: str, *addresses: str, weight: int = 1, tier: int = 1) -> Exchanger:
    """An exchanger with its addresses."""
    return Exchanger(hostname=wire(name), tier=tier, weight=weight, addresses=tuple(map(ip_address, addresses)))


def decision(members: tuple[MemberView, ...] = (), *, family: Family = Family.IPV4, **fields: Any) -> Decision:
    """A decision on the service "smtp", in order unless `fields` say otherwise."""
    given: dict[str, Any] = {
        "service": "smtp",
        "family": family,
        "mode": Mode.NORMAL,
        "tier": 1,
        "tiers": (),
        "members": members,
        "answers": 1,
        "ttl": 30,
        "ttl_why": "",
    }
    return Decision(**(given | fields))


def decided(
    config: Config, health_of: HealthOf | None = None, *, ready: bool = True
) -> tuple[dict[DecisionKey, Decision], dict[tuple[str, bytes], HostDecision]]:
    """What steering makes of a configuration; all is up unless `health_of` says otherwise."""
    look = health_of or healths()
    decisions = {
        decision_key(zone.text, service.name, family, view): decide(zone, service, family, look, ready=ready, view=view)
        for zone in config.zones
        for service in zone.services.values()
        for family in Family
        for view in service.seen
    }
    return decisions, {
        (zone.text, hostname): decide_host(zone, hostname, look) for zone in config.zones for hostname in hosts(zone)
    }


def built(config: Config, health_of: HealthOf | None = None, *, serials: Mapping[str, int] | None = None) -> Table:
    """The table of a configuration under that health."""
    builder = Builder(plan(config), serials or {zone.text: 2026 for zone in config.zones})
    builder.update(*decided(config, health_of))
    return opened(builder)


def opened(builder: Builder, names: bytes | None = None, generation: int = 1) -> Table:
    """What a builder holds now; `names` where it has given its names file before."""
    image = builder.image(generation)
    given = names if image.names is None else image.names
    assert given is not None
    return in_memory(given, image.parts)


@dataclass(frozen=True)
class Reply:
    """One variant of an entry. `width`: its places on the circle of draws; `answer` as lines of text."""

    width: int
    message: dns.message.Message

    @property
    def answer(self) -> list[str]:
        return [f"{rrset.ttl} {rrset[0]}" for rrset in self.message.answer]

    @property
    def rdata(self) -> list[str]:
        return [str(rrset[0]) for rrset in self.message.answer]

    @property
    def authority(self) -> list[str]:
        return [str(rrset) for rrset in self.message.authority]

    @property
    def additional(self) -> list[str]:
        return [str(rrset) for rrset in self.message.additional]


def replies(table: Table, name: str, rtype: str | int, view: int = 0) -> list[Reply]:
    """Every variant of what a name answers for a type, as dnspython parses it; one where there is none to choose."""
    part, entry = entry_at(table, name, rtype, view)
    return [
        Reply(width, message(part, entry, number, wire(name), _number(rtype)))
        for number, width in enumerate(widths(part, entry))
    ]


def reply(table: Table, name: str, rtype: str | int) -> Reply:
    """The only variant."""
    (found,) = replies(table, name, rtype)
    return found


def entry_at(table: Table, name: str, rtype: str | int, view: int = 0) -> tuple[Part, Entry]:
    """The entry of a name and type, in the view of that number; 0: everybody's."""
    node = table.names.node(table.names.find(wire(name)))
    slot = table.names.slot(node, _number(rtype), view)
    assert slot >= 0, f"{name} has no slot for {rtype}"
    entry = table.parts[node.part].entry(slot)
    assert entry is not None
    return table.parts[node.part], entry


def widths(part: Part, entry: Entry) -> list[int]:
    """How many of the 2**32 draws pick each variant, from the thresholds as written."""
    if entry.variant_count < 2:
        return [CIRCLE]
    words = part.data[entry.thresholds_at * 8 :][: 4 * entry.variant_count]
    ends = [-1, *struct.unpack(f"<{entry.variant_count}I", words)]
    return [end - start for start, end in pairwise(ends)]


def message(part: Part, entry: Entry, number: int, name: bytes, rtype: int) -> dns.message.Message:
    """A whole reply made of one variant and the tail."""
    answer, count = b"", 0
    if entry.variant_count:
        variant = part.variant(entry, number)
        answer, count = part.octets(variant.at, variant.start, variant.plain_length), variant.plain_count
    flags = dns.flags.QR | (dns.flags.AA if entry.flags & ENTRY_AA else 0) | entry.rcode
    tail = entry.authority, entry.additional
    head = struct.pack("!6H", 0, flags, 1, count, tail[0].plain_count, tail[1].plain_count)
    question = name + struct.pack("!2H", rtype, 1)
    body = answer + _section(part, tail[0]) + _section(part, tail[1])
    return dns.message.from_wire(head + question + body, one_rr_per_rrset=True)


def _section(part: Part, section: Section) -> bytes:
    return part.octets(section.at, 0, section.plain_length) if section.at else b""


def _number(rtype: str | int) -> int:
    return rtype if isinstance(rtype, int) else int(dns.rdatatype.from_text(rtype))
